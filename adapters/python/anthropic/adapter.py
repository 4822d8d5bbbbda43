"""Drives `anthropic`, Anthropic's SDK for Python, over the Messages API."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

import anthropic

from handler import AnswerFailed, answer
from streamspec_adapter import CAPABILITIES, Plan, Run, Sdk, serve
from streamspec_anthropic import READS, plan_with, request_of
from streamspec_clients import Clients
from streamspec_dialects import ANTHROPIC_TOOL, read_message
from streamspec_errors import BODY, Reads, attribute
from streamspec_observation import text_kept

# Those of `AnswerFailed`, the handler's own exception, are among them.
HANDLED: Final[Reads] = {
    "status": (attribute("status_code"), attribute("status"), BODY),
    "retryable": (attribute("retryable"),),
}

TOOLS: Final[list[dict[str, Any]]] = [ANTHROPIC_TOOL]

CLIENTS: Final = Clients(anthropic, anthropic.Anthropic, anthropic.AsyncAnthropic)
# The first versions have no parameter for tools.
TOOLS_KNOWN: Final = "tools" in inspect.signature(CLIENTS.sync.messages.create).parameters


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words."""
    client = CLIENTS.of(run, run.base_url)
    declared = {"tools": TOOLS} if TOOLS_KNOWN else {"extra_body": {"tools": TOOLS}}
    request = request_of(run)
    if run.ask == "tool":
        request |= declared
    if run.surface == "handler":
        return Plan(lambda: request, read_message, final=lambda asked: answer(client, **asked), kept=text_kept)
    return plan_with(run, client, request)


if __name__ == "__main__":
    serve(
        Sdk(
            version=anthropic.__version__,
            error_base=(anthropic.AnthropicError, AnswerFailed),
            plan=plan,
            reads={**READS, **HANDLED},
            capabilities=(*CAPABILITIES, "headers"),
        )
    )
