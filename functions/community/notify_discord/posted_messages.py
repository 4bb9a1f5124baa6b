"""Records of earlier posts, in DynamoDB: a few strings by key, or only that there was one."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
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
    with _as_unavailable():
        table.put_item(TableName=settings.destinations_table, Item=_item(kind, key, values))


def replace_record(kind: str, key: str, version: str, *, replaces: str, **values: str) -> None:
    """Save strings, unless another environment has saved some meanwhile.

    Args:
        version: that of the strings; empty: none are left.
        replaces: the version saved so far; empty: none.

    Raises:
        Unavailable: also when another version is saved.
    """
    table: Any = client("dynamodb")
    unchanged = "version = :before" if replaces else "attribute_not_exists(version) OR version = :before"
    with _as_unavailable():
        table.put_item(
            TableName=settings.destinations_table,
            Item=_item(kind, key, {**values, "version": version}),
            ConditionExpression=unchanged,
            ExpressionAttributeValues={":before": {"S": replaces}},
        )


def find_marks(kind: str, names: Iterable[str]) -> frozenset[str]:
    """Return those of the names, at most 25, that were marked.

    Raises:
        Unavailable
    """
    table: Any = client("dynamodb")
    keys = [_key(kind, name) for name in names]
    with _as_unavailable():
        found = table.batch_get_item(RequestItems={settings.destinations_table: {"Keys": keys, "ConsistentRead": True}})
    if found["UnprocessedKeys"]:
        raise Unavailable("DynamoDB: too many requests")
    return frozenset(item["sk"]["S"] for item in found["Responses"][settings.destinations_table])


def save_marks(kind: str, names: Iterable[str]) -> None:
    """Mark names, at most 25.

    Raises:
        Unavailable: perhaps some are marked.
    """
    table: Any = client("dynamodb")
    puts = [{"PutRequest": {"Item": _item(kind, name, {})}} for name in names]
    with _as_unavailable():
        saved = table.batch_write_item(RequestItems={settings.destinations_table: puts})
    if saved["UnprocessedItems"]:
        raise Unavailable("DynamoDB: too many requests")


def _item(kind: str, key: str, values: Mapping[str, str]) -> dict[str, Any]:
    return {
        **_key(kind, key),
        **{name: {"S": value} for name, value in values.items()},
        "expires_at": {"N": str(int(time.time()) + KEPT_SECONDS)},
    }


def _key(kind: str, key: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": kind}, "sk": {"S": key}}


@contextmanager
def _as_unavailable() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise Unavailable(f"DynamoDB: {error}") from error
