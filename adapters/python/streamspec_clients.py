"""The HTTP clients that SDKs are given which take one: shared by all calls, with no connection kept for a next call."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def unpooled(sdk: Any) -> tuple[Any, Any]:
    """A sync and an async HTTP client of the kind that the SDK makes by itself.

    Building one costs a TLS context, so all calls share them. But each call has a connection of its own, so that the
    server can tell one that was let go from one that idles in a pool.
    """
    sizes = {"max_connections": 1000, "max_keepalive_connections": 0}
    if hasattr(sdk, "DefaultHttpxClient"):
        # Whether these are httpx's or httpx2's differs from version to version.
        limits = type(sdk.DEFAULT_CONNECTION_LIMITS)(**sizes)
        return sdk.DefaultHttpxClient(limits=limits), sdk.DefaultAsyncHttpxClient(limits=limits)
    # The first versions take httpx's own clients.
    httpx = import_module("httpx")
    limits = httpx.Limits(**sizes)
    return httpx.Client(limits=limits), httpx.AsyncClient(limits=limits)
