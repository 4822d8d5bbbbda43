"""Makes one call through the adapter that lies here, and prints what the caller of the SDK sees.

    BASE_URL=http://127.0.0.1:8765 python3 call.py [--control] [--out FILE]

`adapter.json` says how the adapter is started, `call.json` which call it is asked for, in the words of streamspec's adapter
protocol: JSON lines over stdin and stdout. It needs nothing but Python 3.10.
"""

import argparse
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time

HELLO = 60  # seconds; some SDKs take long to import from a cold disk


def environment(variables, home):
    """An environment with nothing of the user's but PATH: no keys, no proxies, no settings."""
    kept = {name: os.environ[name] for name in ("PATH", "SystemRoot", "LD_LIBRARY_PATH") if name in os.environ}
    homes = dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TMP", "TEMP"), home)
    python = {"PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return {**kept, **homes, "LANG": "C.UTF-8", "NO_PROXY": "*", "no_proxy": "*", **python, **variables}


class Adapter:
    """The process that drives the SDK."""

    def __init__(self, command, variables, home):
        self.process = subprocess.Popen(
            command,
            env=environment(variables, home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        """Hands over the lines of the process, and None when it has ended."""
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def ask(self, request, seconds, is_answer):
        """Sends a request and waits for its answer; None when none comes in time."""
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        except OSError:
            pass  # it has ended, which the next line says
        end = time.monotonic() + seconds
        while (rest := end - time.monotonic()) > 0:
            try:
                line = self.lines.get(timeout=rest)
            except queue.Empty:
                return None
            if line is None:
                raise EOFError(f"the process ended with {self.process.wait()}")
            reply = json.loads(line)
            if is_answer(reply):
                return reply
        return None

    def end(self):
        """Ends the process and whatever it has started."""
        try:
            self.process.stdin.write('{"op":"bye"}\n')
            self.process.stdin.close()
            self.process.wait(2)
        except (OSError, subprocess.TimeoutExpired):
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except OSError:
            pass


def observe(adapter, call, seen):
    """Makes the call; returns what came of it."""
    hello = adapter.ask({"op": "hello", "protocol": 1}, HELLO, lambda reply: reply.get("op") == "hello")
    if hello is None:
        return {"outcome": "fault", "detail": "the adapter sent no hello"}
    seen["hello"] = hello
    run = {"op": "run", "id": 1, "base_url": os.environ["BASE_URL"], **call["run"]}
    begun = time.monotonic()
    try:
        reply = adapter.ask(run, call["deadline_ms"] / 1000, lambda reply: reply.get("id") == 1)
    except EOFError as error:
        return {"outcome": "crash", "detail": str(error)}
    finally:
        seen |= {"took_ms": round((time.monotonic() - begun) * 1000), "answered_ms": time.time() * 1000}
    if reply is None:
        return {"outcome": "hang"}
    if reply["op"] == "fault":
        return {"outcome": "fault", "detail": reply["message"]}
    return {"outcome": "observed", "observation": reply["observation"]}


def main():
    """Makes the call and prints it; the exit code is 0 where the SDK was asked, whatever came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--control", action="store_true", help="read one answer to the end, whatever the call's caller does"
    )
    parser.add_argument("--out", help="the file to write the same to")
    options = parser.parse_args()
    with open("adapter.json", encoding="utf-8") as file:
        start = json.load(file)
    with open("call.json", encoding="utf-8") as file:
        call = json.load(file)
    if options.control:
        call["run"].pop("caller", None)
    seen = {}
    with tempfile.TemporaryDirectory() as home:
        adapter = Adapter(start["start"], start["variables"], home)
        try:
            seen |= observe(adapter, call, seen)
            # Whether the client lets go of the connection is seen before its process ends.
            time.sleep(call["watch_ms"] / 1000)
        except (EOFError, ValueError) as error:
            seen |= {"outcome": "fault", "detail": str(error)}
        finally:
            adapter.end()
    if options.out:
        with open(options.out, "w", encoding="utf-8") as file:
            json.dump(seen, file, indent=1)
    told = seen.get("observation") or seen.get("detail")
    print(seen["outcome"] + (": " + json.dumps(told, indent=2, ensure_ascii=False) if told else ""))
    sys.exit(1 if seen["outcome"] == "fault" else 0)


if __name__ == "__main__":
    main()
