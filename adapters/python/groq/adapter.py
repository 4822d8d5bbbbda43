"""Drives `groq`, Groq's SDK for Python, over Chat Completions."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

import groq

from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_clients import Clients
from streamspec_dialects import CHAT_TOKENS, CHAT_TOOLS, read_chat_chunk
from streamspec_observation import Observer, dig
from streamspec_openai import LIKE_IT

CLIENTS: Final = Clients(groq, groq.Groq, groq.AsyncGroq)


def read_chunk(seen: Observer, chunk: Any) -> None:
    """Reads a chunk; the numbers of tokens come with the last one, in `x_groq`."""
    read_chat_chunk(seen, chunk)
    seen.count(dig(chunk, "x_groq", "usage"), CHAT_TOKENS)


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words."""
    client = CLIENTS.of(run, run.base_url)
    request: dict[str, Any] = {"model": "openai/gpt-oss-120b", "messages": run.messages, "stream": True}
    if run.ask == "tool":
        request["tools"] = CHAT_TOOLS
    return Plan(lambda: client.chat.completions.create(**request), read_chunk)


if __name__ == "__main__":
    serve(
        Sdk(
            version=groq.__version__,
            error_base=groq.GroqError,
            plan=plan,
            reads=LIKE_IT,
        )
    )
