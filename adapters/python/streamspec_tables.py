"""The facts of each dialect that the kit asks for, from the generated `dialects.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, TypedDict


class Events(TypedDict):
    """The names of a dialect's events, and those that end a stream."""

    prefixes: list[str]
    pings: list[str]
    ends: list[str]
    sentinel: str | None


class StopReasons(TypedDict):
    """The words with which tool calls are over, and those that say that a limit cut the answer."""

    end_calls: list[str]
    limits: list[str]


class Dialect(TypedDict):
    """One kind of request and the stream that answers it; `path` has `{model}` where a model is named there."""

    path: str
    events: Events
    stop_reasons: StopReasons
    error_type: str


FILE: Final = Path(__file__).resolve().parent.parent / "dialects.json"
DIALECTS: Final[dict[str, Dialect]] = json.loads(FILE.read_text("utf-8"))
