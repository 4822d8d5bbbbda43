"""Drives `pydantic-ai` over Anthropic's Messages and OpenAI's Chat Completions and Responses.

`direct` is the request by itself, the others are an agent's. The stop reason is the provider's word in
`provider_details`, or else Pydantic AI's own. A response whose `state` says that it is not complete was interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

import anthropic
import openai
from pydantic_ai import Agent
from pydantic_ai.direct import model_request_stream, model_request_stream_sync
from pydantic_ai.exceptions import AgentRunError
from pydantic_ai.messages import ModelRequest
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.tools import DeferredToolRequests, ToolDefinition
from pydantic_ai.toolsets import ExternalToolset

from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_clients import unpooled
from streamspec_dialects import PROMPT, TOOL_DESCRIPTION, TOOL_NAME, TOOL_PARAMETERS
from streamspec_observation import ABSENT, BODY, Delivers, Read, Reads, Seen, attribute, dig

# Some came later than the others.
SURFACES: Final[dict[str, Delivers]] = {
    "direct-sync": "events",
    "direct-async": "events",
    **({"events-async": "events"} if hasattr(Agent, "run_stream_events") else {}),
    **({"text-sync": "text", "output-sync": "final"} if hasattr(Agent, "run_stream_sync") else {}),
    "text-async": "text",
    "output-async": "final",
}


def request_id(error: Any) -> object:
    """The header of either provider in the error's documented `headers`."""
    headers = getattr(error, "headers", None)
    return ABSENT if headers is None else headers.get("request-id") or headers.get("x-request-id")


READS: Final[Reads] = {
    "status": (attribute("status_code"),),
    "type": (attribute("provider_error_type"),),
    "code": (attribute("provider_error_code"),),
    "request_id": (BODY, Read("header", request_id)),
    "retry_after": (attribute("retry_after"),),
    "retryable": (attribute("provider_retry_hint"),),
}

TOOL: Final = ToolDefinition(
    name=TOOL_NAME, description=TOOL_DESCRIPTION, parameters_json_schema=TOOL_PARAMETERS, strict=True
)

KEY: Final = "no-key"
ANTHROPIC: Final = anthropic.AsyncAnthropic(api_key=KEY, http_client=unpooled(anthropic)[1])
OPENAI: Final = openai.AsyncOpenAI(api_key=KEY, http_client=unpooled(openai)[1])


def model_of(run: Run) -> Model:
    """The model that speaks the api."""
    options: dict[str, Any] = {"timeout": run.timeout_ms / 1000, "max_retries": run.max_retries}
    if not run.is_async:
        # A sync call runs a loop of its own in its thread, and an async client is not for several at once.
        options["http_client"] = unpooled(anthropic if run.api == "anthropic-messages" else openai)[1]
    if run.api == "anthropic-messages":
        client = ANTHROPIC.with_options(base_url=run.base_url, **options)
        return AnthropicModel("claude-sonnet-4-6", provider=AnthropicProvider(anthropic_client=client))
    provider = OpenAIProvider(openai_client=OPENAI.with_options(base_url=f"{run.base_url}/v1", **options))
    kind = OpenAIChatModel if run.api == "openai-chat" else OpenAIResponsesModel
    return kind("gpt-5.2", provider=provider)


def with_response(stream: Any) -> Iterator[Any]:
    """The events, and in the end the response that they make."""
    yield from stream
    yield stream.response


async def with_response_async(stream: Any) -> AsyncIterator[Any]:
    """The same for an async stream."""
    async for event in stream:
        yield event
    yield stream.get()


def read_event(seen: Seen, event: Any) -> None:
    """An event of a part, or the response, which alone has the stop reason."""
    index = dig(event, "index")
    match dig(event, "event_kind"):
        case "part_start":
            read_part(seen, index, dig(event, "part"))
        case "part_delta":
            delta = dig(event, "delta")
            if dig(delta, "part_delta_kind") == "text":
                seen.say(dig(delta, "content_delta"))
            elif dig(delta, "part_delta_kind") == "tool_call":
                tool = seen.tool(index)
                tool.name += dig(delta, "tool_name_delta") or ""
                if isinstance(piece := dig(delta, "args_delta"), str):
                    tool.arguments = str(tool.arguments or "") + piece
                elif piece is not None:
                    tool.arguments = piece
        case "part_end" if ended := seen.open_tool(index):
            ended.arguments, ended.over = arguments_of(dig(event, "part")), True
        case "agent_run_result":
            read_end(seen, dig(event, "result", "response"))
        case None:
            read_end(seen, event)


def arguments_of(part: Any) -> object:
    """A call's arguments; a call without any has none."""
    arguments = dig(part, "args")
    return "" if arguments is None else arguments


def read_part(seen: Seen, index: object, part: Any) -> None:
    """A part as far as it has come."""
    if dig(part, "part_kind") == "text":
        seen.say(dig(part, "content"))
    elif dig(part, "part_kind") == "tool-call":
        tool = seen.tool(index, dig(part, "tool_name"))
        tool.arguments = arguments_of(part)


def read_response(seen: Seen, response: Any) -> None:
    """The finished response."""
    for index, part in enumerate(dig(response, "parts") or []):
        read_part(seen, index, part)
    for tool in (seen.tools or {}).values():
        tool.over = True
    read_end(seen, response)


def read_end(seen: Seen, response: Any) -> None:
    """How the response ended."""
    seen.stop(dig(response, "provider_details", "finish_reason") or dig(response, "finish_reason"))
    if dig(response, "state") in ("incomplete", "interrupted"):
        seen.interrupted()


def finished(result: Any) -> Any:
    """The response, once the agent has made its output of it."""
    result.get_output()
    return result.response


async def finished_async(result: Any) -> Any:
    """The same for an async stream."""
    await result.get_output()
    return result.response


def plan(run: Run) -> Plan:
    """The call, in the SDK's words."""
    model, tools, kind = model_of(run), [TOOL] if run.ask == "tool" else [], run.surface.split("-")[0]
    if kind == "direct":
        request = model_request_stream if run.is_async else model_request_stream_sync
        asked: Any = {"model": model, "messages": [ModelRequest.user_text_prompt(PROMPT)]}
        asked["model_request_parameters"] = ModelRequestParameters(function_tools=tools)
        return Plan(lambda: request(**asked), read_event, items=with_response_async if run.is_async else with_response)
    # An external tool ends the run with its call, so that the agent makes no second request.
    agent: Any = Agent(
        model, output_type=[str, DeferredToolRequests], toolsets=[ExternalToolset(tools)], retries=run.max_retries
    )
    if kind == "events":
        return Plan(lambda: agent.run_stream_events(PROMPT), read_event)
    ask = agent.run_stream if run.is_async else agent.run_stream_sync
    if kind == "text":
        return Plan(
            lambda: ask(PROMPT), Seen.say, items=lambda result: result.stream_text(delta=True, debounce_by=None)
        )
    return Plan(lambda: ask(PROMPT), read_response, final=finished_async if run.is_async else finished)


if __name__ == "__main__":
    serve(
        Sdk(
            name="pydantic-ai-slim",
            version=version("pydantic-ai-slim"),
            error_base=AgentRunError,
            apis=["anthropic-messages", "openai-chat", "openai-responses"],
            surfaces=SURFACES,
            plan=plan,
            reads=READS,
        )
    )
