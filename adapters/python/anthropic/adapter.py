"""Drives `anthropic`, Anthropic's SDK for Python, over the Messages API.

Text and tool calls are what the events carry, and after `content_block_stop` of the helper what it has parsed.
"""

from __future__ import annotations

import inspect
import sys
from operator import attrgetter, methodcaller
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

import anthropic

from handler import AnswerFailed, answer
from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_clients import unpooled
from streamspec_observation import Delivers, Reads, Seen, attribute, body, dig, header, text_kept

SURFACES: Final[dict[str, Delivers]] = {
    "create-sync": "events",
    "create-async": "events",
    "stream-sync": "events",
    "stream-async": "events",
    "text-sync": "text",
    "text-async": "text",
    "final-sync": "final",
    "final-async": "final",
    "handler": "final",
}

# Those of `AnswerFailed`, the handler's own exception, are among them.
# `type`, `error_code` and `request_id` are attributes of `APIStatusError` alone; `body` is one of every `APIError`.
READS: Final[Reads] = {
    "status": (attribute("status_code"), attribute("status")),
    "type": (attribute("type"), body("error", "type")),
    "code": (attribute("error_code"), body("error", "code"), body("code")),
    "request_id": (attribute("request_id"), body("request_id"), header("request-id")),
    "retry_after": (header("retry-after"),),
    "retryable": (attribute("retryable"),),
}

REQUEST: Final[dict[str, Any]] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 1024,
    "messages": [{"role": "user", "content": "Say hello, or ask for the weather in Paris."}],
}
TOOLS: Final[list[dict[str, Any]]] = [
    {
        "name": "get_weather",
        "description": "The weather in a city.",
        "input_schema": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    }
]

KEY: Final = "no-key"
SYNC_HTTP, ASYNC_HTTP = unpooled(anthropic)
SYNC: Final = anthropic.Anthropic(api_key=KEY, http_client=SYNC_HTTP)
ASYNC: Final = anthropic.AsyncAnthropic(api_key=KEY, http_client=ASYNC_HTTP)
# The first versions have no parameter for tools.
TOOLS_KNOWN: Final = "tools" in inspect.signature(SYNC.messages.create).parameters


def read_event(seen: Seen, event: Any) -> None:
    """An event of the raw stream or of the helper, which yields the raw ones too."""
    index = dig(event, "index")
    match dig(event, "type"):
        case "message_start":
            seen.stop(dig(event, "message", "stop_reason"))
        case "content_block_start":
            block = dig(event, "content_block")
            seen.say(dig(block, "text"))
            if dig(block, "type") == "tool_use":
                tool = seen.tool(index, dig(block, "name"))
                tool.arguments = dig(block, "input") or ""
        case "content_block_delta":
            read_delta(seen, index, dig(event, "delta"))
        case "content_block_stop":
            if tool_stopped := seen.open_tool(index):
                tool_stopped.complete = True
                if (parsed := dig(event, "content_block", "input")) is not None:
                    tool_stopped.arguments = parsed
        case "message_delta":
            seen.stop(dig(event, "delta", "stop_reason"))


def read_delta(seen: Seen, index: object, delta: Any) -> None:
    """A piece of text, or of a tool call's arguments."""
    tool = seen.open_tool(index)
    if dig(delta, "type") == "text_delta":
        seen.say(dig(delta, "text"))
    elif dig(delta, "type") == "input_json_delta" and tool is not None:
        so_far = tool.arguments if isinstance(tool.arguments, str) else ""
        tool.arguments = so_far + str(dig(delta, "partial_json") or "")


def read_message(seen: Seen, message: Any) -> None:
    """The finished message."""
    for index, block in enumerate(dig(message, "content") or []):
        seen.say(dig(block, "text"))
        if dig(block, "type") == "tool_use":
            tool = seen.tool(index, dig(block, "name"))
            tool.arguments, tool.complete = dig(block, "input"), True
    seen.stop(dig(message, "stop_reason"))


def plan(run: Run) -> Plan:
    """The call, in the SDK's words; both clients have the same methods."""
    shared: Any = ASYNC if run.is_async else SYNC
    client = shared.with_options(base_url=run.base_url, timeout=run.timeout_ms / 1000, max_retries=run.max_retries)
    declared = {"tools": TOOLS} if TOOLS_KNOWN else {"extra_body": {"tools": TOOLS}}
    request = {**REQUEST, **declared} if run.ask == "tool" else REQUEST
    if run.surface == "handler":
        return Plan(lambda: request, read_message, final=lambda asked: answer(client, **asked), kept=text_kept)
    return {
        "create": Plan(lambda: client.messages.create(stream=True, **request), read_event),
        "stream": Plan(lambda: client.messages.stream(**request), read_event),
        "text": Plan(lambda: client.messages.stream(**request), Seen.say, items=attrgetter("text_stream")),
        "final": Plan(lambda: client.messages.stream(**request), read_message, final=methodcaller("get_final_message")),
    }[run.surface.split("-")[0]]


if __name__ == "__main__":
    serve(
        Sdk(
            name="anthropic",
            version=anthropic.__version__,
            error_base=(anthropic.AnthropicError, AnswerFailed),
            apis=["anthropic-messages"],
            surfaces=SURFACES,
            plan=plan,
            reads=READS,
        )
    )
