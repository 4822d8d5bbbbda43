"""Drives `openai-agents`, OpenAI's Agents SDK, over Responses and Chat Completions.

Whatever the model, a run's raw events are those of Responses; of Chat Completions the SDK makes them, without the
finish reason. The agent's tool ends its run, so that the model is asked once.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

import openai
from agents import (
    Agent,
    AgentsException,
    FunctionTool,
    ModelSettings,
    OpenAIChatCompletionsModel,
    OpenAIResponsesModel,
    RunConfig,
    Runner,
)

from streamspec_adapter import CAPABILITIES, Plan, Run, Sdk, serve
from streamspec_clients import Clients
from streamspec_dialects import (
    RESPONSE_TOKENS,
    TOOL_DESCRIPTION,
    TOOL_NAME,
    TOOL_PARAMETERS,
    read_response,
    read_response_item,
)
from streamspec_observation import Observer, dig
from streamspec_openai import READS
from streamspec_tables import DIALECTS

CLIENTS: Final = Clients(openai, openai.OpenAI, openai.AsyncOpenAI)


async def sunny(_context: object, _arguments: str) -> str:
    """Stands for what an application does when the tool is called."""
    return "sunny"


TOOL: Final = FunctionTool(TOOL_NAME, TOOL_DESCRIPTION, TOOL_PARAMETERS, sunny)


@asynccontextmanager
async def running(agent: Agent[None], prompt: str) -> AsyncIterator[Any]:
    """Runs an agent; a caller who has enough cancels the run and reads it to its end, as the documents ask for."""
    result = Runner.run_streamed(agent, prompt, run_config=RunConfig(tracing_disabled=True))
    yield result
    if not result.is_complete:
        result.cancel()
        async for _event in result.stream_events():
            pass


async def events(result: Any) -> AsyncIterator[Any]:
    """Yields what comes of the model; which agent runs is told before anything is asked."""
    async for event in result.stream_events():
        if event.type != "agent_updated_stream_event":
            yield event
    if result.run_loop_exception is not None:
        raise result.run_loop_exception


def read_event(seen: Observer, event: Any) -> None:
    """Reads a raw event, or the notice of a call that is executed, which is whole whatever the provider said of it."""
    if dig(event, "type") == "raw_response_event":
        read_response_item(seen, dig(event, "data"))
    elif dig(event, "name") == "tool_called":
        call = dig(event, "item", "raw_item")
        for tool in seen.begun_tools():
            if (tool.name, tool.arguments) == (dig(call, "name"), dig(call, "arguments")):
                tool.over, tool.cut = True, False


async def finished(result: Any) -> Any:
    """Returns the result of a run that has come to its end."""
    async for _event in events(result):
        pass
    return result


def read_result(seen: Observer, result: Any) -> None:
    """Reads what the model has answered; its numbers of tokens are 0 where none were told."""
    for response in dig(result, "raw_responses"):
        read_response(seen, {"output": dig(response, "output")})
        if dig(response, "usage", "total_tokens"):
            seen.count(dig(response, "usage"), RESPONSE_TOKENS)


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words."""
    kind = OpenAIChatCompletionsModel if run.api == "openai-chat" else OpenAIResponsesModel
    agent: Agent[None] = Agent(
        name="assistant",
        model=kind(DIALECTS[run.api]["model"], CLIENTS.of(run, f"{run.base_url}/v1")),
        model_settings=ModelSettings(include_usage=True),
        tools=[TOOL] if run.ask == "tool" else [],
        tool_use_behavior="stop_on_first_tool",
    )
    if run.surface.endswith("final-async"):
        return Plan(lambda: running(agent, run.prompt), read_result, final=finished)
    return Plan(lambda: running(agent, run.prompt), read_event, items=events)


if __name__ == "__main__":
    serve(
        Sdk(
            version=version("openai-agents"),
            error_base=(AgentsException, openai.OpenAIError),
            plan=plan,
            # The SDK's own errors have a message alone; those of OpenAI's client come through.
            reads=READS,
            capabilities=(*CAPABILITIES, "headers"),
        )
    )
