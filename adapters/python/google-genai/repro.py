"""Makes one call with `google-genai`, and prints what its caller sees."""

# only: stream-async chat-async
import asyncio

# end
# only: program
import os

# end
from collections import abc
from typing import Any

from google import genai
from google.genai import errors, types

TIMEOUT_MS = 20000  # fill: timeout-ms
MAX_RETRIES = 0  # fill: max-retries
MODEL = "gemini-2.5-flash"
QUESTION = "Say hello, or ask for the weather in Paris."
CONFIG = types.GenerateContentConfig(
    # only: ask-tool
    tools=[
        types.Tool(
            function_declarations=[
                types.FunctionDeclaration(
                    name="get_weather",
                    description="The weather in a city.",
                    parameters=types.Schema(
                        type=types.Type.OBJECT,
                        properties={"city": types.Schema(type=types.Type.STRING)},
                        required=["city"],
                    ),
                )
            ]
        )
    ],
    # end
)
# only: test
OWN_ERROR = errors.APIError
# end


def client_of(base_url: str) -> genai.Client:
    """A client of the server."""
    retries = types.HttpRetryOptions(attempts=MAX_RETRIES + 1)
    options = types.HttpOptions(base_url=base_url, timeout=TIMEOUT_MS, retry_options=retries)
    return genai.Client(api_key="any", http_options=options)


# only: stream-sync chat-sync
def call(base_url: str) -> abc.Iterator[Any]:
    """Yields what the SDK hands to its caller."""
    client = client_of(base_url)
    # only: stream-sync
    yield from client.models.generate_content_stream(model=MODEL, contents=QUESTION, config=CONFIG)
    # end
    # only: chat-sync
    yield from client.chats.create(model=MODEL, config=CONFIG).send_message_stream(QUESTION)
    # end


# end
# only: stream-async chat-async
async def call_async(base_url: str) -> abc.AsyncIterator[Any]:
    """Yields what the SDK hands to its caller."""
    # The part for async callers does not keep the client alive.
    client = client_of(base_url)
    # only: stream-async
    async for chunk in await client.aio.models.generate_content_stream(model=MODEL, contents=QUESTION, config=CONFIG):
        yield chunk
    # end
    # only: chat-async
    async for chunk in await client.aio.chats.create(model=MODEL, config=CONFIG).send_message_stream(QUESTION):
        yield chunk
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
    parts = [part for one in (item.candidates or [])[:1] for part in (one.content and one.content.parts) or []]
    return "".join(part.text or "" for part in parts if not part.thought)


def stop_reason_of(item: Any) -> str | None:
    """The stop reason in an item."""
    if item.prompt_feedback and item.prompt_feedback.block_reason:
        return str(item.prompt_feedback.block_reason.value)
    return next((one.finish_reason.value for one in item.candidates or [] if one.finish_reason), None)


# end
def fields_of(error: BaseException | None) -> dict[str, Any]:
    """What the SDK says of an error, by its attributes."""
    status, kind = getattr(error, "code", None), getattr(error, "status", None)
    return {"status": status, "type": kind, "code": status}


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
