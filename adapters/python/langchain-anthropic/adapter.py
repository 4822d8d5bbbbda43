"""Drives `langchain-anthropic`, LangChain's chat model over `anthropic`."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

import anthropic
from langchain_anthropic import ChatAnthropic
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.exceptions import LangChainException

from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_anthropic import READS
from streamspec_errors import Reads, attribute
from streamspec_langchain import Notices, plan_with
from streamspec_tables import DIALECTS

# The errors are Anthropic's, also where LangChain classifies them and adds `is_retryable`.
CLASSIFIED: Final[Reads] = {**READS, "retryable": (attribute("is_retryable"),)}


class Handler(Notices, BaseCallbackHandler):
    """A handler that hears of the end of a call."""


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words."""
    asked: dict[str, Any] = {"model": DIALECTS[run.api]["model"], "max_tokens": 1024, "base_url": run.base_url}
    return plan_with(ChatAnthropic, run, Handler(), **asked)


if __name__ == "__main__":
    serve(
        Sdk(
            version=version("langchain-anthropic"),
            error_base=(LangChainException, anthropic.AnthropicError),
            plan=plan,
            reads=CLASSIFIED,
        )
    )
