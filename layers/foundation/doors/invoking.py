"""Invoking functions of the inner ring (outer ring)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from doors.aws import client

READ_SECONDS: Final = 12
LONGEST_REASON: Final = 300


class InvocationFailed(Exception):
    """The function did not answer, or failed. It may have done its work."""


def invoke(function: str, payload: Mapping[str, Any]) -> Any:
    """Return what a function answers.

    Raises:
        InvocationFailed
    """
    from botocore.exceptions import BotoCoreError, ClientError

    functions: Any = client("lambda", READ_SECONDS, 1)
    try:
        answer = functions.invoke(FunctionName=function, Payload=json.dumps(payload).encode())
        text = answer["Payload"].read()
    except (BotoCoreError, ClientError) as error:
        raise InvocationFailed(str(error)[:LONGEST_REASON]) from error
    if "FunctionError" in answer:
        raise InvocationFailed(text.decode(errors="replace")[:LONGEST_REASON])
    return json.loads(text)
