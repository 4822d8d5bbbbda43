"""The question of every request, and the facts of each dialect that the kit asks for: the generated `dialects.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, TypedDict


class AskedTool(TypedDict):
    """The tool that may be declared; `parameters` is the JSON Schema of its arguments."""

    name: str
    description: str
    parameters: dict[str, Any]


class Question(TypedDict):
    """What every request asks the model for."""

    prompt: str
    tool: AskedTool


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

    model: str
    path: str
    events: Events
    stop_reasons: StopReasons
    error_type: str


class Tables(TypedDict):
    """The whole file."""

    question: Question
    dialects: dict[str, Dialect]


FILE: Final = Path(__file__).resolve().parent.parent / "dialects.json"
TABLES: Final[Tables] = json.loads(FILE.read_text("utf-8"))
QUESTION: Final = TABLES["question"]
DIALECTS: Final = TABLES["dialects"]
