"""Readers of items in the dialects' own shapes, for SDKs that hand these out as objects or as parsed JSON."""

from __future__ import annotations

from typing import Any, Final

from streamspec_observation import Seen, described, dig, told

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
ANTHROPIC_TOOL: Final[dict[str, Any]] = {
    "name": TOOL_NAME,
    "description": TOOL_DESCRIPTION,
    "input_schema": TOOL_PARAMETERS,
}
RESPONSES_TOOL: Final[dict[str, Any]] = {
    "type": "function",
    "name": TOOL_NAME,
    "description": TOOL_DESCRIPTION,
    "parameters": TOOL_PARAMETERS,
}

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


def read_message_event(seen: Seen, event: Any) -> None:
    """An event of Anthropic's Messages."""
    index = dig(event, "index")
    tool = seen.open_tool(index)
    match dig(event, "type"):
        case "message_start":
            seen.stop(dig(event, "message", "stop_reason"))
        case "content_block_start":
            block = dig(event, "content_block")
            seen.say(dig(block, "text"))
            if dig(block, "type") == "tool_use":
                seen.tool(index, dig(block, "name")).arguments = dig(block, "input") or ""
        case "content_block_delta":
            seen.say(dig(event, "delta", "text"))
            if tool is not None and isinstance(piece := dig(event, "delta", "partial_json"), str):
                tool.arguments = (tool.arguments if isinstance(tool.arguments, str) else "") + piece
        case "content_block_stop" if tool is not None:
            tool.complete = True
        case "message_delta":
            seen.stop(dig(event, "delta", "stop_reason"))


def read_response_event(seen: Seen, event: Any) -> None:
    """An event of OpenAI's Responses; the stop reason is the status, or why it is incomplete."""
    kind, index, item = dig(event, "type"), dig(event, "output_index"), dig(event, "item")
    match kind:
        case "response.output_text.delta":
            seen.say(dig(event, "delta"))
        case "response.output_item.added" | "response.output_item.done" if dig(item, "type") == "function_call":
            tool = seen.tool(index, dig(item, "name"))
            tool.arguments = dig(item, "arguments") or tool.arguments
            tool.complete = tool.complete or (kind.endswith(".done") and dig(item, "status") != "incomplete")
        case "response.function_call_arguments.delta":
            tool = seen.tool(index)
            tool.arguments = str(tool.arguments) + str(dig(event, "delta") or "")
        case "response.function_call_arguments.done":
            tool = seen.tool(index, dig(event, "name"))
            tool.arguments, tool.complete = dig(event, "arguments") or tool.arguments, True
        case "response.completed":
            # Carries the whole answer, so it finishes calls that had no done event of their own.
            for place, whole in enumerate(dig(event, "response", "output") or []):
                if dig(whole, "type") == "function_call":
                    tool = seen.tool(place, dig(whole, "name"))
                    tool.arguments, tool.complete = dig(whole, "arguments") or tool.arguments, True
    status = dig(event, "response", "status")
    if status not in ("queued", "in_progress"):
        seen.stop(dig(event, "response", "incomplete_details", "reason") if status == "incomplete" else status)


def read_response_item(seen: Seen, event: Any) -> None:
    """An event of Responses, which may hand over the failure."""
    read_response_event(seen, event)
    if dig(event, "type") in ("error", "response.failed"):
        error = event if dig(event, "type") == "error" else dig(event, "response", "error")
        fields = {"code": told("code", dig(error, "code"), "attribute")}
        seen.failed_item(described(event, seen.site, str(dig(error, "message") or ""), fields))


def read_gemini_chunk(seen: Seen, chunk: Any) -> None:
    """A `GenerateContentResponse` of Gemini; calls come whole, and are over when the candidate says so."""
    seen.stop(dig(chunk, "promptFeedback", "blockReason"))
    for candidate in dig(chunk, "candidates") or []:
        for part in dig(candidate, "content", "parts") or []:
            if not dig(part, "thought"):
                seen.say(dig(part, "text"))
            if (call := dig(part, "functionCall")) is not None:
                tool = seen.tool(len(seen.tools or {}), dig(call, "name"))
                tool.arguments = dig(call, "args") or {}
        finish_reason = dig(candidate, "finishReason")
        seen.stop(finish_reason)
        for tool in (seen.tools or {}).values():
            tool.complete = tool.complete or finish_reason == "STOP"
