"""Makes one call with `openai`, and prints what its caller sees."""

# only: create-async stream-async final-async
import asyncio

# end
# only: program
import os

# end
from collections import abc
from typing import Any

import openai

TIMEOUT = 20  # fill: timeout-s
MAX_RETRIES = 0  # fill: max-retries
REQUEST: dict[str, Any] = {
    "model": "gpt-5.2",
    # only: openai-chat
    "messages": [{"role": "user", "content": "Say hello, or ask for the weather in Paris."}],
    "stream_options": {"include_usage": True},
    # end
    # only: openai-responses
    "input": "Say hello, or ask for the weather in Paris.",
    # end
}
# only: ask-tool
FUNCTION: dict[str, Any] = {
    "name": "get_weather",
    "description": "The weather in a city.",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}
# only: openai-chat
REQUEST["tools"] = [{"type": "function", "function": FUNCTION}]
# end
# only: openai-responses
REQUEST["tools"] = [{"type": "function", **FUNCTION}]
# end
# end
# only: test
OWN_ERROR = openai.OpenAIError
# end


# only: create-sync stream-sync final-sync
def call(base_url: str) -> abc.Iterator[Any]:
    """Yields what the SDK hands to its caller."""
    client = openai.OpenAI(base_url=f"{base_url}/v1", api_key="any", timeout=TIMEOUT, max_retries=MAX_RETRIES)
    # only: openai-chat
    # only: create-sync
    yield from client.chat.completions.create(stream=True, **REQUEST)
    # end
    # only: stream-sync
    with client.chat.completions.stream(**REQUEST) as chat:
        yield from chat
    # end
    # only: final-sync
    with client.chat.completions.stream(**REQUEST) as chat:
        yield chat.get_final_completion()
    # end
    # end
    # only: openai-responses
    # only: create-sync
    yield from client.responses.create(stream=True, **REQUEST)
    # end
    # only: stream-sync
    with client.responses.stream(**REQUEST) as responses:
        yield from responses
    # end
    # only: final-sync
    with client.responses.stream(**REQUEST) as responses:
        yield responses.get_final_response()
    # end
    # end


# end
# only: create-async stream-async final-async
async def call_async(base_url: str) -> abc.AsyncIterator[Any]:
    """Yields what the SDK hands to its caller."""
    client = openai.AsyncOpenAI(base_url=f"{base_url}/v1", api_key="any", timeout=TIMEOUT, max_retries=MAX_RETRIES)
    # only: openai-chat
    # only: create-async
    async for chunk in await client.chat.completions.create(stream=True, **REQUEST):
        yield chunk
    # end
    # only: stream-async
    async with client.chat.completions.stream(**REQUEST) as chat:
        async for event in chat:
            yield event
    # end
    # only: final-async
    async with client.chat.completions.stream(**REQUEST) as chat:
        yield await chat.get_final_completion()
    # end
    # end
    # only: openai-responses
    # only: create-async
    async for item in await client.responses.create(stream=True, **REQUEST):
        yield item
    # end
    # only: stream-async
    async with client.responses.stream(**REQUEST) as responses:
        async for item in responses:
            yield item
    # end
    # only: final-async
    async with client.responses.stream(**REQUEST) as responses:
        yield await responses.get_final_response()
    # end
    # end


def call(base_url: str) -> abc.Iterator[Any]:
    """Yields the same, for a caller who is not async."""
    loop, items = asyncio.new_event_loop(), call_async(base_url)
    while True:
        try:
            yield loop.run_until_complete(anext(items))
        except StopAsyncIteration:
            return


# end
# only: test
def text_of(item: Any) -> str:
    """The text in an item."""
    # only: openai-chat
    # only: create-sync create-async
    return "".join(choice.delta.content or "" for choice in item.choices)
    # end
    # only: stream-sync stream-async
    return item.delta if item.type == "content.delta" else ""
    # end
    # only: final-sync final-async
    return "".join(choice.message.content or "" for choice in item.choices)
    # end
    # end
    # only: openai-responses
    # only: create-sync create-async stream-sync stream-async
    return item.delta if item.type == "response.output_text.delta" else ""
    # end
    # only: final-sync final-async
    return str(item.output_text)
    # end
    # end


def stop_reason_of(item: Any) -> str | None:
    """The stop reason in an item."""
    # only: openai-chat
    # only: create-sync create-async final-sync final-async
    return next((choice.finish_reason for choice in item.choices), None)
    # end
    # only: stream-sync stream-async
    return next((choice.finish_reason for choice in item.chunk.choices), None) if item.type == "chunk" else None
    # end
    # end
    # only: openai-responses
    # only: create-sync create-async stream-sync stream-async
    return item.response.status if item.type in ("response.completed", "response.incomplete") else None
    # end
    # only: final-sync final-async
    return item.status
    # end
    # end


# end
def fields_of(error: BaseException | None) -> dict[str, Any]:
    """What the SDK says of an error, by its attributes."""
    status, kind = getattr(error, "status_code", None), getattr(error, "type", None)
    return {"status": status, "type": kind, "code": getattr(error, "code", None)}


# program
def main() -> None:
    """Prints each item as it comes, and then how the call ended."""
    try:
        for item in call(os.environ.get("BASE_URL", "http://127.0.0.1:8765")):
            print("item:", repr(item), flush=True)
    except Exception as error:
        print("ended: raised")
        print("class:", type(error).__name__)
        print("message:", repr(str(error)))
        print("status:", fields_of(error)["status"])
        print("type:", fields_of(error)["type"])
    else:
        print("ended: returned")


if __name__ == "__main__":
    main()
