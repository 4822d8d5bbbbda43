"""The protocol, spoken with a process."""

import json
import os
import subprocess
import sys
import time
import unittest
from pathlib import Path

SAMPLE = Path(__file__).with_name("sample_adapter.py")

APIS = ["plain", "bare", "meets", "raises", "exits", "misread", "hangs", "closes", "leaves", "later", "schedules"]
APIS += ["closing", "fails-to-close", "awaits"]
APIS += ["stalls", "translates", "exits-when-cancelled", "resembles", "swallows", "breaks-by-itself"]
SURFACE = {"apis": APIS, "delivers": "text", "caller": ["stop", "cancel", "again", "at-once"], "call": "opened()"}
SURFACES = {"text-sync": SURFACE, "text-async": SURFACE, "final-sync": {**SURFACE, "apis": ["later"]}}
SURFACES["plain-sync"] = {"apis": APIS, "delivers": "text", "call": "opened()"}
MANIFEST = {"package": "sample", "surfaces": SURFACES}


def run(call, api, surface="text-sync", **caller):
    """A `run` message."""
    rest = {"base_url": "http://127.0.0.1:9", "timeout_ms": 1000, "max_retries": 0, "ask": "text"}
    return {"op": "run", "id": call, "api": api, "surface": surface, **rest, **({"caller": caller} if caller else {})}


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
        self.assertEqual(hello["surfaces"], ["text-sync", "text-async", "plain-sync"])
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
        # More calls than threads: some come after one that closed its loop, left work in it or did nothing with it.
        self.say(*(run(call, ("closes", "schedules", "plain")[call % 3]) for call in range(1, 391)))
        self.assertEqual({answer["observation"]["ended"] for answer in self.heard(390).values()}, {"returned"})

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

    def test_a_caller_stops_after_so_many_items(self):
        first = {"read": {"stop-after": 1}}
        self.say(
            run(1, "closing", **first),
            run(2, "closing", "text-async", **first),
            run(3, "bare", **first),
            run(4, "bare", "text-async", **first),
            run(5, "closing", read={"stop-after": 3}),
            run(6, "plain", read={"stop-after": 2}),
            run(7, "plain", read={"stop-after": 3}),
            run(8, "fails-to-close", **first),
        )
        heard = {call: answer["observation"] for call, answer in self.heard(8).items()}
        for call, text in ((1, "open"), (2, "open"), (3, "a"), (4, "a")):
            self.assertEqual(heard[call], {"ended": "stopped", "events": 1, "text": text})
        self.assertEqual(heard[5]["ended"], "raised", "it failed before the caller had enough")
        self.assertEqual((heard[6]["ended"], heard[6]["events"]), ("stopped", 2))
        self.assertEqual((heard[7]["ended"], heard[7]["events"]), ("returned", 2), "there were no more")
        self.assertEqual((heard[8]["ended"], heard[8]["error"]["message"]), ("raised", "at close"))

    def test_a_caller_calls_again_when_the_first_call_has_ended(self):
        for call, surface in enumerate(("text-sync", "text-async")):
            self.say(run(call, "closing", surface, read={"stop-after": 1}, again=True))
            observation = self.heard(1)[call]["observation"]
            again = observation.pop("again")
            self.assertEqual(observation, {"ended": "stopped", "events": 1, "text": "open"})
            self.assertEqual((again["ended"], again["events"], again["text"]), ("raised", 2, "closed open!"))
            self.assertNotIn("again", again)

    def test_a_caller_makes_several_calls_at_once(self):
        whole = {"ended": "returned", "events": 2, "text": "ab"}
        self.say(run(1, "meets", **{"at-once": 2}), run(2, "awaits", "text-async", **{"at-once": 3}))
        heard = self.heard(2)
        self.assertEqual(heard[1]["observation"], {**whole, "others": [whole]})
        self.assertEqual(heard[2]["observation"], {**whole, "others": [whole, whole]})
        # Each finds a loop of its own, and what one raises is no concern to the others.
        self.say(run(3, "closes", **{"at-once": 2}), run(4, "raises", "text-async", **{"at-once": 2}))
        heard = self.heard(2)
        self.assertEqual(heard[3]["observation"], {**whole, "others": [whole]})
        raised = heard[4]["observation"]
        self.assertEqual((raised["ended"], raised["others"][0]["ended"]), ("raised", "raised"))

    def test_what_goes_wrong_in_one_of_several_calls_is_a_fault(self):
        self.say(
            *(run(call, "misread", kind, **{"at-once": 2}) for call, kind in ((1, "text-sync"), (2, "text-async")))
        )
        for answer in self.heard(2).values():
            self.assertIn("cannot read int", answer["message"])

    def test_only_the_error_of_a_cancellation_says_that_it_was_cancelled(self):
        soon = {"read": {"cancel-after": 100}}
        endings = (
            ("stalls", "cancelled", "CancelledError"),
            ("translates", "raised", "SampleError"),
            ("exits-when-cancelled", "raised", "SystemExit"),
            ("resembles", "raised", "CancelledError"),
            ("swallows", "returned", None),
            ("breaks-by-itself", "raised", "CancelledError"),
        )
        self.say(*(run(call, api, "text-async", **soon) for call, (api, _, _) in enumerate(endings)))
        heard = self.heard(len(endings))
        for call, (api, ended, kind) in enumerate(endings):
            observation = heard[call]["observation"]
            self.assertEqual((observation["ended"], observation["text"]), (ended, "a"), api)
            self.assertEqual((observation.get("error") or {}).get("class"), kind, api)
        # The loop of all async calls goes on.
        self.say(run(9, "plain", "text-async"), run(10, "plain", "text-async", read={"cancel-after": 60_000}))
        self.assertEqual({answer["observation"]["ended"] for answer in self.heard(2).values()}, {"returned"})

    def test_a_second_call_is_not_cancelled(self):
        self.say(run(1, "swallows", "text-async", read={"cancel-after": 50}, again=True))
        time.sleep(0.5)
        self.say(run(2, "plain"))
        self.assertEqual(self.heard(1).keys(), {2})

    def test_what_the_caller_of_a_surface_cannot_do_is_a_fault(self):
        self.say(
            run(1, "plain", "plain-sync", read={"stop-after": 1}, again=True),
            run(2, "plain", read={"skip": 1}),
            run(3, "plain", "plain-sync", read="all", again=False),
            run(4, "plain", "plain-sync", **{"at-once": 16}),
        )
        heard = self.heard(4)
        self.assertIn("no way to at-once", heard[4]["message"])
        self.assertIn("no way to stop or again", heard[1]["message"])
        self.assertIn("no way to read", heard[2]["message"])
        self.assertEqual(heard[3]["observation"]["ended"], "returned")

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
