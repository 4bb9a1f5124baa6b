"""Lifting what is remembered of a person's accounts that do not play at present."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Tx


def lift(tx: Tx, user_id: UUID, limit: str, like: Mapping[str, Any]) -> None:
    """Remove a limit that an administrator lifts from what is remembered, or an account that comes back brings it back.

    Args:
        limit: the name of a `Limit`.
        like: fields that the entries to remove have; all entries when empty.
    """
    tx.execute(
        """
        UPDATE forgotten_accounts f SET limits = jsonb_set(f.limits, ARRAY[%(limit)s], coalesce(
            (SELECT jsonb_agg(entry) FROM jsonb_array_elements(f.limits -> %(limit)s) AS entry
             WHERE NOT entry @> %(like)s), '[]'))
        FROM users u
        WHERE u.user_id = %(user_id)s AND f.person_id = u.person_id AND f.limits ? %(limit)s
        """,
        {"user_id": user_id, "limit": limit, "like": Jsonb(dict(like))},
    )
