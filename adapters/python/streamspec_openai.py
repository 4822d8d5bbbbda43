"""The ways into the errors of `openai`, which frameworks over it let through, and of clients generated like it."""

from __future__ import annotations

from typing import Final

from streamspec_errors import BODY, Reads, attribute, header

# An `APIError` raised in mid-stream has neither `status_code` nor `response`; some servers put a number into its body.
READS: Final[Reads] = {
    "status": (attribute("status_code"), BODY),
    "type": (attribute("type"), BODY),
    "code": (attribute("code"), BODY),
    "request_id": (attribute("request_id"), BODY),
    "retry_after": (header("retry-after"),),
}

# Those of the clients that are generated alike for other vendors: `status_code` and `response` are attributes of
# `APIStatusError` alone; `body` is one of every `APIError`: the whole body of a response, or the `error` of an event.
LIKE_IT: Final[Reads] = {
    "status": (attribute("status_code"), BODY),
    "type": (BODY,),
    "code": (BODY,),
    "request_id": (BODY, header("x-request-id")),
    "retry_after": (header("retry-after"),),
}
