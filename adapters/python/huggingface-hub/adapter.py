"""Drives `huggingface_hub`, Hugging Face's SDK for Python, over Chat Completions of its inference client.

A stream ends with its client: who wants no more of one leaves the client's context, which closes the response.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

import huggingface_hub
from huggingface_hub import AsyncInferenceClient, InferenceClient
from huggingface_hub.errors import HfHubHTTPError, InferenceTimeoutError, TextGenerationError

from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_clients import KEY
from streamspec_dialects import CHAT_TOOLS, read_chat_chunk
from streamspec_errors import RawBody, Read, Reads, attribute, header
from streamspec_observation import ABSENT

BODY: Final = RawBody(lambda error: getattr(getattr(error, "response", None), "text", None))
STATUS: Final = Read("attribute", lambda error: getattr(getattr(error, "response", None), "status_code", ABSENT))
READS: Final[Reads] = {
    "status": (STATUS, BODY),
    "type": (BODY,),
    "code": (BODY,),
    "request_id": (attribute("request_id"), BODY),
    "retry_after": (header("retry-after"),),
}


@contextmanager
def opened(client: Any, request: dict[str, Any]) -> Iterator[Any]:
    """Makes the call, and leaves the client's context behind it."""
    with client:
        yield client.chat_completion(**request)


@asynccontextmanager
async def opened_async(client: Any, request: dict[str, Any]) -> AsyncIterator[Any]:
    """Makes the same call on an async client."""
    async with client:
        yield await client.chat_completion(**request)


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words; the sync clients of a process share their connections."""
    kind: Any = AsyncInferenceClient if run.is_async else InferenceClient
    headers = {} if run.caller.shares_client else {"connection": "close"}
    client = kind(base_url=run.base_url, token=KEY, timeout=run.timeout_ms / 1000, headers=headers)
    request: dict[str, Any] = {
        "messages": run.messages,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if run.ask == "tool":
        request["tools"] = CHAT_TOOLS
    open_stream = opened_async if run.is_async else opened
    return Plan(lambda: open_stream(client, request), read_chat_chunk)


if __name__ == "__main__":
    serve(
        Sdk(
            version=huggingface_hub.__version__,
            error_base=(HfHubHTTPError, TextGenerationError, InferenceTimeoutError),
            plan=plan,
            reads=READS,
            capabilities=("timeout", "tools", "prompt"),
        )
    )
