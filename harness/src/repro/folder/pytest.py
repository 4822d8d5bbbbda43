{% for line in parts.about %}#{% if !line.is_empty() %} {{ line }}{% endif %}
{% endfor %}import base64
import contextlib
import json
import socket
import struct
import threading
import time

{{ parts.call }}

# The bytes of each answer, write by write, with the pauses and the end. The last answer is repeated.
ANSWERS = json.loads(
    r'''
{{ answers }}
'''
)["answers"]


class Server:
    """Plays the answers on 127.0.0.1."""

    def __init__(self):
        self.requests = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            threading.Thread(target=self.serve, args=(self.listener.accept()[0],), daemon=True).start()

    def serve(self, client):
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # The client may leave at any time.
        with contextlib.suppress(OSError), client, client.makefile("rb") as reader:
            while read_request(reader):
                answer = ANSWERS[min(self.requests, len(ANSWERS) - 1)]
                self.requests += 1
                for step in answer["steps"]:
                    if "pause_ms" in step:
                        time.sleep(step["pause_ms"] / 1000)
                    else:
                        client.sendall(step["text"].encode() if "text" in step else base64.b64decode(step["base64"]))
                if answer["end"] == "reset":
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
                if answer["end"] == "stall":
                    reader.read()
                    return
                if answer["end"] == "eof" or not answer["keep_alive"]:
                    client.shutdown(socket.SHUT_WR)
                    reader.read()
                    return


def read_request(reader):
    """Reads one request; false when the client has left."""
    if not reader.readline():
        return False
    length = 0
    while line := reader.readline().strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    reader.read(length)
    return True


class Seen:
    """What the caller of the SDK sees."""

    text, stop_reason, error = "", None, None

    def read(self, url):
        try:
            for item in call(url):
                self.text += text_of(item)
                self.stop_reason = stop_reason_of(item) or self.stop_reason
        except Exception as error:
            self.error = error


def {{ function }}():
    server, seen = Server(), Seen()
    reading = threading.Thread(target=seen.read, args=(server.url,), daemon=True)
    reading.start()
    reading.join({{ parts.deadline }})
    assert not reading.is_alive(), "the call comes to an end"
{%- for [assertion, words] in assertions %}
    assert {{ assertion }}, "{{ words }}"
{%- endfor %}
