"""Streams one answer with `anthropic`: returns the whole message, or raises `AnswerFailed` with all that is known.

It cannot do what the SDK keeps it from. An answer fails with a byte order mark, with a byte that is not UTF-8, and with
an event whose data is not JSON or lacks its usage, though one could read over all of these. Of an HTTP error whose body
was cut the status is not known, and of an error that came as JSON with the status 200 nothing is.
"""

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


def failure(error: Exception, text: str) -> AnswerFailed:
    """One kind of failure of all that are raised while an answer is read."""
    if isinstance(error, APIStatusError):
        status = STATUS.get(str(error.type)) if error.status_code < 300 else error.status_code
        return AnswerFailed(str(error), text, error.type, status, error.request_id)
    # `APIConnectionError`, what `httpx2` raises while it reads, what could not be parsed
    return AnswerFailed(f"{type(error).__name__}: {error}", text)


def answer(client: Anthropic, **request: Any) -> Message:
    """Asks for one answer; tool calls are in the message that is returned, and nowhere before.

    A call that the token limit has cut is not in it: the stop reason is then `max_tokens`, and more tokens are needed.
    """
    text, stop_reason, begun = "", None, 0
    try:
        with client.messages.stream(**request) as stream:
            for event in stream:
                begun += event.type == "message_start"
                if begun > 1:
                    raise AnswerFailed("a second message_start: two answers in one stream", text)
                if event.type == "text":
                    text += event.text
                elif event.type == "message_delta":
                    # The SDK takes back a reason with a later event that has none.
                    stop_reason = event.delta.stop_reason or stop_reason
                elif event.type == "message_stop":
                    return finished(event.message, stop_reason, text)
    except AnswerFailed:
        raise
    except Exception as error:
        raise failure(error, text) from error
    raise AnswerFailed("the stream ended before message_stop", text)


def finished(message: Message, stop_reason: Any, text: str) -> Message:
    """Returns the message with the reason why it stopped, and without a last tool call that a limit has cut."""
    message.stop_reason = message.stop_reason or stop_reason
    if message.stop_reason is None:
        raise AnswerFailed("message_stop came without a stop reason", text)
    cut = message.stop_reason in ("max_tokens", "model_context_window_exceeded")
    # The SDK closes the brackets of arguments that were cut, so that they look whole.
    if cut and message.content and message.content[-1].type == "tool_use":
        message.content.pop()
    return message
