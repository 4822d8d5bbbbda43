"""Tests on the raw values, bodies and items that every kit reads in the same way."""

import json
import unittest
from pathlib import Path

from streamspec_dialects import (
    read_chat_chunk,
    read_chat_completion,
    read_cohere_event,
    read_converse_event,
    read_gemini_chunk,
    read_message,
    read_message_event,
    read_ollama_part,
    read_response,
    read_response_event,
)
from streamspec_errors import converted, read_body
from streamspec_observation import Observer

GOLDEN = json.loads((Path(__file__).resolve().parents[2] / "golden.json").read_text())
EVENTS = {
    "anthropic-messages": read_message_event,
    "openai-chat": read_chat_chunk,
    "openai-responses": read_response_event,
    "gemini-generate": read_gemini_chunk,
    "ollama-chat": read_ollama_part,
    "cohere-chat": read_cohere_event,
    "bedrock-converse": read_converse_event,
    "bedrock-invoke": read_message_event,
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
    def test_there_are_vectors(self):
        self.assertTrue(all(GOLDEN[kind] for kind in ("fields", "bodies", "items")))

    def test_fields(self):
        for vector in GOLDEN["fields"]:
            with self.subTest(**vector):
                self.assertEqual(exactly(converted(vector["field"], vector["raw"])), exactly(vector["reads"]))

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
                seen = Observer("events", ("usage", "thinking", "refusal"))
                if "final" in vector:
                    FINISHED[vector["api"]](seen, vector["final"])
                for event in vector.get("events", ()):
                    EVENTS[vector["api"]](seen, event)
                observation = seen.observation()
                observation["tool_calls"] = [parsed(call) for call in observation["tool_calls"]]
                self.assertEqual({key: observation[key] for key in vector["sees"]}, vector["sees"])


def exactly(value):
    """A value that is compared as in JSON, where true is not 1."""
    return (isinstance(value, bool), value)


class Order(unittest.TestCase):
    def test_nothing_after_the_end_takes_a_call_back(self):
        call = {"type": "function_call", "name": "f", "arguments": "{}", "status": "in_progress"}
        seen = Observer("events")
        for event in (
            {"type": "response.output_item.done", "output_index": 0, "item": call},
            {"type": "response.completed", "response": {"status": "completed", "output": None}},
            {"type": "keepalive"},
        ):
            read_response_event(seen, event)
        self.assertTrue(seen.observation()["tool_calls"][0]["complete"])


if __name__ == "__main__":
    unittest.main()
