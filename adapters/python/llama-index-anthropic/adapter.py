"""Drives `llama-index-llms-anthropic`, LlamaIndex's model over `anthropic`.

A `ChatResponse` has the provider's event as `raw`, which says where a block ends; the stop reason and the tokens are in
the `additional_kwargs` of its message.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parent.parent))

import anthropic
from llama_index.llms.anthropic import Anthropic

from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_anthropic import READS
from streamspec_clients import KEY
from streamspec_dialects import MESSAGE_TOKENS, read_message_stop
from streamspec_llama_index import plan_with, read_calls_so_far
from streamspec_observation import Observer, dig
from streamspec_tables import DIALECTS


def read_response(seen: Observer, response: Any) -> None:
    """Reads a response, whose message is all that has come so far."""
    seen.say(dig(response, "delta"))
    said, event = dig(response, "message", "additional_kwargs"), dig(response, "raw")
    seen.think(dig(said, "thinking_delta"))
    seen.count(dig(said, "usage"), MESSAGE_TOKENS)
    read_calls_so_far(seen, response)
    if dig(event, "type") == "content_block_stop":
        for tool in seen.begun_tools():
            tool.over = True
    read_message_stop(seen, dig(said, "stop_reason"))


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words."""
    model = Anthropic(
        model=DIALECTS[run.api]["model"],
        base_url=run.base_url,
        api_key=KEY,
        timeout=run.timeout_ms / 1000,
        max_retries=run.max_retries,
        default_headers=dict(run.headers),
    )
    return plan_with(model, run, read_response)


if __name__ == "__main__":
    serve(
        Sdk(
            version=version("llama-index-llms-anthropic"),
            error_base=anthropic.AnthropicError,
            plan=plan,
            reads=READS,
        )
    )
