"""Drives `langchain-google-genai`, LangChain's chat model over `google-genai`, with Gemini's Developer API."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

from google.genai.errors import APIError
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.exceptions import LangChainException
from langchain_google_genai import ChatGoogleGenerativeAI
from langchain_google_genai.chat_models import ChatGoogleGenerativeAIError

from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_clients import KEY
from streamspec_errors import Reads, attribute
from streamspec_google import READS, unpooled_args
from streamspec_langchain import Notices, plan_with
from streamspec_tables import DIALECTS

# Of a server's error LangChain's class is Google's, too, with its fields. That of a client's error is LangChain's own
# and has none of them; that Google's is its `__cause__` is not documented.
CLASSIFIED: Final[Reads] = {**READS, "retryable": (attribute("is_retryable"),)}


class Handler(Notices, BaseCallbackHandler):
    """A handler that hears of the end of a call."""


# One model for all calls but those of a caller of several, which has one that keeps connections as the SDK does.
MODEL: Final = {"model": DIALECTS["gemini-generate"]["model"]}
SHARED: Final[dict[bool | None, Any]] = {
    streaming: ChatGoogleGenerativeAI(api_key=KEY, streaming=streaming, client_args=unpooled_args(), **MODEL)
    for streaming in (None, True)
}


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words; its `max_retries` counts the first request, too, as the documents warn."""

    def chat_model(*, streaming: bool | None = None, **_settings: Any) -> Any:
        if run.caller.shares_client:
            return ChatGoogleGenerativeAI(api_key=KEY, streaming=streaming, **MODEL)
        return SHARED[streaming]

    asked = {
        "http_options": {"base_url": run.base_url},
        "timeout": run.timeout_ms / 1000,
        "max_retries": run.max_retries + 1,
    }
    return plan_with(chat_model, run, Handler(), asked=asked)


if __name__ == "__main__":
    serve(
        Sdk(
            version=version("langchain-google-genai"),
            error_base=(LangChainException, ChatGoogleGenerativeAIError, APIError),
            plan=plan,
            reads=CLASSIFIED,
        )
    )
