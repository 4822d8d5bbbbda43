"""Streams one answer with `openai`: returns the whole answer, or raises `AnswerFailed` with all that is known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from openai import APIError, OpenAI

if TYPE_CHECKING:
    from openai.types.responses import Response

# An error inside the stream has no status; its code or its type stands for one
# (https://developers.openai.com/api/docs/guides/error-codes). OpenRouter's code is the status itself.
STATUS = {"context_length_exceeded": 400, "invalid_request_error": 400, "invalid_api_key": 401, "model_not_found": 404}
STATUS |= {"rate_limit_exceeded": 429, "rate_limit_error": 429, "insufficient_quota": 429}
STATUS |= {"server_error": 500, "server_is_overloaded": 503}
STATUS |= {str(status): status for status in range(400, 600)}


class AnswerFailed(Exception):
    """An answer that did not come to its end. `text` is what had arrived: never take it for the answer."""

    def __init__(self, message: str, text: list[str], cause: Any = None, type: str | None = None) -> None:
        super().__init__(message)
        self.text, self.type, self.code = "".join(text), type, getattr(cause, "code", None)
        self.request_id = getattr(cause, "request_id", None)
        self.status = getattr(cause, "status_code", None) or STATUS.get(str(self.code)) or STATUS.get(str(type))
        # Nothing was done with the answer yet, so asking again is safe; it is useless where the request is to blame.
        status_allows = self.status in (None, 408, 409, 429) or self.status >= 500
        self.retryable = status_allows and self.code != "insufficient_quota"


@contextmanager
def failing(text: list[str]) -> Iterator[None]:
    """Makes one kind of failure of the SDK's own, the transport's (`httpx2`), and payloads that could not be parsed."""
    try:
        yield
    except AnswerFailed:
        raise
    except APIError as error:
        raise AnswerFailed(str(error), text, error, error.type) from error
    except Exception as error:
        raise AnswerFailed(f"{type(error).__name__}: {error}", text) from error


def chat(client: OpenAI, **request: Any) -> tuple[str, str, dict[int, list[str]]]:
    """One chat completion: the text, the finish reason, and the name and arguments of each tool call."""
    text: list[str] = []
    calls: dict[int, list[str]] = {}
    finish_reason = None
    with failing(text), client.chat.completions.create(stream=True, **request) as stream:
        # Other servers leave out `choices` or `delta`, which the SDK hands over as None whatever its types say.
        for choice in (choice for chunk in stream for choice in chunk.choices or []):
            finish_reason = choice.finish_reason or finish_reason
            text.append((choice.delta and choice.delta.content) or "")
            for piece in (choice.delta and choice.delta.tool_calls) or []:
                call = calls.setdefault(piece.index, ["", ""])
                call[0] += (piece.function and piece.function.name) or ""
                call[1] += (piece.function and piece.function.arguments) or ""
    # The SDK does not tell a finished answer from one that was cut.
    if finish_reason is None:
        raise AnswerFailed("the stream ended before a finish reason", text)
    return "".join(text), finish_reason, calls


def respond(client: OpenAI, **request: Any) -> Response:
    """One response; its tool calls and its status are in what is returned."""
    text: list[str] = []
    with failing(text), client.responses.create(stream=True, **request) as stream:
        for event in stream:
            if event.type == "response.output_text.delta":
                text.append(event.delta)
            # Failures come as events: the SDK does not raise them.
            elif event.type == "error":
                raise AnswerFailed(event.message, text, event)
            elif event.type in ("response.completed", "response.incomplete", "response.failed"):
                response: Response = event.response
                if response.status == "failed":
                    raise AnswerFailed(getattr(response.error, "message", ""), text, response.error)
                return response
    raise AnswerFailed("the stream ended before response.completed", text)
