"""Drives `cohere`, Cohere's SDK for Python, over version 2 of its chat, `/v2/chat`.

The SDK has no finished answer of a stream: its callers read event by event, and the last one says whether the answer
failed.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

import cohere
import httpx
from cohere.core.api_error import ApiError

from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_clients import KEY
from streamspec_dialects import CHAT_TOOLS, read_cohere_item
from streamspec_errors import BODY, Read, Reads, attribute
from streamspec_tables import DIALECTS


def header(name: str) -> Read:
    """Makes the way to a header in `headers`, a dictionary whose names are as httpx has them, in small letters."""
    return Read("header", lambda error: (error.headers or {}).get(name))


READS: Final[Reads] = {
    "status": (attribute("status_code"), BODY),
    "type": (BODY,),
    "code": (BODY,),
    "retry_after": (header("retry-after"),),
}

MODEL: Final = DIALECTS["cohere-chat"]["model"]
# Building one costs a TLS context, so all calls share them; but each call has a connection of its own.
LIMITS: Final = httpx.Limits(max_connections=1000, max_keepalive_connections=0)
UNPOOLED: Final = {
    cohere.ClientV2: httpx.Client(limits=LIMITS, follow_redirects=True),
    cohere.AsyncClientV2: httpx.AsyncClient(limits=LIMITS, follow_redirects=True),
}


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words; both clients have the same method."""
    kind: Any = cohere.AsyncClientV2 if run.is_async else cohere.ClientV2
    options: dict[str, Any] = {"timeout": run.timeout_ms / 1000, "max_retries": run.max_retries}
    if not run.caller.shares_client:
        options["httpx_client"] = UNPOOLED[kind]
    client = kind(api_key=KEY, base_url=run.base_url, **options)
    request: dict[str, Any] = {"model": MODEL, "messages": run.messages}
    if run.ask == "tool":
        request["tools"] = CHAT_TOOLS
    return Plan(lambda: client.chat_stream(**request), read_cohere_item)


if __name__ == "__main__":
    serve(
        Sdk(
            version=version("cohere"),
            error_base=ApiError,
            plan=plan,
            reads=READS,
        )
    )
