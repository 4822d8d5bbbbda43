"""Drives `llama-index-llms-openai`, LlamaIndex's models over `openai`, with Chat Completions and with Responses.

A `ChatResponse` has the provider's chunk or event as `raw`, and there alone are the stop reason and, of Responses, a
failure that is no exception.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

import openai
from llama_index.llms.openai import OpenAI, OpenAIResponses

from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_clients import KEY, unpooled
from streamspec_dialects import (
    CHAT_TOKENS,
    RESPONSE_TOKENS,
    first,
    read_chat_finish,
    read_response_failure,
    read_status,
)
from streamspec_llama_index import call_blocks, plan_with, read_calls_so_far
from streamspec_observation import Observer, dig
from streamspec_openai import READS
from streamspec_tables import DIALECTS

HTTP: Final = dict(zip(("http_client", "async_http_client"), unpooled(openai), strict=True))


def read_chat(seen: Observer, response: Any) -> None:
    """Reads a response of Chat Completions, whose message is all that has come so far."""
    seen.say(dig(response, "delta"))
    seen.think(dig(response, "additional_kwargs", "thinking_delta"))
    seen.count(dig(response, "additional_kwargs"), CHAT_TOKENS)
    read_calls_so_far(seen, response)
    for choice in first(dig(response, "raw", "choices")):
        read_chat_finish(seen, choice)


def read_response(seen: Observer, response: Any) -> None:
    """Reads a response of Responses, whose message is what came with the event: thoughts, or a call that is over."""
    seen.say(dig(response, "delta"))
    event = dig(response, "raw")
    if dig(event, "type") == "response.output_item.done":
        for block in dig(response, "message", "blocks") or []:
            seen.think(dig(block, "content") if dig(block, "block_type") == "thinking" else None)
    for block in call_blocks(response):
        tool = seen.tool(dig(block, "tool_call_id"), dig(block, "tool_name"))
        tool.arguments, tool.over = dig(block, "tool_kwargs"), True
    seen.count(dig(response, "additional_kwargs", "usage"), RESPONSE_TOKENS)
    read_status(seen, dig(event, "response"))
    read_response_failure(seen, event)


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words; a caller of several calls has clients that keep their connections."""
    options: dict[str, Any] = {
        "model": DIALECTS[run.api]["model"],
        "api_base": f"{run.base_url}/v1",
        "api_key": KEY,
        "timeout": run.timeout_ms / 1000,
        "max_retries": run.max_retries,
        **({} if run.caller.shares_client else HTTP),
    }
    if run.api == "openai-responses":
        return plan_with(OpenAIResponses(**options), run, read_response)
    usage = {"stream_options": {"include_usage": True}}
    return plan_with(OpenAI(additional_kwargs=usage, **options), run, read_chat)


if __name__ == "__main__":
    serve(
        Sdk(
            version=version("llama-index-llms-openai"),
            error_base=openai.OpenAIError,
            plan=plan,
            # The errors are OpenAI's.
            reads=READS,
        )
    )
