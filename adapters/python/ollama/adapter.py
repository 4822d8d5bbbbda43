"""Drives `ollama`, Ollama's SDK for Python, over `/api/chat`.

The SDK has no finished answer of a stream: its callers read part by part, and see by `done` that one was the last.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

import httpx
import ollama

from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_dialects import CHAT_TOOLS, read_ollama_part
from streamspec_errors import Reads, attribute
from streamspec_tables import DIALECTS

# An error of the stream has the status -1, which is none.
READS: Final[Reads] = {"status": (attribute("status_code"),)}

MODEL: Final = DIALECTS["ollama-chat"]["model"]
UNPOOLED: Final = {"limits": httpx.Limits(max_connections=1000, max_keepalive_connections=0)}


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words; both clients have the same method."""
    kind = ollama.AsyncClient if run.is_async else ollama.Client
    options = {} if run.caller.shares_client else UNPOOLED
    client = kind(host=run.base_url, timeout=run.timeout_ms / 1000, **options)
    request: dict[str, Any] = {"model": MODEL, "messages": run.messages, "stream": True}
    if run.ask == "tool":
        request["tools"] = CHAT_TOOLS
    return Plan(lambda: client.chat(**request), read_ollama_part)


if __name__ == "__main__":
    serve(
        Sdk(
            version=version("ollama"),
            error_base=ollama.ResponseError,
            plan=plan,
            reads=READS,
            capabilities=("timeout", "tools", "prompt"),
        )
    )
