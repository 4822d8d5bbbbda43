"""Drives no SDK: `httpx` and `httpx-sse` by hand, as the page of `httpx-sse` shows, for every api.

The loop is that of its page: the status is checked with `raise_for_status()`, the events are taken one by one, and what
the data of an event says is what `sse.json()` gives. The body of the loop, which the page leaves open, stops where the
provider's document says that the answer is over or has failed, so that nothing behind it is judged.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
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
    RESPONSES_TOOL,
    TOOL_DESCRIPTION,
    TOOL_NAME,
    TOOL_PARAMETERS,
    read_chat_chunk,
    read_gemini_chunk,
    read_message_event,
    read_response_event,
)
from streamspec_errors import RawBody, Read, Reads, described, read_body, reading
from streamspec_observation import ABSENT, Observer, dig, text_of
from streamspec_tables import DIALECTS, Events


def of_response(get: Callable[[httpx.Response], object]) -> Callable[[Any], object]:
    """Something of the error's response, for the one kind of error that has one."""
    return lambda error: get(error.response) if isinstance(error, httpx.HTTPStatusError) else ABSENT


def in_headers(name: str) -> Read:
    """Makes the way to a header of the response."""
    return Read("header", of_response(lambda response: response.headers.get(name)))


BODY: Final = RawBody(of_response(lambda response: response.text))

READS: Final[Reads] = {
    "status": (Read("attribute", of_response(lambda response: response.status_code)), BODY),
    "type": (BODY,),
    "code": (BODY,),
    "request_id": (BODY, in_headers("request-id"), in_headers("x-request-id")),
    "retry_after": (in_headers("retry-after"),),
}

MODEL: Final = {api: dialect["model"] for api, dialect in DIALECTS.items()}
# Tools and reader for each api.
GEMINI_TOOL: Final = {"name": TOOL_NAME, "description": TOOL_DESCRIPTION, "parametersJsonSchema": TOOL_PARAMETERS}
APIS: Final[dict[str, tuple[list[Any], Callable[[Observer, Any], None]]]] = {
    "anthropic-messages": ([ANTHROPIC_TOOL], read_message_event),
    "openai-chat": (CHAT_TOOLS, read_chat_chunk),
    "openai-responses": ([RESPONSES_TOOL], read_response_event),
    "gemini-generate": ([{"functionDeclarations": [GEMINI_TOOL]}], read_gemini_chunk),
}

# The words that end a stream and are no JSON; gateways add them to the streams of other dialects, too.
DONE: Final = [word for each in DIALECTS.values() if (word := each["events"]["sentinel"])]

# One client each, as building one costs a TLS context. Connections are not kept for a next call: each call is on its
# own, and the server can tell a connection that was let go from one that idles in a pool. But a caller that makes
# several calls has a client of its own, which keeps them as httpx does by itself.
LIMITS: Final = httpx.Limits(max_connections=1000, max_keepalive_connections=0)
SYNC: Final = httpx.Client(limits=LIMITS)
ASYNC: Final = httpx.AsyncClient(limits=LIMITS)


@contextmanager
def connected(client: httpx.Client, url: str, **options: Any) -> Iterator[httpx_sse.EventSource]:
    """Yields the event source of a response with a good status; of any other the body is read, as far as it comes."""
    with httpx_sse.connect_sse(client, "POST", url, **options) as source:
        try:
            source.response.raise_for_status()
        except httpx.HTTPStatusError as error:
            with suppress(httpx.HTTPError):
                error.response.read()
            raise
        yield source


@asynccontextmanager
async def connected_async(client: httpx.AsyncClient, url: str, **options: Any) -> AsyncIterator[httpx_sse.EventSource]:
    """Does the same with the async client."""
    async with httpx_sse.aconnect_sse(client, "POST", url, **options) as source:
        try:
            source.response.raise_for_status()
        except httpx.HTTPStatusError as error:
            with suppress(httpx.HTTPError):
                await error.response.aread()
            raise
        yield source


def is_known(events: Events, name: str) -> bool:
    """Says whether the provider's document has events of this name; one without a name is a message."""
    return name in ("message", "error", *events["pings"]) or name.startswith(tuple(events["prefixes"]))


class Event:
    """An event with what its data says, and the response at hand."""

    def __init__(self, api: str, sse: httpx_sse.ServerSentEvent, response: httpx.Response) -> None:
        self.sse, self.response = sse, response
        self.ends = DIALECTS[api]["events"]["ends"]
        # What a server sends under a name of its own need not be JSON.
        foreign = () if is_known(DIALECTS[api]["events"], sse.event) else (ValueError,)
        self.data = None
        with suppress(*foreign):
            self.data = sse.json() if sse.data.strip() not in ("", *DONE) else None

    @property
    def body(self) -> Any:
        """Returns what an error is read from: the data, the response that failed, or the first of a list."""
        said = self.data[0] if isinstance(self.data, list) and self.data else self.data
        return dig(said, "response") if dig(said, "type") == "response.failed" else said

    @property
    def is_error(self) -> bool:
        """Whether the provider's document calls the event an error."""
        kind = dig(self.data, "type")
        return bool(dig(self.body, "error")) or "error" in (self.sse.event, kind) or kind == "response.failed"

    @property
    def is_last(self) -> bool:
        """Whether the provider's document says that nothing comes after the event; a failure may say later why."""
        kind = dig(self.data, "type")
        unsaid = kind == "response.failed" and not dig(self.body, "error")
        return self.sse.data in DONE or kind in self.ends or (self.is_error and not unsaid)


def events(api: str) -> Callable[[httpx_sse.EventSource], Iterator[Event]]:
    """Yields the events of this api to its last; data that is no JSON raises."""

    def taken(source: httpx_sse.EventSource) -> Iterator[Event]:
        for sse in source.iter_sse():
            yield (event := Event(api, sse, source.response))
            if event.is_last:
                return

    return taken


def events_async(api: str) -> Callable[[httpx_sse.EventSource], AsyncIterator[Event]]:
    """Does the same for the async client."""

    async def taken(source: httpx_sse.EventSource) -> AsyncIterator[Event]:
        async for sse in source.aiter_sse():
            yield (event := Event(api, sse, source.response))
            if event.is_last:
                return

    return taken


def error_fields(api: str, body: Any, response: httpx.Response) -> dict[str, object]:
    """Reads what the event says of the error, or else the response's headers."""
    said = read_body(api, body)
    fields: dict[str, object] = {key: reading(key, value, "body") for key, value in said.items()}
    in_header = response.headers.get("request-id") or response.headers.get("x-request-id")
    return {"request_id": reading("request_id", in_header, "header"), **fields}


def reader(api: str, read: Callable[[Observer, Any], None]) -> Callable[[Observer, Any], None]:
    """Reads an event of this api, and the error if it is one."""

    def read_event(seen: Observer, event: Event) -> None:
        read(seen, event.data)
        if event.is_error:
            said = dig(event.body, "error")
            message = said if isinstance(said, str) else dig(said or event.body, "message")
            text = "" if message is None else text_of(message)
            seen.failed_item(described(event.sse, seen.site, text, error_fields(api, event.body, event.response)))

    return read_event


def question(run: Run) -> dict[str, Any]:
    """Returns the body of a request without tools."""
    if run.api == "gemini-generate":
        return {"contents": [{"role": "user", "parts": [{"text": run.prompt}]}]}
    asked = {"input": run.prompt} if run.api == "openai-responses" else {"messages": run.messages}
    limit = {"max_tokens": 1024} if run.api == "anthropic-messages" else {}
    return {"model": MODEL[run.api], "stream": True, **limit, **asked}


def plan(run: Run) -> Plan:
    """Returns the call, made by hand."""
    tools, read = APIS[run.api]
    body = question(run) | ({"tools": tools} if run.ask == "tool" else {})
    url = run.base_url + DIALECTS[run.api]["path"].replace("{model}", MODEL[run.api])
    # Anthropic asks for its version in every request; the other vendors pass over the field.
    headers = {"anthropic-version": "2023-06-01"}
    options: dict[str, Any] = {"json": body, "headers": headers, "timeout": run.timeout_ms / 1000}
    if run.is_async:
        asynchronous = httpx.AsyncClient() if run.caller.shares_client else ASYNC
        opened_async = partial(connected_async, asynchronous, url, **options)
        return Plan(opened_async, reader(run.api, read), items=events_async(run.api))
    client = httpx.Client() if run.caller.shares_client else SYNC
    return Plan(partial(connected, client, url, **options), reader(run.api, read), items=events(run.api))


if __name__ == "__main__":
    serve(
        Sdk(
            version=version("httpx-sse"),
            error_base=(httpx.HTTPError, httpx.StreamError),
            plan=plan,
            reads=READS,
            capabilities=("timeout", "tools", "prompt"),
        )
    )
