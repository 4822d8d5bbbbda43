"""The adapter protocol, version 1, for adapters in Python: JSON lines over stdin and stdout, many calls at once.

An adapter declares an `Sdk`: the version that is loaded, its exceptions, and for each call a `Plan` of how to open the
stream and how to read what comes out of it. Its name and its surfaces are in the manifest. This module does the rest:
it keeps the protocol's pipes away from the SDK, runs sync surfaces in threads and async ones on a single event loop,
and tells the SDK's failures from the adapter's own.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import platform
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, NoReturn

from streamspec_call import Caller, Plan, ReadingFault, cancelled_after, watch, watch_async
from streamspec_errors import Reads, describe_error
from streamspec_loops import last_loop, own_loop
from streamspec_manifest import Manifest
from streamspec_observation import Observer, plain
from streamspec_tables import QUESTION

__all__ = ["CAPABILITIES", "Plan", "Run", "Sdk", "serve"]

PROTOCOL: Final = 1
# The settings that every adapter makes. One whose SDK has an option for further header fields adds `headers`.
CAPABILITIES: Final = ("timeout", "max-retries", "tools", "prompt")
THREADS: Final = 64
# Seconds after its beginning in which a call may still say what becomes of its connection: the harness's longest.
LONGEST_CALL: Final = 15

# The suite speaks plain HTTP. With a folder that holds no certificates, a new client does not read the system's, which
# takes 35 milliseconds: ten times the rest of a call.
os.environ.setdefault("SSL_CERT_DIR", str(Path(__file__).parent))


@dataclass(frozen=True)
class Run:
    """One call through the SDK, as the harness asked for it."""

    id: int
    api: str
    surface: str
    base_url: str
    timeout_ms: int
    max_retries: int
    ask: Literal["text", "tool"]
    caller: Caller
    prompt: str = QUESTION["prompt"]
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, message: Mapping[str, Any]) -> Run:
        """Reads a `run` message; a missing field is a `KeyError`, but for those that may be absent."""
        absent = {"prompt": QUESTION["prompt"], "headers": {}}
        asked = {**absent, **message, "caller": Caller.parse(message.get("caller", {}))}
        return cls(**{name: asked[name] for name in cls.__dataclass_fields__})

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Returns the question as the one message of a conversation."""
        return [{"role": "user", "content": self.prompt}]

    @property
    def is_async(self) -> bool:
        """Says whether the surface belongs to the async client."""
        return self.surface.endswith("-async")


@dataclass(frozen=True)
class Sdk:
    """The facts that an adapter declares about its SDK, besides those in its manifest.

    `has` says of a surface and an api of the manifest whether the loaded version has them: adapters also run other
    versions than the one they are written for.
    """

    version: str
    error_base: type[BaseException] | tuple[type[BaseException], ...]
    plan: Callable[[Run], Plan]
    reads: Reads
    has: Callable[[str, str], bool] = field(default=lambda _surface, _api: True)
    capabilities: Sequence[str] = CAPABILITIES

    def apis(self, manifest: Manifest, surface: str) -> list[str]:
        """Returns the apis of a surface that the loaded version has; none where it lacks the surface."""
        known = manifest.surfaces.get(surface)
        return [api for api in known.apis if self.has(surface, api)] if known else []

    def hello(self, manifest: Manifest) -> dict[str, object]:
        """Returns the answer to `hello`."""
        roots = self.error_base if isinstance(self.error_base, tuple) else (self.error_base,)
        surfaces = {name: apis for name in manifest.surfaces if (apis := self.apis(manifest, name))}
        return {
            "op": "hello",
            "protocol": PROTOCOL,
            "sdk": {"name": manifest.package, "version": self.version, "language": "python"},
            "runtime": f"{platform.python_implementation()} {platform.python_version()}",
            "apis": sorted({api for apis in surfaces.values() for api in apis}),
            "error_bases": [root.__name__ for root in roots],
            "surfaces": list(surfaces),
            "capabilities": list(self.capabilities),
        }


def fault(error: BaseException, call: object) -> dict[str, object]:
    """Says what broke in the adapter and where, in one line."""
    chain: list[str] = []
    current: BaseException | None = error
    while current is not None and len(chain) < 4:  # noqa: PLR2004 - enough to see the first cause
        frames = traceback.extract_tb(current.__traceback__)[-3:]
        where = ", ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
        chain.append(f"{type(current).__name__}: {current} ({where})")
        current = current.__cause__
    return {"op": "fault", **({"id": call} if type(call) is int else {}), "message": " <- ".join(chain)}


def collect_apart(last_call: Callable[[], float]) -> None:
    """Collects garbage in a thread of its own, twice a second while there are calls.

    What an SDK leaves open in reference cycles is closed when it is collected. Left to Python, that comes by chance:
    late, or in the middle of another call, where closing it may wait for a lock that this very thread holds, and then
    every call after it hangs. Neither says anything about a case.
    """
    gc.collect()
    gc.freeze()
    gc.disable()

    def collect() -> None:
        while True:
            time.sleep(0.5)
            if time.monotonic() - last_call() < LONGEST_CALL:
                gc.collect()

    threading.Thread(target=collect, name="garbage", daemon=True).start()


class Server:
    """Owns the protocol's pipes and answers the harness."""

    def __init__(self, sdk: Sdk, manifest: Manifest) -> None:
        self.sdk, self.manifest = sdk, manifest
        self.last_call = time.monotonic()
        self.lock = threading.Lock()
        self.input, self.output = os.dup(0), os.dup(1)
        # From here on the SDK reads nothing and prints to stderr, also from C.
        with open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), 0)
        os.dup2(2, 1)
        self.threads = ThreadPoolExecutor(THREADS, "call")
        self.loop = asyncio.new_event_loop()
        # What is sync inside runs in threads of the loop, of which a program with one call would have enough.
        self.loop.set_default_executor(ThreadPoolExecutor(THREADS, "loop"))
        threading.Thread(target=self.loop.run_forever, name="loop", daemon=True).start()

    def send(self, message: Mapping[str, object]) -> None:
        """Writes one line, whole."""
        line = memoryview(json.dumps(plain(message)).encode("ascii") + b"\n")
        with self.lock:
            try:
                while line:
                    line = line[os.write(self.output, line) :]
            except BrokenPipeError:
                os._exit(0)

    @contextmanager
    def answering(self, run: Run) -> Iterator[tuple[Plan, list[tuple[Observer, Caller]]]]:
        """Sends the one answer to a `run`, however the calls inside come out."""
        try:
            if run.api not in self.sdk.apis(self.manifest, run.surface):
                raise LookupError(f"no surface {run.surface} for {run.api}")
            surface = self.manifest.surfaces[run.surface]
            if lacking := [need for need in run.caller.needs() if need not in surface.caller]:
                raise LookupError(f"the caller of {run.surface} has no way to {' or '.join(lacking)}")
            plan = self.sdk.plan(run)
            calls = [
                (Observer(surface.delivers, {*surface.also_shows, *plan.also_shows}, surface.lacks), caller)
                for caller in run.caller.all()
            ]
            yield plan, calls
            observation, *others = (seen.observation() for seen, _caller in calls)
            if others:
                observation |= {"again": others[0]} if run.caller.again else {"others": others}
            self.send({"op": "observed", "id": run.id, "observation": observation})
        except BaseException as error:  # noqa: BLE001 - and everything else is the adapter's fault
            self.send(fault(error, run.id))

    @contextmanager
    def observing(self, run: Run, plan: Plan, seen: Observer) -> Iterator[None]:
        """Keeps what is raised in one call."""
        try:
            yield
        except ReadingFault:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever the SDK lets out is an observation
            failure = describe_error(error, seen.site, self.sdk.reads, self.sdk.error_base, run.api)
            seen.raised(failure, is_cancellation=isinstance(error, asyncio.CancelledError))
            seen.keep(plan.kept(error))

    def answer(self, run: Run) -> None:
        """Answers a call on a sync surface."""
        with own_loop(), self.answering(run) as (plan, calls):

            def observed(seen: Observer, caller: Caller) -> None:
                with self.observing(run, plan, seen):
                    watch(plan, seen, caller)

            def observed_apart(seen: Observer, caller: Caller) -> None:
                with last_loop():
                    observed(seen, caller)

            if run.caller.at_once is None:
                for seen, caller in calls:
                    observed(seen, caller)
            else:
                # Threads of their own: those of the server may all be waiting here.
                with ThreadPoolExecutor(len(calls), "call-at-once") as threads:
                    list(threads.map(observed_apart, *zip(*calls, strict=True)))

    async def answer_async(self, run: Run) -> None:
        """Answers a call on an async surface."""

        async def observed(plan: Plan, seen: Observer, caller: Caller) -> None:
            with self.observing(run, plan, seen):
                await watch_async(plan, seen, caller)

        with self.answering(run) as (plan, calls):
            if run.caller.at_once is None:
                for seen, caller in calls:
                    await cancelled_after(caller.cancel_after, seen, observed(plan, seen, caller))
            else:
                await asyncio.gather(*(observed(plan, seen, caller) for seen, caller in calls))

    def handle(self, line: bytes) -> bool:
        """Handles one line; false after the last."""
        call = None
        try:
            message = json.loads(line)
            call = message.get("id")
            match message["op"]:
                case "hello":
                    self.send(self.sdk.hello(self.manifest))
                case "run":
                    run = Run.parse(message)
                    self.last_call = time.monotonic()
                    if run.is_async:
                        asyncio.run_coroutine_threadsafe(self.answer_async(run), self.loop)
                    else:
                        self.threads.submit(self.answer, run)
                case "bye":
                    return False
                case other:
                    raise LookupError(f"no operation {other}")
        except Exception as error:  # noqa: BLE001 - a line that cannot be handled must not end the others' calls
            self.send(fault(error, call))
        return True


def serve(sdk: Sdk) -> NoReturn:
    """Speaks the protocol until `bye` or the end of stdin, then exits at once, whatever is still in flight."""
    server = Server(sdk, Manifest.handed_over())
    collect_apart(lambda: server.last_call)
    with open(server.input, "rb") as lines:
        for line in lines:
            if line.strip() and not server.handle(line):
                break
    # A half-written line would be garbage; but a reader that is gone must not keep the process.
    server.lock.acquire(timeout=1)
    sys.stderr.flush()
    os._exit(0)
