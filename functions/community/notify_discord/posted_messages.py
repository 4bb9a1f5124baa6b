"""Records of earlier posts, in DynamoDB: a few strings by key."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from doors.aws import client
from doors.outbound import Unavailable
from doors.settings import settings

KEPT_SECONDS: Final = 14 * 24 * 3600


def find_record(kind: str, key: str) -> Mapping[str, str]:
    """The saved strings; empty if nothing was saved.

    Raises:
        Unavailable
    """
    table: Any = client("dynamodb")
    with _as_unavailable():
        found = table.get_item(TableName=settings.destinations_table, Key=_key(kind, key), ConsistentRead=True)
    return {name: value["S"] for name, value in found.get("Item", {}).items() if "S" in value}


def save_record(kind: str, key: str, **values: str) -> None:
    """Save strings, replacing those saved before.

    Raises:
        Unavailable
    """
    table: Any = client("dynamodb")
    item = {
        **_key(kind, key),
        **{name: {"S": value} for name, value in values.items()},
        "expires_at": {"N": str(int(time.time()) + KEPT_SECONDS)},
    }
    with _as_unavailable():
        table.put_item(TableName=settings.destinations_table, Item=item)


def _key(kind: str, key: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": kind}, "sk": {"S": key}}


@contextmanager
def _as_unavailable() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise Unavailable(f"DynamoDB: {error}") from error
