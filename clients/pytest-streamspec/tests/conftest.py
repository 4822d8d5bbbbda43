"""The tests of the plugin run pytest inside pytest, against a server that `FakeServer` stands for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

pytest_plugins = ["pytester"]


def entry(case: str) -> dict[str, Any]:
    """A case as the interface lists it."""
    return {"id": case, "title": f"About {case}", "settings": {"timeout_ms": 1000, "max_retries": 0}}


class FakeServer:
    """The interface with two cases, of which `passes` says which outcome passes. It keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                length = int(self.headers.get("content-length", 0))
                body = json.loads(self.rfile.read(length) or "null")
                fake.asked.append((self.command, self.path, body))
                status, value = fake.answer(self.command, self.path, body)
                text = b"" if value is None else json.dumps(value).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_DELETE = answer

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.root = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """What the interface answers."""
        if path == "/api/v1/cases?match=broken":
            return 400, {"status": 400, "error": "`broken` is not a pattern"}
        if path.startswith("/api/v1/cases"):
            cases = ["a/b/one", "a/b/two"] if "none" not in path else []
            return 200, {"cases": [entry(case) for case in cases]}
        if path == "/api/v1/sessions":
            if body["case"] not in {"a/b/one", "a/b/two"}:
                return 404, {"status": 404, "error": "no case is served; did you mean `a/b/one`?"}
            return 201, {"id": "1-x", "case": body["case"], "nonce": "n", "base_url": f"{self.root}/session/1-x"}
        if method == "DELETE":
            return 204, None
        passes = body["outcome"] == "error"
        return 200, {"passes": passes, "status": "pass" if passes else "fails", "explanation": "BROKEN must outcome"}


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    """The interface, which the plugin of an inner pytest finds by the environment."""
    fake = FakeServer()
    Thread(target=fake.server.serve_forever, daemon=True).start()
    monkeypatch.setenv("STREAMSPEC_URL", fake.root)
    yield fake
    fake.server.shutdown()
    fake.server.server_close()
