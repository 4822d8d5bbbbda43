"""The event loop that a sync call finds in its thread."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

if sys.platform == "win32":
    Default = asyncio.ProactorEventLoop
else:
    Default = asyncio.SelectorEventLoop


# Arguments are handed on as they come; to repeat their types takes what only newer versions of Python have.
class Loop(Default):
    """An event loop that knows whether anything was ever done with it."""

    was_used = False

    def call_soon(self, *arguments: Any, **named: Any) -> Any:  # type: ignore[override]
        """Takes what is to run next; whatever runs in a loop comes through here or through the next two."""
        self.was_used = True
        return super().call_soon(*arguments, **named)

    def call_at(self, *arguments: Any, **named: Any) -> Any:  # type: ignore[override]
        """Takes what is to run later."""
        self.was_used = True
        return super().call_at(*arguments, **named)

    def call_soon_threadsafe(self, *arguments: Any, **named: Any) -> Any:  # type: ignore[override]
        """Takes what another thread wants to run."""
        self.was_used = True
        return super().call_soon_threadsafe(*arguments, **named)

    def close(self) -> None:
        """Ends the loop."""
        self.was_used = True
        super().close()


class Kept(threading.local):
    """The loop of a thread that no call has used yet."""

    loop: Loop | None = None


KEPT: Final = Kept()


@contextmanager
def own_loop() -> Iterator[None]:
    """Gives a sync call what the main thread has: an event loop, which SDKs that are async inside look for.

    What a call left in its loop, or a loop that it closed, must not touch the next call: a loop that was used is
    closed. One that was not is kept for the thread's next call, as a new one takes a tenth of the time of a call.
    """
    loop, KEPT.loop = KEPT.loop or Loop(), None
    asyncio.set_event_loop(loop)
    try:
        yield
    finally:
        if loop.was_used:
            loop.close()
        else:
            KEPT.loop = loop


@contextmanager
def last_loop() -> Iterator[None]:
    """Does the same for the one call of a thread that ends after it."""
    try:
        with own_loop():
            yield
    finally:
        if KEPT.loop is not None:
            KEPT.loop.close()
