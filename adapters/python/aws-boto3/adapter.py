"""Drives `boto3`, Amazon's SDK for Python, over Bedrock: ConverseStream, and InvokeModelWithResponseStream.

A caller reads event by event, with Anthropic's own events in the second one: the SDK has no finished answer of a
stream, and does not say whether one was whole.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

import boto3

from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_boto3 import ERROR_BASES, READS, bedrock_client
from streamspec_dialects import ANTHROPIC_TOOL, CONVERSE_TOOL, failed_item, read_converse_event, read_message_event
from streamspec_observation import Observer, dig
from streamspec_tables import DIALECTS


def messages_of(stream: Any) -> Iterator[Any]:
    """Yields what the chunks of a stream hold, parsed as the documents show; data that is no JSON raises."""
    for event in stream:
        if "chunk" in event:
            yield json.loads(event["chunk"]["bytes"])


def read_chunk(seen: Observer, event: Any) -> None:
    """Reads an event of Anthropic's, which may be the failure."""
    read_message_event(seen, event)
    if dig(event, "type") == "error":
        failed_item(seen, event, dig(event, "error"))


def converse(run: Run, client: Any) -> Plan:
    """Plans a call of ConverseStream."""
    request: dict[str, Any] = {
        "modelId": DIALECTS[run.api]["model"],
        "messages": [{"role": "user", "content": [{"text": run.prompt}]}],
    }
    if run.ask == "tool":
        request["toolConfig"] = {"tools": [CONVERSE_TOOL]}
    return Plan(lambda: closing(client.converse_stream(**request)["stream"]), read_converse_event)


def invoke(run: Run, client: Any) -> Plan:
    """Plans a call of InvokeModelWithResponseStream, for a model of Anthropic's."""
    body: dict[str, Any] = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 1024,
        "messages": run.messages,
    }
    if run.ask == "tool":
        body["tools"] = [ANTHROPIC_TOOL]
    request = {"modelId": DIALECTS[run.api]["model"], "body": json.dumps(body)}
    opened = client.invoke_model_with_response_stream
    return Plan(lambda: closing(opened(**request)["body"]), read_chunk, items=messages_of)


SURFACES: Final = {"converse": converse, "invoke": invoke}

if __name__ == "__main__":
    serve(
        Sdk(
            version=boto3.__version__,
            error_base=ERROR_BASES,
            plan=lambda run: SURFACES[run.surface](run, bedrock_client(run)),
            reads=READS,
        )
    )
