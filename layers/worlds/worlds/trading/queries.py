"""SQL on worlds.trades."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx, declare_race
from kernel.retention import delete_part
from worlds.trading.models import Offer, Trade

declare_race("trades_one_per_first")


def lock_of(tx: Tx, connection_id: str) -> Cursor:
    """Lock the trades that a player is in or is asked for, before any character is locked.

    The open one comes first, then the one that the player has asked for: there can be no second one of these.
    """
    return tx.execute(
        """
        SELECT t.*, NOT EXISTS (
            SELECT FROM worlds.ignored AS i JOIN worlds.connections AS k ON k.character_id = i.ignored_id
            WHERE k.connection_id = %(connection)s AND i.character_id IN (t.first_id, t.second_id)) AS is_heard
        FROM worlds.trades AS t
        WHERE t.first_id = (SELECT character_id FROM worlds.connections WHERE connection_id = %(connection)s)
           OR t.second_id = (SELECT character_id FROM worlds.connections WHERE connection_id = %(connection)s)
        ORDER BY t.is_open DESC,
            t.first_id = (SELECT character_id FROM worlds.connections WHERE connection_id = %(connection)s) DESC,
            t.changed_at DESC, t.trade_id
        FOR UPDATE OF t
        """,
        {"connection": connection_id},
    )


def lock_of_character(tx: Tx, character_id: UUID) -> None:
    """Lock the trades of a character, before it is locked itself."""
    tx.execute(
        """
        SELECT FROM worlds.trades WHERE first_id = %(character)s OR second_id = %(character)s
        ORDER BY trade_id FOR UPDATE
        """,
        {"character": character_id},
    )


def save(tx: Tx, trade: Trade) -> None:
    """Store a trade."""
    tx.execute(
        """
        INSERT INTO worlds.trades (
            trade_id, first_id, second_id, is_open, first_offer, second_offer, first_accepted, second_accepted,
            changed_at
        ) VALUES (
            %(trade)s, %(first)s, %(second)s, %(open)s, %(first_offer)s, %(second_offer)s, %(first_accepted)s,
            %(second_accepted)s, %(now)s
        )
        ON CONFLICT (trade_id) DO UPDATE SET
            is_open = excluded.is_open, first_offer = excluded.first_offer, second_offer = excluded.second_offer,
            first_accepted = excluded.first_accepted, second_accepted = excluded.second_accepted,
            changed_at = excluded.changed_at
        """,
        {
            "trade": trade.trade_id,
            "first": trade.first_id,
            "second": trade.second_id,
            "open": trade.is_open,
            "first_offer": _as_json(trade.offer_of(trade.first_id)),
            "second_offer": _as_json(trade.offer_of(trade.second_id)),
            "first_accepted": trade.first_id in trade.accepted,
            "second_accepted": trade.second_id in trade.accepted,
            "now": tx.now,
        },
    )


def delete(tx: Tx, trade: Trade) -> None:
    """Delete a trade."""
    tx.execute("DELETE FROM worlds.trades WHERE trade_id = %s", (trade.trade_id,))


def delete_of(tx: Tx, character_id: UUID) -> None:
    """Delete the trades of someone who leaves."""
    tx.execute(
        "DELETE FROM worlds.trades WHERE first_id = %(character)s OR second_id = %(character)s",
        {"character": character_id},
    )


def delete_old(tx: Tx, before: datetime) -> bool:
    """Delete some of the trades that no one has touched for long; return whether there may be more."""
    return delete_part(tx, "worlds.trades", "changed_at < %(before)s", {"before": before})


def read(row: dict[str, Any]) -> Trade:
    """Return the trade of a row."""
    accepted = {row["first_id"]: row["first_accepted"], row["second_id"]: row["second_accepted"]}
    return Trade(
        row["trade_id"],
        row["first_id"],
        row["second_id"],
        row["is_open"],
        {row["first_id"]: _offer(row["first_offer"]), row["second_id"]: _offer(row["second_offer"])},
        frozenset(each for each, has in accepted.items() if has),
        row["is_heard"],
    )


def _as_json(offer: Offer) -> Jsonb:
    return Jsonb({str(holding_id): quantity for holding_id, quantity in offer.items()})


def _offer(stored: dict[str, int]) -> Offer:
    return {UUID(holding_id): quantity for holding_id, quantity in stored.items()}
