"""Drives `dspy` by `streamify`, over OpenAI's Chat Completions and Anthropic's Messages.

The program that streams asks the model itself, with the model's chunks and then the program's prediction for items. A
`Predict` cannot be asked: it takes an answer only in the form of its own prompt, and asks again otherwise. The calls go
over the engine that DSPy brings along and prefers, and not over LiteLLM.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parent.parent))

# Otherwise DSPy opens a cache of answers in the user's folder.
os.environ["DSPY_CACHEDIR"] = mkdtemp()

import dspy
from dspy import lm15

from streamspec_adapter import Plan, Run, Sdk, serve
from streamspec_clients import KEY
from streamspec_dialects import TOOL_DESCRIPTION, TOOL_NAME, TOOL_PARAMETERS, read_chat_chunk
from streamspec_errors import Read, Reads, attribute
from streamspec_observation import Observer, Tokens, dig
from streamspec_tables import DIALECTS

# Sync programs share so many threads, and a call that gets none waits; by default there are 8.
dspy.configure(async_max_workers=1000)

# `provider_code` is the error's code, or where there is none its type, and so it is both.
READS: Final[Reads] = {
    "status": (attribute("status"),),
    "type": (attribute("provider_code"),),
    "code": (attribute("provider_code"),),
    "request_id": (attribute("request_id"),),
    "retry_after": (attribute("retry_after"),),
    "retryable": (Read("attribute", dspy.is_retryable_lm_error),),
}
# The names of the numbers of tokens, whatever the provider.
TOKENS: Final[Tokens] = ("input_tokens", "output_tokens")
TOOL: Final = lm15.FunctionTool(TOOL_NAME, TOOL_DESCRIPTION, TOOL_PARAMETERS)


class Ask(dspy.Module):  # type: ignore[misc] # DSPy has no types
    """A program that asks its model once."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, request: Any) -> Any:
        """Asks the model."""
        return dspy.Prediction(response=self.model(request))

    async def aforward(self, request: Any) -> Any:
        """Does the same."""
        return dspy.Prediction(response=await self.model.acall(request))


def read_item(seen: Observer, item: Any) -> None:
    """Reads a chunk, or the prediction, whose response hands calls over to be executed."""
    if not isinstance(item, dspy.Prediction):
        read_chat_chunk(seen, item)
        return
    seen.count(dig(item.response, "usage"), TOKENS)
    for place, call in enumerate(part for part in item.response.message.parts if part.type == "tool_call"):
        tool = seen.tool(place, call.name)
        tool.arguments, tool.over, tool.cut = call.input, True, False


def plan(run: Run) -> Plan:
    """Returns the call, in the SDK's words."""
    provider = "anthropic" if run.api == "anthropic-messages" else "openai"
    name = f"{provider}/{DIALECTS[run.api]['model']}"
    model = dspy.LM(
        name,
        api_base=f"{run.base_url}/v1",
        api_key=KEY,
        timeout=run.timeout_ms / 1000,
        num_retries=run.max_retries,
        cache=False,
    )
    program = dspy.streamify(Ask(model), is_async_program=run.is_async, async_streaming=run.is_async)
    request = lm15.Request(
        model=name,
        messages=(lm15.Message.user(run.prompt),),
        tools=(TOOL,) if run.ask == "tool" else (),
        config=lm15.Config(max_tokens=1024),
    )
    return Plan(lambda: program(request), read_item)


if __name__ == "__main__":
    serve(
        Sdk(
            version=dspy.__version__,
            error_base=dspy.LMError,
            plan=plan,
            reads=READS,
        )
    )
