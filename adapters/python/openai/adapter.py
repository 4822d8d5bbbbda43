"""Drives `openai`, OpenAI's SDK for Python, over Chat Completions and Responses.

The stop reason of a response is its `status`, or the reason in `incomplete_details` where that status is `incomplete`.
A failure that the SDK hands over as an item (the `error` event, `response.failed`, a final response that failed) is
reported as such; its fields are those of the item.
"""

from __future__ import annotations

import sys
from operator import methodcaller
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

import openai

from handler import AnswerFailed, respond
from handler import chat as handled
from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_clients import unpooled
from streamspec_dialects import FINISHED, read_chat_chunk
from streamspec_observation import Delivers, Reads, Seen, attribute, body, described, dig, header, text_kept, told

CREATED: Final[dict[str, Delivers]] = {"create-sync": "events", "create-async": "events", "handler": "final"}
HELPED: Final[dict[str, Delivers]] = {
    "stream-sync": "events",
    "stream-async": "events",
    "final-sync": "final",
    "final-async": "final",
}

# Those of `AnswerFailed`, the handler's own exception, are among them.
# An `APIError` raised in mid-stream has neither `status_code` nor `response`; some servers put a number into its body.
READS: Final[Reads] = {
    "status": (attribute("status_code"), attribute("status"), body("status_code", only=int), body("code", only=int)),
    "type": (attribute("type"),),
    "code": (attribute("code"),),
    "request_id": (attribute("request_id"),),
    "retry_after": (header("retry-after"),),
    "retryable": (attribute("retryable"),),
}

# The chat helper accepts strict tools only.
FUNCTION: Final[dict[str, Any]] = {
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
PROMPT: Final = "Say hello, or ask for the weather in Paris."
CHAT: Final[dict[str, Any]] = {"model": "gpt-5.2", "messages": [{"role": "user", "content": PROMPT}]}
CHAT_TOOLS: Final[list[dict[str, Any]]] = [{"type": "function", "function": FUNCTION}]
RESPONSES: Final[dict[str, Any]] = {"model": "gpt-5.2", "input": PROMPT}
RESPONSES_TOOLS: Final[list[dict[str, Any]]] = [{"type": "function", **FUNCTION}]

KEY: Final = "no-key"
SYNC_HTTP, ASYNC_HTTP = unpooled(openai)
SYNC: Final = openai.OpenAI(api_key=KEY, http_client=SYNC_HTTP)
ASYNC: Final = openai.AsyncOpenAI(api_key=KEY, http_client=ASYNC_HTTP)


def read_chat_event(seen: Seen, event: Any) -> None:
    """An event of the chat helper; its `chunk` events repeat what the others say, but for the finish reason."""
    match dig(event, "type"):
        case "chunk":
            for choice in dig(event, "chunk", "choices") or []:
                seen.stop(dig(choice, "finish_reason"))
        case "content.delta":
            seen.say(dig(event, "delta"))
        case "tool_calls.function.arguments.delta":
            seen.tool(dig(event, "index"), dig(event, "name")).arguments = dig(event, "arguments")
        case "tool_calls.function.arguments.done":
            tool = seen.tool(dig(event, "index"), dig(event, "name"))
            tool.arguments, tool.complete = parsed_arguments(event), True


def read_completion(seen: Seen, completion: Any) -> None:
    """The finished chat completion."""
    for choice in dig(completion, "choices") or []:
        seen.say(dig(choice, "message", "content"))
        for index, call in enumerate(dig(choice, "message", "tool_calls") or []):
            tool = seen.tool(index, dig(call, "function", "name"))
            tool.arguments, tool.complete = parsed_arguments(dig(call, "function")), True
        seen.stop(dig(choice, "finish_reason"))


def parsed_arguments(call: Any) -> object:
    """A tool call's arguments as the SDK parsed them, or else as text."""
    parsed = dig(call, "parsed_arguments")
    return dig(call, "arguments") if parsed is None else parsed


def read_response_event(seen: Seen, event: Any) -> None:
    """An event of a response; the helper yields the same ones, some of them with more in them."""
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
        case "error":
            fields = {"code": told("code", dig(event, "code"), "attribute")}
            seen.failed_item(described(event, seen.site, str(dig(event, "message") or ""), fields))
        case "response.completed":
            # Carries the whole answer, so it finishes calls that had no done event of their own.
            for place, whole in enumerate(dig(event, "response", "output") or []):
                if dig(whole, "type") == "function_call":
                    tool = seen.tool(place, dig(whole, "name"))
                    tool.arguments, tool.complete = parsed_arguments(whole) or tool.arguments, True
    read_status(seen, event, dig(event, "response"))


def read_response(seen: Seen, response: Any) -> None:
    """The finished response."""
    for index, item in enumerate(dig(response, "output") or []):
        if dig(item, "type") == "function_call":
            tool = seen.tool(index, dig(item, "name"))
            tool.arguments, tool.complete = parsed_arguments(item), dig(item, "status") in (None, "completed")
        for part in dig(item, "content") or [] if dig(item, "type") == "message" else []:
            if dig(part, "type") == "output_text":
                seen.say(dig(part, "text"))
    read_status(seen, response, response)


def read_status(seen: Seen, item: Any, response: Any) -> None:
    """The status of a response once it is over, and its error if it failed."""
    status = dig(response, "status")
    if status not in ("queued", "in_progress"):
        seen.stop(dig(response, "incomplete_details", "reason") if status == "incomplete" else status)
    if dig(item, "type") == "response.failed" or status == "failed":
        error = dig(response, "error")
        fields = {key: told(key, dig(error, key), "attribute") for key in ("type", "code")}
        seen.failed_item(described(item, seen.site, str(dig(error, "message") or ""), fields))


def helper(client: Any) -> Any:
    """`chat.completions.stream`, which began under `beta`; none in the first versions."""
    return dig(client, "chat", "completions", "stream") or dig(client, "beta", "chat", "completions", "stream")


def read_handled(seen: Seen, answer: tuple[str, str, dict[int, list[str]]]) -> None:
    """What the handler made of a chat completion."""
    text, finish_reason, calls = answer
    seen.say(text)
    for index, (name, arguments) in calls.items():
        tool = seen.tool(index, name)
        tool.arguments, tool.complete = arguments, finish_reason in FINISHED
    seen.stop(finish_reason)


def plan(run: Run) -> Plan:
    """The call, in the SDK's words; both clients have the same methods."""
    shared: Any = ASYNC if run.is_async else SYNC
    timeout = run.timeout_ms / 1000
    client = shared.with_options(base_url=f"{run.base_url}/v1", timeout=timeout, max_retries=run.max_retries)
    tool, kind = run.ask == "tool", run.surface.split("-")[0]
    if run.api == "openai-chat":
        asked = {**CHAT, "tools": CHAT_TOOLS} if tool else CHAT
        return {
            "handler": Plan(lambda: asked, read_handled, final=lambda asked: handled(client, **asked), kept=text_kept),
            "create": Plan(lambda: client.chat.completions.create(stream=True, **asked), read_chat_chunk),
            "stream": Plan(lambda: helper(client)(**asked), read_chat_event),
            "final": Plan(lambda: helper(client)(**asked), read_completion, final=methodcaller("get_final_completion")),
        }[kind]
    asked = {**RESPONSES, "tools": RESPONSES_TOOLS} if tool else RESPONSES
    return {
        "handler": Plan(lambda: asked, read_response, final=lambda asked: respond(client, **asked), kept=text_kept),
        "create": Plan(lambda: client.responses.create(stream=True, **asked), read_response_event),
        "stream": Plan(lambda: client.responses.stream(**asked), read_response_event),
        "final": Plan(
            lambda: client.responses.stream(**asked), read_response, final=methodcaller("get_final_response")
        ),
    }[kind]


if __name__ == "__main__":
    serve(
        Sdk(
            name="openai",
            version=openai.__version__,
            error_base=(openai.OpenAIError, AnswerFailed),
            # Looking at `responses` itself imports it, which can fail.
            apis=["openai-chat", *(["openai-responses"] if "responses" in dir(SYNC) else [])],
            surfaces=CREATED | (HELPED if helper(SYNC) else {}),
            plan=plan,
            reads=READS,
        )
    )
