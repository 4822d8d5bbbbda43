"""Plays the answers of a script on 127.0.0.1, byte for byte, with the pauses and the ends that stand in it.

    python3 play.py script.json                  plays until ctrl-C; the base URL is http://127.0.0.1:8765
    python3 play.py script.json -- COMMAND ...   plays while a command runs, which finds the base URL in BASE_URL

It needs nothing but Python 3.10. Each answer is a list of steps, in the order in which they are done: `text` (UTF-8) or
`base64` is one write to the socket, `pause_ms` a time in which nothing is sent. `end` says what follows the last of them:

    finish   the message is complete; with `keep_alive` the client may ask again on the connection, else FIN is sent
    eof      FIN, although the message is not complete
    reset    RST
    stall    nothing; the connection stays open until the client leaves

Where the script says `tls`, all of that is inside of TLS, with the certificate in `server.pem` beside it. FIN then comes after a
`close_notify`, and there is one more end:

    no-close-notify   FIN without it

The first, second, ... request gets the first, second, ... answer, and the last answer is repeated. Where answers have a
`when`, a request gets the first one that is not used up and whose `when` it meets.
"""

import argparse
import base64
import hashlib
import json
import os
import select
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

DRAIN = 2.0  # seconds in which a client may close after a FIN
GRACE = 0.3  # seconds in which connections may still close after the command has ended
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def now():
    """The time in milliseconds."""
    return time.time() * 1000


def is_part(wanted, sent):
    """Whether a JSON value has all that another one has; mappings may have more."""
    if isinstance(wanted, dict) and isinstance(sent, dict):
        return all(is_part(value, sent.get(key)) for key, value in wanted.items())
    return type(wanted) is type(sent) and wanted == sent


def at(value, pointer):
    """The value at a JSON Pointer (RFC 6901), or None."""
    for part in pointer.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(part)] if isinstance(value, list) else value[part]
        except (KeyError, IndexError, ValueError, TypeError):
            return None
    return value


def holds(match, text):
    """Whether a text is what is wanted of it."""
    [(how, wanted)] = match.items()
    return {
        "equals": text == wanted,
        "contains": wanted in text,
        "not-contains": wanted not in text,
        "starts-with": text.startswith(wanted),
        "prefix-of": wanted.startswith(text),
    }[how]


def meets(when, request):
    """Whether a request has the parts that an answer asks for."""
    try:
        body = json.loads(request["body"])
    except ValueError:
        body = None
    member = body.get if isinstance(body, dict) else lambda _: None
    return (
        when.get("method") in (None, request["method"])
        and ("path" not in when or holds(when["path"], request["path"]))
        and all(is_part(wanted, member(key)) for key, wanted in when.get("body", {}).items())
        and all(is_part(wanted, at(body, pointer)) for pointer, wanted in when.get("at", {}).items())
    )


class Client:
    """A connection: what the client sent is read ahead, so that its leaving is noticed at any time."""

    def __init__(self, sock):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        self.socket, self.ahead, self.left = sock, b"", False

    def wait(self, seconds, writable=False):
        """Waits until the client sends or leaves, or (if asked) until it can be written to; reads what it sent."""
        readable, _, _ = select.select([self.socket], [self.socket] if writable else [], [], seconds)
        if readable:
            try:
                received = self.socket.recv(65536)
                while isinstance(self.socket, ssl.SSLSocket) and self.socket.pending():
                    received += self.socket.recv(65536)
            except (BlockingIOError, ssl.SSLWantReadError):
                return
            except OSError:
                received = b""
            self.ahead += received
            self.left = not received

    def pause(self, seconds):
        """Waits for a time, or until the client leaves."""
        end = time.monotonic() + seconds
        while not self.left and (rest := end - time.monotonic()) > 0:
            self.wait(rest)

    def send(self, data, wrote=lambda _: None):
        """Sends bytes as long as the client is there."""
        while data and not self.left:
            self.wait(0)
            if self.left:
                return
            try:
                length = self.socket.send(data)
            except (BlockingIOError, ssl.SSLWantWriteError):
                self.wait(None, writable=True)
                continue
            except OSError:
                self.left = True
                return
            wrote(data[:length])
            data = data[length:]

    def read_until(self, enough):
        """Reads until `enough` finds what it looks for in what was read; None when the client leaves first."""
        while (found := enough(self.ahead)) is None:
            if self.left:
                return None
            self.wait(None)
        return found

    def request(self):
        """Reads one request; None when the client has left."""
        head = self.read_until(lambda data: data.partition(b"\r\n\r\n")[0] if b"\r\n\r\n" in data else None)
        if head is None:
            return None
        self.ahead = self.ahead[len(head) + 4 :]
        line, *lines = head.decode("latin-1").split("\r\n")
        method, target, version = line.split(" ", 2)
        headers = [[name, value.strip()] for name, _, value in (line.partition(":") for line in lines)]
        fields = {name.lower(): value for name, value in headers}
        if fields.get("expect", "").lower() == "100-continue":
            self.send(CONTINUE)
        chunked = fields.get("transfer-encoding", "").lower() == "chunked"
        length = int(fields.get("content-length", 0))
        body = self.read_until(chunks if chunked else lambda data: data[:length] if len(data) >= length else None)
        if body is None:
            return None
        body, size = body if chunked else (body, length)
        self.ahead = self.ahead[size:]
        keeps = version != "HTTP/1.0" and "close" not in fields.get("connection", "").lower()
        if target.startswith("http://"):
            target = "/" + target.partition("://")[2].partition("/")[2]
        text = body.decode("utf-8", "replace")
        return {"method": method, "path": target, "headers": headers, "body": text, "keeps": keeps}

    def close(self, reset=False, notify=True):
        """Ends the connection: with RST, or with FIN, over TLS after a close_notify, and then waits for the client's."""
        try:
            if reset:
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif not self.left:
                if notify and isinstance(self.socket, ssl.SSLSocket):
                    self.notify()
                self.socket.shutdown(socket.SHUT_WR)
                self.pause(DRAIN)
        except OSError:
            pass
        self.socket.close()

    def notify(self):
        """Sends a close_notify."""
        try:
            self.socket.unwrap()
        except OSError:
            pass  # it is sent, and the client's own may come later or never


def chunks(data):
    """The body of a chunked message and its length on the wire, or None as long as it is not whole."""
    body, place = b"", 0
    while (end := data.find(b"\r\n", place)) >= 0:
        size = int(data[place:end].partition(b";")[0], 16)
        place = end + 2
        if size == 0:
            end = place if data[place : place + 2] == b"\r\n" else data.find(b"\r\n\r\n", place) + 2
            return (body, end + 2) if end > 1 and len(data) >= end + 2 else None
        if len(data) < place + size + 2:
            return None
        body, place = body + data[place : place + size], place + size + 2
    return None


def encrypted(place):
    """What is spoken over TLS: HTTP/1.1, with the certificate and the key in a folder."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(place, "server.pem"), os.path.join(place, "server-key.pem"))
    context.set_alpn_protocols(["http/1.1"])
    return context


class Player:
    """A script that is played, and the record of what was asked and sent."""

    def __init__(self, script, say, place="."):
        self.answers, self.last, self.say = script["answers"], script["last"], say
        self.tls = encrypted(place) if script.get("tls") else None
        self.exchanges, self.lock, self.begun = [], threading.Lock(), now()

    def listen(self, port):
        """Plays on a port, on any free one where it is 0; returns the base URL."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
        threading.Thread(target=self.accept, args=(listener,), daemon=True).start()
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}"

    def accept(self, listener):
        """Takes connections."""
        while True:
            threading.Thread(target=self.take, args=(listener.accept()[0],), daemon=True).start()

    def take(self, sock):
        """Serves a connection, after the handshake of TLS where there is one."""
        if self.tls:
            try:
                sock = self.tls.wrap_socket(sock, server_side=True)
            except OSError as error:
                self.say(f"the handshake of TLS failed: {error}")
                return
        self.serve(Client(sock))

    def serve(self, client):
        """Answers the requests of a connection."""
        exchange = None
        while (request := client.request()) is not None:
            exchange = self.begin(request)
            self.say(f"{request['method']} {request['path']}: answer {exchange['answer'] + 1} of {len(self.answers)}")
            if not self.play(client, self.answers[exchange["answer"]], exchange, request["keeps"]):
                return
        if exchange and exchange["client_left_ms"] is None:
            exchange["client_left_ms"] = now()
        client.close()

    def begin(self, request):
        """Chooses the answer to a request."""
        with self.lock:
            used = {exchange["answer"] for exchange in self.exchanges}
            left = (place for place in range(self.last + 1) if place == self.last or place not in used)
            whens = ((place, self.answers[place].get("when", {})) for place in left)
            # What meets no `when` gets the answer that stands behind the last one.
            answer = next((place for place, when in whens if meets(when, request)), self.last + 1)
            exchange = {**request, "at_ms": now(), "answer": answer, "written": 0, "digest": hashlib.sha256()}
            exchange |= {"sent": "underway", "done_ms": None, "client_left_ms": None}
            self.exchanges.append(exchange)
            return exchange

    def play(self, client, answer, exchange, keeps):
        """Plays an answer; returns whether the connection goes on."""

        def wrote(data):
            exchange["written"] += len(data)
            exchange["digest"].update(data)

        for step in answer["steps"]:
            if "pause_ms" in step:
                client.pause(step["pause_ms"] / 1000)
            else:
                client.send(step["text"].encode() if "text" in step else base64.b64decode(step["base64"]), wrote)
            if client.left:
                exchange |= {"sent": "client-left", "client_left_ms": now()}
                client.close()
                return False
        exchange |= {"sent": "whole", "done_ms": now()}
        if answer["end"] == "finish" and answer["keep_alive"] and keeps:
            return True
        if answer["end"] == "stall":
            while not client.left:
                client.wait(None)
            exchange["client_left_ms"] = now()
        client.close(reset=answer["end"] == "reset", notify=answer["end"] != "no-close-notify")
        return False

    def log(self):
        """The record of what was asked and sent; times are in milliseconds since 1970."""
        exchanges = [{**exchange, "digest": exchange["digest"].hexdigest()} for exchange in self.exchanges]
        return {"begun_ms": self.begun, "exchanges": exchanges}


def main():
    """Plays while a command runs, or until ctrl-C."""
    parser = argparse.ArgumentParser(
        usage="play.py [--port N] [--deadline SECONDS] [--log FILE] SCRIPT [-- COMMAND ...]"
    )
    parser.add_argument("script")
    parser.add_argument("--port", type=int, help="the port; 8765, or any free one for a command")
    parser.add_argument("--deadline", type=float, help="the seconds after which the command is ended")
    parser.add_argument("--log", help="the file to write to what was asked and sent, when the command has ended")
    words = sys.argv[1:]
    place = words.index("--") if "--" in words else len(words)
    options, command = parser.parse_args(words[:place]), words[place + 1 :]
    with open(options.script, encoding="utf-8") as file:
        say = (lambda _: None) if command else lambda line: print(line, flush=True)
        player = Player(json.load(file), say, os.path.dirname(options.script))
    port = options.port if options.port is not None else (0 if command else 8765)
    url = player.listen(port)
    if not command:
        print(f"the base URL is {url}", flush=True)
        threading.Event().wait()
    try:
        code = subprocess.run(command, env={**os.environ, "BASE_URL": url}, timeout=options.deadline).returncode
    except subprocess.TimeoutExpired:
        print(f"ended: not within {options.deadline} seconds", flush=True)
        code = 0
    time.sleep(GRACE)
    if options.log:
        with open(options.log, "w", encoding="utf-8") as file:
            json.dump(player.log(), file, indent=1)
    sys.exit(code if 0 <= code < 256 else 1)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
