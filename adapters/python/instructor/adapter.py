"""Drives `instructor` for Python, which makes an object of a model's answer, over Chat Completions and Messages.

`create_partial` declares one tool with the fields of a class, asks for a call of it, and hands over the object as far
as it has come. Its class stands for the tool's name, and its fields for the arguments: they are read by `model_dump()`,
as in the documents, and so one that has not come is None. The documents call the last object the complete one, and an
object has nothing by which its reader could see whether it is, so that the end of the loop ends the call.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

import anthropic
import instructor
import openai
from instructor.core.exceptions import InstructorError, InstructorRetryException
from instructor.core.hooks import Hooks
from pydantic import create_model

from streamspec_adapter import CAPABILITIES, Plan, Run, Sdk, serve
from streamspec_clients import Clients
from streamspec_dialects import TOOL_DESCRIPTION, TOOL_NAME
from streamspec_errors import BODY, RawBody, Read, Reads, attribute, header
from streamspec_tables import DIALECTS

if TYPE_CHECKING:
    from streamspec_observation import Observer

# The errors of the providers' clients, which an async loop raises as they are.
PROVIDERS: Final[Reads] = {
    "status": (attribute("status_code"), BODY),
    "type": (attribute("type"), BODY),
    "code": (attribute("code"), BODY),
    "request_id": (attribute("request_id"), BODY, header("request-id")),
    "retry_after": (header("retry-after"),),
}

# Elsewhere an `InstructorRetryException` is raised, which has none of the fields. A handler of the hook
# `completion:last_attempt` gets the error that is behind it, in the same thread or task.
LAST: Final[ContextVar[Exception | None]] = ContextVar("last", default=None)


def heard(error: Exception, **_attempt: Any) -> None:
    """Keeps the error of the last attempt."""
    LAST.set(error)


HOOKS: Final = Hooks()
HOOKS.on("completion:last_attempt", heard)


def behind(way: Read | RawBody) -> Read | RawBody:
    """Makes a way into the error that the hook has told of."""

    def get(error: Any) -> object:
        return way.get(LAST.get() if isinstance(error, InstructorRetryException) else None)

    return RawBody(get) if isinstance(way, RawBody) else Read("cause", get)


READS: Final[Reads] = {key: (*ways, *map(behind, ways)) for key, ways in PROVIDERS.items()}

# The class of the objects, which is named as the tool.
WEATHER: Final[Any] = create_model(TOOL_NAME, __doc__=TOOL_DESCRIPTION, city=(str, ...))

CLIENTS: Final = {
    "anthropic-messages": Clients(anthropic, anthropic.Anthropic, anthropic.AsyncAnthropic),
    "openai-chat": Clients(openai, openai.OpenAI, openai.AsyncOpenAI),
}


def client_of(run: Run) -> Any:
    """Makes the client for the api."""
    if run.api == "anthropic-messages":
        return instructor.from_anthropic(CLIENTS[run.api].of(run, run.base_url), hooks=HOOKS)
    return instructor.from_openai(CLIENTS[run.api].of(run, f"{run.base_url}/v1"), hooks=HOOKS)


def with_end(objects: Iterator[Any]) -> Iterator[Any]:
    """Yields each object, and `None` when the loop has come to its end."""
    yield from objects
    yield None


async def with_end_async(objects: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """Does the same for an async loop."""
    async for each in objects:
        yield each
    yield None


def read_object(seen: Observer, partial: Any) -> None:
    """Reads the object as far as it has come, or the end of the loop."""
    if partial is None:
        for tool in seen.begun_tools():
            tool.over = True
    else:
        seen.tool(0, type(partial).__name__).arguments = partial.model_dump()


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words."""
    client = client_of(run)
    asked: dict[str, Any] = {"model": DIALECTS[run.api]["model"], "messages": run.messages, "max_tokens": 1024}
    asked |= {"response_model": WEATHER, "max_retries": run.max_retries}
    return Plan(lambda: client.create_partial(**asked), read_object, items=with_end_async if run.is_async else with_end)


if __name__ == "__main__":
    serve(
        Sdk(
            version=instructor.__version__,
            error_base=(InstructorError, anthropic.AnthropicError, openai.OpenAIError),
            plan=plan,
            reads=READS,
            capabilities=(*CAPABILITIES, "headers"),
        )
    )
