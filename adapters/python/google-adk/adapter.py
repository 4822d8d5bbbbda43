"""Drives `google-adk`, Google's Agent Development Kit, over Gemini, by the events of a runner in its streaming mode.

While the model answers, each event is partial and holds what came; the last one holds the whole answer, of which the
agent then calls the functions. Its `error_code` is the finish reason, or why the prompt was blocked, and else a
failure. An event that tells of an exception is neither, and the exception itself comes behind it.
"""

from __future__ import annotations

import logging
import sys
from itertools import count
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

from google import genai
from google.adk.agents import LlmAgent
from google.adk.agents.run_config import RunConfig, StreamingMode  # type: ignore[attr-defined] # as documented
from google.adk.models import Gemini
from google.adk.runners import Runner
from google.adk.sessions import InMemorySessionService
from google.adk.tools.long_running_tool import LongRunningFunctionTool
from google.adk.version import __version__
from google.genai import types
from google.genai.errors import APIError

from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_clients import KEY
from streamspec_dialects import GEMINI_TOKENS, failed_item
from streamspec_google import READS, unpooled_args
from streamspec_observation import Observer, dig
from streamspec_tables import DIALECTS

# ADK logs each failure with its whole traceback, which costs more than the call.
logging.getLogger("google_adk").setLevel(logging.CRITICAL + 1)
SSE: Final = RunConfig(streaming_mode=StreamingMode.SSE)


def get_weather(city: str = "") -> None:
    """The weather in a city."""
    # Were the city mandatory, the agent would answer a call without it by itself, and ask the model again.


def read_event(seen: Observer, event: Any) -> None:
    """Reads an event: pieces while it is partial, and then the whole answer, of which the calls are handed over."""
    partial, code, reason = (dig(event, name) for name in ("partial", "error_code", "finish_reason"))
    if partial is None:
        return
    seen.count(dig(event, "usage_metadata"), GEMINI_TOKENS)
    seen.stop(reason or code)
    if not partial and seen.tools is not None:
        seen.tools.clear()
    for part in dig(event, "content", "parts") or []:
        if partial:
            (seen.think if dig(part, "thought") else seen.say)(dig(part, "text"))
        if (call := dig(part, "function_call")) is not None:
            tool = seen.tool(len(seen.begun_tools()), dig(call, "name"))
            tool.arguments, tool.over = dig(call, "args") or {}, not partial
    if code and reason and code != reason:
        failed_item(seen, event, {"code": code, "message": dig(event, "error_message")})


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words."""
    # A caller that makes several calls has a client that keeps its connections as the SDK does by itself.
    pool = None if run.caller.shares_client else unpooled_args()
    options = types.HttpOptions(
        base_url=run.base_url,
        timeout=run.timeout_ms,
        retry_options=types.HttpRetryOptions(attempts=run.max_retries + 1),
        client_args=pool,
        async_client_args=pool,
    )
    client = genai.Client(vertexai=False, api_key=KEY, http_options=options)
    agent = LlmAgent(
        name="agent",
        model=Gemini(model=DIALECTS[run.api]["model"], client=client),
        # The run ends with the call of a tool that answers later.
        tools=[LongRunningFunctionTool(get_weather)] if run.ask == "tool" else [],
    )
    sessions: Any = InMemorySessionService()
    runner = Runner(app_name="app", agent=agent, session_service=sessions, auto_create_session=True)
    numbers = count()

    def ask() -> Any:
        question = types.UserContent(parts=[types.Part(text=run.prompt)])
        session = f"session-{next(numbers)}"
        return runner.run_async(user_id="user", session_id=session, new_message=question, run_config=SSE)

    return Plan(ask, read_event)


if __name__ == "__main__":
    serve(Sdk(version=__version__, error_base=APIError, plan=plan, reads=READS))
