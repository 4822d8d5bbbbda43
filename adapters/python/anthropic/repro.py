"""Makes one call with `anthropic`, and prints what its caller sees."""

# only: create-async stream-async text-async final-async
import asyncio

# end
# only: program
import os

# end
from collections import abc
from typing import Any

import anthropic

TIMEOUT = 20  # fill: timeout-s
MAX_RETRIES = 0  # fill: max-retries
REQUEST: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 1024,
    "messages": [{"role": "user", "content": "Say hello, or ask for the weather in Paris."}],
    # only: ask-tool
    "tools": [
        {
            "name": "get_weather",
            "description": "The weather in a city.",
            "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        }
    ],
    # end
}
# only: test
OWN_ERROR = anthropic.AnthropicError
# end


# only: create-sync stream-sync text-sync final-sync
def call(base_url: str) -> abc.Iterator[Any]:
    """Yields what the SDK hands to its caller."""
    client = anthropic.Anthropic(base_url=base_url, api_key="any", timeout=TIMEOUT, max_retries=MAX_RETRIES)
    # only: create-sync
    yield from client.messages.create(stream=True, **REQUEST)
    # end
    # only: stream-sync
    with client.messages.stream(**REQUEST) as stream:
        yield from stream
    # end
    # only: text-sync
    with client.messages.stream(**REQUEST) as stream:
        yield from stream.text_stream
    # end
    # only: final-sync
    with client.messages.stream(**REQUEST) as stream:
        yield stream.get_final_message()
    # end


# end
# only: create-async stream-async text-async final-async
async def call_async(base_url: str) -> abc.AsyncIterator[Any]:
    """Yields what the SDK hands to its caller."""
    client = anthropic.AsyncAnthropic(base_url=base_url, api_key="any", timeout=TIMEOUT, max_retries=MAX_RETRIES)
    # only: create-async
    async for event in await client.messages.create(stream=True, **REQUEST):
        yield event
    # end
    # only: stream-async
    async with client.messages.stream(**REQUEST) as stream:
        async for event in stream:
            yield event
    # end
    # only: text-async
    async with client.messages.stream(**REQUEST) as stream:
        async for text in stream.text_stream:
            yield text
    # end
    # only: final-async
    async with client.messages.stream(**REQUEST) as stream:
        yield await stream.get_final_message()
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
    # only: text-sync text-async
    if isinstance(item, str):
        return item
    # end
    # only: create-sync create-async stream-sync stream-async
    if item.type == "content_block_delta" and item.delta.type == "text_delta":
        return str(item.delta.text)
    # end
    # only: final-sync final-async
    if item.type == "message":
        return "".join(block.text for block in item.content if block.type == "text")
    # end
    return ""


def stop_reason_of(item: Any) -> str | None:
    """The stop reason in an item."""
    # only: create-sync create-async stream-sync stream-async
    if item.type == "message_delta":
        return item.delta.stop_reason
    # end
    # only: final-sync final-async
    if item.type == "message":
        return item.stop_reason
    # end
    return None


# end
def fields_of(error: BaseException | None) -> dict[str, Any]:
    """What the SDK says of an error, by its attributes."""
    status, kind = getattr(error, "status_code", None), getattr(error, "type", None)
    return {"status": status, "type": kind, "code": getattr(error, "error_code", None)}


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
