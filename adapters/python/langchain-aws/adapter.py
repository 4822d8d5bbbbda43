"""Drives `langchain-aws`, LangChain's chat model over Bedrock's ConverseStream, which `boto3` asks."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parent.parent))

from langchain_aws import ChatBedrockConverse
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.exceptions import LangChainException

from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_boto3 import ERROR_BASES, READS, bedrock_client
from streamspec_langchain import Notices, plan_with
from streamspec_tables import DIALECTS


class Handler(Notices, BaseCallbackHandler):
    """A handler that hears of the end of a call."""


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words."""

    def chat_model(**settings: Any) -> ChatBedrockConverse:
        # The client has the timeout, which is a whole number of seconds here, and the retries.
        client = bedrock_client(run)
        asked: dict[str, Any] = {key: value for key, value in settings.items() if key == "streaming"}
        model = DIALECTS[run.api]["model"]
        return ChatBedrockConverse(model=model, max_tokens=1024, client=client, bedrock_client=client, **asked)

    return plan_with(chat_model, run, Handler())


if __name__ == "__main__":
    serve(
        Sdk(
            version=version("langchain-aws"),
            error_base=(LangChainException, *ERROR_BASES),
            plan=plan,
            reads=READS,
        )
    )
