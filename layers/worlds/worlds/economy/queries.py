"""SQL on worlds.barters, and what is read of a market."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from kernel.database import Tx
from worlds.economy.stalls import CounterOffer, LocalMarket, Seller
from worlds.relationships import queries as relationships


def save_counter(tx: Tx, character_id: UUID, counter: CounterOffer) -> None:
    """Store what someone was offered instead; an earlier offer is forgotten."""
    tx.execute(
        """
        INSERT INTO worlds.barters (
            character_id, seller_id, offered, offered_quantity, requested, requested_quantity, made_at
        ) VALUES (
            %(character)s, %(seller)s, %(offered)s, %(offered_quantity)s, %(requested)s, %(requested_quantity)s,
            %(made_at)s
        )
        ON CONFLICT (character_id) DO UPDATE SET
            seller_id = excluded.seller_id, offered = excluded.offered, offered_quantity = excluded.offered_quantity,
            requested = excluded.requested, requested_quantity = excluded.requested_quantity,
            made_at = excluded.made_at
        """,
        {
            "character": character_id,
            "seller": counter.seller_id,
            "offered": counter.offered,
            "offered_quantity": counter.offered_quantity,
            "requested": counter.requested,
            "requested_quantity": counter.requested_quantity,
            "made_at": counter.made_at,
        },
    )


def delete_counter(tx: Tx, character_id: UUID) -> None:
    """Forget what someone was offered."""
    tx.execute("DELETE FROM worlds.barters WHERE character_id = %s", (character_id,))


def read_market(
    wanted: Iterable[Mapping[str, Any]],
    supply: Iterable[Mapping[str, Any]],
    sellers: Iterable[Mapping[str, Any]],
    counters: Iterable[Mapping[str, Any]],
) -> LocalMarket:
    """Return a market of rows."""
    sellers = [*sellers]
    return LocalMarket(
        wanted={(row["item"], row["day"]): row["wanted"] for row in wanted},
        supply={row["item"]: row["quantity"] for row in supply},
        sellers={row["character_id"]: Seller(row["personality"], row["born"], row["doing"]) for row in sellers},
        opinions={row["character_id"]: relationships.read(row) for row in sellers if row["npc_id"] is not None},
        counter=next((_counter(row) for row in counters), None),
    )


def _counter(row: Mapping[str, Any]) -> CounterOffer:
    return CounterOffer(
        seller_id=row["seller_id"],
        offered=row["offered"],
        offered_quantity=row["offered_quantity"],
        requested=row["requested"],
        requested_quantity=row["requested_quantity"],
        made_at=row["made_at"],
    )
