"""Drives `google-genai`, Google's Gen AI SDK for Python, over `streamGenerateContent`.

The SDK has no finished answer of a stream: its callers read chunk by chunk. The stop reason is the candidate's
`finish_reason`, or the `block_reason` where the prompt was blocked.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

from google import genai
from google.genai import errors, types

from handler import AnswerFailed, answer
from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_dialects import TOOL_DESCRIPTION, TOOL_NAME, read_gemini_chunk
from streamspec_google import READS, unpooled_args
from streamspec_observation import Observer, dig, text_kept
from streamspec_tables import DIALECTS, QUESTION


def known_options(**options: Any) -> types.HttpOptions:
    """Returns those of the options that this version of the SDK has."""
    return types.HttpOptions(**{name: each for name, each in options.items() if name in types.HttpOptions.model_fields})


MODEL: Final = DIALECTS["gemini-generate"]["model"]
PARAMETERS: Final = QUESTION["tool"]["parameters"]
WEATHER: Final = types.FunctionDeclaration(
    name=TOOL_NAME,
    description=TOOL_DESCRIPTION,
    parameters=types.Schema(
        type=types.Type.OBJECT,
        properties={name: types.Schema(type=types.Type.STRING) for name in PARAMETERS["properties"]},
        required=PARAMETERS["required"],
    ),
)
TOOLS: Final[list[Any]] = [types.Tool(function_declarations=[WEATHER])]

# One client for all calls, as building one costs a TLS context; which options it knows differs from version to version.
POOL: Final = unpooled_args()
KEY: Final = "no-key"
CLIENT: Final = genai.Client(
    vertexai=False, api_key=KEY, http_options=known_options(client_args=POOL, async_client_args=POOL)
)


def read_handled(seen: Observer, handled: tuple[str, list[Any], str]) -> None:
    """Reads what the handler made of an answer."""
    text, calls, stop_reason = handled
    seen.say(text)
    for place, call in enumerate(calls):
        tool = seen.tool(place, dig(call, "name"))
        tool.arguments, tool.over = dig(call, "args"), True
    seen.stop(stop_reason)


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words; both clients have the same methods."""
    options = known_options(
        base_url=run.base_url, timeout=run.timeout_ms, retry_options={"attempts": run.max_retries + 1}
    )
    # The SDK would call a declared function by itself only if it were a Python function.
    config = types.GenerateContentConfig(http_options=options, tools=TOOLS if run.ask == "tool" else None)
    # A caller that makes several calls has a client of its own, which keeps its connections as the SDK does by itself.
    whole = genai.Client(vertexai=False, api_key=KEY) if run.caller.shares_client else CLIENT

    def client() -> Any:
        # A client that nobody holds any longer closes itself, and its parts do not hold it.
        return whole.aio if run.is_async else whole

    if run.surface.startswith("chat"):
        begin = {"model": MODEL, "config": config}
        return Plan(lambda: client().chats.create(**begin).send_message_stream(run.prompt), read_gemini_chunk)
    asked: dict[str, Any] = {"model": MODEL, "contents": run.prompt, "config": config}
    if run.surface == "handler":
        return Plan(lambda: asked, read_handled, final=lambda asked: answer(client(), **asked), kept=text_kept)
    return Plan(lambda: client().models.generate_content_stream(**asked), read_gemini_chunk)


if __name__ == "__main__":
    serve(
        Sdk(
            version=genai.__version__,
            error_base=(errors.APIError, AnswerFailed),
            plan=plan,
            reads=READS,
        )
    )
