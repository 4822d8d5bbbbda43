"""Drives `fireworks-ai`, Fireworks' SDK for Python, over Chat Completions."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

import fireworks

from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_clients import Clients
from streamspec_dialects import CHAT_TOOLS, read_chat_chunk
from streamspec_openai import LIKE_IT

# The client that the SDK makes for async calls goes over aiohttp.
CLIENTS: Final = Clients(fireworks, fireworks.Fireworks, fireworks.AsyncFireworks, fireworks.DefaultAioHttpClient)


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words; the numbers of tokens come without being asked for."""
    client = CLIENTS.of(run, run.base_url)
    request: dict[str, Any] = {
        "model": "accounts/fireworks/models/gpt-oss-120b",
        "messages": run.messages,
        "stream": True,
    }
    if run.ask == "tool":
        request["tools"] = CHAT_TOOLS
    return Plan(lambda: client.chat.completions.create(**request), read_chat_chunk)


if __name__ == "__main__":
    serve(
        Sdk(
            version=version("fireworks-ai"),
            error_base=fireworks.FireworksError,
            plan=plan,
            reads=LIKE_IT,
        )
    )
