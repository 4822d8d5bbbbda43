"""Drives `litellm` over Anthropic's Messages, OpenAI's Chat Completions and Responses, and Gemini.

Whatever the provider, the chunks of `completion` and what `stream_chunk_builder` makes of them are those of a chat
completion. `responses` hands over the events of a response.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

# Otherwise the import fetches a list of models.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm
import openai

from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_dialects import (
    CHAT_TOOLS,
    RESPONSES_TOOL,
    read_chat_chunk,
    read_chat_completion,
    read_response_item,
)
from streamspec_errors import BODY, Read, Reads, attribute
from streamspec_tables import DIALECTS


def provider_header(name: str) -> Read:
    """Makes the way to a header that the provider sent; the exception's own `response` is made up."""
    return Read("header", lambda error: (getattr(error, "litellm_response_headers", None) or {}).get(name))


# The exceptions are OpenAI's, and have `status_code` and `llm_provider` besides.
READS: Final[Reads] = {
    "status": (attribute("status_code"), BODY),
    "type": (attribute("type"), BODY),
    "code": (attribute("code"), BODY),
    "request_id": (attribute("request_id"), BODY, provider_header("request-id"), provider_header("x-request-id")),
    "retry_after": (provider_header("retry-after"),),
}

# Model and base URL for each api. LiteLLM streams the Responses of models that it knows, so it is given an old one.
PROVIDERS: Final[dict[str, tuple[str, str]]] = {
    "anthropic-messages": (f"anthropic/{DIALECTS['anthropic-messages']['model']}", ""),
    "openai-chat": ("openai/gpt-4o", "/v1"),
    "openai-responses": ("openai/gpt-4o", "/v1"),
    "gemini-generate": (f"gemini/{DIALECTS['gemini-generate']['model']}", "/v1beta"),
}


def build(run: Run, stream: Any) -> Any:
    """Returns the finished answer as the SDK builds it from all chunks."""
    return litellm.stream_chunk_builder(list(stream), messages=run.messages)


async def build_async(run: Run, stream: Any) -> Any:
    """Does the same with an async stream."""
    return litellm.stream_chunk_builder([chunk async for chunk in stream], messages=run.messages)


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words."""
    model, path = PROVIDERS[run.api]
    kind, tool = run.surface.split("-")[0], run.ask == "tool"
    request: dict[str, Any] = {
        "model": model,
        "stream": True,
        "api_base": run.base_url + path,
        "api_key": "no-key",
        "timeout": run.timeout_ms / 1000,
        "num_retries": run.max_retries,
        "max_retries": 0,
    }
    if kind == "responses":
        respond: Any = litellm.aresponses if run.is_async else litellm.responses
        asked = {"input": run.prompt, **({"tools": [RESPONSES_TOOL]} if tool else {})}
        return Plan(lambda: respond(**request, **asked), read_response_item)
    complete: Any = litellm.acompletion if run.is_async else litellm.completion
    asked = {"messages": run.messages, **({"tools": CHAT_TOOLS} if tool else {})}
    if kind == "completion":
        return Plan(lambda: complete(**request, **asked), read_chat_chunk)
    build_final = partial(build_async if run.is_async else build, run)
    return Plan(lambda: complete(**request, **asked), read_chat_completion, final=build_final)


if __name__ == "__main__":
    serve(
        Sdk(
            version=version("litellm"),
            error_base=openai.OpenAIError,
            plan=plan,
            reads=READS,
        )
    )
