"""SQL on worlds.posts, worlds.mailboxes and worlds.pusher_lease."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx

LEASE_SECONDS: Final[LiteralString] = "10"
"""How long writers rely on a pusher without a sign of life, and how long a mailbox is in its hands."""
REPEAT_SECONDS: Final[LiteralString] = "2"
"""When a waking that got lost is repeated."""
MAILBOXES: Final = 100
POSTS_EACH: Final = 200
"""Of a batch."""

_MAY_BE_WOKEN: Final[LiteralString] = (
    "awake_until < clock_timestamp() AND wanted_at < clock_timestamp() - interval '" + REPEAT_SECONDS + " s'"
)
_CLAIM_WAKING: Final[LiteralString] = (
    """
    UPDATE worlds.pusher_lease SET wanted_at = clock_timestamp()
    WHERE only_row = (
        SELECT only_row FROM worlds.pusher_lease
        WHERE """
    + _MAY_BE_WOKEN
)
SIGNED_OUT: Final[LiteralString] = """
    k.closing IS NULL
    AND NOT EXISTS (SELECT FROM kernel.sessions AS s
                    WHERE s.session_id = k.session_id AND s.account_id = k.account_id
                      AND s.ended_at IS NULL AND s.expires_at > %s)
"""
"""SQL expression: whether the session of connection `k` has ended; its parameter is the current time."""
PUSHER_OVERDUE: Final[LiteralString] = (
    "(EXISTS (SELECT FROM worlds.pusher_lease WHERE "
    + _MAY_BE_WOKEN
    + """)
      AND (EXISTS (SELECT FROM worlds.connections WHERE closing IS NOT NULL)
           OR EXISTS (SELECT FROM worlds.connections AS k WHERE """
    + SIGNED_OUT
    + """)
           OR EXISTS (SELECT FROM worlds.connections AS k JOIN worlds.posts AS p USING (character_id)
                      WHERE p.delivered_at IS NULL AND p.posted_at < %s - interval '5 s')))"""
)
"""SQL expression: whether something has been waiting for the pusher, which neither is awake nor was woken just now. Its
parameters are the current time."""


def insert_posts(tx: Tx, posts: Sequence[tuple[UUID, dict[str, Any]]]) -> None:
    """Store envelopes for characters."""
    tx.insert(
        "INSERT INTO worlds.posts (character_id, envelope, posted_at)",
        [(character_id, Jsonb(envelope), tx.now) for character_id, envelope in posts],
    )


def claim_waking(tx: Tx) -> Cursor:
    """Return a row if the pusher is asleep and the caller is the one to wake it; neither waits nor blocks."""
    return tx.execute(_CLAIM_WAKING + " FOR UPDATE SKIP LOCKED) RETURNING only_row")


def claim_waking_to_close(tx: Tx, account_id: UUID) -> Cursor:
    """Return a row like `claim_waking`, if a connection of someone is to be closed."""
    return tx.execute(
        _CLAIM_WAKING
        + """
            AND EXISTS (SELECT FROM worlds.connections WHERE account_id = %s AND closing IS NOT NULL)
            FOR UPDATE SKIP LOCKED)
        RETURNING only_row
        """,
        (account_id,),
    )


def set_awake(tx: Tx) -> None:
    tx.execute("UPDATE worlds.pusher_lease SET awake_until = clock_timestamp() + interval '" + LEASE_SECONDS + " s'")


def set_asleep(tx: Tx) -> None:
    """Let the next writer wake the pusher, however short ago it was woken the last time."""
    tx.execute("UPDATE worlds.pusher_lease SET awake_until = '-infinity', wanted_at = '-infinity'")


def set_delivered(tx: Tx, character_id: UUID, seq: int, at: datetime) -> Cursor:
    """Note that a character's posts up to a number have arrived, and give its mailbox back.

    Kept are lines, which are sent again to who comes back; no one asks again for maps and states, for lines that were
    sent again, or for those of answers, which are kept as answers.

    Returns:
        Rows of `seconds`: from when each was written until it arrived.
    """
    delivered = tx.execute(
        """
        WITH gone AS (
            DELETE FROM worlds.posts
            WHERE character_id = %(character)s AND seq <= %(seq)s AND delivered_at IS NULL
                AND (envelope ->> 'type' <> 'game_message' OR envelope ?| '{again,command_id}')
            RETURNING posted_at
        ), kept AS (
            UPDATE worlds.posts SET delivered_at = %(at)s
            WHERE character_id = %(character)s AND seq <= %(seq)s AND delivered_at IS NULL
                AND envelope ->> 'type' = 'game_message' AND NOT envelope ?| '{again,command_id}'
            RETURNING posted_at
        )
        SELECT extract(epoch FROM %(at)s - posted_at)::float AS seconds
        FROM (SELECT posted_at FROM gone UNION ALL SELECT posted_at FROM kept) AS arrived
        """,
        {"at": at, "character": character_id, "seq": seq},
    )
    release(tx, [character_id])
    return delivered


def release(tx: Tx, character_ids: list[UUID]) -> None:
    """Give mailboxes back."""
    tx.execute("UPDATE worlds.mailboxes SET leased_until = NULL WHERE character_id = ANY(%s)", (character_ids,))


def release_of(tx: Tx, connection_ids: Sequence[str]) -> None:
    """Give the mailboxes of connections back."""
    tx.execute(
        """
        UPDATE worlds.mailboxes SET leased_until = NULL
        WHERE character_id IN (SELECT character_id FROM worlds.connections WHERE connection_id = ANY(%s))
        """,
        (list(connection_ids),),
    )


def close_signed_out(tx: Tx) -> None:
    """Mark the connections to be closed whose session has ended."""
    tx.execute("UPDATE worlds.connections AS k SET closing = 'session_ended' WHERE " + SIGNED_OUT, (tx.now,))


def close_signed_out_receivers(tx: Tx) -> None:
    """Mark those of them for which posts wait: they hear nothing more."""
    tx.execute(
        "UPDATE worlds.connections AS k SET closing = 'session_ended' WHERE "
        + SIGNED_OUT
        + "AND EXISTS (SELECT FROM worlds.posts AS p WHERE p.character_id = k.character_id AND p.delivered_at IS NULL)",
        (tx.now,),
    )


def delete_waiting_maps(tx: Tx, character_id: UUID) -> None:
    """Delete the maps of a character that wait and have no number yet."""
    tx.execute(
        """
        DELETE FROM worlds.posts
        WHERE character_id = %s AND delivered_at IS NULL AND seq IS NULL AND envelope ->> 'type' = 'map_update'
        """,
        (character_id,),
    )


def claim_mailboxes(tx: Tx) -> Cursor:
    """Take mailboxes with waiting posts whose player is connected; return rows of character_id and connection_id."""
    return tx.execute(
        """
        UPDATE worlds.mailboxes AS m
        SET leased_until = clock_timestamp() + interval '"""
        + LEASE_SECONDS
        + """ s'
        FROM (
            SELECT m.character_id, k.connection_id
            FROM worlds.connections AS k JOIN worlds.mailboxes AS m USING (character_id)
            WHERE k.closing IS NULL AND (m.leased_until IS NULL OR m.leased_until < clock_timestamp())
              AND EXISTS (SELECT FROM worlds.posts AS p
                          WHERE p.character_id = k.character_id AND p.delivered_at IS NULL)
            LIMIT %s
            FOR UPDATE OF m SKIP LOCKED
        ) AS free
        WHERE m.character_id = free.character_id
        RETURNING m.character_id, free.connection_id
        """,
        (MAILBOXES,),
    )


def number_posts(tx: Tx, character_ids: list[UUID]) -> None:
    """Give the waiting posts of mailboxes in our hands the next numbers, in the order in which they were written."""
    tx.execute(
        """
        WITH waiting AS (
            SELECT post_id, character_id, row_number() OVER (PARTITION BY character_id ORDER BY post_id) AS place
            FROM worlds.posts
            WHERE character_id = ANY(%(characters)s) AND delivered_at IS NULL AND seq IS NULL
        ), counted AS (
            UPDATE worlds.mailboxes AS m SET last_seq = last_seq + waiting.posts
            FROM (SELECT character_id, count(*) AS posts FROM waiting GROUP BY character_id) AS waiting
            WHERE m.character_id = waiting.character_id
            RETURNING m.character_id, last_seq - waiting.posts AS first
        )
        UPDATE worlds.posts AS p SET seq = counted.first + waiting.place
        FROM waiting JOIN counted USING (character_id) WHERE p.post_id = waiting.post_id
        """,
        {"characters": character_ids},
    )


def list_numbered(tx: Tx, character_ids: list[UUID]) -> Cursor:
    """Return the numbered posts that wait, in order: character_id, seq, envelope; some of each character."""
    return tx.execute(
        """
        SELECT character_id, seq, envelope
        FROM unnest(%s::uuid[]) AS mailbox (character_id),
        LATERAL (SELECT seq, envelope FROM worlds.posts AS p
                 WHERE p.character_id = mailbox.character_id AND p.delivered_at IS NULL AND p.seq IS NOT NULL
                 ORDER BY seq LIMIT %s) AS waiting
        ORDER BY character_id, seq
        """,
        (character_ids, POSTS_EACH),
    )


def has_waiting(tx: Tx) -> Cursor:
    """Return a row if there is something to push that no pusher has in its hands."""
    return tx.execute(
        """
        SELECT 1 FROM worlds.connections AS k LEFT JOIN worlds.mailboxes AS m USING (character_id)
        WHERE k.closing IS NOT NULL
           OR (m.leased_until IS NULL OR m.leased_until < clock_timestamp())
              AND EXISTS (SELECT FROM worlds.posts AS p
                          WHERE p.character_id = k.character_id AND p.delivered_at IS NULL)
        LIMIT 1
        """
    )
