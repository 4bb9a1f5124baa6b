"""Who listens over a WebSocket: one item for each open connection, and how far those are who have kept up."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from community.event_aliases import ALIASES
from doors.aws import client
from functions.shared.sockets.settings import settings
from kernel.events.frames import Filter

LIFETIME_SECONDS = 2 * 3600 + 600
"""API Gateway closes a connection after two hours."""

Item = Mapping[str, Any]

_HEAD = {"pk": {"S": "head"}, "sk": {"S": "head"}}


class ConcurrentPusher(Exception):
    """Another pusher has been here since this one looked. Whoever notices it stops."""


@dataclass(frozen=True, slots=True)
class Head:
    """How far those are who have kept up.

    Attributes:
        place: None before the first of them.
        pushes: how often it was written.
    """

    position: UUID | None
    pushes: int


@dataclass(frozen=True, slots=True)
class Connection:
    """
    Attributes:
        turn: how often it has subscribed.
        welcomed: the turn for which it got its `connected` frame; 0: none yet.
        place: what comes after it is still to be sent; None: it goes along with the head.
        failures: rounds in a row in which nothing could be posted to it.
        since: unix seconds.
        pushes: how often a pusher has written it.
    """

    id: str
    wanted: Filter
    turn: int
    welcomed: int
    position: UUID | None
    failures: int
    since: float
    pushes: int

    @property
    def is_greeted(self) -> bool:
        return self.welcomed == self.turn

    @property
    def is_at_head(self) -> bool:
        return self.is_greeted and self.position is None


def subscribe(connection_id: str, connected_at: float, wanted: Filter, position: UUID | None) -> None:
    """What the connection wants from now on, or from a place in the log; who is behind stays there without one.

    Args:
        connected_at: unix seconds.
    """
    values: dict[str, Any] = {
        ":types": {"S": ",".join(wanted.types)},
        ":since": {"N": f"{connected_at:.3f}"},
        ":expires_at": {"N": f"{connected_at + LIFETIME_SECONDS:.0f}"},
        ":one": {"N": "1"},
    }
    change = "SET #types = :types, #since = :since, expires_at = :expires_at"
    if position is not None:
        change += ", #place = :place"
        values[":place"] = {"S": str(position)}
    _table().update_item(
        TableName=settings.connections_table,
        Key=_key(connection_id),
        UpdateExpression=f"{change} ADD turn :one",
        ExpressionAttributeNames={"#types": "types", "#since": "since"} | ({"#place": "place"} if position else {}),
        ExpressionAttributeValues=values,
    )


def delete(connection_id: str) -> None:
    _table().delete_item(TableName=settings.connections_table, Key=_key(connection_id))


def list_all() -> list[Connection]:
    """Everybody, as of this moment."""
    pages = (
        _table()
        .get_paginator("query")
        .paginate(
            TableName=settings.connections_table,
            KeyConditionExpression="pk = :connection",
            ExpressionAttributeValues={":connection": {"S": "connection"}},
            ConsistentRead=True,
        )
    )
    now = time.time()
    return [_read(item) for page in pages for item in page["Items"] if float(item["expires_at"]["N"]) > now]


def read_head() -> Head:
    item = _table().get_item(TableName=settings.connections_table, Key=_HEAD, ConsistentRead=True).get("Item", {})
    return Head(UUID(item["place"]["S"]) if item else None, _count(item, "pushes"))


def move_head(head: Head, position: UUID) -> None:
    """
    Raises:
        ConcurrentPusher: nothing was written.
    """
    try:
        _write(_HEAD, head, "SET #place = :place", {":place": {"S": str(position)}})
    except _table().exceptions.ConditionalCheckFailedException:
        raise ConcurrentPusher from None


def assign_start(connection: Connection, position: UUID) -> Connection:
    """It has no place yet; this one is noted before it is greeted.

    Raises:
        ConcurrentPusher
    """
    _update(connection, "SET #place = if_not_exists(#place, :place)", {":place": {"S": str(position)}})
    return replace(connection, position=position, pushes=connection.pushes + 1)


def save_progress(connection: Connection, position: UUID | None) -> None:
    """It has everything up to the place; None: up to the head, with which it goes along from now on.

    Void when it has subscribed once more meanwhile: it is then sent some of it again, rather than too little.

    Raises:
        ConcurrentPusher
    """
    values = {":turn": {"N": str(connection.turn)}}
    change = "SET welcomed = :turn REMOVE failures, #place"
    if position is not None:
        values[":place"] = {"S": str(position)}
        change = "SET welcomed = :turn, #place = :place REMOVE failures"
    _update(connection, change, values, "turn = :turn")


def save_failure(connection: Connection, position: UUID) -> None:
    """It could not be reached: it goes on by itself from the place, unless it has one that is further back.

    Raises:
        ConcurrentPusher
    """
    values = {":place": {"S": str(position)}, ":failures": {"N": str(connection.failures + 1)}}
    _update(connection, "SET #place = if_not_exists(#place, :place), failures = :failures", values)


def mark_skipped(connection: Connection) -> None:
    """It stays where it is while the head moves on. Who believes that it has come along to the head may not say so
    any more.

    Raises:
        ConcurrentPusher
    """
    _update(connection, "", {})


def _update(
    connection: Connection, change: str, values: Mapping[str, Any], condition: str = "attribute_exists(pk)"
) -> None:
    """Nothing happens when the connection has gone, or the condition does not hold any more.

    Raises:
        ConcurrentPusher: nothing was written.
    """
    try:
        _write(_key(connection.id), connection, change, values, f"{condition} AND ")
    except _table().exceptions.ConditionalCheckFailedException as error:
        item = error.response.get("Item")
        if item and _count(item, "pushes") != connection.pushes:
            raise ConcurrentPusher from None


def _write(
    key: Mapping[str, Any], thing: Head | Connection, change: str, values: Mapping[str, Any], condition: str = ""
) -> None:
    """Only if no pusher has written it since it was read.

    Args:
        condition: what else must hold, with the AND behind it.

    Raises:
        ConditionalCheckFailedException: it is not so; nothing was written.
    """
    as_read = {":pushes": {"N": str(thing.pushes)}, ":none": {"N": "0"}, ":one": {"N": "1"}}
    _table().update_item(
        TableName=settings.connections_table,
        Key=key,
        UpdateExpression=f"{change} ADD pushes :one",
        ConditionExpression=f"{condition}(pushes = :pushes OR attribute_not_exists(pushes) AND :pushes = :none)",
        ExpressionAttributeValues={**values, **as_read},
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
        **({"ExpressionAttributeNames": {"#place": "place"}} if "#place" in change else {}),
    )


def _read(item: Item) -> Connection:
    position = item.get("place")
    return Connection(
        id=item["sk"]["S"],
        wanted=Filter.of(item["types"]["S"], ALIASES),
        turn=int(item["turn"]["N"]),
        welcomed=_count(item, "welcomed"),
        position=UUID(position["S"]) if position else None,
        failures=_count(item, "failures"),
        since=float(item["since"]["N"]),
        pushes=_count(item, "pushes"),
    )


def _count(item: Item, name: str) -> int:
    return int(item[name]["N"]) if name in item else 0


def _key(connection_id: str) -> dict[str, Any]:
    return {"pk": {"S": "connection"}, "sk": {"S": connection_id}}


def _table() -> Any:
    return client("dynamodb")
