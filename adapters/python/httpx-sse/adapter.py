"""Drives no SDK: `httpx` and `httpx-sse` by hand, as their documents show, for every api.

The loop parses each event's data, and ends after `[DONE]` and after an event that is an error by the provider's
document: one named `error`, one with an `error` member, `response.failed`.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

import httpx
import httpx_sse

from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_dialects import (
    ANTHROPIC_TOOL,
    CHAT_TOOLS,
    MESSAGES,
    PROMPT,
    RESPONSES_TOOL,
    TOOL_DESCRIPTION,
    TOOL_NAME,
    TOOL_PARAMETERS,
    read_chat_chunk,
    read_gemini_chunk,
    read_message_event,
    read_response_event,
)
from streamspec_observation import ABSENT, Delivers, Read, Reads, Seen, described, dig, told

SURFACES: Final[dict[str, Delivers]] = {"events-sync": "events", "events-async": "events"}


def of_response(get: Callable[[httpx.Response], object]) -> Callable[[Any], object]:
    """Something of the error's response, for the one kind of error that has one."""
    return lambda error: get(error.response) if isinstance(error, httpx.HTTPStatusError) else ABSENT


def in_body(*path: str) -> Read:
    """A member of the response's body, which whoever calls httpx by hand parses with `response.json()`."""

    def get(response: httpx.Response) -> object:
        value = dig(response.json(), *path)
        return ABSENT if value is None else value

    return Read("body", of_response(get))


def in_headers(name: str) -> Read:
    """A header of the response."""
    return Read("header", of_response(lambda response: response.headers.get(name)))


READS: Final[Reads] = {
    "status": (Read("attribute", of_response(lambda response: response.status_code)),),
    "type": (in_body("error", "type"), in_body("error", "status")),
    "code": (in_body("error", "code"),),
    "request_id": (in_headers("request-id"), in_headers("x-request-id")),
    "retry_after": (in_headers("retry-after"),),
}

# Path, body, tools and reader for each api.
GEMINI_TOOL: Final = {"name": TOOL_NAME, "description": TOOL_DESCRIPTION, "parametersJsonSchema": TOOL_PARAMETERS}
GEMINI_PATH: Final = "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse"
APIS: Final[dict[str, tuple[str, dict[str, Any], list[Any], Callable[[Seen, Any], None]]]] = {
    "anthropic-messages": (
        "/v1/messages",
        {"model": "claude-sonnet-4-6", "max_tokens": 1024, "stream": True, "messages": MESSAGES},
        [ANTHROPIC_TOOL],
        read_message_event,
    ),
    "openai-chat": (
        "/v1/chat/completions",
        {"model": "gpt-5.2", "stream": True, "messages": MESSAGES},
        CHAT_TOOLS,
        read_chat_chunk,
    ),
    "openai-responses": (
        "/v1/responses",
        {"model": "gpt-5.2", "stream": True, "input": PROMPT},
        [RESPONSES_TOOL],
        read_response_event,
    ),
    "gemini-generate": (
        GEMINI_PATH,
        {"contents": [{"role": "user", "parts": [{"text": PROMPT}]}]},
        [{"functionDeclarations": [GEMINI_TOOL]}],
        read_gemini_chunk,
    ),
}

# One client each, as building one costs a TLS context. Connections are not kept for a next call: each call is on its
# own, and the server can tell a connection that was let go from one that idles in a pool.
LIMITS: Final = httpx.Limits(max_connections=1000, max_keepalive_connections=0)
SYNC: Final = httpx.Client(limits=LIMITS)
ASYNC: Final = httpx.AsyncClient(limits=LIMITS)


@contextmanager
def connected(url: str, **options: Any) -> Iterator[httpx_sse.EventSource]:
    """The event source of a response with a good status; of any other the body is read, as httpx asks for."""
    with httpx_sse.connect_sse(SYNC, "POST", url, **options) as source:
        if source.response.is_error:
            source.response.read()
        source.response.raise_for_status()
        yield source


@asynccontextmanager
async def connected_async(url: str, **options: Any) -> AsyncIterator[httpx_sse.EventSource]:
    """The same with the async client."""
    async with httpx_sse.aconnect_sse(ASYNC, "POST", url, **options) as source:
        if source.response.is_error:
            await source.response.aread()
        source.response.raise_for_status()
        yield source


def is_error(name: str, data: Any) -> bool:
    """Whether the provider's document calls the event an error."""
    return bool(dig(data, "error")) or "error" in (name, dig(data, "type")) or dig(data, "type") == "response.failed"


def parsed(source: httpx_sse.EventSource) -> Iterator[tuple[str, Any, httpx.Response]]:
    """Names and data of the events, and the response at hand; data that is no JSON raises."""
    for event in source.iter_sse():
        if event.data == "[DONE]":
            return
        yield event.event, (data := event.json()), source.response
        if is_error(event.event, data):
            return


async def parsed_async(source: httpx_sse.EventSource) -> AsyncIterator[tuple[str, Any, httpx.Response]]:
    """The same for the async client."""
    async for event in source.aiter_sse():
        if event.data == "[DONE]":
            return
        yield event.event, (data := event.json()), source.response
        if is_error(event.event, data):
            return


def error_fields(api: str, data: Any, said: Any, response: httpx.Response) -> dict[str, object]:
    """What the event says of the error, or else the response's headers."""
    keys = {"type": "status" if api == "gemini-generate" else "type", "code": "code"}
    fields: dict[str, object] = {
        name: told(name, said[key], "body") for name, key in keys.items() if isinstance(said, dict) and key in said
    }
    if type(status := dig(said, "code")) is int:
        fields["status"] = told("status", status, "body")
    if (in_event := dig(data, "request_id")) is not None:
        return fields | {"request_id": told("request_id", in_event, "body")}
    in_header = response.headers.get("request-id") or response.headers.get("x-request-id")
    return fields | {"request_id": told("request_id", in_header, "header")}


def reader(api: str, read: Callable[[Seen, Any], None]) -> Callable[[Seen, Any], None]:
    """Reads an event of this api, and the error if it is one."""

    def read_event(seen: Seen, item: tuple[str, Any, httpx.Response]) -> None:
        name, data, response = item
        read(seen, data)
        if is_error(name, data):
            error = dig(data, "error") or dig(data, "response", "error")
            said = error if isinstance(error, dict) else data
            message = error if isinstance(error, str) else dig(said, "message")
            seen.failed_item(described(data, seen.site, str(message or ""), error_fields(api, data, said, response)))

    return read_event


def plan(run: Run) -> Plan:
    """The call, by hand."""
    path, request, tools, read = APIS[run.api]
    body = {**request, "tools": tools} if run.ask == "tool" else request
    options: dict[str, Any] = {"json": body, "timeout": run.timeout_ms / 1000}
    if run.is_async:
        return Plan(lambda: connected_async(run.base_url + path, **options), reader(run.api, read), items=parsed_async)
    return Plan(lambda: connected(run.base_url + path, **options), reader(run.api, read), items=parsed)


if __name__ == "__main__":
    serve(
        Sdk(
            name="httpx-sse",
            version=version("httpx-sse"),
            error_base=(httpx.HTTPError, httpx.StreamError),
            apis=list(APIS),
            surfaces=SURFACES,
            plan=plan,
            reads=READS,
            capabilities=("timeout", "tools"),
        )
    )
