"""SQL on personas.activity."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Tx
from kernel.retention import delete_part


def insert_activity(tx: Tx, persona_id: UUID, type: str, metadata: Mapping[str, Any]) -> None:
    tx.execute(
        "INSERT INTO personas.activity (persona_id, type, metadata, created_at) VALUES (%s, %s, %s, %s)",
        (persona_id, type, Jsonb(dict(metadata)), tx.now),
    )


def delete_activity_before(tx: Tx, before: datetime) -> bool:
    return delete_part(tx, "personas.activity", "created_at < %(before)s", {"before": before})
