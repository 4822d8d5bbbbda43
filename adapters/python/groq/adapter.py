"""Drives `groq`, Groq's SDK for Python, over Chat Completions."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

import groq

from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_clients import unpooled
from streamspec_dialects import CHAT_TOOLS, MESSAGES, read_chat_chunk
from streamspec_observation import BODY, Reads, attribute, header

# `status_code` and `response` are attributes of `APIStatusError` alone; `body` is one of every `APIError`: the whole
# body of a response, or the `error` of an event.
READS: Final[Reads] = {
    "status": (attribute("status_code"), BODY),
    "type": (BODY,),
    "code": (BODY,),
    "request_id": (BODY, header("x-request-id")),
    "retry_after": (header("retry-after"),),
}

KEY: Final = "no-key"
SYNC_HTTP, ASYNC_HTTP = unpooled(groq)
SYNC: Final = groq.Groq(api_key=KEY, http_client=SYNC_HTTP)
ASYNC: Final = groq.AsyncGroq(api_key=KEY, http_client=ASYNC_HTTP)


def plan(run: Run) -> Plan:
    """The call, in the SDK's words; both clients have the same methods."""
    shared: Any = ASYNC if run.is_async else SYNC
    client = shared.with_options(base_url=run.base_url, timeout=run.timeout_ms / 1000, max_retries=run.max_retries)
    request: dict[str, Any] = {"model": "openai/gpt-oss-120b", "messages": MESSAGES, "stream": True}
    if run.ask == "tool":
        request["tools"] = CHAT_TOOLS
    return Plan(lambda: client.chat.completions.create(**request), read_chat_chunk)


if __name__ == "__main__":
    serve(
        Sdk(
            version=groq.__version__,
            error_base=groq.GroqError,
            plan=plan,
            reads=READS,
        )
    )
