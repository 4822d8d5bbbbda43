"""The protocol, spoken with a process."""

import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

SAMPLE = Path(__file__).with_name("sample_adapter.py")

APIS = ["plain", "bare", "meets", "raises", "exits", "misread", "hangs", "closes", "leaves", "later"]
SURFACE = {"apis": APIS, "delivers": "text", "call": "opened()"}
SURFACES = {"text-sync": SURFACE, "text-async": SURFACE, "final-sync": {**SURFACE, "apis": ["later"]}}
MANIFEST = {"package": "sample", "surfaces": SURFACES}


def run(call, api, surface="text-sync"):
    """A `run` message."""
    rest = {"base_url": "http://127.0.0.1:9", "timeout_ms": 1000, "max_retries": 0, "ask": "text"}
    return {"op": "run", "id": call, "api": api, "surface": surface, **rest}


class Protocol(unittest.TestCase):
    def setUp(self):
        pipe = subprocess.PIPE
        env = {**os.environ, "STREAMSPEC_MANIFEST": json.dumps(MANIFEST)}
        self.process = subprocess.Popen([sys.executable, SAMPLE], stdin=pipe, stdout=pipe, stderr=pipe, env=env)  # noqa: S603
        self.addCleanup(self.process.communicate)
        self.addCleanup(self.process.kill)

    def say(self, *messages):
        for message in messages:
            self.process.stdin.write(message if isinstance(message, bytes) else json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def heard(self, count):
        answers = [json.loads(self.process.stdout.readline()) for _ in range(count)]
        return {answer.get("id"): answer for answer in answers}

    def test_hello_says_who_it_is(self):
        self.say({"op": "hello", "protocol": 1})
        hello = self.heard(1)[None]
        self.assertEqual(hello["sdk"], {"name": "sample", "version": "1", "language": "python"})
        self.assertEqual(hello["error_bases"], ["SampleError", "WrappedError"])
        self.assertEqual(hello["surfaces"], ["text-sync", "text-async"])
        self.assertEqual(hello["apis"], sorted(api for api in APIS if api != "later"))

    def test_without_a_manifest_it_says_what_is_missing(self):
        env = {name: value for name, value in os.environ.items() if name != "STREAMSPEC_MANIFEST"}
        ended = subprocess.run([sys.executable, SAMPLE], capture_output=True, env=env, check=False)  # noqa: S603
        self.assertEqual((ended.returncode, ended.stdout), (1, b""))
        self.assertIn(b"STREAMSPEC_MANIFEST is not set", ended.stderr)

    def test_only_the_protocol_reaches_stdout(self):
        self.say(run(1, "plain"), run(2, "plain", "text-async"))
        expected = {"ended": "returned", "events": 2, "text": "ab"}
        self.assertEqual([answer["observation"] for answer in self.heard(2).values()], [expected] * 2)
        self.say({"op": "bye"})
        self.assertEqual(self.process.stdout.read(), b"")
        self.assertEqual(self.process.stderr.read().count(b"noise"), 4)

    def test_a_stream_need_not_be_a_context_manager(self):
        self.say(run(1, "bare"), run(2, "bare", "text-async"))
        expected = {"ended": "returned", "events": 2, "text": "ab"}
        self.assertEqual([answer["observation"] for answer in self.heard(2).values()], [expected] * 2)

    def test_every_sync_call_finds_an_event_loop_of_its_own(self):
        # More calls than threads: some come after one that closed its loop.
        self.say(*(run(call, "closes") for call in range(1, 131)))
        self.assertEqual({answer["observation"]["ended"] for answer in self.heard(130).values()}, {"returned"})

    def test_what_a_call_leaves_in_a_cycle_is_collected(self):
        self.say(run(1, "leaves"), run(2, "leaves", "text-async"))
        self.assertEqual({answer["observation"]["ended"] for answer in self.heard(2).values()}, {"returned"})

    def test_calls_are_in_flight_together(self):
        self.say(run(1, "hangs"), run(2, "meets"), run(3, "meets"))
        self.assertEqual(self.heard(2).keys(), {2, 3})

    def test_what_the_sdk_lets_out_is_an_observation(self):
        self.say(run(1, "raises"), run(2, "exits"), run(3, "raises", "text-async"), run(4, "exits", "text-async"))
        heard = self.heard(4)
        for call, expected in ((1, "SampleError"), (2, "SystemExit"), (3, "SampleError"), (4, "SystemExit")):
            observation = heard[call]["observation"]
            self.assertEqual((observation["ended"], observation["error"]["site"]), ("raised", "open"))
            self.assertEqual(observation["error"]["class"], expected)

    def test_what_the_adapter_cannot_do_is_a_fault(self):
        self.say(
            run(1, "misread"), run(2, "later"), run(3, "plain", "nope"), {"op": "run", "id": 4}, {"op": "?"}, b"{\n"
        )
        heard = [json.loads(self.process.stdout.readline()) for _ in range(6)]
        self.assertEqual({answer["op"] for answer in heard}, {"fault"})
        self.assertEqual({answer.get("id") for answer in heard}, {1, 2, 3, 4, None})
        misread = next(answer["message"] for answer in heard if answer.get("id") == 1)
        self.assertIn("cannot read int", misread)
        self.assertIn("AttributeError", misread)

    def test_it_ends_at_once_with_calls_in_flight(self):
        self.say(run(1, "hangs"), {"op": "bye"})
        self.assertEqual(self.process.wait(5), 0)

    def test_it_ends_at_once_when_the_harness_is_gone(self):
        self.say(run(1, "hangs"), run(2, "hangs", "text-async"))
        self.process.stdin.close()
        self.assertEqual(self.process.wait(5), 0)
        self.process.stdin = None


if __name__ == "__main__":
    unittest.main()
