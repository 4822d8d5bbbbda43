"""A small application on the `openai` package: it streams an answer to its user, and hands the whole of it on."""

from __future__ import annotations

from collections.abc import Callable

import httpx2
import openai


class AnswerFailed(Exception):
    """The answer is not whole. `text` is what the user has seen of it."""

    def __init__(self, why: str, text: str, kind: str | None = None, code: str | None = None) -> None:
        super().__init__(why)
        self.text = text
        self.kind = kind
        self.code = code


def answer(client: openai.OpenAI, question: str, show: Callable[[str], None]) -> str:
    """Shows an answer piece by piece and returns the whole of it, or raises `AnswerFailed`."""
    text, reason = "", None
    try:
        stream = client.chat.completions.create(
            model="gpt-5.2", messages=[{"role": "user", "content": question}], stream=True
        )
        for chunk in stream:
            for choice in chunk.choices or []:
                if choice.delta and choice.delta.content:
                    text += choice.delta.content
                    show(choice.delta.content)
                reason = choice.finish_reason or reason
    except openai.APIError as failed:
        raise AnswerFailed(failed.message, text, failed.type, failed.code) from failed
    except (httpx2.HTTPError, ValueError) as failed:
        # What breaks while the stream is read is not always the package's own error.
        raise AnswerFailed(str(failed), text) from failed
    if reason is None:
        # The connection may end in order, in the middle of an answer.
        raise AnswerFailed("the answer ended without a finish reason", text)
    if reason in {"error", "content_filter"}:
        raise AnswerFailed(f"the answer ended with {reason}", text)
    return text
