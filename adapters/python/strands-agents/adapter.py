"""Drives `strands-agents` over OpenAI's Chat Completions and Anthropic's Messages.

Whatever the model, the events of an agent have the shape of Bedrock's ConverseStream, and the end of a run is an
`AgentResult`. An agent's run is limited to one turn, so that the model is asked once.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

import anthropic
import openai
from strands import Agent, tool
from strands.models.anthropic import AnthropicModel
from strands.models.openai import OpenAIModel
from strands.types.exceptions import (
    ContextWindowOverflowException,
    EventLoopException,
    MaxTokensReachedException,
    ModelThrottledException,
)

from streamspec_adapter import CAPABILITIES, Plan, Run, Sdk, serve
from streamspec_clients import KEY, unpooled
from streamspec_dialects import CONVERSE, CONVERSE_TOKENS, TOOL_DESCRIPTION, TOOL_NAME, TOOL_PARAMETERS
from streamspec_errors import BODY, Reads, attribute, header
from streamspec_observation import Observer, dig
from streamspec_tables import DIALECTS

# The errors of the provider's client come through; the SDK's own have a message alone.
READS: Final[Reads] = {
    "status": (attribute("status_code"), BODY),
    "type": (attribute("type"), BODY),
    "code": (attribute("code"), BODY),
    "request_id": (attribute("request_id"), BODY, header("request-id")),
    "retry_after": (header("retry-after"),),
}

ANTHROPIC: Final = unpooled(anthropic)[1]


@tool(name=TOOL_NAME, description=TOOL_DESCRIPTION, inputSchema={"json": TOOL_PARAMETERS})
def get_weather(city: str) -> str:
    """Stands for what an application does when the tool is called."""
    return f"sunny in {city}"


def model_of(run: Run) -> Any:
    """Makes the model that speaks the api; OpenAI's makes and closes a client of its own for each request."""
    client: dict[str, Any] = {"api_key": KEY, "timeout": run.timeout_ms / 1000, "max_retries": run.max_retries}
    client |= {"default_headers": run.headers, "base_url": run.base_url}
    model = DIALECTS[run.api]["model"]
    if run.api == "anthropic-messages":
        client |= {} if run.caller.shares_client else {"http_client": ANTHROPIC}
        return AnthropicModel(client_args=client, model_id=model, max_tokens=1024)
    return OpenAIModel(client_args={**client, "base_url": f"{run.base_url}/v1"}, model_id=model)


async def answers(events: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """Yields what comes of the model and of the tools, and the result; the others repeat that or tell of the loop."""
    async for event in events:
        if event.keys() & {"event", "message", "result"}:
            yield event


def reader(api: str) -> Callable[[Observer, Any], None]:
    """Reads an event, for an api in which a stop reason other than an end cuts every call, or the last one."""

    def read(seen: Observer, event: Any) -> None:
        chunk = dig(event, "event")
        tools = seen.begun_tools()
        if (call := dig(chunk, "contentBlockStart", "start", "toolUse")) is not None:
            seen.tool(len(tools), dig(call, "name"))
        delta = dig(chunk, "contentBlockDelta", "delta")
        seen.say(dig(delta, "text"))
        seen.think(dig(delta, "reasoningContent", "text"))
        if tools:
            tools[-1].add(dig(delta, "toolUse", "input"))
            tools[-1].over = tools[-1].over or dig(chunk, "contentBlockStop") is not None
        seen.count(dig(chunk, "metadata", "usage"), CONVERSE_TOKENS)
        if reason := dig(chunk, "messageStop", "stopReason"):
            seen.stop(reason)
            cut = tools[-1:] if api == "anthropic-messages" else tools
            for each in cut if reason not in CONVERSE["end_calls"] else []:
                each.cut = True
        read_message(seen, dig(event, "message"))
        if (reason := dig(event, "result", "stop_reason")) != "limit_turns":
            seen.stop(reason)

    return read


def read_message(seen: Observer, message: Any) -> None:
    """Reads the model's message, with its calls as they are executed, or the message that they were."""
    content = dig(message, "content") or []
    calls = [dig(block, "toolUse") for block in content if dig(block, "toolUse") is not None]
    for each, call in zip(seen.begun_tools(), calls, strict=False):
        each.arguments = dig(call, "input")
    if any(dig(block, "toolResult") is not None for block in content):
        for each in seen.begun_tools():
            each.over, each.cut = True, False


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words; a caller of several has an agent for each, over the same model."""
    model = model_of(run)
    tools: list[Any] = [get_weather] if run.ask == "tool" else []

    @asynccontextmanager
    async def ask() -> AsyncIterator[Any]:
        agent = Agent(model=model, tools=tools, callback_handler=None, retry_strategy=None)
        stream: Any = agent.stream_async(run.prompt, limits={"turns": 1})
        async with aclosing(stream) as events:
            yield events

    return Plan(ask, reader(run.api), items=answers)


if __name__ == "__main__":
    serve(
        Sdk(
            version=version("strands-agents"),
            error_base=(
                ContextWindowOverflowException,
                EventLoopException,
                MaxTokensReachedException,
                ModelThrottledException,
                anthropic.AnthropicError,
                openai.OpenAIError,
            ),
            plan=plan,
            reads=READS,
            capabilities=(*CAPABILITIES, "headers"),
        )
    )
