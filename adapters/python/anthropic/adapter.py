"""Drives `anthropic`, Anthropic's SDK for Python, over the Messages API."""

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
from streamspec_dialects import ANTHROPIC_TOOL, MESSAGES, read_message, read_message_event
from streamspec_observation import BODY, Reads, Seen, attribute, header, text_kept

# Those of `AnswerFailed`, the handler's own exception, are among them.
# `type`, `error_code` and `request_id` are attributes of `APIStatusError` alone; `body` is one of every `APIError`.
READS: Final[Reads] = {
    "status": (attribute("status_code"), attribute("status"), BODY),
    "type": (attribute("type"), BODY),
    "code": (attribute("error_code"), BODY),
    "request_id": (attribute("request_id"), BODY, header("request-id")),
    "retry_after": (header("retry-after"),),
    "retryable": (attribute("retryable"),),
}

REQUEST: Final[dict[str, Any]] = {"model": "claude-sonnet-4-6", "max_tokens": 1024, "messages": MESSAGES}
TOOLS: Final[list[dict[str, Any]]] = [ANTHROPIC_TOOL]

KEY: Final = "no-key"
SYNC_HTTP, ASYNC_HTTP = unpooled(anthropic)
SYNC: Final = anthropic.Anthropic(api_key=KEY, http_client=SYNC_HTTP)
ASYNC: Final = anthropic.AsyncAnthropic(api_key=KEY, http_client=ASYNC_HTTP)
# The first versions have no parameter for tools.
TOOLS_KNOWN: Final = "tools" in inspect.signature(SYNC.messages.create).parameters


def plan(run: Run) -> Plan:
    """The call, in the SDK's words; both clients have the same methods."""
    shared: Any = ASYNC if run.is_async else SYNC
    client = shared.with_options(base_url=run.base_url, timeout=run.timeout_ms / 1000, max_retries=run.max_retries)
    declared = {"tools": TOOLS} if TOOLS_KNOWN else {"extra_body": {"tools": TOOLS}}
    request = {**REQUEST, **declared} if run.ask == "tool" else REQUEST
    if run.surface == "handler":
        return Plan(lambda: request, read_message, final=lambda asked: answer(client, **asked), kept=text_kept)
    return {
        "create": Plan(lambda: client.messages.create(stream=True, **request), read_message_event),
        "stream": Plan(lambda: client.messages.stream(**request), read_message_event),
        "text": Plan(lambda: client.messages.stream(**request), Seen.say, items=attrgetter("text_stream")),
        "final": Plan(lambda: client.messages.stream(**request), read_message, final=methodcaller("get_final_message")),
    }[run.surface.split("-")[0]]


if __name__ == "__main__":
    serve(
        Sdk(
            version=anthropic.__version__,
            error_base=(anthropic.AnthropicError, AnswerFailed),
            plan=plan,
            reads=READS,
        )
    )
