#!/usr/bin/env python3
"""A client of Anthropic Messages that the suite is run on without being checked in.

    cargo run --release -- run --case 'anthropic/in-band/*' -- python3 harness/examples/own_client.py

The first half is the client, as somebody could write it from the documentation in an afternoon: it knows an answer that
is refused and a connection that breaks, and reads over the event `error`. The second half lets it speak the adapter
protocol. Both need nothing but Python's standard library.
"""

import http.client
import json
import sys
import threading
from urllib.parse import urlsplit


class RefusedError(Exception):
    """An answer with a status other than 200."""

    def __init__(self, status, body):
        """Reads the error of the body, if there is one."""
        try:
            error = json.loads(body)["error"]
            self.type, message = error["type"], error["message"]
        except (ValueError, KeyError, TypeError):
            self.type, message = None, body.decode(errors="replace")
        super().__init__(message)
        self.status = status


def read(base_url, timeout, request):
    """Asks, and yields the pieces of text as they come."""
    url = urlsplit(base_url)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=timeout)
    try:
        connection.request("POST", url.path + "/v1/messages", json.dumps(request), {"content-type": "application/json"})
        response = connection.getresponse()
        if response.status != 200:
            raise RefusedError(response.status, response.read())
        for line in response:
            if line.startswith(b"data:"):
                event = json.loads(line[len(b"data:") :])
                if event["type"] == "content_block_delta" and event["delta"]["type"] == "text_delta":
                    yield event["delta"]["text"]
    finally:
        connection.close()


# From here on: the adapter protocol.

HELLO = {
    "op": "hello",
    "protocol": 1,
    "sdk": {"name": "own-client", "version": "0.1.0", "language": "Python without packages"},
    "runtime": f"Python {sys.version.split()[0]}",
    "apis": ["anthropic-messages"],
    "error_bases": ["RefusedError"],
    "surfaces": ["read"],
    "capabilities": ["timeout"],
    # It may be left out. What stands here is what cases can ask of the surface, and what it is held to.
    "described": {
        "read": {
            "apis": ["anthropic-messages"],
            "delivers": "text",
            "lacks": ["error_code"],
            "caller": ["stop"],
            "call": "for piece in read(base_url, timeout, request)",
        }
    },
}

REQUEST = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 1024,
    "stream": True,
    "messages": [{"role": "user", "content": "Say hello, or ask for the weather in Paris."}],
}
TOOL = {
    "name": "get_weather",
    "description": "The weather in a city.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


def observe(run):
    """Makes one call and says what its caller saw."""
    request = REQUEST | {"tools": [TOOL]} if run["ask"] == "tool" else REQUEST
    wanted = run.get("caller", {}).get("read", "all")
    enough = wanted["stop-after"] if isinstance(wanted, dict) else None
    pieces, ended, error = [], "returned", {}
    answer = read(run["base_url"], run["timeout_ms"] / 1000, request)
    try:
        for piece in answer:
            pieces.append(piece)
            if len(pieces) == enough:
                ended = "stopped"
                break
        answer.close()
    except Exception as raised:  # Whatever comes out of the client is what its caller sees.
        ended, error = "raised", {"error": described(raised, "iterate" if pieces else "open")}
    text = "".join(piece for piece in pieces if isinstance(piece, str))
    return {"ended": ended, "events": len(pieces), "text": text} | error


def described(raised, site):
    """Says what can be read of an exception. A field that it does not have is left out."""
    classes = [kind.__name__ for kind in type(raised).__mro__ if kind not in (BaseException, object)]
    error = {
        "site": site,
        "class": classes[0],
        "classes": classes,
        "message": str(raised),
    }
    if isinstance(raised, RefusedError):
        error["status"] = {"value": raised.status, "via": "attribute"}
        error["type"] = {"value": str(raised.type), "via": "attribute"} if raised.type else None
    return error


def main():
    """Answers each line, the calls side by side."""
    lock = threading.Lock()

    def say(message):
        with lock:
            # Half of a pair of surrogates is text in Python, and none in JSON.
            line = json.dumps(message, ensure_ascii=False).encode(errors="replace")
            sys.stdout.buffer.write(line + b"\n")
            sys.stdout.buffer.flush()

    def answer(run):
        try:
            say({"op": "observed", "id": run["id"], "observation": observe(run)})
        except Exception as broken:  # Not the client but this half of the file.
            say({"op": "fault", "id": run["id"], "message": repr(broken)})

    for line in sys.stdin:
        message = json.loads(line)
        if message["op"] == "hello":
            say(HELLO)
        elif message["op"] == "run":
            threading.Thread(target=answer, args=(message,), daemon=True).start()
        else:
            break


if __name__ == "__main__":
    main()
