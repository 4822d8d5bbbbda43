"""The HTTP interface of `streamspec serve`, with nothing but the standard library."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

# No answer of the interface takes longer; a case is played at its own URL, not through this.
TIMEOUT_S = 30.0


class StreamspecError(Exception):
    """A request that the interface refuses, with its own words."""


@dataclass(frozen=True)
class Case:
    """A case: what it sends is told by its title, what it expects by `entry`."""

    id: str
    title: str
    entry: dict[str, Any]

    @property
    def settings(self) -> dict[str, Any]:
        """The settings with which a client is to be run: `timeout_ms`, `max_retries`, `declares_tool`, `caller`."""
        settings: dict[str, Any] = self.entry["settings"]
        return settings


@dataclass(frozen=True)
class Verdict:
    """A judgement: `passes`, `status`, and as text `explanation`; `judgement` is all of it."""

    judgement: dict[str, Any]

    @property
    def passes(self) -> bool:
        """True where every check that could be judged holds."""
        return bool(self.judgement["passes"])

    @property
    def status(self) -> str:
        """The verdict, as `pass` or `fails`."""
        return str(self.judgement["status"])

    @property
    def explanation(self) -> str:
        """Every check with its reason, and with its sources where it does not hold."""
        return str(self.judgement["explanation"])


class Server:
    """A server that plays cases, at `http://127.0.0.1:PORT`."""

    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/")

    def cases(self, match: str | None = None) -> list[Case]:
        """The cases, all of them or those that an id, a folder or a glob names."""
        query = "?" + urlencode({"match": match}) if match else ""
        entries = self._call("GET", f"/cases{query}")["cases"]
        return [Case(entry["id"], entry["title"], entry) for entry in entries]

    def open(
        self, case: str, *, variant: str | None = None, nonce: str | None = None, hold: bool | None = None
    ) -> Session:
        """Opens a session: one attempt at a case, at a URL of its own."""
        asked = {"case": case, "variant": variant, "nonce": nonce, "hold": hold}
        opened = self._call("POST", "/sessions", {key: value for key, value in asked.items() if value is not None})
        return Session(self, opened)

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"{self.root}/api/v1{path}", data, method=method)
        # A proxy of the environment has no business between two programs of one machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(asked, timeout=TIMEOUT_S) as response:
                text = response.read()
        except urllib.error.HTTPError as refused:
            raise StreamspecError(_words(refused)) from None
        except urllib.error.URLError as lost:
            raise StreamspecError(f"{self.root} does not answer: {lost.reason}") from None
        return json.loads(text) if text else None


class Session:
    """One attempt at a case. Every request below `base_url` belongs to it until it is closed."""

    def __init__(self, server: Server, opened: dict[str, Any]) -> None:
        self._server = server
        self._place = f"/sessions/{quote(opened['id'])}"
        self.base_url: str = opened["base_url"]
        self.case: str = opened["case"]
        self.nonce: str = opened["nonce"]
        self.ignored: tuple[str, ...] = ()

    def transcript(self) -> dict[str, Any]:
        """What the client asked and was sent so far."""
        transcript: dict[str, Any] = self._server._call("GET", self._place)
        return transcript

    def release(self) -> int:
        """Lets go of the pauses and stalls that wait; their number."""
        return int(self._server._call("POST", f"{self._place}/release")["released"])

    def verdict(self, outcome: str, *, ignore: tuple[str, ...] = (), **seen: Any) -> Verdict:
        """Judges what was seen, in the terms of the interface's `Seen`. What is not given is not judged."""
        body = {"outcome": outcome, "ignore": [*self.ignored, *ignore], **seen}
        return Verdict(self._server._call("POST", f"{self._place}/judgement", body))

    def judge(self, outcome: str, *, ignore: tuple[str, ...] = (), **seen: Any) -> Verdict:
        """The same as `verdict`, and an assertion that it passes, which explains itself."""
        __tracebackhide__ = True
        verdict = self.verdict(outcome, ignore=ignore, **seen)
        if not verdict.passes:
            raise AssertionError(verdict.explanation)
        return verdict

    def close(self) -> None:
        """Ends the session: what is still sent is cut, and the transcript is forgotten."""
        self._server._call("DELETE", self._place)


def _words(refused: urllib.error.HTTPError) -> str:
    """What the interface says is wrong."""
    text = refused.read().decode("utf-8", "replace")
    try:
        return str(json.loads(text)["error"])
    except (ValueError, KeyError, TypeError):
        return text.strip() or str(refused)
