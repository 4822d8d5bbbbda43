"""Drives `together`, Together's SDK for Python, over Chat Completions."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

import together

from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_clients import Clients
from streamspec_dialects import CHAT_TOOLS, read_chat_chunk
from streamspec_openai import LIKE_IT

CLIENTS: Final = Clients(together, together.Together, together.AsyncTogether)


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words; the numbers of tokens come without being asked for."""
    client = CLIENTS.of(run, run.base_url)
    request: dict[str, Any] = {"model": "openai/gpt-oss-120b", "messages": run.messages, "stream": True}
    if run.ask == "tool":
        request["tools"] = CHAT_TOOLS
    return Plan(lambda: client.chat.completions.create(**request), read_chat_chunk)


if __name__ == "__main__":
    serve(
        Sdk(
            version=together.__version__,
            error_base=together.TogetherError,
            plan=plan,
            reads=LIKE_IT,
        )
    )
