"""The numbers of tokens, thoughts and refusals that are read from each dialect's own events and finished answers."""

import unittest

from streamspec_dialects import (
    read_chat_chunk,
    read_chat_completion,
    read_gemini_chunk,
    read_message,
    read_message_event,
    read_response,
    read_response_event,
)
from streamspec_observation import Observer

FIELDS = ("usage", "thinking", "refusal")


def observed(read, *items):
    """Returns the three fields of the observation, and the text."""
    seen = Observer("events", FIELDS)
    for item in items:
        read(seen, item)
    observation = seen.observation()
    return {key: observation[key] for key in FIELDS}, observation["text"]


def tokens(given, answered):
    """A usage of Anthropic's or of Responses."""
    return {"input_tokens": given, "output_tokens": answered}


class Messages(unittest.TestCase):
    def test_events(self):
        fields, text = observed(
            read_message_event,
            {"type": "message_start", "message": {"content": [], "usage": tokens(25, 1)}},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "Let "}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "me."}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "x"}},
            {"type": "thinking", "thinking": "me.", "snapshot": "Let me."},
            {"type": "content_block_stop", "index": 0, "content_block": {"type": "thinking", "thinking": "Let me."}},
            {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "Hello"}},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 15}},
        )
        self.assertEqual(fields, {"usage": {"input": 25, "output": 15}, "thinking": "Let me.", "refusal": ""})
        self.assertEqual(text, "Hello")

    def test_a_finished_message(self):
        content = [{"type": "thinking", "thinking": "Hm."}, {"type": "redacted_thinking", "data": "x"}]
        fields, text = observed(read_message, {"content": content, "usage": tokens(3, None)})
        self.assertEqual(fields, {"usage": {"input": 3, "output": None}, "thinking": "Hm.", "refusal": ""})
        self.assertEqual(text, "")


class Chat(unittest.TestCase):
    def test_chunks(self):
        def chunk(**delta):
            return {"choices": [{"index": 0, "delta": delta}], "usage": None}

        usage = {"prompt_tokens": 9, "completion_tokens": 2}
        fields, text = observed(
            read_chat_chunk,
            chunk(reasoning_content="A", reasoning="A", refusal=None),
            chunk(reasoning_content=None, reasoning="B"),
            chunk(reasoning_content="", reasoning="not again"),
            chunk(content="C", refusal="No"),
            {"choices": [{"index": 1, "delta": {"refusal": "other", "reasoning": "other"}}]},
            {"choices": [], "usage": usage},
        )
        self.assertEqual(fields, {"usage": {"input": 9, "output": 2}, "thinking": "AB", "refusal": "No"})
        self.assertEqual(text, "C")

    def test_a_finished_completion(self):
        message = {"content": None, "refusal": "No", "reasoning": "Hm."}
        completion = {"choices": [{"message": message}], "usage": {"prompt_tokens": 9, "completion_tokens": 0}}
        fields, _ = observed(read_chat_completion, completion)
        self.assertEqual(fields, {"usage": {"input": 9, "output": 0}, "thinking": "Hm.", "refusal": "No"})


class Responses(unittest.TestCase):
    def test_events(self):
        reasoning = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "ABC"}]}
        fields, text = observed(
            read_response_event,
            {"type": "response.created", "response": {"status": "in_progress", "usage": None}},
            {"type": "response.reasoning_summary_text.delta", "delta": "A"},
            {"type": "response.reasoning_summary_text.done", "text": "A"},
            {"type": "response.reasoning_text.delta", "delta": "B"},
            {"type": "response.refusal.delta", "delta": "No"},
            {"type": "response.refusal.done", "refusal": "No"},
            {"type": "response.completed", "response": {"output": [reasoning], "usage": tokens(36, 87)}},
        )
        self.assertEqual(fields, {"usage": {"input": 36, "output": 87}, "thinking": "AB", "refusal": "No"})
        self.assertEqual(text, "")

    def test_a_finished_response(self):
        thought = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "A"}], "content": None}
        thought["content"] = [{"type": "reasoning_text", "text": "B"}]
        said = [{"type": "output_text", "text": "Hello"}, {"type": "refusal", "refusal": "No"}]
        message = {"type": "message", "content": said}
        fields, text = observed(read_response, {"output": [thought, message], "usage": tokens(1, 2)})
        self.assertEqual(fields, {"usage": {"input": 1, "output": 2}, "thinking": "AB", "refusal": "No"})
        self.assertEqual(text, "Hello")


class Gemini(unittest.TestCase):
    def test_chunks(self):
        def chunk(usage, *parts):
            return {"candidates": [{"content": {"parts": list(parts)}}], **usage}

        fields, text = observed(
            read_gemini_chunk,
            chunk({"usageMetadata": {"promptTokenCount": 4}}, {"text": "Hm.", "thought": True}),
            chunk({"usage_metadata": {"candidates_token_count": 3}}, {"text": "Hello", "thought": None}),
        )
        self.assertEqual(fields, {"usage": {"input": 4, "output": 3}, "thinking": "Hm.", "refusal": ""})
        self.assertEqual(text, "Hello")


class Absences(unittest.TestCase):
    def test_only_what_the_manifest_names_is_told(self):
        seen = Observer("events", ("usage",))
        seen.think("no")
        seen.refuse("no")
        self.assertEqual(FIELDS[1:], tuple(key for key in FIELDS if key not in seen.observation()))
        self.assertIsNone(seen.observation()["usage"])

    def test_a_finished_answer_tells_nothing_before_it_is_handed_over(self):
        seen = Observer("final", FIELDS)
        self.assertEqual(seen.observation(), {"ended": "returned", "events": 0})
        seen.hand_over()
        self.assertEqual(
            {key: seen.observation()[key] for key in FIELDS}, {"usage": None, "thinking": "", "refusal": ""}
        )

    def test_what_is_no_number_of_tokens_is_not_kept(self):
        seen = Observer("events", FIELDS)
        seen.count(tokens(7, 5), ("input_tokens", "output_tokens"))
        for number in (None, -1, True, 1.5, "8", 2**64):
            seen.count(tokens(number, number), ("input_tokens", "output_tokens"))
        seen.count(None, ("input_tokens", "output_tokens"))
        self.assertEqual(seen.observation()["usage"], {"input": 7, "output": 5})


if __name__ == "__main__":
    unittest.main()
