"""Readers of an error as it was caught: the ways to its fields, and the rules for bodies and values."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timezone
from email.utils import parsedate_to_datetime
from time import time
from typing import Any, Final, Literal, TypeAlias

from streamspec_observation import ABSENT, Site, plain, text_of
from streamspec_tables import DIALECTS

LONGEST_EXCERPT: Final = 60

Via: TypeAlias = Literal["attribute", "body", "header", "cause"]


class NotReadableError(Exception):
    """There is something where a value is looked for, and a helper of this module cannot read it."""


def kind_of(value: object) -> str:
    """Names the kind of a value, for the sentences about what cannot be read."""
    return f"a {type(value).__name__}"


@dataclass(frozen=True)
class Read:
    """One way of reaching a value of an error; `get` gives `ABSENT` where the SDK has no such field."""

    via: Via
    get: Callable[[Any], object]


@dataclass(frozen=True)
class RawBody:
    """The way through the raw body that the SDK's error hands out, parsed or as text; one rule reads all of them."""

    get: Callable[[Any], object]


Reads: TypeAlias = Mapping[str, Sequence[Read | RawBody]]


def attribute(name: str) -> Read:
    """Makes the way to a documented attribute of the error."""
    return Read("attribute", lambda error: getattr(error, name, ABSENT))


def header(name: str) -> Read:
    """Makes the way to a header of the response in the error's documented `response`."""

    def get(error: Any) -> object:
        response = getattr(error, "response", None)
        if response is None:
            return ABSENT
        headers: Any = getattr(response, "headers", None)
        if not hasattr(headers, "get"):
            raise NotReadableError(f"the `headers` of its response are {kind_of(headers)}")
        return headers.get(name)

    return Read("header", get)


def error_in(raw: object) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Returns a body and the error in it: the object at `error`, or the body itself where it has no `error`."""
    body = parsed(raw)
    error = body if body.get("error") is None else body["error"]
    return body, error if isinstance(error, Mapping) else {}


def parsed(raw: object) -> Mapping[str, Any]:
    """Returns a raw body as the object that it is; empty where it is none."""
    if isinstance(raw, str | bytes):
        try:
            raw = json.loads(raw)
        except ValueError:
            return {}
    if isinstance(raw, list):
        # Google wraps the error of a stream.
        raw = raw[0] if raw else None
    return raw if isinstance(raw, Mapping) else {}


def not_readable(raw: object) -> str | None:
    """Says in a sentence why nothing is read in a raw body that is there; `None` where it is an object."""
    if raw is None or raw in ("", b"") or isinstance(parsed(raw).get("error"), Mapping):
        return None
    if body := parsed(raw):
        return None if body.get("error") is None else f"the `error` in the body is {kind_of(body['error'])}"
    if isinstance(raw, str | bytes):
        return "the body is text that is not a JSON object"
    return None if isinstance(raw, Mapping) else f"the body is {kind_of(raw)}"


def read_body(api: str, raw: object) -> dict[str, object]:
    """Returns every field that is read from the raw body of an error, by the one rule for bodies."""
    whole, error = error_in(raw)
    kind = error.get(DIALECTS[api]["error_type"])
    numbers = [error.get(name) for name in ("status_code", "code")]
    said = {
        "status": next((number for number in numbers if converted("status", number) is not None), None),
        # An envelope's `"type": "error"` is no error type.
        "type": None if error is whole and kind == "error" else kind,
        "code": error.get("code"),
        "request_id": whole.get("request_id") or error.get("request_id"),
    }
    values = {key: converted(key, value) for key, value in said.items()}
    return {key: value for key, value in values.items() if value is not None}


BODY: Final = RawBody(lambda error: getattr(error, "body", None))


def retry_after(value: object) -> float | None:
    """Reads `Retry-After` in seconds: digits, perhaps with a fraction, or an HTTP date; one that has passed is 0."""
    text = str(value).strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        seconds = float(text)
        return seconds if math.isfinite(seconds) else None
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(date.replace(tzinfo=date.tzinfo or timezone.utc).timestamp() - time(), 0.0)


CONVERSIONS: Final[Mapping[str, Callable[[Any], object]]] = {
    "status": lambda value: value if type(value) is int and 100 <= value <= 999 else None,  # noqa: PLR2004 - three digits
    "retryable": lambda value: value if type(value) is bool else None,
    "retry_after": retry_after,
}


def converted(key: str, value: object) -> object:
    """Returns what is read of a raw value, by the one rule for values; `None` for one left empty or not readable."""
    return None if value in (None, "") else CONVERSIONS.get(key, text_of)(value)


def reading(key: str, value: object, via: Via) -> dict[str, object] | None:
    """Makes the contract's `Reading` for a field that the SDK has; `None` for one left empty."""
    value = converted(key, value)
    return None if value is None else {"value": value, "via": via}


@dataclass
class Reader:
    """Reads the fields of an error, and keeps what was there and could not be read."""

    error: BaseException
    api: str
    unread: list[str] = field(default_factory=list)

    def fields(self, reads: Reads) -> dict[str, dict[str, object] | None]:
        """Reads every field at the first of its ways that leads to a value: absent, empty, or a reading."""
        fields: dict[str, dict[str, object] | None] = {}
        for key, ways in reads.items():
            for way in ways:
                if fields.get(key) is not None:
                    break
                value = self.value(key, way)
                if value is not ABSENT:
                    fields[key] = reading(key, value, "body" if isinstance(way, RawBody) else way.via)
                    if value not in (None, "") and fields[key] is None:
                        self.note(f"{key}: {str(plain(value))[:LONGEST_EXCERPT]!r}, {kind_of(value)}, is none")
        return fields

    def value(self, key: str, way: Read | RawBody) -> object:
        """Returns what one way leads to; a caller cannot read an attribute that raises either."""
        try:
            found = way.get(self.error)
        except NotReadableError as unread:
            self.note(f"{key}: {unread}")
            return ABSENT
        except Exception as raised:  # noqa: BLE001 - whatever a property of the SDK's raises
            self.note(f"{key}: reading it raises {type(raised).__name__}")
            return ABSENT
        if not isinstance(way, RawBody):
            return found
        if why := not_readable(found):
            self.note(why)
        return read_body(self.api, found).get(key, ABSENT)

    def note(self, sentence: str) -> None:
        """Keeps a sentence once."""
        if sentence not in self.unread:
            self.unread.append(sentence)


def causes(error: BaseException) -> list[str]:
    """Lists the classes of the chain of causes, nearest first, as a traceback would show it."""
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


def class_names(subject: object) -> list[str]:
    """Lists a value's class and all base classes, most derived first, without modules."""
    return [each.__name__ for each in type(subject).__mro__ if each is not object]


def described(subject: object, site: Site, message: str, fields: Mapping[str, object]) -> dict[str, object]:
    """Makes the contract's `ObservedError` for an exception or for an item that is a failure."""
    classes = class_names(subject)
    return {"site": site, "class": classes[0], "classes": classes, "message": message, "causes": [], **fields}


Classes: TypeAlias = type[BaseException] | tuple[type[BaseException], ...]


def unwrapped(error: BaseException, own: Classes) -> BaseException | None:
    """Returns the first of the SDK's `own` errors in an exception group, as `except*` hands it over."""
    if isinstance(error, own):
        return error
    within = getattr(error, "exceptions", ()) if "BaseExceptionGroup" in class_names(error) else ()
    return next((found for each in within if (found := unwrapped(each, own)) is not None), None)


def describe_error(error: BaseException, site: Site, reads: Reads, own: Classes, api: str) -> dict[str, object]:
    """Describes an exception as its catcher can read it; `reads` apply to the SDK's `own` exceptions only."""
    caught, error = error, unwrapped(error, own) or error
    try:
        message = str(error)
    except Exception as broken:  # noqa: BLE001 - an exception may fail to print itself
        message = f"<message not readable: {type(broken).__name__}>"
    reader = Reader(error, api)
    fields = reader.fields(reads) if isinstance(error, own) else {}
    if error is not caught:
        fields = {key: {**reading, "via": "cause"} if reading else reading for key, reading in fields.items()}
    noted = {"unread": reader.unread} if reader.unread else {}
    return {**described(error, site, message, fields), "causes": causes(error), **noted}
