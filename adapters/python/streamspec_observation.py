"""What the SDK's caller has seen, in the contract's terms: text, tools, the stop reason, and the error as caught."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum
from time import time
from typing import Any, Final, Literal, TypeAlias

LONGEST_STRING: Final = 5_000_000
DEEPEST_NESTING: Final = 64

Delivers: TypeAlias = Literal["events", "text", "final"]
Site: TypeAlias = Literal["open", "iterate", "finalize"]
Via: TypeAlias = Literal["attribute", "body", "header"]


class Absent(Enum):
    """The mark of a field that the SDK does not have; `None` is a field that it has and leaves empty."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


@dataclass
class Tool:
    """A tool call as far as it has been handed over; `arguments` are a string until the SDK parses them."""

    name: str = ""
    arguments: object = ""
    complete: bool = False


@dataclass
class Seen:
    """What the SDK's caller has seen of one call."""

    delivers: Delivers
    site: Site = "open"
    ended: Literal["returned", "raised", "error-item", "aborted"] = "returned"
    events: int = 0
    text: list[str] | None = None
    tools: dict[object, Tool] | None = None
    stop_reason: object = ABSENT
    error: dict[str, object] | None = None

    def __post_init__(self) -> None:
        if self.delivers != "final":
            self.hand_over()

    def hand_over(self) -> None:
        """From here on the surface offers its fields, though they may still be empty."""
        self.text = []
        if self.delivers != "text":
            self.tools = {}
            self.stop_reason = None

    def say(self, piece: object) -> None:
        """Adds a piece of text; anything but a string is no text."""
        if isinstance(piece, str) and self.text is not None:
            self.text.append(piece)

    def keep(self, text: str | None) -> None:
        """The text that an exception holds, from a surface that hands over none before it fails."""
        if text is not None:
            self.text = [text]

    def tool(self, key: object, name: object = None) -> Tool:
        """The tool call with this key, begun now if it is new."""
        tools = self.tools if self.tools is not None else {}
        tool = tools.setdefault(key, Tool())
        if isinstance(name, str) and not tool.name:
            tool.name = name
        return tool

    def open_tool(self, key: object) -> Tool | None:
        """The tool call with this key, if it was begun."""
        return (self.tools or {}).get(key)

    def stop(self, reason: object) -> None:
        """Keeps a stop reason; an event without one does not take back an earlier one."""
        if reason is not None:
            self.stop_reason = text_of(reason)

    def failed_item(self, error: dict[str, object]) -> None:
        """The SDK handed the failure over as an item; the first such item counts."""
        if self.error is None:
            self.ended, self.error = "error-item", error

    def interrupted(self) -> None:
        """The SDK itself says, without an error, that the answer was interrupted."""
        if self.error is None:
            self.ended = "aborted"

    def raised(self, error: dict[str, object]) -> None:
        """The SDK raised."""
        self.ended, self.error = "raised", error

    def observation(self) -> dict[str, object]:
        """The contract's `Observation`."""
        out: dict[str, object] = {"ended": self.ended, "events": self.events}
        if self.text is not None:
            out["text"] = "".join(self.text)
        if self.tools is not None:
            out["tool_calls"] = [vars(tool) for tool in self.tools.values()]
        if self.stop_reason is not ABSENT:
            out["stop_reason"] = self.stop_reason
        if self.error is not None:
            out["error"] = self.error
        return out


def text_kept(error: BaseException) -> str | None:
    """What a handler's own exception says had arrived."""
    text = getattr(error, "text", None)
    return text if isinstance(text, str) else None


def dig(value: Any, *path: str) -> Any:
    """Follows attributes and keys; `None` where the way ends. SDKs hand out what they could not validate, too."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
    return value


def text_of(value: object) -> str:
    """A provider's word as text; what should have been a string and is not, as JSON."""
    return value if isinstance(value, str) else json.dumps(plain(value))


def plain(value: object, depth: int = 0) -> object:
    """A value as JSON that every reader takes: no lone surrogates, no NaN, no huge numbers, strings or depths."""
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


@dataclass(frozen=True)
class Read:
    """One way of reaching a value of an error; `get` gives `ABSENT` where the SDK has no such field."""

    via: Via
    get: Callable[[Any], object]


Reads: TypeAlias = Mapping[str, Sequence[Read]]


def attribute(name: str) -> Read:
    """A documented attribute of the error."""
    return Read("attribute", lambda error: getattr(error, name, ABSENT))


def body(*path: str, only: type | None = None) -> Read:
    """A key of the parsed body in the error's documented `body`; with `only`, a value of exactly that type."""

    def get(error: Any) -> object:
        value = error.body if isinstance(getattr(error, "body", None), Mapping) else None
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value if value is not None and (only is None or type(value) is only) else ABSENT

    return Read("body", get)


def header(name: str) -> Read:
    """A header of the response in the error's documented `response`."""

    def get(error: Any) -> object:
        response = getattr(error, "response", None)
        return ABSENT if response is None else response.headers.get(name)

    return Read("header", get)


def retry_after(value: object) -> float | None:
    """`Retry-After` in seconds, from seconds or from a date."""
    try:
        seconds = float(str(value))
    except ValueError:
        try:
            seconds = parsedate_to_datetime(str(value)).timestamp() - time()
        except ValueError:
            return None
    return max(seconds, 0.0) if math.isfinite(seconds) else None


CONVERSIONS: Final[Mapping[str, Callable[[Any], object]]] = {
    "status": lambda value: value if type(value) is int else None,
    "retryable": lambda value: value if type(value) is bool else None,
    "retry_after": retry_after,
}


def told(key: str, value: object, via: Via) -> dict[str, object] | None:
    """A field the SDK has: the contract's `Reading`, or `None` for one left empty."""
    value = value if value is None else CONVERSIONS.get(key, text_of)(value)
    return None if value is None else {"value": value, "via": via}


def read_fields(error: BaseException, reads: Reads) -> dict[str, object]:
    """Every field at the first of its ways that leads to a value: absent, empty, or a reading."""
    fields: dict[str, object] = {}
    for key, ways in reads.items():
        for way in ways:
            try:
                value = way.get(error)
            except Exception:  # noqa: BLE001, S112 - an attribute that raises cannot be read by a caller either
                continue
            if value is not ABSENT and fields.get(key) is None:
                fields[key] = told(key, value, way.via)
    return fields


def causes(error: BaseException) -> list[str]:
    """Classes of the chain of causes, nearest first, as a traceback would show it."""
    names: list[str] = []
    seen = {id(error)}
    current: BaseException | None = error
    while current is not None:
        hidden = current.__cause__ is not None or current.__suppress_context__
        current = current.__cause__ if hidden else current.__context__
        if current is None or id(current) in seen:
            break
        seen.add(id(current))
        names.append(type(current).__name__)
    return names


def described(subject: object, site: Site, message: str, fields: Mapping[str, object]) -> dict[str, object]:
    """The contract's `ObservedError` for an exception or for an item that is a failure."""
    classes = [each.__name__ for each in type(subject).__mro__ if each is not object]
    return {"site": site, "class": classes[0], "classes": classes, "message": message, "causes": [], **fields}


def describe_error(
    error: BaseException, site: Site, reads: Reads, own: type[BaseException] | tuple[type[BaseException], ...]
) -> dict[str, object]:
    """An exception as its catcher can read it; `reads` apply to the SDK's `own` exceptions only."""
    try:
        message = str(error)
    except Exception as broken:  # noqa: BLE001 - an exception may fail to print itself
        message = f"<message not readable: {type(broken).__name__}>"
    fields = read_fields(error, reads) if isinstance(error, own) else {}
    return {**described(error, site, message, fields), "causes": causes(error)}
