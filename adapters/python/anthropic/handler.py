"""Streams one answer with `anthropic`: returns the whole message, or raises `AnswerFailed` with all that is known."""

from typing import Any

from anthropic import Anthropic, APIStatusError
from anthropic.types import Message

# An error inside the stream comes with the response's own 200; its type stands for one of these statuses
# (https://platform.claude.com/docs/en/api/errors).
STATUS = {"invalid_request_error": 400, "authentication_error": 401, "billing_error": 402, "permission_error": 403}
STATUS |= {"not_found_error": 404, "conflict_error": 409, "request_too_large": 413, "rate_limit_error": 429}
STATUS |= {"api_error": 500, "timeout_error": 504, "overloaded_error": 529}


class AnswerFailed(Exception):
    """An answer that did not come to its end. `text` is what had arrived: never take it for the answer."""

    def __init__(
        self, message: str, text: str, type: str | None = None, status: int | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.text, self.type, self.status, self.request_id = text, type, status, request_id
        # Nothing was done with the answer yet, so asking again is safe; it is useless where the request is to blame.
        self.retryable = status in (None, 408, 409, 429) or status >= 500


def answer(client: Anthropic, **request: Any) -> Message:
    """Asks for one answer; tool calls are in the message that is returned, and nowhere before."""
    text = ""
    try:
        with client.messages.stream(**request) as stream:
            for event in stream:
                if event.type == "text":
                    text += event.text
                elif event.type == "message_stop" and event.message.stop_reason:
                    return event.message
    except APIStatusError as error:
        status = STATUS.get(str(error.type)) if error.status_code < 400 else error.status_code
        raise AnswerFailed(str(error), text, error.type, status, error.request_id) from error
    except Exception as error:  # `APIConnectionError`, what `httpx2` raises while it reads, what could not be parsed
        raise AnswerFailed(f"{type(error).__name__}: {error}", text) from error
    raise AnswerFailed("the stream ended before message_stop", text)
