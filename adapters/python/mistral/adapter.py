"""Drives `mistralai`, Mistral's SDK for Python, over Chat Completions.

The SDK has no finished answer of a stream: its callers read event by event, and each holds a chunk.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

import httpx2
from mistralai.client import Mistral
from mistralai.client.errors import MistralError, NoResponseError

from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_clients import KEY
from streamspec_dialects import CHAT_TOOLS, read_chat_chunk
from streamspec_errors import BODY, Read, Reads, attribute
from streamspec_observation import Observer, dig
from streamspec_tables import DIALECTS


def header(name: str) -> Read:
    """Makes the way to a header in the error's documented `headers`."""
    return Read("header", lambda error: error.headers.get(name))


# `NoResponseError` has none of these.
READS: Final[Reads] = {
    "status": (attribute("status_code"), BODY),
    "type": (BODY,),
    "code": (BODY,),
    "request_id": (BODY, header("x-request-id")),
    "retry_after": (header("retry-after"),),
}

MODEL: Final = DIALECTS["openai-chat"]["model"]
# Building one costs a TLS context, so all calls share them; but each call has a connection of its own.
LIMITS: Final = httpx2.Limits(max_connections=1000, max_keepalive_connections=0)
UNPOOLED: Final[dict[str, Any]] = {
    "client": httpx2.Client(limits=LIMITS, follow_redirects=True),
    "async_client": httpx2.AsyncClient(limits=LIMITS, follow_redirects=True),
}


def read_event(seen: Observer, event: Any) -> None:
    """Reads an event, whose data is the chunk."""
    read_chat_chunk(seen, dig(event, "data"))


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words; the numbers of tokens come without being asked for."""
    options = {} if run.caller.shares_client else UNPOOLED
    client: Any = Mistral(api_key=KEY, server_url=run.base_url, timeout_ms=run.timeout_ms, **options)
    request: dict[str, Any] = {"model": MODEL, "messages": run.messages, "http_headers": dict(run.headers)}
    if run.ask == "tool":
        request["tools"] = CHAT_TOOLS
    stream = client.chat.stream_async if run.is_async else client.chat.stream
    return Plan(lambda: stream(**request), read_event)


if __name__ == "__main__":
    serve(
        Sdk(
            version=version("mistralai"),
            error_base=(MistralError, NoResponseError),
            plan=plan,
            reads=READS,
            capabilities=("timeout", "tools", "prompt", "headers"),
        )
    )
