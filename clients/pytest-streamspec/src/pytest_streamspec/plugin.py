"""The plugin: a server for each test session, and tests that are run once for each case."""

from __future__ import annotations

import os
import shlex
import subprocess
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from .client import Case, Server, Session, StreamspecError

MARK = "streamspec_cases"
COMMAND = "streamspec_command"
SERVING: pytest.StashKey[Serving] = pytest.StashKey()


def cases(
    *names: str,
    ignore: tuple[str, ...] = (),
    variant: str | None = None,
    known: Mapping[str, str] | None = None,
) -> pytest.MarkDecorator:
    """Runs a test once for each case that an id, a folder or a glob names; it takes the fixture `streamspec_session`.

    `ignore` lists axes that are not judged, `("error.status",)` for code that has no status. `known` has the cases of
    which one knows that they fail, each with the reason; one that passes is then a failure.
    """
    mark: pytest.MarkDecorator = getattr(pytest.mark, MARK)
    return mark(*names, ignore=ignore, variant=variant, known=dict(known or {}))


class Serving:
    """A server that was started here, or one that runs elsewhere."""

    def __init__(self, config: pytest.Config) -> None:
        self.process: subprocess.Popen[str] | None = None
        running = os.environ.get("STREAMSPEC_URL")
        self.server = Server(running or self._start(shlex.split(config.getini(COMMAND))))

    def _start(self, command: list[str]) -> str:
        """Starts the program; the first line that it says ends with its address."""
        arguments = [*command, "serve", "--port", "0"]
        try:
            self.process = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, encoding="utf-8"
            )
        except OSError as why:
            raise pytest.UsageError(f"streamspec: {shlex.join(arguments)}: {why}; set `{COMMAND}`") from None
        line = self.process.stdout.readline() if self.process.stdout else ""
        _, _, address = line.partition(" at ")
        if not address:
            raise pytest.UsageError(f"streamspec: {shlex.join(arguments)} ended before it served, with {self.end()}")
        # It goes on to tell what happens, which nobody reads here.
        _drain(self.process)
        return address.strip()

    def end(self) -> int | None:
        """Ends the program, if it was started here."""
        if self.process is None:
            return None
        self.process.terminate()
        return self.process.wait()


def _drain(process: subprocess.Popen[str]) -> None:
    """Reads what a program says, so that it never waits for somebody to do so."""

    def read() -> None:
        for _ in process.stdout or ():
            pass

    threading.Thread(target=read, daemon=True).start()


def serving(config: pytest.Config) -> Serving:
    """The server of this test session, started when it is first asked for."""
    if SERVING not in config.stash:
        config.stash[SERVING] = Serving(config)
    return config.stash[SERVING]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the setting that names the program."""
    parser.addini(COMMAND, "The command that is `streamspec`, with its own options", default="streamspec")


def pytest_configure(config: pytest.Config) -> None:
    """Makes the mark known."""
    config.addinivalue_line("markers", f"{MARK}(*names, ignore, variant, known): run once for each case of streamspec")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends the server."""
    if SERVING in config.stash:
        config.stash[SERVING].end()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Multiplies a marked test by its cases."""
    mark = metafunc.definition.get_closest_marker(MARK)
    if mark is None:
        return
    server = serving(metafunc.config).server
    try:
        found = {case.id: case for name in mark.args or (None,) for case in server.cases(name)}
    except StreamspecError as why:
        raise pytest.UsageError(f"{metafunc.definition.nodeid}: {why}") from None
    if not found:
        raise pytest.UsageError(f"{metafunc.definition.nodeid}: no case is named by {', '.join(mark.args)}")
    known = mark.kwargs.get("known", {})
    if gone := known.keys() - found.keys():
        raise pytest.UsageError(f"{metafunc.definition.nodeid}: no case of the test is {', '.join(sorted(gone))}")
    marks = {case: [pytest.mark.xfail(reason=why, raises=AssertionError, strict=True)] for case, why in known.items()}
    parameters = [pytest.param(case, id=name, marks=marks.get(name, [])) for name, case in found.items()]
    metafunc.parametrize("streamspec_case", parameters)


@pytest.fixture(scope="session")
def streamspec_server(pytestconfig: pytest.Config) -> Server:
    """The server, which is started once."""
    return serving(pytestconfig).server


@pytest.fixture
def streamspec_case() -> Case:
    """The case of a test that `cases` multiplies."""
    raise pytest.UsageError("a test that takes `streamspec_session` has the decorator `streamspec.cases`")


@pytest.fixture
def streamspec_session(
    request: pytest.FixtureRequest, streamspec_server: Server, streamspec_case: Case
) -> Iterator[Session]:
    """A session for the case of the test, ended with the test."""
    mark = request.node.get_closest_marker(MARK)
    settings: dict[str, Any] = mark.kwargs if mark is not None else {}
    session = streamspec_server.open(streamspec_case.id, variant=settings.get("variant"))
    session.ignored = tuple(settings.get("ignore", ()))
    yield session
    session.close()
