"""The plugin: what it multiplies, what it judges, and what it says where something is wrong."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import FakeServer

TEST = """
    import pytest_streamspec as streamspec

    @streamspec.cases("a/b", {options})
    def test_it(streamspec_session):
        assert streamspec_session.base_url.endswith("/session/1-x")
        streamspec_session.judge("{outcome}", text="t")
"""


def run(pytester: pytest.Pytester, outcome: str, options: str = "") -> pytest.RunResult:
    pytester.makepyfile(TEST.format(outcome=outcome, options=options))
    return pytester.runpytest_subprocess("-v")


def test_a_test_is_run_for_each_case_in_a_session_of_its_own(pytester: pytest.Pytester, fake: FakeServer) -> None:
    result = run(pytester, "error", 'ignore=("error.status",), variant="crlf"')
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*test_it[[]a/b/one[]] PASSED*", "*test_it[[]a/b/two[]] PASSED*"])
    assert ("GET", "/api/v1/cases?match=a%2Fb", None) in fake.asked
    assert ("POST", "/api/v1/sessions", {"case": "a/b/two", "variant": "crlf"}) in fake.asked
    judged = {"outcome": "error", "text": "t", "ignore": ["error.status"]}
    assert ("POST", "/api/v1/sessions/1-x/judgement", judged) in fake.asked
    assert [method for method, _, _ in fake.asked].count("DELETE") == 2


@pytest.mark.usefixtures("fake")
def test_what_fails_explains_itself(pytester: pytest.Pytester) -> None:
    result = run(pytester, "completed")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*AssertionError: BROKEN must outcome"])


@pytest.mark.usefixtures("fake")
def test_what_is_known_to_fail_must_fail(pytester: pytest.Pytester) -> None:
    known = 'known={"a/b/one": "a reason"}'
    run(pytester, "completed", known).assert_outcomes(failed=1, xfailed=1)
    result = run(pytester, "error", known)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*XPASS(strict)*a reason*"])


@pytest.mark.parametrize(
    ("names", "options", "said"),
    [
        ('"a/b"', 'known={"a/b/three": "w"}', "no case of the test is a/b/three"),
        ('"none"', "", "no case is named by none"),
        ('"broken"', "", "`broken` is not a pattern"),
    ],
)
@pytest.mark.usefixtures("fake")
def test_what_is_wrong_is_told(pytester: pytest.Pytester, names: str, options: str, said: str) -> None:
    pytester.makepyfile(TEST.replace('"a/b"', names).format(outcome="error", options=options))
    result = pytester.runpytest_subprocess()
    assert result.ret != 0
    result.stdout.fnmatch_lines([f"*{said}*"])


def test_a_program_that_does_not_serve_is_named(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STREAMSPEC_URL", raising=False)
    for command, said in [
        ("there-is-no-such-program", "set `streamspec_command`"),
        ("false", "ended before it served"),
    ]:
        pytester.makeini(f"[pytest]\nstreamspec_command = {command}\n")
        result = run(pytester, "error")
        assert result.ret != 0
        result.stdout.fnmatch_lines([f"*{said}*"])


def test_the_program_is_started_and_ended(
    pytester: pytest.Pytester, fake: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STREAMSPEC_URL")
    program = pytester.makepyfile(
        program=f"""
            import signal, sys, time
            from pathlib import Path
            def end(*_):
                Path("ended").write_text(" ".join(sys.argv[1:]))
                sys.exit(0)
            signal.signal(signal.SIGTERM, end)
            print("serving 2 cases at {fake.root}/", flush=True)
            while True:
                print("x" * 1000, flush=True)
                time.sleep(0.001)
        """
    )
    pytester.makeini(f"[pytest]\nstreamspec_command = {sys.executable} {program} --root here\n")
    run(pytester, "error").assert_outcomes(passed=2)
    assert (pytester.path / "ended").read_text() == "--root here serve --port 0"
