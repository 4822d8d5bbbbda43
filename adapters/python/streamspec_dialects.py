"""Readers of items in the dialects' own shapes, for SDKs that hand these out as objects or as parsed JSON."""

from __future__ import annotations

from typing import Any, Final

from streamspec_observation import Seen, dig

PROMPT: Final = "Say hello, or ask for the weather in Paris."
TOOL_NAME: Final = "get_weather"
TOOL_DESCRIPTION: Final = "The weather in a city."
TOOL_PARAMETERS: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
MESSAGES: Final[list[dict[str, Any]]] = [{"role": "user", "content": PROMPT}]
CHAT_TOOLS: Final[list[dict[str, Any]]] = [
    {
        "type": "function",
        "function": {"name": TOOL_NAME, "description": TOOL_DESCRIPTION, "parameters": TOOL_PARAMETERS},
    }
]

# With these a choice says that it came to its own end; `length` or `content_filter` leave a tool call unfinished.
FINISHED: Final = ("stop", "tool_calls", "function_call")


def read_chat_chunk(seen: Seen, chunk: Any) -> None:
    """A chunk of a chat completion."""
    for choice in dig(chunk, "choices") or []:
        seen.say(dig(choice, "delta", "content"))
        for piece in dig(choice, "delta", "tool_calls") or []:
            tool = seen.tool(dig(piece, "index"), dig(piece, "function", "name"))
            tool.arguments = str(tool.arguments) + str(dig(piece, "function", "arguments") or "")
        finish_reason = dig(choice, "finish_reason")
        seen.stop(finish_reason)
        for tool in (seen.tools or {}).values():
            tool.complete = tool.complete or finish_reason in FINISHED


def read_chat_completion(seen: Seen, completion: Any) -> None:
    """A finished chat completion."""
    for choice in dig(completion, "choices") or []:
        seen.say(dig(choice, "message", "content"))
        for index, call in enumerate(dig(choice, "message", "tool_calls") or []):
            tool = seen.tool(index, dig(call, "function", "name"))
            tool.arguments, tool.complete = dig(call, "function", "arguments"), True
        seen.stop(dig(choice, "finish_reason"))
