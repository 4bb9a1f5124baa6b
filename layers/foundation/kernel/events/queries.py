"""Queries on the table events, which is outbox and log, on consumed_events, and on relay_lease."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx
from kernel.events.mentions import Mentions, containing

if TYPE_CHECKING:  # the relay starts without pydantic
    from kernel.events.models import Event


def insert_events(tx: Tx, events: Iterable[tuple[UUID, Event]]) -> None:
    """Insert events with their ids, in this order."""
    tx.insert(
        "INSERT INTO events (event_id, event_type, private, user_id, payload, metadata, created_at)",
        [_columns(event_id, event, tx.now) for event_id, event in events],
    )


def insert_broadcast(tx: Tx, event_id: UUID, event_type: str, payload: Any, metadata: Mapping[str, Any]) -> None:
    tx.execute(
        """
        INSERT INTO events (event_id, event_type, payload, metadata, created_at)
        VALUES (%s, %s, %s, %s, %s)
        """,
        (event_id, event_type, Jsonb(payload), Jsonb(metadata), tx.now),
    )


def _columns(event_id: UUID, event: Event, now: datetime) -> tuple[Any, ...]:
    return (
        event_id,
        event.type,
        event.private,
        event.subject,
        event.model_dump_json(),
        _metadata(event.version, tuple(event.metadata.items())),
        now,
    )


@lru_cache(256)
def _metadata(version: str, facts: tuple[tuple[str, str], ...]) -> str:
    """Return the JSON of an event's metadata: it is the same for most events."""
    return json.dumps(dict(facts) | {"version": version})


def insert_event_if(tx: Tx, event_id: UUID, event: Event, happening: LiteralString, params: Sequence[Any]) -> None:
    """Run the statement `happening` and insert the event if it returns a row: a `jsonb` of fields for the payload."""
    tx.execute(
        "WITH happened (fields) AS ("
        + happening
        + """)
        INSERT INTO events (event_id, event_type, private, user_id, payload, metadata, created_at)
        SELECT %s, %s, %s, %s, %s || fields, %s, %s FROM happened
        """,
        (*params, *_columns(event_id, event, tx.now)),
    )


_GIVEN_BY_DATABASE = UUID(int=0)


def insert_events_each(
    tx: Tx, event: Event, happening: LiteralString, params: Sequence[Any], steps: LiteralString, result: LiteralString
) -> Cursor:
    """Run the statement `happening` and insert the event once for each entry of the `jsonb` array that it returns.

    Args:
        result: the SELECT whose rows the cursor has; "" for one row with each event.
    """
    _, *columns = _columns(_GIVEN_BY_DATABASE, event, tx.now)
    insert: LiteralString = """
        INSERT INTO events (event_id, event_type, private, user_id, payload, metadata, created_at)
        SELECT gen_random_uuid(), %s, %s, coalesce((fields ->> 'user_id')::uuid, %s), %s || fields, %s, %s
        FROM happened, jsonb_array_elements(entries) WITH ORDINALITY AS entry (fields, place)
        ORDER BY place
        RETURNING event_id
        """
    return tx.execute(
        "WITH "
        + (steps + ", " if steps else steps)
        + "happened (entries) AS ("
        + happening
        + ")"
        + (", inserted AS (" + insert + ") " + result if result else insert),
        (*params, *columns),
    )


def list_types(tx: Tx) -> Cursor:
    """Return rows with `event_type`: those in the log. It goes from one to the next by the index on them."""
    return tx.execute(
        """
        WITH RECURSIVE types (event_type) AS (
            SELECT min(event_type) FROM events
            UNION ALL
            SELECT (SELECT min(e.event_type) FROM events e WHERE e.event_type > types.event_type)
            FROM types WHERE event_type IS NOT NULL
        )
        SELECT event_type FROM types WHERE event_type IS NOT NULL
        """
    )


def list_mentioning(
    tx: Tx, start: datetime, end: datetime, user_ids: Sequence[UUID], types: Sequence[str], mentions: Mentions
) -> Cursor:
    """Return the events of a time that belong to a player, or are of the types and mention the player, in any case.

    Each has `free`: whether it is a broadcast or private.
    """
    # The colon makes a payload that is nothing but a text look like the value of a field.
    # LIKE, because one regular expression for all of it takes four times as long; and few patterns first, which most
    # events do not match.
    return tx.execute(
        """
        SELECT created_at, position, user_id, payload, free
        FROM events,
             LATERAL (SELECT private OR metadata ? 'broadcast' AS free,
                             lower(': ' || payload::text) AS body OFFSET 0) AS known
        WHERE created_at >= %s AND created_at < %s
          AND (user_id = ANY (%s)
               OR event_type = ANY (%s)
                  AND (body LIKE ANY ((SELECT lower(%s::text[]::text)::text[])::text[])
                       AND body LIKE ANY (CASE WHEN free THEN (SELECT lower(%s::text[]::text)::text[])
                                          ELSE (SELECT lower(%s::text[]::text)::text[]) END)
                       OR payload ->> %s ~* %s))
        ORDER BY position FOR NO KEY UPDATE OF events
        """,
        (
            start,
            end,
            list(user_ids),
            list(types),
            containing(mentions.anywhere),
            containing(mentions.free),
            containing(mentions.declared),
            *mentions.in_text,
        ),
    )


def blank_payloads(
    tx: Tx, types: Sequence[str], blanks: Mapping[str, Any], key: str, found: LiteralString, params: Sequence[Any]
) -> None:
    """Overwrite fields of payloads, where they are there.

    Args:
        key: the field that says what an event is about.
        found: returns the ids of what is to be forgotten, and since when there may be events about it.
    """
    tx.execute(
        "WITH gone (id, since) AS ("
        + found
        + """)
        UPDATE events e
        SET payload = e.payload || (
            SELECT coalesce(jsonb_object_agg(blank.key, blank.value), '{}')
            FROM jsonb_each(%s::jsonb) AS blank WHERE e.payload ? blank.key
        )
        FROM gone
        WHERE e.event_type = ANY (%s) AND e.created_at >= gone.since AND e.payload ->> %s = gone.id::text
        """,
        (*params, Jsonb(blanks), list(types), key),
    )


def update_payloads(
    tx: Tx, user_ids: Sequence[UUID], no_one: UUID, payloads: Sequence[tuple[datetime, int, Any]]
) -> None:
    """Store payloads (created_at, position, payload), and give the events of these players to another."""
    if not payloads:
        return
    tx.execute(
        """
        UPDATE events e SET payload = given.payload, user_id = CASE WHEN e.user_id = ANY (%s) THEN %s ELSE e.user_id END
        FROM unnest(%s::timestamptz[], %s::bigint[], %s::jsonb[]) AS given (created_at, position, payload)
        WHERE (e.created_at, e.position) = (given.created_at, given.position)
        """,
        (
            list(user_ids),
            no_one,
            [created_at for created_at, _, _ in payloads],
            [position for _, position, _ in payloads],
            [json.dumps(payload) for _, _, payload in payloads],
        ),
    )


def lock_events_to_publish(tx: Tx, limit: int) -> Cursor:
    """Lock the events that should be published now, oldest first, without those that another relay has locked."""
    return tx.execute(
        """
        SELECT position, created_at, event_id, event_type, payload, metadata, attempts
        FROM events
        WHERE next_attempt_at <= %s
        ORDER BY position
        LIMIT %s
        FOR UPDATE SKIP LOCKED
        """,
        (tx.now, limit),
    )


def mark_published(tx: Tx, positions: list[int]) -> None:
    """Mark events as published. Those with a token have been answered by then, and what they say leaves the log.

    It is what a person has asked for on Discord, with their ids there, and the answer.
    """
    tx.execute(
        """
        UPDATE events
        SET published_at = %s, next_attempt_at = NULL, attempts = attempts + 1,
            payload = CASE WHEN private AND payload ? 'token' THEN '{}' ELSE payload END
        WHERE position = ANY(%s) AND next_attempt_at IS NOT NULL
        """,
        (tx.now, positions),
    )


def mark_failed(tx: Tx, position: int, error: str, next_attempt_at: datetime | None) -> None:
    """Note a failed attempt; `next_attempt_at` None gives up, and the event is dead."""
    tx.execute(
        """
        UPDATE events
        SET next_attempt_at = %s, attempts = attempts + 1, last_error = %s
        WHERE position = %s AND next_attempt_at IS NOT NULL
        """,
        (next_attempt_at, error, position),
    )


def count_backlog(tx: Tx) -> Cursor:
    """Return one row: `waiting` and `dead`."""
    return tx.execute(
        """
        SELECT count(*) FILTER (WHERE next_attempt_at IS NOT NULL) AS waiting,
               count(*) FILTER (WHERE next_attempt_at IS NULL) AS dead
        FROM events
        WHERE next_attempt_at IS NOT NULL OR published_at IS NULL
        """
    )


_IS_DEAD: LiteralString = "next_attempt_at IS NULL AND published_at IS NULL"


def list_dead(tx: Tx, limit: int) -> Cursor:
    """Return the events that were given up, newest first."""
    return tx.execute(
        """
        SELECT event_id, event_type, payload, metadata, created_at, attempts, last_error FROM events
        WHERE """
        + _IS_DEAD
        + " ORDER BY position DESC LIMIT %s",
        (limit,),
    )


def revive_dead(tx: Tx, event_ids: Sequence[UUID] | None) -> Cursor:
    """Let events that were given up be published now, those with these ids or all; return their rows of `event_id`."""
    return tx.execute(
        """
        UPDATE events SET next_attempt_at = %s, attempts = 0
        WHERE """
        + _IS_DEAD
        + " AND (%s::uuid[] IS NULL OR event_id = ANY (%s)) RETURNING event_id",
        (tx.now, *2 * (event_ids if event_ids is None else list(event_ids),)),
    )


def mark_dropped(tx: Tx, event_ids: Sequence[UUID]) -> Cursor:
    """Let events that were given up count as published; return their rows of `event_id`."""
    return tx.execute(
        """
        UPDATE events SET published_at = %s, payload = CASE WHEN private THEN payload - 'token' ELSE payload END
        WHERE """
        + _IS_DEAD
        + " AND event_id = ANY (%s) RETURNING event_id",
        (tx.now, list(event_ids)),
    )


DEAD: LiteralString = "EXISTS (SELECT FROM events WHERE " + _IS_DEAD + ")"
"""SQL expression: whether an event was given up."""

LEASE_SECONDS: LiteralString = "10"
"""How long writers rely on a relay without a sign of life."""

# A lease that ends later, or a waking in the future, is of a time when the database's clock was ahead.
_ASLEEP: LiteralString = (
    "awake_until NOT BETWEEN clock_timestamp() AND clock_timestamp() + interval '" + LEASE_SECONDS + " s'"
)
_MAY_BE_WOKEN: LiteralString = (
    _ASLEEP + " AND wanted_at NOT BETWEEN clock_timestamp() - interval '2 s' AND clock_timestamp()"
)

RELAY_OVERDUE: LiteralString = (
    "(EXISTS (SELECT FROM relay_lease WHERE "
    + _MAY_BE_WOKEN
    + ") AND EXISTS (SELECT FROM events WHERE next_attempt_at <= %s))"
)
"""SQL expression: whether events are due and no relay is awake or was woken just now.

Its parameter is the current time."""


def claim_waking(tx: Tx) -> Cursor:
    """Return a row if the relay is asleep and the caller is the one to wake it.

    While the relay is awake, nothing is locked or written. If another caller is claiming the waking at this moment, or
    the relay is changing its lease, the row is skipped; `kernel.events.waking` explains why either is enough.
    """
    return tx.execute(
        """
        UPDATE relay_lease SET wanted_at = clock_timestamp()
        WHERE only_row = (SELECT only_row FROM relay_lease
                          WHERE """
        + _MAY_BE_WOKEN
        + """ FOR UPDATE SKIP LOCKED)
        RETURNING only_row
        """
    )


def set_awake(tx: Tx) -> None:
    """Begin or renew the relay's lease."""
    tx.execute("UPDATE relay_lease SET awake_until = clock_timestamp() + interval '" + LEASE_SECONDS + " s'")


def set_asleep(tx: Tx) -> None:
    """Let the next writer wake the relay, however short ago it was woken the last time."""
    tx.execute("UPDATE relay_lease SET awake_until = '-infinity', wanted_at = '-infinity'")


def forget_waking(tx: Tx) -> None:
    """Let the relay be woken although it was woken just now, unless one is awake."""
    tx.execute("UPDATE relay_lease SET wanted_at = '-infinity' WHERE " + _ASLEEP)


def list_events(
    tx: Tx,
    user_id: UUID | None,
    event_type: str | None,
    since: datetime | None,
    until: datetime | None,
    shown: str,
    limit: int,
) -> Cursor:
    """Return the events that meet the conditions, newest first.

    The statement contains only the conditions that are given, so that each can use its index.

    Args:
        shown: a private type to include.
    """
    where, values = _conditions(user_id, event_type, since, until)
    return tx.execute(
        """
        SELECT position, event_id, event_type, user_id, payload, metadata, created_at FROM events
        WHERE (NOT private OR event_type = %s)"""
        + where
        + " ORDER BY created_at DESC, position DESC LIMIT %s",
        [shown, *values, limit],
    )


def count_events(
    tx: Tx, user_id: UUID | None, event_type: str | None, since: datetime | None, until: datetime | None, shown: str
) -> Cursor:
    """Return one row: `events`, the number of those that `list_events` would return without a limit."""
    where, values = _conditions(user_id, event_type, since, until)
    return tx.execute(
        "SELECT count(*) AS events FROM events WHERE (NOT private OR event_type = %s)" + where, [shown, *values]
    )


def _conditions(
    user_id: UUID | None, event_type: str | None, since: datetime | None, until: datetime | None
) -> tuple[LiteralString, list[Any]]:
    """Return the given conditions, each preceded by AND, and their values."""
    conditions: tuple[tuple[LiteralString, Any], ...] = (
        (" AND user_id = %s", user_id),
        (" AND event_type = %s", event_type),
        (" AND created_at >= %s", since),
        (" AND created_at <= %s", until),
    )
    given: list[tuple[LiteralString, Any]] = [
        (condition, value) for condition, value in conditions if value is not None
    ]
    where: LiteralString = "".join([condition for condition, _ in given])
    return where, [value for _, value in given]


def insert_consumed(tx: Tx, consumer: str, event_ids: list[UUID]) -> Cursor:
    """Mark events as consumed; return rows of `event_id`, one for each event that is new to this consumer."""
    return tx.execute(
        """
        INSERT INTO consumed_events (consumer, event_id, consumed_at)
        SELECT %s, event_id, %s FROM unnest(%s::uuid[]) AS event_id
        ON CONFLICT DO NOTHING
        RETURNING event_id
        """,
        (consumer, tx.now, event_ids),
    )


def delete_consumed_before(tx: Tx, moment: datetime) -> None:
    tx.execute("DELETE FROM consumed_events WHERE consumed_at < %s", (moment,))


def ensure_partitions(tx: Tx, first: datetime, days: int) -> None:
    """Create a partition for each of `days` UTC days from `first`; rows in the default partition move to it."""
    for offset in range(days):
        day = (first + timedelta(days=offset)).date()
        tx.execute("SELECT ensure_events_partition(%s)", (day,))


def drop_partitions_before(tx: Tx, moment: datetime) -> Cursor:
    """Drop old partitions; return rows of `partition`, their names."""
    return tx.execute("SELECT drop_events_partitions_before(%s) AS partition", (moment.date(),))


def find_position(tx: Tx, event_id: UUID) -> Cursor:
    """Return at most one row. There is no ORDER BY, because with one the database might scan the whole log."""
    return tx.execute(
        "SELECT transaction_id::text::bigint AS transaction_id, position FROM events WHERE event_id = %s",
        (event_id,),
    )


def find_settled(tx: Tx) -> Cursor:
    """Return one row: `settled`, the id below which every transaction has ended."""
    return tx.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS settled")


def list_events_after(tx: Tx, transaction_id: int, position: int, limit: int) -> Cursor:
    """Return `settled` and the settled events after a position, in order; one row with nulls when there are none.

    It is one statement because both must come from the same snapshot.
    """
    return tx.execute(
        """
        SELECT settled::text::bigint AS settled, found.*
        FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS settled) AS snapshot
        LEFT JOIN LATERAL (
            SELECT event_id, event_type, payload, created_at,
                   transaction_id::text::bigint AS transaction_id, position
            FROM events
            WHERE (events.transaction_id, events.position) > (%s::text::xid8, %s)
              AND events.transaction_id < snapshot.settled
              AND NOT private
            ORDER BY events.transaction_id, events.position
            LIMIT %s
        ) AS found ON true
        ORDER BY found.transaction_id, found.position
        """,
        (str(transaction_id), position, limit),
    )


def list_events_to_replay(
    tx: Tx,
    user_id: UUID | None,
    event_type: str | None,
    since: datetime,
    until: datetime,
    transaction_id: int,
    position: int,
    limit: int,
) -> Cursor:
    """Return the public events after a position that meet the conditions, in the log's order."""
    where, values = _conditions(user_id, event_type, since, until)
    return tx.execute(
        """
        SELECT position, transaction_id::text::bigint AS transaction_id, event_id, event_type, payload, metadata,
               created_at, attempts
        FROM events
        WHERE NOT private
          AND (events.transaction_id, events.position) > (%s::text::xid8, %s)"""
        + where
        + " ORDER BY events.transaction_id, events.position LIMIT %s",
        [str(transaction_id), position, *values, limit],
    )
