"""An adapter of an SDK that prints, reads stdin, raises and exits, for the tests of the protocol."""

import asyncio
import os
import sys
import threading
import time
import weakref
from contextlib import contextmanager
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))

from streamspec_adapter import Plan, Sdk, serve

MEETING = threading.Barrier(2, timeout=10)
AWAITED = 3
ARRIVED = []
ALL_ARRIVED = asyncio.Event()
STALLING = ("stalls", "translates", "exits-when-cancelled", "resembles", "swallows", "breaks-by-itself")


class SampleError(Exception):
    """A root class of the SDK."""


class WrappedError(Exception):
    """A root class of what the SDK wraps."""


class Stream(list):
    """An async context manager over async items."""

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        pass

    async def __aiter__(self):
        for item in list.__iter__(self):
            yield item


def opened(api):
    """The stream of a call; the name of the api says what happens."""
    print("noise")
    os.write(1, b"noise")
    sys.stdin.read()
    match api:
        case "meets":
            MEETING.wait()
        case "raises":
            raise SampleError("at open")
        case "exits":
            sys.exit(7)
        case "hangs":
            threading.Event().wait()
        case "closes":
            loop = asyncio.get_event_loop()
            loop.run_until_complete(asyncio.sleep(0))
            loop.close()
        case "schedules":
            loop = asyncio.get_event_loop()
            if getattr(loop, "used_by_a_call", False):
                raise SampleError("the loop of an earlier call")
            loop.used_by_a_call = True
            loop.call_soon(print)
        case "leaves":
            left_behind()
    return Stream(["a", 1 if api == "misread" else "b"])


def left_behind():
    """Waits until what is in a reference cycle has been collected."""
    cycle = type("Cycle", (), {})()
    cycle.itself, left = cycle, weakref.ref(cycle)
    del cycle
    begin = time.monotonic()
    while left() is not None and time.monotonic() - begin < 10:
        time.sleep(0.01)
    if left() is not None:
        raise SampleError("nobody collects")


@contextmanager
def opened_sync(api):
    """The same for sync surfaces."""
    yield opened(api)


async def opened_async(api):
    """The same for async surfaces."""
    if api == "awaits":
        ARRIVED.append(api)
        if len(ARRIVED) == AWAITED:
            ALL_ARRIVED.set()
        await asyncio.wait_for(ALL_ARRIVED.wait(), 10)
    return opened(api)


async def bare_async():
    """A stream that is no context manager."""
    for item in bare():
        yield item


def bare():
    """The same for sync surfaces."""
    yield from ("a", "b")


class Stalling:
    """Hands over one item and then nothing; the name of the api says what it makes of a cancellation."""

    def __init__(self, api):
        self.api = api

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        pass

    async def __aiter__(self):
        yield "a"
        if self.api == "breaks-by-itself":
            raise asyncio.CancelledError
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            match self.api:
                case "translates":
                    raise SampleError("cancelled") from None
                case "exits-when-cancelled":
                    sys.exit(7)
                case "resembles":
                    raise type("CancelledError", (Exception,), {}) from None
                case "swallows":
                    return
                case _:
                    raise


class Closing:
    """Says what became of it and of those that the same plan opened before."""

    def __init__(self, calls, *, fails):
        self.calls, self.fails = calls, fails
        calls.append("open")

    def __enter__(self):
        return self

    async def __aenter__(self):
        return self

    def __exit__(self, *_):
        self.calls[-1] = "closed"
        if self.fails:
            raise SampleError("at close")

    async def __aexit__(self, *_):
        self.__exit__()

    def __iter__(self):
        yield " ".join(self.calls)
        yield "!"
        raise SampleError("at the end")

    async def __aiter__(self):
        for item in self.__iter__():
            yield item


def read(seen, item):
    """Fails as an adapter does that did not expect a value."""
    seen.say(item.strip())


def plan(run):
    """One surface, sync and async."""
    if run.api == "bare":
        return Plan(bare_async if run.is_async else bare, read)
    if run.api in ("closing", "fails-to-close"):
        calls = []
        return Plan(lambda: Closing(calls, fails=run.api == "fails-to-close"), read)
    if run.api in STALLING:
        return Plan(lambda: Stalling(run.api), read)
    return Plan(lambda: (opened_async if run.is_async else opened_sync)(run.api), read)


serve(
    Sdk(
        version="1",
        error_base=(SampleError, WrappedError),
        plan=plan,
        reads={},
        has=lambda _surface, api: api != "later",
    )
)
