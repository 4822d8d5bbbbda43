"""Drives `any-llm-sdk` over Anthropic's Messages and OpenAI's Chat Completions and Responses.

`completion` has the shape of a chat completion whatever the provider; `messages` and `responses` have the provider's.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

import anthropic
import any_llm.exceptions
import openai

from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_dialects import (
    ANTHROPIC_TOOL,
    CHAT_TOOLS,
    RESPONSES_TOOL,
    first,
    read_chat_chunk,
    read_message_event,
    read_response_item,
)
from streamspec_errors import BODY, Reads, attribute, header
from streamspec_observation import Observer, dig
from streamspec_tables import DIALECTS

# The first versions have no errors of their own that share a root.
OWN: Final[list[type[Exception]]] = [each for each in [getattr(any_llm.exceptions, "AnyLLMError", None)] if each]
ERRORS: Final = (*OWN, anthropic.AnthropicError, openai.OpenAIError)

# By default the provider's own errors come through; any-llm's, which can be turned on, have `error_type`.
READS: Final[Reads] = {
    "status": (attribute("status_code"), BODY),
    "type": (attribute("error_type"), attribute("type"), BODY),
    "code": (attribute("code"), BODY),
    "request_id": (attribute("request_id"), BODY, header("request-id"), header("x-request-id")),
    "retry_after": (attribute("retry_after"), header("retry-after")),
}


def read_chunk(seen: Observer, chunk: Any) -> None:
    """Reads a chunk of a chat completion, whose thoughts any-llm hands over in an object of its own."""
    read_chat_chunk(seen, chunk)
    for choice in first(dig(chunk, "choices")):
        if not isinstance(dig(choice, "delta", "reasoning_content"), str):
            seen.think(dig(choice, "delta", "reasoning", "content"))


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words."""
    provider, path = ("anthropic", "") if run.api == "anthropic-messages" else ("openai", "/v1")
    shared: dict[str, Any] = {
        "model": DIALECTS[run.api]["model"],
        "provider": provider,
        "stream": True,
        "api_key": "no-key",
        "api_base": run.base_url + path,
        "client_args": {"timeout": run.timeout_ms / 1000, "max_retries": run.max_retries},
    }
    kind = run.surface.split("-")[0]
    requests: dict[str, tuple[dict[str, Any], Any, Callable[[Observer, Any], None]]] = {
        "completion": ({"messages": run.messages}, CHAT_TOOLS[0], read_chunk),
        "messages": ({"messages": run.messages, "max_tokens": 1024}, ANTHROPIC_TOOL, read_message_event),
        "responses": ({"input_data": run.prompt}, RESPONSES_TOOL, read_response_item),
    }
    request, tool, read = requests[kind]
    tools = {"tools": [tool]} if run.ask == "tool" else {}
    call: Any = getattr(any_llm, f"a{kind}" if run.is_async else kind)
    return Plan(lambda: call(**shared, **request, **tools), read)


if __name__ == "__main__":
    serve(
        Sdk(
            version=version("any-llm-sdk"),
            error_base=ERRORS,
            plan=plan,
            reads=READS,
            # `messages` came after the others.
            has=lambda surface, _api: hasattr(any_llm, surface.split("-")[0]),
        )
    )
