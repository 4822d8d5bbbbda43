"""One call through an SDK: how it is made and read, and what its caller does besides reading to the end."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Collection, Coroutine, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from streamspec_observation import Observer


class ReadingFault(BaseException):
    """The adapter could not read what the SDK handed over; not an `Exception`, so that no SDK swallows it."""


@dataclass(frozen=True)
class Caller:
    """The caller's part: it stops after so many items, or cancels after so many seconds, and it may call again.

    Or it makes so many of the same calls at once, which then are read to the end.
    """

    stop_after: int | None = None
    cancel_after: float | None = None
    again: bool = False
    at_once: int | None = None

    @classmethod
    def parse(cls, said: Mapping[str, Any]) -> Caller:
        """Reads the `caller` of a `run` message; what it does not know is a `LookupError`."""
        match said.get("read", "all"):
            case "all":
                read: dict[str, Any] = {}
            case {"stop-after": int(items)}:
                read = {"stop_after": items}
            case {"cancel-after": int(milliseconds)}:
                read = {"cancel_after": milliseconds / 1000}
            case other:
                raise LookupError(f"no way to read {other}")
        return cls(**read, again=bool(said.get("again")), at_once=said.get("at-once"))

    @property
    def shares_client(self) -> bool:
        """Says whether it makes several calls on one client, which then keeps connections as the SDK does by itself."""
        return self.again or self.at_once is not None

    def all(self) -> list[Caller]:
        """Returns the callers of all calls; those of further ones read to the end."""
        return [self, *(Caller() for _ in range(1, 2 if self.again else self.at_once or 1))]

    def needs(self) -> list[str]:
        """Lists the abilities that a surface must give it, as manifests name them."""
        needed = {
            "stop": self.stop_after is not None,
            "cancel": self.cancel_after is not None,
            "again": self.again,
            "at-once": self.at_once is not None,
        }
        return [name for name, is_needed in needed.items() if is_needed]

    def has_enough(self, seen: Observer) -> bool:
        """Says whether it wants no more items."""
        return self.stop_after is not None and seen.events >= self.stop_after


@dataclass(frozen=True)
class Plan:
    """The way to make a call: `open` gives the stream or an awaitable of it; `items`, or the `final` one, are read.

    A stream that is a context manager is entered; one that is not is iterated as it is. `kept` says what of the answer
    an exception still holds, where callers can read that off it. `also_shows` are fields beside those that the manifest
    names of the surface, for one that shows them with one api and not with another. A caller that calls again opens a
    second time, and one that makes several calls at once opens each, in threads where the surface is a sync one: what
    the SDK keeps from call to call, its client or its model, is made once, and no later than with the first.
    `listen` says before each call who hears of its end.
    """

    open: Callable[[], Any]
    read: Callable[[Observer, Any], None]
    items: Callable[[Any], Any] = field(default=lambda stream: stream)
    final: Callable[[Any], Any] | None = None
    kept: Callable[[BaseException], str | None] = field(default=lambda _error: None)
    also_shows: Collection[str] = ()
    listen: Callable[[Observer], None] = field(default=lambda _seen: None)


def take(plan: Plan, seen: Observer, item: object) -> None:
    """Reads one item; what goes wrong here is the adapter's fault, not the SDK's."""
    seen.events += 1
    try:
        plan.read(seen, item)
    except Exception as error:
        raise ReadingFault(f"cannot read {type(item).__name__}") from error


def held(stream: Any, enter: Literal["__enter__", "__aenter__"]) -> Any:
    """Returns the context manager that holds the stream while it is read."""
    return stream if hasattr(type(stream), enter) else nullcontext(stream)


def watch(plan: Plan, seen: Observer, caller: Caller) -> None:
    """Makes a sync call to its end, or until the caller has enough; the SDK's exceptions pass through.

    A caller that has enough leaves the loop, and the context manager if there is one. A stream that is none is then
    dropped: nothing here holds it any longer.
    """
    has_enough = False
    plan.listen(seen)
    with held(plan.open(), "__enter__") as stream:
        if plan.final is None:
            seen.site = "iterate"
            for item in plan.items(stream):
                take(plan, seen, item)
                if has_enough := caller.has_enough(seen):
                    break
        else:
            seen.site = "finalize"
            answer = plan.final(stream)
            seen.hand_over()
            take(plan, seen, answer)
    if has_enough:
        seen.stopped()


async def watch_async(plan: Plan, seen: Observer, caller: Caller) -> None:
    """Makes an async call to its end, or until the caller has enough; the SDK's exceptions pass through."""
    has_enough = False
    plan.listen(seen)
    opened = plan.open()
    async with held(await opened if inspect.isawaitable(opened) else opened, "__aenter__") as stream:
        if plan.final is None:
            seen.site = "iterate"
            async for item in plan.items(stream):
                take(plan, seen, item)
                if has_enough := caller.has_enough(seen):
                    break
        else:
            seen.site = "finalize"
            answer = await plan.final(stream)
            seen.hand_over()
            take(plan, seen, answer)
    if has_enough:
        seen.stopped()


async def cancelled_after(seconds: float | None, seen: Observer, work: Coroutine[Any, Any, None]) -> None:
    """Does the work of an async call; a caller that cancels has it done in a task, and cancels this from outside."""
    if seconds is None:
        await work
        return
    task = asyncio.create_task(work)

    def cancel() -> None:
        seen.has_cancelled = task.cancel()

    timer = asyncio.get_running_loop().call_later(seconds, cancel)
    try:
        await task
    finally:
        timer.cancel()
