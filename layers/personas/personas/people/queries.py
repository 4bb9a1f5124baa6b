"""SQL on personas.personas."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx
from kernel.locks import lock_name
from personas.paging import LAST_ID, LATEST

if TYPE_CHECKING:
    from personas.people.models import Persona, PersonaFields

_COLUMNS: Final[LiteralString] = """
    persona_id, account_id, name, bio, tone, writing_samples, do_not_say, catchphrases, preferred_language, formality,
    daily_draft_quota, daily_reply_quota, created_at, updated_at
"""


def insert_persona(tx: Tx, persona: Persona) -> None:
    tx.execute(
        """
        INSERT INTO personas.personas (
            persona_id, account_id, name, bio, tone, writing_samples, do_not_say, catchphrases, preferred_language,
            formality, daily_draft_quota, daily_reply_quota, created_at, updated_at
        ) VALUES (
            %(persona_id)s, %(account_id)s, %(name)s, %(bio)s, %(tone)s, %(writing_samples)s, %(do_not_say)s,
            %(catchphrases)s, %(preferred_language)s, %(formality)s, %(daily_draft_quota)s, %(daily_reply_quota)s,
            %(created_at)s, %(created_at)s
        )
        """,
        {
            **_values(persona),
            "persona_id": persona.persona_id,
            "account_id": persona.account_id,
            "created_at": persona.created_at,
        },
    )


def lock_and_count(tx: Tx, account_id: UUID) -> Cursor:
    """Return one row: `personas`, how many an account has. No one adds one until the transaction ends."""
    lock_name(tx, f"personas of {account_id}")
    return tx.execute("SELECT count(*) AS personas FROM personas.personas WHERE account_id = %s", (account_id,))


def find_persona(tx: Tx, persona_id: UUID) -> Cursor:
    return tx.execute("SELECT " + _COLUMNS + " FROM personas.personas WHERE persona_id = %s", (persona_id,))


def list_personas(tx: Tx, account_id: UUID, after: tuple[datetime | None, UUID | None], limit: int) -> Cursor:
    """Return the personas of an account, newest first, from behind the one that is named."""
    return tx.execute(
        "SELECT "
        + _COLUMNS
        + """
        FROM personas.personas WHERE account_id = %s AND (created_at, persona_id) < (%s, %s)
        ORDER BY created_at DESC, persona_id DESC LIMIT %s
        """,
        (account_id, after[0] or LATEST, after[1] or LAST_ID, limit),
    )


def list_oldest(tx: Tx, account_id: UUID, limit: int) -> Cursor:
    return tx.execute(
        "SELECT " + _COLUMNS + " FROM personas.personas WHERE account_id = %s ORDER BY created_at, persona_id LIMIT %s",
        (account_id, limit),
    )


def list_by_id(tx: Tx, persona_ids: list[UUID]) -> Cursor:
    return tx.execute("SELECT " + _COLUMNS + " FROM personas.personas WHERE persona_id = ANY(%s)", (persona_ids,))


def update_persona(tx: Tx, account_id: UUID, persona_id: UUID, fields: PersonaFields) -> Cursor:
    """Replace what a person decides about a persona; return the row unless it is another account's."""
    return tx.execute(
        """
        UPDATE personas.personas SET
            name = %(name)s, bio = %(bio)s, tone = %(tone)s, writing_samples = %(writing_samples)s,
            do_not_say = %(do_not_say)s, catchphrases = %(catchphrases)s,
            preferred_language = %(preferred_language)s, formality = %(formality)s,
            daily_draft_quota = %(daily_draft_quota)s, daily_reply_quota = %(daily_reply_quota)s, updated_at = %(now)s
        WHERE persona_id = %(persona_id)s AND account_id = %(account_id)s
        RETURNING
        """
        + _COLUMNS,
        {**_values(fields), "persona_id": persona_id, "account_id": account_id, "now": tx.now},
    )


def delete_persona(tx: Tx, account_id: UUID, persona_id: UUID) -> Cursor:
    return tx.execute(
        "DELETE FROM personas.personas WHERE persona_id = %s AND account_id = %s RETURNING persona_id",
        (persona_id, account_id),
    )


def _values(fields: PersonaFields) -> dict[str, object]:
    return {
        "name": fields.name,
        "bio": fields.bio,
        "tone": fields.tone,
        "writing_samples": Jsonb(list(fields.writing_samples)),
        "do_not_say": Jsonb(list(fields.do_not_say)),
        "catchphrases": Jsonb(list(fields.catchphrases)),
        "preferred_language": fields.preferred_language,
        "formality": fields.formality,
        "daily_draft_quota": fields.daily_draft_quota,
        "daily_reply_quota": fields.daily_reply_quota,
    }
