"""The observer of a call, in the contract's terms: text, tools, the stop reason, tokens, thoughts, refusals."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal, TypeAlias

LONGEST_STRING: Final = 5_000_000
DEEPEST_NESTING: Final = 64
MOST_TOKENS: Final = 2**64

Delivers: TypeAlias = Literal["events", "text", "final"]
# The names of the numbers of tokens, that of the request first.
Tokens: TypeAlias = tuple[str, str]
Notice: TypeAlias = Literal["completed", "failed", "aborted"]
Site: TypeAlias = Literal["open", "iterate", "finalize"]


class Absent(Enum):
    """The mark of a field that the SDK does not have; `None` is a field that it has and leaves empty."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


@dataclass
class Tool:
    """A tool call as far as it has been handed over; `arguments` are a string until the SDK parses them.

    It is `over` when the SDK has said so, and `cut` when something has said that it is not the whole call. `status` is
    that of an item of Responses.
    """

    name: str = ""
    arguments: object = ""
    over: bool = False
    cut: bool = False
    status: object = None

    def add(self, piece: object) -> None:
        """Adds a piece of the arguments, which takes the place of an object before it."""
        if isinstance(piece, str) and piece:
            self.arguments = (self.arguments if isinstance(self.arguments, str) else "") + piece

    def call(self) -> dict[str, object]:
        """Returns the contract's `ToolCall`; a whole call without arguments has an empty object of them."""
        complete = self.over and not self.cut
        none: object = {} if complete else ""
        arguments = none if self.arguments in ("", None) else self.arguments
        return {"name": self.name, "arguments": arguments, "complete": complete}


@dataclass
class Observer:
    """The observer of one call: it collects what the SDK's caller sees, and makes the observation of it.

    `also_shows` are the fields of the surface beside those that all of its kind have, and `lacks` those of them that it
    has not, as the manifest names them.
    """

    delivers: Delivers
    also_shows: Collection[str] = ()
    lacks: Collection[str] = ()
    site: Site = "open"
    ended: Literal["returned", "raised", "error-item", "aborted", "stopped", "cancelled"] = "returned"
    events: int = 0
    text: list[str] | None = None
    tools: dict[object, Tool] | None = None
    last_block: object = None
    stop_reason: object = ABSENT
    usage: dict[str, int | None] | None = None
    thinking: list[str] | None = None
    refusal: list[str] | None = None
    endings: list[Notice] | None = None
    error: dict[str, object] | None = None
    has_cancelled: bool = False

    def __post_init__(self) -> None:
        self.endings = [] if "endings" in self.also_shows else None
        if self.delivers != "final":
            self.hand_over()

    def hand_over(self) -> None:
        """Offers the fields of the surface from here on, though they may still be empty."""
        self.text = None if "text" in self.lacks else []
        if self.delivers != "text":
            self.tools = None if "tool_calls" in self.lacks else {}
            self.stop_reason = ABSENT if "stop_reason" in self.lacks else None
        self.usage = {"input": None, "output": None} if "usage" in self.also_shows else None
        self.thinking = [] if "thinking" in self.also_shows else None
        self.refusal = [] if "refusal" in self.also_shows else None

    def say(self, piece: object) -> None:
        """Adds a piece of text; anything but a string is no text."""
        if isinstance(piece, str) and self.text is not None:
            self.text.append(piece)

    def think(self, piece: object) -> None:
        """Adds a piece of the model's thoughts."""
        if isinstance(piece, str) and self.thinking is not None:
            self.thinking.append(piece)

    def refuse(self, piece: object) -> None:
        """Adds a piece of a refusal."""
        if isinstance(piece, str) and self.refusal is not None:
            self.refusal.append(piece)

    def heard(self, notice: Notice) -> None:
        """Takes a notice that the answer is over."""
        if self.endings is not None:
            self.endings.append(notice)

    def count(self, usage: object, tokens: Tokens) -> None:
        """Keeps the numbers of tokens under these names; one that is left empty does not take back an earlier one."""
        for key, name in zip(("input", "output"), tokens, strict=True):
            number = dig(usage, name)
            if type(number) is int and 0 <= number < MOST_TOKENS and self.usage is not None:
                self.usage[key] = number

    def keep(self, text: str | None) -> None:
        """Takes the text that an exception holds, from a surface that hands over none before it fails."""
        if text is not None:
            self.text = [text]

    def tool(self, key: object, name: object = None) -> Tool:
        """Returns the tool call with this key, begun now if it is new."""
        tool = (self.tools if self.tools is not None else {}).setdefault(key, Tool())
        if isinstance(name, str) and not tool.name:
            tool.name = name
        return tool

    def open_tool(self, key: object) -> Tool | None:
        """Returns the tool call with this key, if it was begun."""
        return (self.tools or {}).get(key)

    def begun_tools(self) -> Sequence[Tool]:
        """Lists every tool call that was begun."""
        return list((self.tools or {}).values())

    def stop(self, reason: object) -> None:
        """Keeps a stop reason; an event without one does not take back an earlier one."""
        if reason not in (None, ""):
            self.stop_reason = text_of(reason)

    @property
    def knows_why(self) -> bool:
        """Says whether the failure so far has a message, a type or a code."""
        return self.error is not None and any(self.error.get(key) for key in ("message", "type", "code"))

    def failed_item(self, error: dict[str, object]) -> None:
        """Takes a failure that the SDK handed over as an item; the first such item that says anything counts."""
        if not self.knows_why:
            self.ended, self.error = "error-item", error

    def interrupted(self) -> None:
        """Notes that the SDK itself says, without an error, that the answer was interrupted."""
        if self.error is None:
            self.ended = "aborted"

    def stopped(self) -> None:
        """Notes that the caller has stopped by itself and nothing was raised; a failure that was an item stays one."""
        if self.ended == "returned":
            self.ended = "stopped"

    def raised(self, error: dict[str, object], *, is_cancellation: bool = False) -> None:
        """Takes what the SDK raised; an item that has said why it failed stands.

        What it raises is no cancellation where its caller has not cancelled.
        """
        if not self.knows_why:
            self.ended = "cancelled" if is_cancellation and self.has_cancelled else "raised"
            self.error = error

    def observation(self) -> dict[str, object]:
        """Returns the contract's `Observation`."""
        out: dict[str, object] = {"ended": self.ended, "events": self.events}
        if self.text is not None:
            out["text"] = "".join(self.text)
        if self.tools is not None:
            # A call without a name is none.
            out["tool_calls"] = [tool.call() for tool in self.tools.values() if tool.name]
        if self.stop_reason is not ABSENT:
            out["stop_reason"] = self.stop_reason
        if self.usage is not None:
            out["usage"] = None if set(self.usage.values()) == {None} else self.usage
        if self.thinking is not None:
            out["thinking"] = "".join(self.thinking)
        if self.refusal is not None:
            out["refusal"] = "".join(self.refusal)
        if self.endings is not None:
            out["endings"] = list(self.endings)
        if self.error is not None:
            out["error"] = self.error
        return out


def text_kept(error: BaseException) -> str | None:
    """Returns the text that had arrived, as a handler's own exception says."""
    text = getattr(error, "text", None)
    return text if isinstance(text, str) else None


def dig(value: Any, *path: str) -> Any:
    """Follows attributes and keys; `None` where the way ends. SDKs hand out what they could not validate, too."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
    return value


def text_of(value: object) -> str:
    """Returns a provider's word as text; what should have been a string and is not, as JSON."""
    return value if isinstance(value, str) else json.dumps(plain(value))


def plain(value: object, depth: int = 0) -> object:
    """Returns a value as JSON that every reader takes: no lone surrogates, NaN, huge numbers, strings or depths."""
    if isinstance(value, str):
        if len(value) > LONGEST_STRING:
            value = f"{value[:LONGEST_STRING]} [cut by the adapter: {len(value)} characters]"
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if -(2**63) <= value < 2**64 else str(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(value)
    if depth < DEEPEST_NESTING and isinstance(value, Mapping):
        return {str(plain(str(key))): plain(each, depth + 1) for key, each in value.items()}
    if depth < DEEPEST_NESTING and isinstance(value, list | tuple):
        return [plain(each, depth + 1) for each in value]
    return plain(str(value))
