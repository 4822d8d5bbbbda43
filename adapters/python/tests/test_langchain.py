"""Tests of the readers of LangChain's chunks and messages."""

import asyncio
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor

from streamspec_adapter import Run
from streamspec_call import Caller
from streamspec_langchain import Notices, plan_with, read_chunk, read_message
from streamspec_observation import Observer

FIELDS = ("usage", "thinking", "refusal")


def run(surface):
    """A call on a chat model."""
    return Run(1, "openai-chat", surface, "http://127.0.0.1:9", 1000, 0, "text", Caller(again=True))


class Fields(unittest.TestCase):
    def fields(self, read, *items):
        seen = Observer("events", FIELDS)
        for item in items:
            read(seen, item)
        return {key: seen.observation()[key] for key in FIELDS}

    def test_the_tokens_are_those_of_the_sum_and_the_blocks_those_of_the_chunk(self):
        def chunk(*blocks, **fields):
            return {"content_blocks": list(blocks), **fields}

        first = chunk({"type": "reasoning", "reasoning": "A"}, {"type": "text", "text": "no"})
        second = chunk({"type": "reasoning"}, {"type": "non_standard", "value": {"type": "refusal", "refusal": "No"}})
        whole = {"usage_metadata": {"input_tokens": 7, "output_tokens": 5}}
        fields = self.fields(read_chunk, (first, {}), (second, whole), (None, whole))
        self.assertEqual(fields, {"usage": {"input": 7, "output": 5}, "thinking": "A", "refusal": "No"})

    def test_a_finished_message(self):
        block = {"type": "reasoning", "reasoning": "A"}
        fields = self.fields(read_message, {"content_blocks": [block], "usage_metadata": None})
        self.assertEqual(fields, {"usage": None, "thinking": "A", "refusal": ""})

    def test_a_prompt_that_was_blocked_has_the_reason_for_its_stop_reason(self):
        seen = Observer("events", ())
        read_message(seen, {"response_metadata": {"prompt_feedback": {"block_reason": "SAFETY"}}})
        self.assertEqual(seen.observation()["stop_reason"], "SAFETY")


class Again(unittest.TestCase):
    def test_both_calls_ask_the_same_model(self):
        made = []

        class ChatModel:
            def __init__(self, **_):
                made.append(self)

            def stream(self, _, config):
                handler = config["callbacks"][0]
                handler.on_llm_error(OSError(), run_id=1)
                handler.on_llm_end(None, run_id=1)
                return iter([self])

            async def ainvoke(self, _):
                return self

        plan = plan_with(ChatModel, run("stream-sync"), Notices())
        self.assertEqual([chunk for _ in range(2) for chunk in plan.open()], made * 2)
        for seen in (Observer("events", ("endings",)), Observer("events", ("endings",))):
            plan.listen(seen)
            plan.open()
            self.assertEqual(seen.observation()["endings"], ["failed", "completed"])
        plan = plan_with(ChatModel, run("invoke-async"), Notices())
        answers = [asyncio.run(plan.final(plan.open())) for _ in range(2)]
        self.assertEqual(answers, made[1:] * 2)
        self.assertEqual(len(made), 2)


class AtOnce(unittest.TestCase):
    def test_each_call_hears_of_its_own_end(self):
        listening = threading.Barrier(2)

        class ChatModel:
            def __init__(self, **_):
                pass

            def stream(self, _, config):
                config["callbacks"][0].on_llm_end(None, run_id=1)
                return iter([])

        plan = plan_with(ChatModel, run("stream-sync"), Notices())

        def call(seen):
            plan.listen(seen)
            listening.wait(5)
            plan.open()
            return seen.observation()["endings"]

        with ThreadPoolExecutor(2) as threads:
            heard = list(threads.map(call, [Observer("events", ("endings",)) for _ in range(2)]))
        self.assertEqual(heard, [["completed"], ["completed"]])


if __name__ == "__main__":
    unittest.main()
