"""An adapter that breaks the protocol in one chosen way; everything it is not asked to break, it does right.

Usage: adapter.py MODE. A call's surface chooses what happens to it: "good" is answered at once, "slow" after 100 ms,
"bad" as MODE says.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time

MODE = sys.argv[1]
LOCK = threading.Lock()


def write(text: str) -> None:
    with LOCK:
        sys.stdout.write(text)
        sys.stdout.flush()


def say(message: dict) -> None:
    write(json.dumps(message) + "\n")


def observed(call: int, text: str = "Hello") -> dict:
    return {"op": "observed", "id": call, "observation": {"ended": "returned", "events": 1, "text": text}}


def raised(call: int, message: str) -> dict:
    error = {"site": "iterate", "class": "E", "classes": ["E"], "message": message}
    return {"op": "observed", "id": call, "observation": {"ended": "raised", "events": 0, "error": error}}


def later(seconds: float, message: dict) -> None:
    threading.Timer(seconds, say, [message]).start()


def hello(protocol: int = 1) -> dict:
    return {
        "op": "hello",
        "protocol": protocol,
        "sdk": {"name": "faulty", "version": "1.0.0", "language": "python"},
        "runtime": "CPython",
        "apis": ["openai-chat"],
        "error_bases": ["E"],
        "surfaces": ["good", "slow", "bad"],
    }


def bad(call: int) -> None:
    """Answers, or fails to answer, a call of the surface "bad"."""
    match MODE:
        case "late":
            later(0.4, observed(call, "late"))
        case "garbage":
            write("Loading model \x1b[31mweights\x07 <b>...\n")
        case "garbage-answered":
            write("Loading model\n")
            say(observed(call))
        case "dies":
            print("Traceback: \x1b[1mboom", file=sys.stderr, flush=True)
            os._exit(3)
        case "dies-by-signal":
            os.kill(os.getpid(), signal.SIGKILL)
        case "cut-line":
            write('{"op":"observed","id":%d,"observ' % call)
            os._exit(0)
        case "closes-stdout":
            sys.stdout.close()
            os.close(1)
            time.sleep(60)
        case "wrong-id":
            say(observed(call + 1000, "for somebody else"))
        case "twice":
            say(observed(call, "first"))
            say(observed(call, "second"))
        case "endless":
            while True:
                write("x" * 65536)
        case "huge":
            say(raised(call, "é" * 2_500_000))
        case "too-huge":
            say(raised(call, "x" * 20_000_000))
        case "markup":
            say(raised(call, "\x1b]0;owned\x07<script>alert(1)</script>\u2028\u0000"))
        case "schema":
            answer = observed(call)
            answer["observation"]["ended"] = "exploded"
            say(answer)
        case "verdict":
            answer = observed(call)
            answer["observation"]["verdict"] = "pass"
            say(answer)
        case "floods-stderr":
            for _ in range(2_000):
                sys.stderr.write("warning: " + "y" * 1_000 + "\n")
            sys.stderr.write("the end of it \xff\n")
            sys.stderr.flush()
            say(observed(call))
        case "floods-stdout":
            while True:
                write("noise\n" * 1_000)
        case "never":
            pass
        case "stuck":
            with LOCK:
                time.sleep(60)
        case "fault":
            say({"op": "fault", "id": call, "message": "KeyError: 'x'"})
        case "environment":
            say(observed(call, json.dumps(dict(os.environ))))
        case "grandchild" | "grandchild-holds-pipes":
            pipes = {} if MODE.endswith("pipes") else dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
            child = subprocess.Popen(["sleep", "60"], **pipes)
            say(observed(call, str(child.pid)))
        case "pid":
            say(observed(call, str(os.getpid())))
        case _:
            sys.exit(f"no such mode: {MODE}")


def main() -> None:
    if MODE == "dies-before-hello":
        sys.exit("ImportError: no module named sdk")
    if MODE == "garbage-before-hello":
        write("Welcome to the SDK!\n")
    if MODE == "no-hello":
        time.sleep(60)
    # The first process is told apart from later ones by a file in its home directory.
    path = os.path.join(os.environ["HOME"], "started")
    first = not os.path.exists(path)
    open(path, "w").close()
    if MODE == "hesitates" and first:
        sys.exit("MemoryError")
    for line in sys.stdin:
        request = json.loads(line)
        if request["op"] == "hello":
            answer = hello(2 if MODE == "version" else 1)
            if MODE == "changes" and not first:
                answer["sdk"]["version"] = "2.0.0"
            if MODE == "refuses-hello":
                answer = {"op": "fault", "message": "no SDK here"}
            say(answer)
        elif request["op"] == "bye":
            if MODE == "ignores-bye":
                continue
            break
        elif request["surface"] == "good":
            say(observed(request["id"]))
        elif request["surface"] == "slow":
            later(0.1, observed(request["id"]))
        elif MODE == "deaf":
            say(observed(request["id"], str(os.getpid())))
            while True:
                time.sleep(60)
        elif MODE in ("stuck", "dies", "changes"):
            time.sleep(0.02)
            os._exit(3) if MODE == "changes" else bad(request["id"])
        else:
            threading.Thread(target=bad, args=[request["id"]], daemon=True).start()
    if MODE == "ignores-bye":
        time.sleep(60)


main()
os._exit(0)
