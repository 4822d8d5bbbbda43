"""Drives `langchain-openai`, LangChain's chat model over `openai`, with Chat Completions and with Responses."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

import openai
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.exceptions import LangChainException
from langchain_openai import ChatOpenAI

from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_errors import Reads, attribute
from streamspec_langchain import Notices, plan_with
from streamspec_openai import READS
from streamspec_tables import DIALECTS

# The errors are OpenAI's, also where LangChain classifies them and adds `is_retryable`.
CLASSIFIED: Final[Reads] = {**READS, "retryable": (attribute("is_retryable"),)}

# Without it no tokens are told of Chat Completions behind another base URL than OpenAI's; the first versions lack it.
USAGE: Final = {"stream_usage": True} if "stream_usage" in ChatOpenAI.model_fields else {}
# The first versions speak Chat Completions only.
RESPONSES_KNOWN: Final = "use_responses_api" in ChatOpenAI.model_fields


class Handler(Notices, BaseCallbackHandler):
    """A handler that hears of the end of a call."""


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words."""
    route = {"use_responses_api": run.api == "openai-responses"} if RESPONSES_KNOWN else {}
    # Of Chat Completions LangChain documents that it extracts no field that is not OpenAI's own, such as thoughts; it
    # streams no refusals either.
    also_shows = ("thinking", "refusal") if run.api == "openai-responses" else ()
    settings: dict[str, Any] = {"model": DIALECTS[run.api]["model"], "base_url": f"{run.base_url}/v1", **route, **USAGE}
    return plan_with(ChatOpenAI, run, Handler(), also_shows, **settings)


if __name__ == "__main__":
    serve(
        Sdk(
            version=version("langchain-openai"),
            error_base=(LangChainException, openai.OpenAIError),
            plan=plan,
            reads=CLASSIFIED,
            has=lambda _surface, api: RESPONSES_KNOWN or api != "openai-responses",
        )
    )
