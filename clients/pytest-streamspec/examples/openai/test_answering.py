"""The application on broken streams: it never takes a part of an answer for the whole."""

from __future__ import annotations

from typing import Any

import openai
from answering import AnswerFailed, answer

import pytest_streamspec as streamspec


def seen(session: streamspec.Session, settings: dict[str, Any]) -> dict[str, Any]:
    """What the application makes of a case, in the words of the cases."""
    shown: list[str] = []
    client = openai.OpenAI(
        api_key="any",
        base_url=f"{session.base_url}/v1",
        timeout=settings["timeout_ms"] / 1000,
        max_retries=settings["max_retries"],
    )
    with client:
        try:
            text = answer(client, "What is a stream?", shown.append)
        except AnswerFailed as failed:
            error = {"message": str(failed), "type": failed.kind, "code": failed.code, "foreign": False}
            return {"outcome": "error", "text": failed.text, "error": error}
    return {"outcome": "completed", "text": text}


# The application has no use for the status and the code of an error.
@streamspec.cases(
    "openai-chat/in-band/server-error",
    "openai-chat/in-band/documented-codes",
    "openai-chat/cut/*",
    "openai-chat/benign/whole-answer",
    ignore=("error.status", "error.code"),
    known={"openai-chat/cut/gzip-truncated": "the package takes a compressed body that was cut for a whole one"},
)
def test_a_part_of_an_answer_is_never_taken_for_the_whole(
    streamspec_session: streamspec.Session, streamspec_case: streamspec.Case
) -> None:
    streamspec_session.judge(**seen(streamspec_session, streamspec_case.settings))
