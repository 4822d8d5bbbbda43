"""Readers of items in the dialects' own shapes, for SDKs that hand these out as objects or as parsed JSON."""

from __future__ import annotations

import re
from typing import Any, Final

from streamspec_errors import described, reading
from streamspec_observation import ABSENT, Observer, Tokens, Tool, dig, text_of
from streamspec_tables import DIALECTS, QUESTION, StopReasons

TOOL_NAME: Final = QUESTION["tool"]["name"]
TOOL_DESCRIPTION: Final = QUESTION["tool"]["description"]
# A strict tool has to say that it takes nothing else.
TOOL_PARAMETERS: Final[dict[str, Any]] = {**QUESTION["tool"]["parameters"], "additionalProperties": False}
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
CONVERSE_TOOL: Final[dict[str, Any]] = {
    "toolSpec": {
        "name": TOOL_NAME,
        "description": TOOL_DESCRIPTION,
        "inputSchema": {"json": TOOL_PARAMETERS},
    }
}
RESPONSES_TOOL: Final[dict[str, Any]] = {
    "type": "function",
    "name": TOOL_NAME,
    "description": TOOL_DESCRIPTION,
    "parameters": TOOL_PARAMETERS,
}

# With these a chat completion says that its calls are over; any other reason cuts them all.
FINISHED: Final = DIALECTS["openai-chat"]["stop_reasons"]["end_calls"]
# The words with which a message says that its calls are over, or was cut in its last block.
MESSAGES: Final = DIALECTS["anthropic-messages"]["stop_reasons"]
CONVERSE: Final = DIALECTS["bedrock-converse"]["stop_reasons"]
# With these a candidate of Gemini's says that its calls are over; any other reason cuts them all.
STOPPED: Final = DIALECTS["gemini-generate"]["stop_reasons"]["end_calls"]

# With these an answer of Cohere's says that its calls are over, or was cut in its last part.
COHERE: Final = DIALECTS["cohere-chat"]["stop_reasons"]

# The names of the numbers of tokens.
CHAT_TOKENS: Final[Tokens] = ("prompt_tokens", "completion_tokens")
MESSAGE_TOKENS: Final[Tokens] = ("input_tokens", "output_tokens")
RESPONSE_TOKENS: Final[Tokens] = ("input_tokens", "output_tokens")
GEMINI_TOKENS: Final[Tokens] = ("prompt_token_count", "candidates_token_count")
CONVERSE_TOKENS: Final[Tokens] = ("inputTokens", "outputTokens")
OLLAMA_TOKENS: Final[Tokens] = ("prompt_eval_count", "eval_count")
COHERE_TOKENS: Final[Tokens] = ("input_tokens", "output_tokens")


def first(choices: Any) -> list[Any]:
    """Returns the one choice or candidate that was asked for, if it is there."""
    return [choice for choice in choices or [] if dig(choice, "index") in (None, 0)]


def say_content(seen: Observer, content: Any) -> None:
    """Reads the text of a chat completion, which some servers send in parts."""
    for part in content if isinstance(content, list) else []:
        if dig(part, "type") == "text":
            seen.say(dig(part, "text"))
    seen.say(content)


def say_apart(seen: Observer, message: Any) -> None:
    """Reads what a chat message or its delta has apart from the text: a refusal, and the model's thoughts."""
    seen.refuse(dig(message, "refusal"))
    say_thoughts(seen, message)


def say_thoughts(seen: Observer, message: Any) -> None:
    """Reads the model's thoughts, which have two names; a vendor that sends both sends the same twice."""
    thoughts = dig(message, "reasoning_content")
    seen.think(thoughts if isinstance(thoughts, str) else dig(message, "reasoning"))


def arguments_of(call: Any) -> object:
    """Returns a tool call's arguments as the SDK parsed them, or else as text."""
    parsed = dig(call, "parsed_arguments")
    return dig(call, "arguments") if parsed is None else parsed


def read_chat_finish(seen: Observer, choice: Any) -> None:
    """Reads the finish reason of a choice, which ends the calls or cuts them."""
    finish_reason = dig(choice, "finish_reason")
    seen.stop(finish_reason)
    for tool in seen.begun_tools() if finish_reason else []:
        tool.over, tool.cut = True, finish_reason not in FINISHED


def read_chat_chunk(seen: Observer, chunk: Any) -> None:
    """Reads a chunk of a chat completion."""
    seen.count(dig(chunk, "usage"), CHAT_TOKENS)
    for choice in first(dig(chunk, "choices")):
        say_content(seen, dig(choice, "delta", "content"))
        say_apart(seen, dig(choice, "delta"))
        for piece in dig(choice, "delta", "tool_calls") or []:
            seen.tool(dig(piece, "index"), dig(piece, "function", "name")).add(dig(piece, "function", "arguments"))
        read_chat_finish(seen, choice)


def read_chat_completion(seen: Observer, completion: Any) -> None:
    """Reads a finished chat completion."""
    seen.count(dig(completion, "usage"), CHAT_TOKENS)
    for choice in first(dig(completion, "choices")):
        say_content(seen, dig(choice, "message", "content"))
        say_apart(seen, dig(choice, "message"))
        for index, call in enumerate(dig(choice, "message", "tool_calls") or []):
            tool = seen.tool(index, dig(call, "function", "name"))
            tool.arguments, tool.over = arguments_of(dig(call, "function")), True
        read_chat_finish(seen, choice)


def read_message_event(seen: Observer, event: Any) -> None:
    """Reads an event of Anthropic's Messages; with the end of a block some SDKs hand over what they have parsed."""
    index = dig(event, "index")
    tool = seen.open_tool(index)
    match dig(event, "type"):
        case "message_start":
            # One that was whole before it was streamed begins with its content and its stop reason.
            message = dig(event, "message")
            read_message(seen, message, finished=dig(message, "stop_reason") is not None)
        case "content_block_start":
            read_block(seen, index, dig(event, "content_block"))
        case "content_block_delta":
            seen.say(dig(event, "delta", "text"))
            seen.think(dig(event, "delta", "thinking"))
            if tool is not None:
                tool.add(dig(event, "delta", "partial_json"))
        case "content_block_stop" if tool is not None:
            tool.over = True
            if (parsed := dig(event, "content_block", "input")) is not None:
                tool.arguments = parsed
        case "message_delta":
            read_message_stop(seen, dig(event, "delta", "stop_reason"))
            seen.count(dig(event, "usage"), MESSAGE_TOKENS)


def read_message(seen: Observer, message: Any, *, finished: bool = True) -> None:
    """Reads a message of Anthropic's with the content that it has."""
    for index, block in enumerate(dig(message, "content") or []):
        if (tool := read_block(seen, index, block)) is not None:
            tool.over = finished
    read_message_stop(seen, dig(message, "stop_reason"))
    seen.count(dig(message, "usage"), MESSAGE_TOKENS)


def read_block(seen: Observer, index: object, block: Any) -> Tool | None:
    """Reads a content block as far as it has come; returns its tool call, unless a tool of the server is called."""
    seen.last_block = index
    seen.say(dig(block, "text"))
    seen.think(dig(block, "thinking"))
    if dig(block, "type") != "tool_use":
        return None
    tool = seen.tool(index, dig(block, "name"))
    tool.arguments = dig(block, "input")
    return tool


def read_message_stop(seen: Observer, reason: Any, words: StopReasons = MESSAGES) -> None:
    """Reads the stop reason of a message, which may end the calls, or cut the one in the last block."""
    seen.stop(reason)
    if reason in words["end_calls"]:
        for tool in seen.begun_tools():
            tool.over = True
    if reason in words["limits"] and (last := seen.open_tool(seen.last_block)) is not None:
        last.cut = True


def read_converse_event(seen: Observer, event: Any) -> None:
    """Reads an event of Bedrock's ConverseStream, whose one member has its name; a tool of the server is no call."""
    seen.count(dig(event, "metadata", "usage"), CONVERSE_TOKENS)
    read_message_stop(seen, dig(event, "messageStop", "stopReason"), CONVERSE)
    for member in ("contentBlockStart", "contentBlockDelta", "contentBlockStop"):
        if (block := dig(event, member)) is None:
            continue
        index, delta = dig(block, "contentBlockIndex"), dig(block, "delta")
        seen.last_block = index
        use = dig(block, "start", "toolUse")
        if use is not None and dig(use, "type") != "server_tool_use":
            seen.tool(index, dig(use, "name"))
        seen.say(dig(delta, "text"))
        seen.think(dig(delta, "reasoningContent", "text"))
        if (tool := seen.open_tool(index)) is not None:
            tool.add(dig(delta, "toolUse", "input"))
            tool.over = tool.over or member == "contentBlockStop"


def read_response_event(seen: Observer, event: Any) -> None:
    """Reads an event of OpenAI's Responses; the stop reason is the status, or why it is incomplete."""
    kind, index, item = dig(event, "type"), dig(event, "output_index"), dig(event, "item")
    match kind:
        case "response.output_text.delta":
            seen.say(dig(event, "delta"))
        case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
            seen.think(dig(event, "delta"))
        case "response.refusal.delta":
            seen.refuse(dig(event, "delta"))
        case "response.output_item.added":
            read_call(seen, index, item)
        case "response.output_item.done":
            read_whole_call(seen, index, item)
        case "response.function_call_arguments.delta":
            seen.tool(index).add(dig(event, "delta"))
        case "response.function_call_arguments.done":
            tool = seen.tool(index, dig(event, "name"))
            tool.arguments, tool.over = dig(event, "arguments") or tool.arguments, True
        case "response.completed" | "response.incomplete":
            # Carries the whole answer, so it finishes calls that had no done event of their own.
            read_output(seen, dig(event, "response", "output"))
    read_status(seen, dig(event, "response"))


def read_response(seen: Observer, response: Any) -> None:
    """Reads a finished response."""
    for item in dig(response, "output") or []:
        is_message = dig(item, "type") == "message"
        for part in [*(dig(item, "summary") or []), *(dig(item, "content") or [])]:
            match dig(part, "type"):
                case "output_text" if is_message:
                    seen.say(dig(part, "text"))
                case "refusal" if is_message:
                    seen.refuse(dig(part, "refusal"))
                case "summary_text" | "reasoning_text" if not is_message:
                    seen.think(dig(part, "text"))
    read_output(seen, dig(response, "output"))
    read_status(seen, response)


def read_call(seen: Observer, place: object, item: Any) -> Tool | None:
    """Reads the tool call that an output item is; whatever else is called there the provider executes itself."""
    if dig(item, "type") != "function_call":
        return None
    tool = seen.tool(place, dig(item, "name"))
    tool.arguments = arguments_of(item) or tool.arguments
    return tool


def read_whole_call(seen: Observer, place: object, item: Any) -> None:
    """Reads the tool call that an ended output item is; its status may say that it was cut."""
    if (tool := read_call(seen, place, item)) is not None:
        tool.over, tool.status = True, dig(item, "status")
        tool.cut = tool.status in ("incomplete", "in_progress")


def read_output(seen: Observer, output: Any) -> None:
    """Reads the calls of an answer that has ended."""
    for place, item in enumerate(output or []):
        read_whole_call(seen, place, item)


def read_status(seen: Observer, response: Any) -> None:
    """Reads the status of a response once it is over, and its numbers of tokens.

    A call that stays in progress is whole where the response completed: so does one that the model's own code makes.
    """
    seen.count(dig(response, "usage"), RESPONSE_TOKENS)
    status = dig(response, "status")
    if status not in ("queued", "in_progress"):
        seen.stop(dig(response, "incomplete_details", "reason") if status == "incomplete" else status)
    for tool in seen.begun_tools() if status == "completed" else []:
        tool.cut = tool.cut and tool.status != "in_progress"


def read_response_item(seen: Observer, event: Any) -> None:
    """Reads an event of Responses, which may hand over the failure."""
    read_response_event(seen, event)
    read_response_failure(seen, event)


def read_response_failure(seen: Observer, event: Any) -> None:
    """Reads the failure that an event of Responses may be."""
    kind, response = dig(event, "type"), dig(event, "response")
    if kind == "error":
        nested = dig(event, "error")
        failed_item(seen, event, event if nested is None else nested)
    elif kind == "response.failed" or dig(response, "status") == "failed":
        failed_item(seen, event, dig(response, "error"))


def read_finished_response(seen: Observer, response: Any) -> None:
    """Reads a finished response, which may be one that failed."""
    read_response(seen, response)
    if dig(response, "status") == "failed":
        failed_item(seen, response, dig(response, "error"))


def failed_item(seen: Observer, item: Any, error: Any) -> None:
    """Describes a failure that was handed over as an item; its fields are those of the error in it."""
    # The type of an event is not the error's.
    keys = ("code",) if error is item or error is None else ("type", "code")
    empty = None if error is None else ABSENT
    said = {key: error.get(key, empty) if isinstance(error, dict) else getattr(error, key, empty) for key in keys}
    fields = {key: reading(key, value, "attribute") for key, value in said.items() if value is not ABSENT}
    message = error if isinstance(error, str) else dig(error, "message")
    seen.failed_item(described(item, seen.site, "" if message is None else text_of(message), fields))


def read_gemini_chunk(seen: Observer, chunk: Any) -> None:
    """Reads a `GenerateContentResponse` of Gemini, with names as on the wire or as in Python.

    Calls come whole, and are over when the candidate says so.
    """
    seen.stop(either(either(chunk, "prompt_feedback"), "block_reason"))
    usage = either(chunk, "usage_metadata")
    seen.count({name: either(usage, name) for name in GEMINI_TOKENS}, GEMINI_TOKENS)
    for candidate in first(dig(chunk, "candidates")):
        for part in dig(candidate, "content", "parts") or []:
            (seen.think if dig(part, "thought") else seen.say)(dig(part, "text"))
            if (call := either(part, "function_call")) is not None:
                seen.tool(len(seen.begun_tools()), dig(call, "name")).arguments = dig(call, "args") or {}
        finish_reason = either(candidate, "finish_reason")
        seen.stop(finish_reason)
        for tool in seen.begun_tools() if finish_reason else []:
            tool.over, tool.cut = True, finish_reason not in STOPPED


def read_ollama_part(seen: Observer, part: Any) -> None:
    """Reads a part of Ollama's chat; calls come whole, and are over when the answer is done, whatever the reason."""
    message = dig(part, "message")
    seen.say(dig(message, "content"))
    seen.think(dig(message, "thinking"))
    for call in dig(message, "tool_calls") or []:
        function = dig(call, "function")
        seen.tool(len(seen.begun_tools()), dig(function, "name")).arguments = dig(function, "arguments") or {}
    seen.stop(dig(part, "done_reason"))
    seen.count(part, OLLAMA_TOKENS)
    for tool in seen.begun_tools() if dig(part, "done") else []:
        tool.over = True


def read_cohere_event(seen: Observer, event: Any) -> None:
    """Reads an event of Cohere's chat; its numbers of tokens may be floats, as the schema has them."""
    index, message = dig(event, "index"), dig(event, "delta", "message")
    function = dig(message, "tool_calls", "function")
    match dig(event, "type"):
        case "content-start" | "content-delta":
            seen.last_block = None
            seen.say(dig(message, "content", "text"))
            seen.think(dig(message, "content", "thinking"))
        case "tool-plan-delta":
            seen.think(dig(message, "tool_plan"))
        case "tool-call-start":
            seen.last_block = index
            seen.tool(index, dig(function, "name")).add(dig(function, "arguments"))
        case "tool-call-delta" if (tool := seen.open_tool(index)) is not None:
            tool.add(dig(function, "arguments"))
        case "tool-call-end" if (tool := seen.open_tool(index)) is not None:
            tool.over = True
        case "message-end":
            read_message_stop(seen, dig(event, "delta", "finish_reason"), COHERE)
            tokens = {name: dig(event, "delta", "usage", "tokens", name) for name in COHERE_TOKENS}
            whole = {name: int(n) for name, n in tokens.items() if isinstance(n, int | float) and n == n // 1}
            seen.count(whole, COHERE_TOKENS)


def read_cohere_item(seen: Observer, event: Any) -> None:
    """Reads an event of Cohere's chat, which may hand over the failure."""
    read_cohere_event(seen, event)
    delta = dig(event, "delta")
    if dig(event, "type") == "message-end" and (dig(delta, "error") or dig(delta, "finish_reason") == "ERROR"):
        failed_item(seen, event, dig(delta, "error"))


def either(value: Any, name: str) -> Any:
    """Returns an attribute, or a key as JSON writes it."""
    found = dig(value, name)
    return dig(value, re.sub("_(.)", lambda match: match[1].upper(), name)) if found is None else found
