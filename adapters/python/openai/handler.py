"""Streams one answer with `openai`: returns the whole answer, or raises `AnswerFailed` with all that is known.

It cannot do what the SDK keeps it from. An answer fails with an event that has no data, such as a heartbeat behind an
id, with data that is not JSON, and with a byte that is not UTF-8, though one could read over all of these; what stands
behind a byte order mark is lost. Of an error that is no event, or came as JSON with the status 200, nothing is known,
and of an HTTP error whose body was cut the status is not. An answer whose compressed bytes were cut counts as whole.
Whether a chat without a finish reason came to its `[DONE]` cannot be seen, so it fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openai import APIError, OpenAI

if TYPE_CHECKING:
    from openai.types.responses import Response

# An error inside the stream has no status; its code or its type stands for one
# (https://developers.openai.com/api/docs/guides/error-codes). OpenRouter's code is the status itself.
SPENT = {"insufficient_quota", "credit_balance_exhausted", "organization_usage_limit_exceeded"}
SPENT |= {"organization_spend_limit_exceeded", "project_spend_limit_exceeded"}
STATUS = {"context_length_exceeded": 400, "invalid_request_error": 400, "invalid_api_key": 401, "model_not_found": 404}
STATUS |= dict.fromkeys(("rate_limit_exceeded", "rate_limit_error", "slow_down", *SPENT), 429)
STATUS |= {"server_error": 500, "server_is_overloaded": 503}
STATUS |= {str(status): status for status in range(400, 600)}


class AnswerFailed(Exception):
    """An answer that did not come to its end. `text` is what had arrived: never take it for the answer."""

    def __init__(self, message: str, text: list[str], said: dict[str, Any] | None = None, stream: Any = None) -> None:
        super().__init__(message)
        said = said or {}
        self.text, self.code = "".join(text), said.get("code")
        # The `type` of an event is not the error's.
        self.type = None if said.get("type") == "error" else said.get("type")
        # An error inside the stream does not carry the id of the response.
        self.request_id = said.get("request_id") or (stream and stream.response.headers.get("x-request-id"))
        status = said.get("status_code") or STATUS.get(str(self.code)) or STATUS.get(str(self.type))
        self.status: int | None = status
        # Nothing was done with the answer yet, so asking again is safe; it is useless where the request is to blame.
        self.retryable = (status in (None, 408, 409, 429) or status >= 500) and self.code not in SPENT


def failure(error: Exception, text: list[str], stream: Any) -> AnswerFailed:
    """One kind of failure of the SDK's own, the transport's (`httpx2`), and payloads that could not be parsed."""
    if not isinstance(error, APIError):
        return AnswerFailed(f"{type(error).__name__}: {error}", text)
    body = error.body if isinstance(error.body, dict) else {}
    # Other servers' errors are in the body, but not in the message.
    message = str(error) if body.get("message") or not error.body else f"{error}: {error.body}"
    return AnswerFailed(message, text, {**body, **vars(error)}, stream)


def chat(client: OpenAI, **request: Any) -> tuple[str, str, dict[int, list[str]]]:
    """Returns one chat completion: the text, the finish reason, and the name and arguments of each tool call.

    Of an answer that was cut, by its length or by a filter, there are no tool calls.
    """
    text: list[str] = []
    calls: dict[int, list[str]] = {}
    finish_reason = stream = None
    try:
        with client.chat.completions.create(stream=True, **request) as stream:
            # Other servers leave out `choices` or `delta`, which the SDK hands over as None whatever its types say.
            for choice in (choice for chunk in stream for choice in chunk.choices or [] if not choice.index):
                if error := getattr(choice, "error", None):
                    raise AnswerFailed(str(error), text, error, stream)
                finish_reason = choice.finish_reason or finish_reason
                text.append(text_of(choice.delta and choice.delta.content))
                for piece in (choice.delta and choice.delta.tool_calls) or []:
                    call = calls.setdefault(piece.index, ["", ""])
                    call[0] += (piece.function and piece.function.name) or ""
                    call[1] += (piece.function and piece.function.arguments) or ""
    except AnswerFailed:
        raise
    except Exception as error:
        raise failure(error, text, stream) from error
    # The SDK does not tell a finished answer from one that was cut.
    if finish_reason in (None, "error"):
        raise AnswerFailed("the stream ended before a finish reason", text)
    whole = calls if finish_reason in ("stop", "tool_calls", "function_call") else {}
    return "".join(text), finish_reason, {index: call for index, call in whole.items() if call[0]}


def text_of(content: Any) -> str:
    """Returns the text of a delta; some servers send it in parts, next to their thoughts."""
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content if part.get("type") == "text")
    return content or ""


def respond(client: OpenAI, **request: Any) -> Response:
    """Returns one response; its tool calls and its status are in it, but for calls that a limit has cut."""
    text: list[str] = []
    items: list[Any] = []
    failed = stream = None
    try:
        with client.responses.create(stream=True, **request) as stream:
            for event in stream:
                kind = getattr(event, "type", None)
                if kind == "response.output_text.delta":
                    text.append(event.delta)
                elif kind == "response.output_item.done":
                    items.append(event.item)
                # Failures come as events: the SDK does not raise them. Some have their name in the event line alone.
                elif kind == "error" or (kind is None and getattr(event, "code", None)):
                    raise AnswerFailed(event.message, text, event.to_dict(), stream)
                elif kind in ("response.completed", "response.incomplete", "response.failed"):
                    if event.response.status != "failed":
                        return whole(event.response, items, text)
                    failed = event.response
                    # What failed without an error may say why with a later event.
                    if failed.error:
                        raise AnswerFailed(failed.error.message, text, failed.error.to_dict(), stream)
    except AnswerFailed:
        raise
    except Exception as error:
        raise failure(error, text, stream) from error
    raise AnswerFailed("response.failed" if failed else "the stream ended before response.completed", text)


def whole(response: Response, items: list[Any], text: list[str]) -> Response:
    """Returns the response with the output that some servers leave out at its end, and without calls that were cut."""
    response.output = response.output or items
    if text and not response.output_text:
        raise AnswerFailed(f"{response.status} without the text that was sent", text)
    # A call can stay in progress in a response that completed.
    cut = ("incomplete",) if response.status == "completed" else ("incomplete", "in_progress")
    response.output = [item for item in response.output if item.type != "function_call" or item.status not in cut]
    return response
