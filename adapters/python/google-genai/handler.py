"""Streams one answer with `google-genai`: returns the whole answer, or raises `AnswerFailed` with all that is known.

It cannot do what the SDK keeps it from. An answer fails with a comment, with an event that has no data or another field
beside it, and with a `[DONE]`, though one could read over all of these. Of an error without a number, of one in a named
event, beside candidates or in an array, and of an HTTP error whose body was cut, nothing is known. An event that is cut
before its empty line counts as whole.
"""

from typing import Any

from google.genai import Client, types
from google.genai.errors import APIError


class AnswerFailed(Exception):
    """An answer that did not come to its end. `text` is what had arrived: never take it for the answer."""

    def __init__(self, message: str, text: str, code: int | None = None, status: str | None = None) -> None:
        super().__init__(message)
        self.text, self.code, self.status = text, code, status
        # Nothing was done with the answer yet, so asking again is safe; it is useless where the request is to blame.
        self.retryable = code in (None, 408, 429) or code >= 500


def answer(client: Client, **request: Any) -> tuple[str, list[types.FunctionCall], str]:
    """Returns an answer's text, its function calls, and why it ended; without the reason `STOP` there are no calls."""
    text, reason = "", None
    calls: list[types.FunctionCall] = []
    try:
        for chunk in client.models.generate_content_stream(**request):
            if chunk.prompt_feedback and chunk.prompt_feedback.block_reason:
                reason = chunk.prompt_feedback.block_reason.value
            for candidate in (each for each in chunk.candidates or [] if not each.index):
                for part in (candidate.content and candidate.content.parts) or []:
                    text += (not part.thought and part.text) or ""
                    calls += [part.function_call] if part.function_call and part.function_call.name else []
                reason = candidate.finish_reason.value if candidate.finish_reason else reason
    except APIError as error:
        raise AnswerFailed(str(error), text, error.code, error.status) from error
    except Exception as error:  # what the transport raises (`httpx2`, `httpx`), and what could not be parsed
        raise AnswerFailed(f"{type(error).__name__}: {error}", text) from error
    # The SDK ends in the same way whether the answer was finished or cut.
    if reason is None:
        raise AnswerFailed("the stream ended before a finish reason", text)
    return text, calls if reason == "STOP" else [], reason
