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
from streamspec_adapter import CAPABILITIES, Plan, Run, Sdk, serve
from streamspec_clients import Clients
from streamspec_dialects import (
    CHAT_TOKENS,
    TOOL_DESCRIPTION,
    TOOL_NAME,
    TOOL_PARAMETERS,
    arguments_of,
    first,
    read_chat_chunk,
    read_chat_completion,
    read_chat_finish,
    read_finished_response,
    read_response_item,
    say_content,
    say_thoughts,
)
from streamspec_errors import BODY, Reads, attribute
from streamspec_observation import Observer, dig, text_kept
from streamspec_openai import READS
from streamspec_tables import DIALECTS

# Those of `AnswerFailed`, the handler's own exception, are among them.
OWN: Final[Reads] = {
    **READS,
    "status": (attribute("status_code"), attribute("status"), BODY),
    "retryable": (attribute("retryable"),),
}

# The chat helper accepts strict tools only.
FUNCTION: Final[dict[str, Any]] = {
    "name": TOOL_NAME,
    "description": TOOL_DESCRIPTION,
    "strict": True,
    "parameters": TOOL_PARAMETERS,
}
MODEL: Final = DIALECTS["openai-chat"]["model"]
CHAT_TOOLS: Final[list[dict[str, Any]]] = [{"type": "function", "function": FUNCTION}]
RESPONSES_TOOLS: Final[list[dict[str, Any]]] = [{"type": "function", **FUNCTION}]

CLIENTS: Final = Clients(openai, openai.OpenAI, openai.AsyncOpenAI)


def read_chat_event(seen: Observer, event: Any) -> None:
    """Reads an event of the chat helper; its `chunk` events repeat what the others say, but for some fields."""
    match dig(event, "type"):
        case "chunk":
            seen.count(dig(event, "chunk", "usage"), CHAT_TOKENS)
            for choice in first(dig(event, "chunk", "choices")):
                say_thoughts(seen, dig(choice, "delta"))
                read_chat_finish(seen, choice)
        case "refusal.delta":
            seen.refuse(dig(event, "delta"))
        case "content.delta":
            say_content(seen, dig(event, "delta"))
        case "tool_calls.function.arguments.delta":
            seen.tool(dig(event, "index"), dig(event, "name")).arguments = dig(event, "arguments")
        case "tool_calls.function.arguments.done":
            tool = seen.tool(dig(event, "index"), dig(event, "name"))
            tool.arguments, tool.over = arguments_of(event), True


def helper(client: Any) -> Any:
    """`chat.completions.stream`, which began under `beta`; none in the first versions."""
    return dig(client, "chat", "completions", "stream") or dig(client, "beta", "chat", "completions", "stream")


def has(surface: str, api: str) -> bool:
    """Whether this version has Responses, which came late, and the helper behind two kinds of surfaces."""
    # Looking at `responses` itself imports it, which can fail.
    known = api != "openai-responses" or "responses" in dir(CLIENTS.sync)
    return known and (not surface.startswith(("stream", "final")) or bool(helper(CLIENTS.sync)))


def read_handled(seen: Observer, answer: tuple[str, str, dict[int, list[str]]]) -> None:
    """Reads what the handler made of a chat completion."""
    text, finish_reason, calls = answer
    seen.say(text)
    for index, (name, arguments) in calls.items():
        tool = seen.tool(index, name)
        tool.arguments, tool.over = arguments, True
    seen.stop(finish_reason)


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words."""
    client = CLIENTS.of(run, f"{run.base_url}/v1")
    tool, kind = run.ask == "tool", run.surface.split("-")[0]
    if run.api == "openai-chat":
        asked: dict[str, Any] = {"model": MODEL, "messages": run.messages, "stream_options": {"include_usage": True}}
        asked |= {"tools": CHAT_TOOLS} if tool else {}
        return {
            "handler": Plan(lambda: asked, read_handled, final=lambda asked: handled(client, **asked), kept=text_kept),
            "create": Plan(lambda: client.chat.completions.create(stream=True, **asked), read_chat_chunk),
            "stream": Plan(lambda: helper(client)(**asked), read_chat_event),
            "final": Plan(
                lambda: helper(client)(**asked), read_chat_completion, final=methodcaller("get_final_completion")
            ),
        }[kind]
    asked = {"model": DIALECTS["openai-responses"]["model"], "input": run.prompt}
    asked |= {"tools": RESPONSES_TOOLS} if tool else {}
    return {
        "handler": Plan(
            lambda: asked,
            read_finished_response,
            final=lambda asked: respond(client, **asked),
            kept=text_kept,
            also_shows=("usage", "thinking", "refusal"),
        ),
        "create": Plan(lambda: client.responses.create(stream=True, **asked), read_response_item),
        "stream": Plan(lambda: client.responses.stream(**asked), read_response_item),
        "final": Plan(
            lambda: client.responses.stream(**asked), read_finished_response, final=methodcaller("get_final_response")
        ),
    }[kind]


if __name__ == "__main__":
    serve(
        Sdk(
            version=openai.__version__,
            error_base=(openai.OpenAIError, AnswerFailed),
            plan=plan,
            reads=OWN,
            capabilities=(*CAPABILITIES, "headers"),
            has=has,
        )
    )
