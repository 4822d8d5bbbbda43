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
from streamspec_adapter import CAPABILITIES, Plan, Run, Sdk, serve
from streamspec_clients import Clients
from streamspec_dialects import ANTHROPIC_TOOL, read_message, read_message_event
from streamspec_errors import BODY, Reads, attribute, header
from streamspec_observation import Observer, text_kept
from streamspec_tables import DIALECTS

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

MODEL: Final = DIALECTS["anthropic-messages"]["model"]
TOOLS: Final[list[dict[str, Any]]] = [ANTHROPIC_TOOL]

CLIENTS: Final = Clients(anthropic, anthropic.Anthropic, anthropic.AsyncAnthropic)
# The first versions have no parameter for tools.
TOOLS_KNOWN: Final = "tools" in inspect.signature(CLIENTS.sync.messages.create).parameters


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words."""
    client = CLIENTS.of(run, run.base_url)
    declared = {"tools": TOOLS} if TOOLS_KNOWN else {"extra_body": {"tools": TOOLS}}
    request: dict[str, Any] = {"model": MODEL, "max_tokens": 1024, "messages": run.messages}
    if run.ask == "tool":
        request |= declared
    if run.surface == "handler":
        return Plan(lambda: request, read_message, final=lambda asked: answer(client, **asked), kept=text_kept)
    return {
        "create": Plan(lambda: client.messages.create(stream=True, **request), read_message_event),
        "stream": Plan(lambda: client.messages.stream(**request), read_message_event),
        "text": Plan(lambda: client.messages.stream(**request), Observer.say, items=attrgetter("text_stream")),
        "final": Plan(lambda: client.messages.stream(**request), read_message, final=methodcaller("get_final_message")),
    }[run.surface.split("-")[0]]


if __name__ == "__main__":
    serve(
        Sdk(
            version=anthropic.__version__,
            error_base=(anthropic.AnthropicError, AnswerFailed),
            plan=plan,
            reads=READS,
            capabilities=(*CAPABILITIES, "headers"),
        )
    )
