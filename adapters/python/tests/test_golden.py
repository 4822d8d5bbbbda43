"""What is read from the raw values, bodies and items that every kit reads in the same way."""

import json
import unittest
from pathlib import Path

from streamspec_dialects import (
    read_chat_chunk,
    read_chat_completion,
    read_gemini_chunk,
    read_message,
    read_message_event,
    read_response,
    read_response_event,
)
from streamspec_observation import Seen, converted, read_body

GOLDEN = json.loads((Path(__file__).resolve().parents[2] / "golden.json").read_text())
EVENTS = {
    "anthropic-messages": read_message_event,
    "openai-chat": read_chat_chunk,
    "openai-responses": read_response_event,
    "gemini-generate": read_gemini_chunk,
}
FINISHED = {
    "anthropic-messages": read_message,
    "openai-chat": read_chat_completion,
    "openai-responses": read_response,
}


def parsed(call):
    """A call with arguments that are compared as JSON, where they are JSON text."""
    try:
        arguments = json.loads(call["arguments"])
    except (TypeError, ValueError):
        arguments = call["arguments"]
    return {**call, "arguments": arguments}


class Golden(unittest.TestCase):
    def test_fields(self):
        for vector in GOLDEN["fields"]:
            with self.subTest(**vector):
                # `assertEqual` alone takes 1 for True.
                self.assertEqual(repr_of(converted(vector["field"], vector["raw"])), repr_of(vector["reads"]))

    def test_bodies(self):
        for vector in GOLDEN["bodies"]:
            with self.subTest(vector["name"]):
                self.assertEqual(read_body(vector["api"], vector["body"]), vector["reads"])
                try:
                    handed_over = json.loads(vector["body"])
                except ValueError:
                    continue
                self.assertEqual(read_body(vector["api"], handed_over), vector["reads"], "parsed by the SDK")

    def test_items(self):
        for vector in GOLDEN["items"]:
            with self.subTest(api=vector["api"], name=vector["name"]):
                seen = Seen("events")
                if "final" in vector:
                    FINISHED[vector["api"]](seen, vector["final"])
                for event in vector.get("events", ()):
                    EVENTS[vector["api"]](seen, event)
                observation = seen.observation()
                observation["tool_calls"] = [parsed(call) for call in observation["tool_calls"]]
                self.assertEqual({key: observation[key] for key in vector["sees"]}, vector["sees"])


def repr_of(value):
    """A value with its type, so that true is not 1; all numbers are alike in JSON."""
    return (isinstance(value, bool), value)


if __name__ == "__main__":
    unittest.main()
