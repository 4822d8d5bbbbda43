"""The parts that the chat models of LangChain have in common: sums of their chunks, and readers of messages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from contextvars import ContextVar
from functools import cache
from threading import Lock
from typing import Any, ClassVar, Final

from streamspec_adapter import Plan, Run
from streamspec_dialects import CHAT_TOOLS
from streamspec_observation import Notice, Observer, Tokens, dig

# The names of the numbers of tokens, whatever the provider.
TOKENS: Final[Tokens] = ("input_tokens", "output_tokens")
EMPTY: Final[Mapping[str, Any]] = {}


def added_up(chunks: Iterator[Any]) -> Iterator[tuple[Any, Any]]:
    """Yields each chunk and the sum so far, as the documents add them up.

    Before 1.0 no chunk says that it is the last, and the end of the loop is the only sign.
    """
    full: Any = None
    for chunk in chunks:
        full = chunk if full is None else full + chunk
        yield chunk, full
    if full is not None and not hasattr(full, "chunk_position"):
        yield None, full


async def added_up_async(chunks: AsyncIterator[Any]) -> AsyncIterator[tuple[Any, Any]]:
    """Does the same for an async stream."""
    full: Any = None
    async for chunk in chunks:
        full = chunk if full is None else full + chunk
        yield chunk, full
    if full is not None and not hasattr(full, "chunk_position"):
        yield None, full


def read_chunk(seen: Observer, item: tuple[Any, Any]) -> None:
    """Reads a chunk: pieces of tool calls until the last one, with which LangChain has made them whole calls."""
    chunk, full = item
    read_text(seen, chunk)
    read_thoughts(seen, chunk)
    seen.count(dig(full, "usage_metadata"), TOKENS)
    for piece in dig(chunk, "tool_call_chunks") or []:
        seen.tool(dig(piece, "index"), dig(piece, "name")).add(dig(piece, "args"))
    if (chunk is None or dig(chunk, "chunk_position") == "last") and seen.tools is not None:
        seen.tools.clear()
        read_tools(seen, full)
    read_stop(seen, chunk)


def read_message(seen: Observer, message: Any) -> None:
    """Reads the finished message."""
    read_text(seen, message)
    read_thoughts(seen, message)
    seen.count(dig(message, "usage_metadata"), TOKENS)
    read_tools(seen, message)
    read_stop(seen, message)


def read_text(seen: Observer, message: Any) -> None:
    """Reads the message's `text`; before 1.0 it was a method, and at first there was only the content."""
    text = dig(message, "text")
    seen.say(dig(message, "content") if text is None else text if isinstance(text, str) else text())


def read_thoughts(seen: Observer, message: Any) -> None:
    """Reads the blocks of the message that are thoughts, or a refusal; before 1.0 there are no `content_blocks`."""
    for block in dig(message, "content_blocks") or []:
        match dig(block, "type"):
            case "reasoning":
                seen.think(dig(block, "reasoning"))
            # It is a block of its own since version 1.7.5 of the core.
            case "refusal":
                seen.refuse(dig(block, "refusal"))
            case "non_standard" if dig(block, "value", "type") == "refusal":
                seen.refuse(dig(block, "value", "refusal"))


def read_tools(seen: Observer, message: Any) -> None:
    """Reads the tool calls that LangChain offers for execution, and apart from them those that it could not parse."""
    for kind in ("tool_calls", "invalid_tool_calls"):
        for index, call in enumerate(dig(message, kind) or []):
            tool = seen.tool((kind, index), dig(call, "name"))
            tool.arguments, tool.over, tool.cut = dig(call, "args"), True, kind == "invalid_tool_calls"


def read_stop(seen: Observer, message: Any) -> None:
    """Reads the provider's word in `response_metadata`; for Responses the status, or why it is incomplete.

    Of a prompt that Gemini has blocked it is the reason for that.
    """
    said = dig(message, "response_metadata")
    seen.stop(dig(said, "stop_reason"))
    seen.stop(dig(said, "finish_reason"))
    seen.stop(dig(said, "stopReason"))
    seen.stop(dig(said, "prompt_feedback", "block_reason"))
    status = dig(said, "status")
    seen.stop(dig(said, "incomplete_details", "reason") if status == "incomplete" else status)


class Notices:
    """A handler of callbacks, which hears of the end of a call.

    An adapter makes it one of LangChain's handlers, which this module does not import. Each call hears what is said in
    its own thread or task, as LangChain hands the context on to its handlers.
    """

    hearing: ClassVar[ContextVar[Observer | None]] = ContextVar("hearing", default=None)
    # Otherwise each notice of an async call is given in a thread, and a cancellation that comes meanwhile is lost.
    run_inline = True

    def listen(self, seen: Observer) -> None:
        """Hears for the caller of the call that begins."""
        self.hearing.set(seen)

    def _heard(self, notice: Notice) -> None:
        if (seen := self.hearing.get()) is not None:
            seen.heard(notice)

    def on_llm_end(self, *_response: object, **_run: object) -> None:
        """Hears that the model's run has ended."""
        self._heard("completed")

    def on_llm_error(self, *_error: object, **_run: object) -> None:
        """Hears that the model's run has failed."""
        self._heard("failed")


def plan_with(
    chat_model: Callable[..., Any],
    run: Run,
    handler: Notices,
    also_shows: Collection[str] = (),
    asked: Mapping[str, Any] = EMPTY,
    **settings: Any,
) -> Plan:
    """Plans the call on a chat model, as a stream with a handler of callbacks or in one go over a stream.

    The model is made with the first call, and a caller that makes several asks the same one. `asked` are options of the
    call, `settings` those of the model.
    """
    in_one_go = run.surface.startswith("invoke")
    settings |= {"timeout": run.timeout_ms / 1000, "max_retries": run.max_retries}
    if in_one_go:
        settings["streaming"] = True  # false would turn streaming off for `stream` too

    @cache
    def made_once() -> Any:
        made = chat_model(api_key="no-key", **settings)
        return made.bind_tools(CHAT_TOOLS) if run.ask == "tool" else made

    making = Lock()

    def model() -> Any:
        with making:
            return made_once()

    if in_one_go:

        def ask(made: Any) -> Any:
            return (made.ainvoke if run.is_async else made.invoke)(run.prompt, **asked)

        return Plan(model, read_message, final=ask, also_shows=also_shows)
    config = {"callbacks": [handler]}
    heard: Any = {"also_shows": also_shows, "listen": handler.listen}
    if run.is_async:
        return Plan(lambda: model().astream(run.prompt, config, **asked), read_chunk, items=added_up_async, **heard)
    return Plan(lambda: model().stream(run.prompt, config, **asked), read_chunk, items=added_up, **heard)
