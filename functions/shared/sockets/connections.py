"""The table of WebSocket connections: an item for each, and the head, up to which most have received everything."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from community.event_aliases import ALIASES
from doors.aws import client
from functions.shared.sockets.settings import settings
from kernel.errors import TooSoon
from kernel.events.frames import Filter

LIFETIME_SECONDS = 2 * 3600 + 600
"""API Gateway closes a connection after two hours."""

REWIND_SECONDS = 5
"""A connection may name a position in a message once in this time."""

Item = Mapping[str, Any]

_HEAD = {"pk": {"S": "head"}, "sk": {"S": "head"}}


class RewoundTooOften(TooSoon):
    """A listener named a position again, right after the last time."""

    code = "rate_limited"
    message = "last_event_id: at most once in {seconds} seconds."


class ConcurrentPusher(Exception):
    """Another pusher has written an item since this one read it; this one must stop."""


class Head(Struct, frozen=True):
    """The position shared by all connections that are up to date.

    Attributes:
        position: None before the first round.
        pushes: the number of writes.
    """

    position: UUID | None
    pushes: int


class SocketConnection(Struct, frozen=True):
    """An open connection.

    Attributes:
        turn: the number of its subscriptions so far.
        welcomed: the turn for which it received its `connected` frame; 0: none yet.
        position: its own position; everything after it is still to be sent. None: it is at the head.
        failures: rounds in a row in which posting to it failed.
        since: when it connected, in unix seconds.
        pushes: the number of writes by pushers.
        holder: the name of the key it was opened with; empty for a ticket.
        refusal: why it is to be closed; empty for a listener.
    """

    id: str
    wanted: Filter
    turn: int
    welcomed: int
    position: UUID | None
    failures: int
    since: float
    pushes: int
    holder: str = ""
    refusal: str = ""

    @property
    def is_greeted(self) -> bool:
        """Whether it received the `connected` frame for its latest subscription."""
        return self.welcomed == self.turn

    @property
    def is_at_head(self) -> bool:
        """Whether it has received everything up to the head."""
        return self.is_greeted and self.position is None


def subscribe(
    connection_id: str, connected_at: float, wanted: Filter, position: UUID | None, *, holder: str = ""
) -> None:
    """Store a connection's subscription. Without a position, a connection that is behind keeps its own.

    Args:
        connected_at: unix seconds.
        holder: the name of its key; empty for a ticket.
    """
    _store(connection_id, connected_at, _texts(wanted, position, holder))


def subscribe_again(
    connection_id: str, connected_at: float, wanted: Filter, position: UUID | None, *, holder: str = ""
) -> None:
    """Store a further subscription of a connection, like `subscribe`. To read the log again takes the pusher's time.

    Raises:
        RewoundTooOften: it has a position, as one had a moment ago; nothing was stored.
    """
    texts = _texts(wanted, position, holder)
    try:
        _store(connection_id, connected_at, texts, rewinds_at=time.time() if position else None)
    except _table().exceptions.ConditionalCheckFailedException:
        raise RewoundTooOften(seconds=REWIND_SECONDS) from None


def _texts(wanted: Filter, position: UUID | None, holder: str) -> dict[str, str]:
    more = {"place": str(position)} if position is not None else {}
    return {"types": ",".join(wanted.types), "holder": holder, **more}


def refuse(connection_id: str, connected_at: float, code: str) -> None:
    """Store a connection that is to be told why it is closed.

    Args:
        connected_at: unix seconds.
    """
    _store(connection_id, connected_at, {"types": "", "refusal": code})


def _store(
    connection_id: str, connected_at: float, texts: Mapping[str, str], *, rewinds_at: float | None = None
) -> None:
    """Store a connection; everything else that is stored about it stays.

    Raises:
        ConditionalCheckFailedException: it rewinds now, and did so a moment ago; nothing was stored.
    """
    names = {f"#{name}": name for name in (*texts, "since")}
    values = {
        **{f":{name}": {"S": text} for name, text in texts.items()},
        ":since": {"N": f"{connected_at:.3f}"},
        ":expires_at": {"N": f"{connected_at + LIFETIME_SECONDS:.0f}"},
        ":one": {"N": "1"},
    }
    rewound, condition = "", {}
    if rewinds_at is not None:
        rewound = ", rewound_at = :rewinds_at"
        condition = {"ConditionExpression": "attribute_not_exists(rewound_at) OR rewound_at < :earlier"}
        values |= {
            ":rewinds_at": {"N": f"{rewinds_at:.3f}"},
            ":earlier": {"N": f"{rewinds_at - REWIND_SECONDS:.3f}"},
        }
    _table().update_item(
        TableName=settings.connections_table,
        Key=_key(connection_id),
        UpdateExpression=f"SET {', '.join(f'{name} = :{name[1:]}' for name in names)}, expires_at = :expires_at"
        f"{rewound} ADD turn :one",
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=values,
        **condition,
    )


def delete(connection_id: str) -> None:
    """Delete a connection."""
    _table().delete_item(TableName=settings.connections_table, Key=_key(connection_id))


def list_all() -> list[SocketConnection]:
    """Return all connections, as of this moment."""
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
    """Return the head."""
    item = _table().get_item(TableName=settings.connections_table, Key=_HEAD, ConsistentRead=True).get("Item", {})
    return Head(UUID(item["place"]["S"]) if item else None, _count(item, "pushes"))


def move_head(head: Head, position: UUID) -> None:
    """Move the head to a position.

    Raises:
        ConcurrentPusher: nothing was written.
    """
    try:
        _write(_HEAD, head, "SET #place = :place", {":place": {"S": str(position)}})
    except _table().exceptions.ConditionalCheckFailedException:
        raise ConcurrentPusher from None


def assign_start(connection: SocketConnection, position: UUID) -> SocketConnection:
    """Store the first position of a new connection, before it is greeted.

    Raises:
        ConcurrentPusher
    """
    _update(connection, "SET #place = if_not_exists(#place, :place)", {":place": {"S": str(position)}})
    return replace(connection, position=position, pushes=connection.pushes + 1)


def save_progress(connection: SocketConnection, position: UUID | None) -> None:
    """Note that a connection has received everything up to a position; None: up to the head.

    Nothing changes if it has subscribed again in the meantime: it then receives some frames twice, which is better
    than missing some.

    Raises:
        ConcurrentPusher
    """
    values = {":turn": {"N": str(connection.turn)}}
    change = "SET welcomed = :turn REMOVE failures, #place"
    if position is not None:
        values[":place"] = {"S": str(position)}
        change = "SET welcomed = :turn, #place = :place REMOVE failures"
    _update(connection, change, values, "turn = :turn")


def save_failure(connection: SocketConnection, position: UUID) -> None:
    """Note that posting failed after a position. The connection keeps its own position if it has one.

    Raises:
        ConcurrentPusher
    """
    values = {":place": {"S": str(position)}, ":failures": {"N": str(connection.failures + 1)}}
    _update(connection, "SET #place = if_not_exists(#place, :place), failures = :failures", values)


def mark_skipped(connection: SocketConnection) -> None:
    """Note that a connection was skipped, before the head moves on.

    An earlier round can then no longer claim that the connection has received everything up to the head.

    Raises:
        ConcurrentPusher
    """
    _update(connection, "", {})


def _update(
    connection: SocketConnection, change: str, values: Mapping[str, Any], condition: str = "attribute_exists(pk)"
) -> None:
    """Update a connection. Nothing changes if it has been deleted or the condition no longer holds.

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
    key: Mapping[str, Any], thing: Head | SocketConnection, change: str, values: Mapping[str, Any], condition: str = ""
) -> None:
    """Update an item if no pusher has written it since it was read.

    Args:
        condition: a further condition, followed by AND.

    Raises:
        ConditionalCheckFailedException: a condition does not hold; nothing was written.
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


def _read(item: Item) -> SocketConnection:
    position = item.get("place")
    return SocketConnection(
        id=item["sk"]["S"],
        wanted=Filter.of(item["types"]["S"], ALIASES),
        turn=int(item["turn"]["N"]),
        welcomed=_count(item, "welcomed"),
        position=UUID(position["S"]) if position else None,
        failures=_count(item, "failures"),
        since=float(item["since"]["N"]),
        pushes=_count(item, "pushes"),
        holder=item.get("holder", {}).get("S", ""),
        refusal=item.get("refusal", {}).get("S", ""),
    )


def _count(item: Item, name: str) -> int:
    return int(item[name]["N"]) if name in item else 0


def _key(connection_id: str) -> dict[str, Any]:
    return {"pk": {"S": "connection"}, "sk": {"S": connection_id}}


def _table() -> Any:
    return client("dynamodb")
