"""The options of the HTTP client of `google-genai`, and the ways into its errors, for it and the frameworks over it."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, Final

from streamspec_errors import RawBody, Read, Reads, attribute, header
from streamspec_observation import ABSENT, dig


def unpooled_args() -> dict[str, Any]:
    """Returns the client's arguments for an HTTP client that keeps no connection for a next call.

    So each call is on its own, and the server can tell a connection that was let go from one that idles in a pool.
    Whether the SDK has imported httpx or httpx2 differs from version to version.
    """
    http = sys.modules.get("httpx2") or import_module("httpx")
    return {"limits": http.Limits(max_connections=1000, max_keepalive_connections=0)}


def retry_delay(error: Any) -> object:
    """Reads the delay of a `RetryInfo` in the error's documented `details`, a protobuf duration such as `37s`."""
    details = dig(error, "details", "error", "details")
    delays = [dig(each, "retryDelay") for each in details] if isinstance(details, list) else []
    return next((each.removesuffix("s") for each in delays if isinstance(each, str)), ABSENT)


BODY: Final = RawBody(lambda error: getattr(error, "details", None))

# `code` is the HTTP status, or else the number in the body, and so it is both; it is so of a handler's exception too.
READS: Final[Reads] = {
    "status": (attribute("code"), BODY),
    "type": (attribute("status"), BODY),
    "code": (attribute("code"), BODY),
    "request_id": (BODY,),
    "retryable": (attribute("retryable"),),
    "retry_after": (header("retry-after"), Read("body", retry_delay)),
}
