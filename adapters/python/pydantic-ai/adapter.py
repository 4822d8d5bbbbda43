"""Drives `pydantic-ai` over Anthropic's Messages and OpenAI's Chat Completions and Responses.

`direct` is the request by itself, the others are an agent's. The stop reason is the provider's word in
`provider_details`, or else Pydantic AI's own. A response whose `state` says that it is not complete was interrupted.
A part that ends while an agent streams is for show: the agent hands over a call to be executed with its output.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Iterator
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
from streamspec_dialects import TOOL_DESCRIPTION, TOOL_NAME, TOOL_PARAMETERS
from streamspec_errors import BODY, Read, Reads, attribute
from streamspec_observation import ABSENT, Observer, Tokens, Tool, dig
from streamspec_tables import DIALECTS

# Some came later than the others.
NEEDED: Final = {
    "events-async": "run_stream_events",
    "text-sync": "run_stream_sync",
    "output-sync": "run_stream_sync",
}


def request_id(error: Any) -> object:
    """Makes the way to a header of either provider in the error's documented `headers`."""
    headers = getattr(error, "headers", None)
    return ABSENT if headers is None else headers.get("request-id") or headers.get("x-request-id")


READS: Final[Reads] = {
    "status": (attribute("status_code"), BODY),
    "type": (attribute("provider_error_type"), BODY),
    "code": (attribute("provider_error_code"), BODY),
    "request_id": (BODY, Read("header", request_id)),
    "retry_after": (attribute("retry_after"),),
    "retryable": (attribute("provider_retry_hint"),),
}

TOOL: Final = ToolDefinition(
    name=TOOL_NAME, description=TOOL_DESCRIPTION, parameters_json_schema=TOOL_PARAMETERS, strict=True
)

# The names of the numbers of tokens, whatever the provider.
TOKENS: Final[Tokens] = ("input_tokens", "output_tokens")

KEY: Final = "no-key"
ANTHROPIC: Final = anthropic.AsyncAnthropic(api_key=KEY, http_client=unpooled(anthropic)[1])
OPENAI: Final = openai.AsyncOpenAI(api_key=KEY, http_client=unpooled(openai)[1])


def client_of(run: Run, shared: Any, sdk: Any, base_url: str) -> Any:
    """Makes the client of the provider's SDK; a caller of several calls has its own, which keeps its connections."""
    options: dict[str, Any] = {"timeout": run.timeout_ms / 1000, "max_retries": run.max_retries, "base_url": base_url}
    if run.caller.shares_client:
        return type(shared)(api_key=KEY, **options)
    if not run.is_async:
        # A sync call runs a loop of its own in its thread, and an async client is not for several at once.
        options["http_client"] = unpooled(sdk)[1]
    return shared.with_options(**options)


def model_of(run: Run) -> Model:
    """Makes the model that speaks the api."""
    if run.api == "anthropic-messages":
        client = client_of(run, ANTHROPIC, anthropic, run.base_url)
        return AnthropicModel(DIALECTS[run.api]["model"], provider=AnthropicProvider(anthropic_client=client))
    provider = OpenAIProvider(openai_client=client_of(run, OPENAI, openai, f"{run.base_url}/v1"))
    kind = OpenAIChatModel if run.api == "openai-chat" else OpenAIResponsesModel
    return kind(DIALECTS[run.api]["model"], provider=provider)


def with_response(stream: Any) -> Iterator[tuple[Any, Any]]:
    """Yields the events, and in the end the response that they make, each with the usage so far."""
    for event in stream:
        yield event, stream.usage
    yield stream.response, stream.usage


async def with_response_async(stream: Any) -> AsyncIterator[tuple[Any, Any]]:
    """Does the same for an async stream."""
    async for event in stream:
        yield event, stream.usage
    yield stream.get(), stream.usage


def read_usage(seen: Observer, usage: Any) -> None:
    """Reads the numbers of tokens, which are 0 where none were told; at first a stream had a method in their place."""
    usage = usage() if callable(usage) else usage
    if usage is not None and usage.has_values():
        seen.count(usage, TOKENS)


def read_event(seen: Observer, event: Any) -> None:
    """Reads an event of a part; tools that the provider runs have parts of another kind."""
    index = dig(event, "index")
    tool = seen.open_tool(index)
    match dig(event, "event_kind"):
        case "part_start":
            read_part(seen, index, dig(event, "part"))
        case "part_delta":
            delta = dig(event, "delta")
            if (kind := dig(delta, "part_delta_kind")) in ("text", "thinking"):
                (seen.say if kind == "text" else seen.think)(dig(delta, "content_delta"))
            elif tool is not None:
                tool.name += dig(delta, "tool_name_delta") or ""
                read_arguments(tool, dig(delta, "args_delta"))
        case "part_end" if tool is not None:
            tool.arguments = dig(event, "part", "args")


def read_arguments(tool: Tool, piece: Any) -> None:
    """Adds a piece of a call's arguments; members of an object are added to those before."""
    if isinstance(piece, dict):
        tool.arguments = {**(tool.arguments if isinstance(tool.arguments, dict) else {}), **piece}
    else:
        tool.add(piece)


def read_part(seen: Observer, index: object, part: Any) -> Tool | None:
    """Reads a part as far as it has come, and returns the tool call that it is."""
    if dig(part, "part_kind") == "text":
        seen.say(dig(part, "content"))
    if dig(part, "part_kind") == "thinking":
        seen.think(dig(part, "content"))
    if dig(part, "part_kind") != "tool-call":
        return None
    tool = seen.tool(index, dig(part, "tool_name"))
    tool.arguments = dig(part, "args")
    return tool


def read_end(seen: Observer, api: str, response: Any, output: Any = None) -> None:
    """How a response ended, with its calls, and those that an agent's output hands over to be executed."""
    reason = dig(response, "provider_details", "finish_reason") or dig(response, "finish_reason")
    seen.stop(reason)
    if api != "anthropic-messages":
        # Of Anthropic it is the explanation of a stop reason.
        seen.refuse(dig(response, "provider_details", "refusal"))
    if dig(response, "state") in ("incomplete", "interrupted"):
        seen.interrupted()
    handed_over = [dig(call, "tool_call_id") for call in dig(output, "calls") or []]
    parts = dig(response, "parts") or []
    for index, part in enumerate(parts):
        if (tool := seen.open_tool(index)) is not None:
            tool.over, tool.arguments = True, dig(part, "args")
            is_last = index == len(parts) - 1
            tool.cut = dig(part, "tool_call_id") not in handed_over and is_cut(api, reason, is_last=is_last)


def is_cut(api: str, reason: object, *, is_last: bool) -> bool:
    """Whether a response that ended so has cut a call; of Responses there is no status of the item."""
    reasons = DIALECTS[api]["stop_reasons"]
    if api == "openai-chat":
        return reason not in (None, *reasons["end_calls"])
    return is_last and reason in reasons["limits"]


def direct_reader(api: str) -> Callable[[Observer, Any], None]:
    """Reads an event of a request by itself, which says of every part when it is complete, or the response."""

    def read(seen: Observer, item: tuple[Any, Any]) -> None:
        event, usage = item
        read_usage(seen, usage)
        if (kind := dig(event, "event_kind")) is None:
            read_end(seen, api, event)
        else:
            read_event(seen, event)
            if kind == "part_end" and (tool := seen.open_tool(dig(event, "index"))) is not None:
                tool.over = True

    return read


def agent_reader(api: str) -> Callable[[Observer, Any], None]:
    """Reads an event of an agent's run, or its result."""

    def read(seen: Observer, item: Any) -> None:
        if dig(item, "event_kind") == "agent_run_result":
            read_usage(seen, dig(item, "result", "response", "usage"))
            read_end(seen, api, dig(item, "result", "response"), dig(item, "result", "output"))
        else:
            read_event(seen, item)

    return read


def answer_reader(api: str) -> Callable[[Observer, Any], None]:
    """Reads the finished response and the agent's output of it."""

    def read(seen: Observer, answer: tuple[Any, Any]) -> None:
        response, output = answer
        for index, part in enumerate(dig(response, "parts") or []):
            read_part(seen, index, part)
        read_usage(seen, dig(response, "usage"))
        read_end(seen, api, response, output)

    return read


def finished(result: Any) -> tuple[Any, Any]:
    """Returns the response, once the agent has made its output of it."""
    output = result.get_output()
    return result.response, output


async def finished_async(result: Any) -> tuple[Any, Any]:
    """Does the same for an async stream."""
    output = await result.get_output()
    return result.response, output


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words."""
    model, tools, kind = model_of(run), [TOOL] if run.ask == "tool" else [], run.surface.split("-")[0]
    if kind == "direct":
        request = model_request_stream if run.is_async else model_request_stream_sync
        asked: Any = {"model": model, "messages": [ModelRequest.user_text_prompt(run.prompt)]}
        asked["model_request_parameters"] = ModelRequestParameters(function_tools=tools)
        items = with_response_async if run.is_async else with_response
        return Plan(lambda: request(**asked), direct_reader(run.api), items=items)
    # An external tool ends the run with its call, so that the agent makes no second request.
    agent: Any = Agent(model, output_type=[str, DeferredToolRequests], toolsets=[ExternalToolset(tools)])
    if kind == "events":
        return Plan(lambda: agent.run_stream_events(run.prompt), agent_reader(run.api))
    ask = agent.run_stream if run.is_async else agent.run_stream_sync
    if kind == "text":
        return Plan(
            lambda: ask(run.prompt), Observer.say, items=lambda result: result.stream_text(delta=True, debounce_by=None)
        )
    return Plan(lambda: ask(run.prompt), answer_reader(run.api), final=finished_async if run.is_async else finished)


if __name__ == "__main__":
    serve(
        Sdk(
            version=version("pydantic-ai-slim"),
            error_base=AgentRunError,
            plan=plan,
            reads=READS,
            has=lambda surface, _api: hasattr(Agent, NEEDED.get(surface, "run_stream")),
        )
    )
