"""Drives `anthropic[bedrock]`, Anthropic's SDK for Python, over Amazon Bedrock's InvokeModelWithResponseStream."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

import anthropic

from streamspec_adapter import CAPABILITIES, Plan, Run, Sdk, serve
from streamspec_anthropic import READS, plan_with, request_of
from streamspec_clients import Clients
from streamspec_dialects import ANTHROPIC_TOOL
from streamspec_errors import Read, Reads, header


def error_type(error: Any) -> object:
    """Returns the type in the header of a response, which stands before a colon and behind a namespace.

    https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization
    """
    said = header("x-amzn-errortype").get(error)
    return said.split(":")[0].split("#")[-1] if isinstance(said, str) else said


# Of a response, Bedrock says the type and its own request id in headers.
ANSWERED: Final[Reads] = {
    "type": (*READS["type"], Read("header", error_type)),
    "request_id": (*READS["request_id"], header("x-amzn-requestid")),
}

CLIENTS: Final = Clients(
    anthropic,
    partial(anthropic.AnthropicBedrock, aws_region="us-east-1"),
    partial(anthropic.AsyncAnthropicBedrock, aws_region="us-east-1"),
)


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words."""
    client = CLIENTS.of(run, run.base_url)
    tools = {"tools": [ANTHROPIC_TOOL]} if run.ask == "tool" else {}
    return plan_with(run, client, request_of(run) | tools)


if __name__ == "__main__":
    serve(
        Sdk(
            version=anthropic.__version__,
            error_base=anthropic.AnthropicError,
            plan=plan,
            reads={**READS, **ANSWERED},
            capabilities=(*CAPABILITIES, "headers"),
        )
    )
