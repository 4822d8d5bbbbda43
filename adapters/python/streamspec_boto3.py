"""The clients of `boto3` for Amazon Bedrock, and the ways into the errors of `botocore`."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from streamspec_adapter import Run

# Nothing asks the service that hands out credentials inside of Amazon's network.
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from streamspec_errors import Read, Reads
from streamspec_observation import ABSENT, dig

# The documented roots: the service's own errors, and all that botocore itself finds wrong.
ERROR_BASES: Final = (ClientError, BotoCoreError)

CREDENTIALS: Final = {"aws_access_key_id": "no-key", "aws_secret_access_key": "no-secret"}
SESSION: Final = boto3.Session(region_name="us-east-1", **CREDENTIALS)
MAKING: Final = Lock()
# The first client reads the service's model, which takes longer than a call.
SESSION.client("bedrock-runtime")


def bedrock_client(run: Run) -> Any:
    """Makes the client of a call, whose first connection is its own; a session is not for several threads at once."""
    seconds = run.timeout_ms / 1000
    retries = {"total_max_attempts": run.max_retries + 1}
    config = Config(connect_timeout=seconds, read_timeout=seconds, retries=retries)
    with MAKING:
        return SESSION.client("bedrock-runtime", endpoint_url=run.base_url, config=config)


def of_response(*path: str) -> Callable[[Any], object]:
    """Looks a value up in the error's `response`, which is parsed; an error of the stream has a part of it alone."""

    def get(error: Any) -> object:
        holder = dig(error, "response", *path[:-1])
        return holder.get(path[-1], ABSENT) if isinstance(holder, dict) else ABSENT

    return get


READS: Final[Reads] = {
    "status": (Read("attribute", of_response("ResponseMetadata", "HTTPStatusCode")),),
    "type": (Read("attribute", of_response("Error", "Code")),),
    "request_id": (Read("attribute", of_response("ResponseMetadata", "RequestId")),),
    "retry_after": (Read("header", of_response("ResponseMetadata", "HTTPHeaders", "retry-after")),),
}
