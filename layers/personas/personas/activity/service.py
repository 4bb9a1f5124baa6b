"""What personas have done, for their daily digests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from kernel.database import Tx
from personas.activity import queries

ActivityType = Literal["post_created", "reply_generated", "thread_participated"]

POST_PREVIEW = 220
"""Characters of a post that an activity row repeats."""
REPLY_PREVIEW = 200
"""Characters of a reply, and of the post that it answers."""


def record(tx: Tx, persona_id: UUID, type: ActivityType, metadata: Mapping[str, Any]) -> None:
    """Note that a persona has done something."""
    queries.insert_activity(tx, persona_id, type, metadata)
