"""Tests on the parts of Ollama's chat, which only an SDK in Python hands over yet."""

import unittest

from streamspec_dialects import read_ollama_part
from streamspec_observation import Observer


def seen_of(*parts):
    """What the caller has seen of these parts."""
    seen = Observer("events", ("usage", "thinking"))
    for part in parts:
        read_ollama_part(seen, part)
    return seen.observation()


def part(message, **fields):
    return {"model": "qwen3", "message": {"role": "assistant", "content": "", **message}, "done": False, **fields}


CALL = part({"tool_calls": [{"function": {"name": "get_weather", "arguments": {"city": "Paris"}}}]})


class Parts(unittest.TestCase):
    def test_text_thoughts_and_numbers(self):
        done = part({}, done=True, done_reason="stop", prompt_eval_count=26, eval_count=282)
        observation = seen_of(part({"thinking": "Hm."}), part({"content": "Hello"}), part({"content": "."}), done)
        self.assertEqual(observation["text"], "Hello.")
        self.assertEqual(observation["thinking"], "Hm.")
        self.assertEqual(observation["stop_reason"], "stop")
        self.assertEqual(observation["usage"], {"input": 26, "output": 282})
        self.assertEqual(observation["tool_calls"], [])

    def test_a_call_is_over_when_the_answer_is_done(self):
        call = {"name": "get_weather", "arguments": {"city": "Paris"}}
        for fields in ({"done_reason": "stop"}, {"done_reason": "length"}, {}):
            with self.subTest(**fields):
                observation = seen_of(CALL, part({}, done=True, **fields))
                self.assertEqual(observation["tool_calls"], [{**call, "complete": True}])
        observation = seen_of(CALL)
        self.assertEqual(observation["tool_calls"], [{**call, "complete": False}])
        self.assertIsNone(observation["stop_reason"])

    def test_two_calls_are_two(self):
        observation = seen_of(CALL, CALL, part({}, done=True))
        self.assertEqual(len(observation["tool_calls"]), 2)


if __name__ == "__main__":
    unittest.main()
