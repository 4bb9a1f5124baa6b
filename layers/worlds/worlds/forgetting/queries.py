"""SQL for forgetting people."""

from __future__ import annotations

from uuid import UUID

from kernel.database import Cursor, Tx
from worlds.characters.events import CharacterCreated
from worlds.world import queries as worlds


def lock_characters(tx: Tx, account_id: UUID) -> None:
    tx.execute(
        "SELECT FROM worlds.characters WHERE account_id = %s ORDER BY character_id FOR UPDATE",
        (account_id,),
    )


def lock_account(tx: Tx, account_id: UUID) -> None:
    """Lock an account: nothing can refer to it until the transaction ends."""
    tx.execute("SELECT FROM kernel.accounts WHERE account_id = %s FOR UPDATE", (account_id,))


def list_characters(tx: Tx, account_id: UUID) -> Cursor:
    """Return the `character_id` of all characters that an account has ever had, also in worlds that are gone."""
    return tx.execute(
        "SELECT aggregate_id AS character_id FROM worlds.events"
        " WHERE event_type = %s AND payload ->> 'player_id' = %s ORDER BY aggregate_id",
        (CharacterCreated.type, str(account_id)),
    )


def list_interviews(tx: Tx, account_id: UUID) -> Cursor:
    """Return the `interview_id` of all interviews of an account."""
    return tx.execute("SELECT interview_id FROM worlds.interviews WHERE account_id = %s", (account_id,))


def lock_worlds(tx: Tx, account_id: UUID) -> Cursor:
    """Return the worlds that an account owns or belongs to, and whether it `is_member`; and lock them."""
    return tx.execute(
        "SELECT "
        + worlds.COLUMNS
        + """, EXISTS (SELECT FROM worlds.members AS m
                       WHERE m.world_id = w.world_id AND m.account_id = %(account)s) AS is_member
        FROM worlds.worlds AS w
        WHERE w.owner_id = %(account)s
           OR w.world_id IN (SELECT m.world_id FROM worlds.members AS m WHERE m.account_id = %(account)s)
        ORDER BY w.world_id FOR UPDATE
        """,
        {"account": account_id},
    )


def forget(tx: Tx, aggregate_ids: list[UUID], kept_types: list[str]) -> None:
    """Delete the events of characters and interviews; those of the kept types stay without who it was."""
    tx.execute("SELECT worlds.forget_in_minds(%s)", (aggregate_ids,))
    tx.execute("SELECT worlds.forget_characters(%s, %s)", (aggregate_ids, kept_types))
