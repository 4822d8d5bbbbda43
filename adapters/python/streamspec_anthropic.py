"""The calls of `anthropic`, which its clients for all platforms have in common, and the ways into its errors."""

from __future__ import annotations

from operator import attrgetter, methodcaller
from typing import Any, Final

from streamspec_adapter import Plan, Run
from streamspec_dialects import read_message, read_message_event
from streamspec_errors import BODY, Reads, attribute, header
from streamspec_observation import Observer
from streamspec_tables import DIALECTS

# `type`, `error_code` and `request_id` are attributes of `APIStatusError` alone; `body` is one of every `APIError`.
READS: Final[Reads] = {
    "status": (attribute("status_code"), BODY),
    "type": (attribute("type"), BODY),
    "code": (attribute("error_code"), BODY),
    "request_id": (attribute("request_id"), BODY, header("request-id")),
    "retry_after": (header("retry-after"),),
}


def request_of(run: Run) -> dict[str, Any]:
    """Returns the arguments of a call that declares no tools."""
    return {"model": DIALECTS[run.api]["model"], "max_tokens": 1024, "messages": run.messages}


def plan_with(run: Run, client: Any, request: dict[str, Any]) -> Plan:
    """Plans the call on the surface that the run names; both kinds of client have the same methods."""
    return {
        "create": Plan(lambda: client.messages.create(stream=True, **request), read_message_event),
        "stream": Plan(lambda: client.messages.stream(**request), read_message_event),
        "text": Plan(lambda: client.messages.stream(**request), Observer.say, items=attrgetter("text_stream")),
        "final": Plan(lambda: client.messages.stream(**request), read_message, final=methodcaller("get_final_message")),
    }[run.surface.split("-")[0]]
