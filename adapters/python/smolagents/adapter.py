"""Drives `smolagents`, Hugging Face's agents for Python: its `OpenAIModel` over Chat Completions.

`generate_stream` hands over pieces without a finish reason, so that the end of the loop is the only sign that the calls
are over, as it is to the agents.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

import openai
from smolagents.models import OpenAIModel
from smolagents.tools import Tool
from smolagents.utils import AgentError

from streamspec_adapter import CAPABILITIES, Plan, Run, Sdk, serve
from streamspec_clients import KEY, unpooled
from streamspec_dialects import TOOL_DESCRIPTION, TOOL_NAME, TOOL_PARAMETERS, say_content
from streamspec_observation import Observer, Tokens, dig
from streamspec_openai import READS
from streamspec_tables import DIALECTS

HTTP_CLIENT: Final = unpooled(openai)[0]
TOKENS: Final[Tokens] = ("input_tokens", "output_tokens")


class GetWeather(Tool):  # type: ignore[misc] # it has no types
    """The tool that a request declares."""

    name = TOOL_NAME
    description = TOOL_DESCRIPTION
    inputs: ClassVar = {
        name: {"description": "The name of the city", **kind} for name, kind in TOOL_PARAMETERS["properties"].items()
    }
    output_type = "string"

    def forward(self, city: str) -> str:
        """Returns the weather; nothing here calls it."""
        return f"sunny in {city}"


def with_end(deltas: Iterator[Any]) -> Iterator[Any]:
    """Yields each piece, and `None` when the loop has come to its end."""
    yield from deltas
    yield None


def read_delta(seen: Observer, delta: Any) -> None:
    """Reads a piece of the answer, or its end."""
    say_content(seen, dig(delta, "content"))
    seen.count(dig(delta, "token_usage"), TOKENS)
    for piece in dig(delta, "tool_calls") or []:
        seen.tool(dig(piece, "index"), dig(piece, "function", "name")).add(dig(piece, "function", "arguments"))
    for tool in seen.begun_tools() if delta is None else []:
        tool.over = True


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words."""
    client: dict[str, Any] = {"timeout": run.timeout_ms / 1000, "max_retries": run.max_retries}
    client["default_headers"] = run.headers
    if not run.caller.shares_client:
        client["http_client"] = HTTP_CLIENT
    model: Any = OpenAIModel(
        DIALECTS[run.api]["model"], api_base=f"{run.base_url}/v1", api_key=KEY, client_kwargs=client, retry=False
    )
    tools = [GetWeather()] if run.ask == "tool" else None
    return Plan(lambda: model.generate_stream(run.messages, tools_to_call_from=tools), read_delta, items=with_end)


if __name__ == "__main__":
    serve(
        Sdk(
            version=version("smolagents"),
            error_base=(AgentError, openai.OpenAIError),
            plan=plan,
            # The errors are those of OpenAI's client.
            reads=READS,
            capabilities=(*CAPABILITIES, "headers"),
        )
    )
