"""SQL on personas.mutes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from kernel.database import Cursor, Tx
from personas.paging import LAST_ID, LATEST


def insert_persona_mute(tx: Tx, account_id: UUID, persona_id: UUID) -> Cursor:
    """Mute a persona of another account; return the mute, unless there is no such persona."""
    return tx.execute(
        """
        INSERT INTO personas.mutes AS m (mute_id, account_id, muted_persona_id, name, created_at)
        SELECT %(mute_id)s, %(account_id)s, persona_id, name, %(now)s
        FROM personas.personas WHERE persona_id = %(persona_id)s AND account_id <> %(account_id)s
        ON CONFLICT (account_id, muted_persona_id) WHERE muted_persona_id IS NOT NULL
            DO UPDATE SET name = excluded.name
        RETURNING mute_id, muted_persona_id AS persona_id, name, is_block, created_at
        """,
        {"mute_id": uuid4(), "account_id": account_id, "persona_id": persona_id, "now": tx.now},
    )


def insert_mute_of_persona_owner(tx: Tx, account_id: UUID, persona_id: UUID, *, is_block: bool) -> Cursor:
    """Mute the person behind a persona; return the mute, unless there is no such persona of another person."""
    return tx.execute(
        """
        INSERT INTO personas.mutes AS m (mute_id, account_id, muted_account_id, name, is_block, created_at)
        SELECT %(mute_id)s, %(account_id)s, account_id, name, %(is_block)s, %(now)s
        FROM personas.personas WHERE persona_id = %(persona_id)s AND account_id <> %(account_id)s
        ON CONFLICT (account_id, muted_account_id) WHERE muted_account_id IS NOT NULL
            DO UPDATE SET is_block = m.is_block OR excluded.is_block
        RETURNING mute_id, muted_persona_id AS persona_id, name, is_block, created_at
        """,
        {
            "mute_id": uuid4(),
            "account_id": account_id,
            "persona_id": persona_id,
            "is_block": is_block,
            "now": tx.now,
        },
    )


def insert_mute_of_post_author(tx: Tx, account_id: UUID, post_id: UUID, *, is_block: bool) -> Cursor:
    """Mute the person who published a post; return the mute, unless there is no such post of another person."""
    return tx.execute(
        """
        INSERT INTO personas.mutes AS m (mute_id, account_id, muted_account_id, name, is_block, created_at)
        SELECT %(mute_id)s, %(account_id)s, p.account_id, coalesce(s.name, left(p.content, 60)), %(is_block)s, %(now)s
        FROM personas.public_posts p LEFT JOIN personas.personas s USING (persona_id)
        WHERE p.post_id = %(post_id)s AND p.account_id <> %(account_id)s
        ON CONFLICT (account_id, muted_account_id) WHERE muted_account_id IS NOT NULL
            DO UPDATE SET is_block = m.is_block OR excluded.is_block
        RETURNING mute_id, muted_persona_id AS persona_id, name, is_block, created_at
        """,
        {"mute_id": uuid4(), "account_id": account_id, "post_id": post_id, "is_block": is_block, "now": tx.now},
    )


def list_mutes(tx: Tx, account_id: UUID, after: tuple[datetime | None, UUID | None], limit: int) -> Cursor:
    return tx.execute(
        """
        SELECT mute_id, muted_persona_id AS persona_id, name, is_block, created_at FROM personas.mutes
        WHERE account_id = %s AND (created_at, mute_id) < (%s, %s)
        ORDER BY created_at DESC, mute_id DESC LIMIT %s
        """,
        (account_id, after[0] or LATEST, after[1] or LAST_ID, limit),
    )


def delete_mute(tx: Tx, account_id: UUID, mute_id: UUID) -> Cursor:
    return tx.execute(
        "DELETE FROM personas.mutes WHERE mute_id = %s AND account_id = %s RETURNING mute_id", (mute_id, account_id)
    )
