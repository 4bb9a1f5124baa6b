"""SQL on gambles, gamble_participants and gamble_opened_items. Gambles are locked before the rows of their players."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx, declare_race
from kernel.retention import delete_part

if TYPE_CHECKING:  # the retention clock starts without pydantic
    from community.gambles.models import Bet, Gamble, Participant
    from community.lootboxes.models import Drop

declare_race("gambles_one_active")

# The same condition as in the index.
IS_ACTIVE: LiteralString = "state IN ('Created', 'Joining', 'Opening')"

# Facts: expressions over `u`, a row of users.
ANY_ACTIVE: LiteralString = "EXISTS (SELECT FROM gambles WHERE " + IS_ACTIVE + ")"
PLAYING: LiteralString = (
    "SELECT gamble_id FROM gambles JOIN gamble_participants p USING (gamble_id) WHERE p.user_id = u.user_id AND "
    + IS_ACTIVE
)
"""The active gamble, if the player is in it."""
STAKE: LiteralString = """
    SELECT p.bets FROM gambles JOIN gamble_participants p USING (gamble_id)
    WHERE p.user_id = u.user_id AND state = 'Opening'
"""

# Only the transaction that opens a gamble sees that state, so these are its players, or none.
PLAYERS: LiteralString = (
    "ARRAY(SELECT user_id FROM gambles JOIN gamble_participants USING (gamble_id) WHERE state = 'Opening')"
)

PLAYERS_NOW: LiteralString = (
    "SELECT count(*) FROM gambles JOIN gamble_participants USING (gamble_id) WHERE " + IS_ACTIVE
)
"""How many players have joined the active gamble and committed."""

_COLUMNS: LiteralString = """
    gamble_id, initiator_id, state, bets, created_at, join_deadline, executed_at, winner_id, total_value
"""
_WITH_PARTICIPANTS: LiteralString = (
    "SELECT "
    + _COLUMNS
    + """,
        (SELECT json_agg(json_build_array(p.user_id, u.username, p.bets) ORDER BY p.joined_at, p.user_id)
         FROM gamble_participants p LEFT JOIN users u USING (user_id)
         WHERE p.gamble_id = gambles.gamble_id) AS participants
    FROM gambles
    """
)


STAKED: LiteralString = (
    """
    EXISTS (SELECT FROM gambles JOIN gamble_participants p USING (gamble_id)
            WHERE jsonb_path_exists(p.bets, '$[*][0] ? (@ == $id)', jsonb_build_object('id', %s::int)) AND """
    + IS_ACTIVE
    + ")"
)
"""SQL expression: whether an item is staked in the active gamble. Its parameter is the item's id."""


def find_gamble(tx: Tx, gamble_id: UUID | None) -> Cursor:
    """Find a gamble with its participants; None for the active one."""
    where, params = _which(gamble_id)
    return tx.execute(_WITH_PARTICIPANTS + where, params)


def lock_gamble(tx: Tx, gamble_id: UUID | None) -> Cursor:
    """Share the gamble's lock with others who join; playing it waits for all of them. None for the active one."""
    tx.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended('gamble', 0))")
    where, params = _which(gamble_id)
    return tx.execute("SELECT " + _COLUMNS + "FROM gambles " + where, params)


def lock_alone(tx: Tx) -> None:
    """Wait for those who are joining, and let no other join, until this transaction ends.

    An advisory lock, because it is given in the order of asking: with row locks, those who share one keep passing
    a transaction that wants it alone, and a crowd that keeps trying to join holds off the play until it is cancelled.
    It is a statement of its own, so that the next one sees what those who had the lock have committed.
    """
    tx.execute("SELECT pg_advisory_xact_lock(hashtextextended('gamble', 0))")


def _which(gamble_id: UUID | None) -> tuple[LiteralString, tuple[UUID, ...]]:
    return ("WHERE gamble_id = %s", (gamble_id,)) if gamble_id else ("WHERE " + IS_ACTIVE, ())


def begin_opening(tx: Tx, moment: datetime, gamble_id: UUID | None) -> Cursor:
    """Start opening the boxes; returns a row to only one caller. None for whichever gamble is due by that time."""
    lock_alone(tx)
    which: LiteralString = " AND gamble_id = %s" if gamble_id else ""
    return tx.execute(
        "UPDATE gambles SET state = 'Opening' WHERE state = 'Joining' AND join_deadline <= %s"
        + which
        + " RETURNING "
        + _COLUMNS,
        (moment, gamble_id) if gamble_id else (moment,),
    )


def insert_gamble(tx: Tx, gamble: Gamble) -> None:
    tx.execute(
        """
        INSERT INTO gambles (gamble_id, initiator_id, state, bets, created_at, join_deadline)
        VALUES (%s, %s, %s, %s, %s, %s)
        """,
        (
            gamble.gamble_id,
            gamble.initiator_id,
            gamble.state,
            Jsonb(_bets(gamble.bets)),
            gamble.created_at,
            gamble.join_deadline,
        ),
    )


def _bets(bets: Sequence[Bet]) -> list[list[int]]:
    return [[bet.item.item_id, bet.quantity] for bet in bets]


def insert_participant(tx: Tx, gamble_id: UUID, participant: Participant) -> None:
    stake: list[list[Any]] = [list(slot) for slot in participant.stake]
    tx.execute(
        "INSERT INTO gamble_participants (gamble_id, user_id, bets, joined_at) VALUES (%s, %s, %s, %s)",
        (gamble_id, participant.user_id, Jsonb(stake), tx.now),
    )


def end_gamble(tx: Tx, gamble: Gamble) -> None:
    tx.execute(
        "UPDATE gambles SET state = %s, executed_at = %s, winner_id = %s, total_value = %s WHERE gamble_id = %s",
        (gamble.state, gamble.executed_at, gamble.winner_id, gamble.total_value, gamble.gamble_id),
    )


def insert_opened_items(tx: Tx, gamble_id: UUID, drops: Sequence[tuple[UUID, Drop]]) -> None:
    """Store every drop of a gamble.

    Args:
        drops: (user id, drop) in the order in which they were drawn.
    """
    tx.execute(
        """
        INSERT INTO gamble_opened_items (gamble_id, user_id, item_id, quantity, quality_level, value)
        SELECT %s, * FROM unnest(%s::uuid[], %s::integer[], %s::integer[], %s::text[], %s::bigint[])
        """,
        (
            gamble_id,
            [user_id for user_id, _ in drops],
            [drop.item.item_id for _, drop in drops],
            [drop.quantity for _, drop in drops],
            [drop.quality for _, drop in drops],
            [drop.value for _, drop in drops],
        ),
    )


def delete_executed_before(tx: Tx, moment: datetime) -> bool:
    """Delete old gambles, with their participants and items."""
    return delete_part(tx, "gambles", "executed_at < %(moment)s", {"moment": moment})


def move_gambles(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    tx.execute("UPDATE gambles SET initiator_id = %s WHERE initiator_id = %s", (to_id, from_id))
    tx.execute("UPDATE gambles SET winner_id = %s WHERE winner_id = %s", (to_id, from_id))
    tx.execute("UPDATE gamble_opened_items SET user_id = %s WHERE user_id = %s", (to_id, from_id))


def move_participants(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Move participations; where both players are in one gamble, their stakes are combined."""
    tx.execute(
        """
        WITH moved AS (DELETE FROM gamble_participants WHERE user_id = %s RETURNING gamble_id, bets, joined_at)
        INSERT INTO gamble_participants AS kept (gamble_id, user_id, bets, joined_at)
        SELECT gamble_id, %s, bets, joined_at FROM moved
        ON CONFLICT (gamble_id, user_id) DO UPDATE
        SET bets = kept.bets || excluded.bets, joined_at = least(kept.joined_at, excluded.joined_at)
        """,
        (from_id, to_id),
    )
