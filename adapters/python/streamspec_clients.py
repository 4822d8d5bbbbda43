"""The clients of SDKs that take an HTTP client: shared by all calls, with no connection kept for a next call."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from streamspec_adapter import Run

KEY: Final = "no-key"


class Clients:
    """The sync and the async client of an SDK, one of each for all calls but those of a caller of several."""

    def __init__(self, sdk: Any, sync_kind: Any, async_kind: Any, async_http_kind: Any = None) -> None:
        """Makes both; `async_http_kind` is the HTTP client of an SDK whose own one for async calls is not httpx's."""
        self.sync_kind, self.async_kind = sync_kind, async_kind
        sync_http, async_http = unpooled(sdk, async_http_kind)
        self.sync: Any = sync_kind(api_key=KEY, http_client=sync_http)
        self.asynchronous: Any = async_kind(api_key=KEY, http_client=async_http)

    def of(self, run: Run, base_url: str) -> Any:
        """Returns the client of a call; both kinds have the same methods.

        A caller that makes several calls has one of its own, which keeps its connections as the SDK does by itself.
        """
        options = {
            "base_url": base_url,
            "timeout": run.timeout_ms / 1000,
            "max_retries": run.max_retries,
            "default_headers": run.headers,
        }
        if run.caller.shares_client:
            return (self.async_kind if run.is_async else self.sync_kind)(api_key=KEY, **options)
        return (self.asynchronous if run.is_async else self.sync).with_options(**options)


def unpooled(sdk: Any, async_http_kind: Any = None) -> tuple[Any, Any]:
    """Makes a sync and an async HTTP client of the kind that the SDK makes by itself.

    Building one costs a TLS context, so all calls share them. But each call has a connection of its own, so that the
    server can tell one that was let go from one that idles in a pool.
    """
    sizes = {"max_connections": 1000, "max_keepalive_connections": 0}
    if hasattr(sdk, "DefaultHttpxClient"):
        # These are httpx's in some versions, and httpx2's in others.
        limits = type(sdk.DEFAULT_CONNECTION_LIMITS)(**sizes)
        return sdk.DefaultHttpxClient(limits=limits), (async_http_kind or sdk.DefaultAsyncHttpxClient)(limits=limits)
    # The first versions take httpx's own clients.
    httpx = import_module("httpx")
    limits = httpx.Limits(**sizes)
    return httpx.Client(limits=limits), httpx.AsyncClient(limits=limits)
