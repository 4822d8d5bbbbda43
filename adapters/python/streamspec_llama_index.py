"""The parts that the models of LlamaIndex have in common: their calls, and the tool calls at the end of a loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Final

from llama_index.core.tools import FunctionTool

from streamspec_adapter import Plan, Run
from streamspec_dialects import TOOL_DESCRIPTION, TOOL_NAME
from streamspec_observation import Observer, dig


def get_weather(city: str) -> str:
    """Returns the weather, though nobody runs it: a model hands its calls over, and an agent would run them."""
    return city


TOOL: Final = FunctionTool.from_defaults(fn=get_weather, name=TOOL_NAME, description=TOOL_DESCRIPTION)


def read_calls(seen: Observer, calls: Any) -> None:
    """Reads the calls that the model hands over to be executed, which are whole then, whatever came over the wire."""
    if calls and seen.tools is not None:
        seen.tools.clear()
    for place, call in enumerate(calls):
        tool = seen.tool(place, dig(call, "tool_name"))
        tool.arguments, tool.over = dig(call, "tool_kwargs"), True


def call_blocks(response: Any) -> list[Any]:
    """Returns the blocks of a response's message that are tool calls."""
    return [each for each in dig(response, "message", "blocks") or [] if dig(each, "block_type") == "tool_call"]


def read_calls_so_far(seen: Observer, response: Any) -> None:
    """Reads the tool calls of a message that holds all that has come so far."""
    for place, block in enumerate(call_blocks(response)):
        seen.last_block, tool = place, seen.tool(place)
        tool.name, tool.arguments = dig(block, "tool_name") or "", dig(block, "tool_kwargs")


def plan_with(model: Any, run: Run, read_response: Callable[[Observer, Any], None]) -> Plan:
    """Plans a chat with a model, behind whose loop stand the calls to be executed."""

    def calls(last: Any) -> Iterator[Any]:
        if last is not None:
            yield model.get_tool_calls_from_response(last, error_on_no_tool_call=False)

    def with_calls(responses: Iterator[Any]) -> Iterator[Any]:
        last = None
        for last in responses:
            yield last
        yield from calls(last)

    async def with_calls_async(responses: AsyncIterator[Any]) -> AsyncIterator[Any]:
        last = None
        async for last in responses:
            yield last
        for handed_over in calls(last):
            yield handed_over

    def read(seen: Observer, item: Any) -> None:
        (read_calls if isinstance(item, list) else read_response)(seen, item)

    chat = model.astream_chat_with_tools if run.is_async else model.stream_chat_with_tools
    tools = [TOOL] if run.ask == "tool" else []
    items = with_calls_async if run.is_async else with_calls
    return Plan(lambda: chat(tools, user_msg=run.prompt), read, items=items)
