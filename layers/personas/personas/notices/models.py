"""The values and refusals of notifications."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

NoticeType = Literal["battle_remixed", "template_used", "persona_followed"]


class Notice(Struct, frozen=True):
    """A notification.

    Attributes:
        actor_id: whose doing it was; None once that account is gone.
        read_at: None while it is unread.
    """

    notification_id: int
    actor_id: UUID | None
    type: NoticeType
    title: str
    body: str
    metadata: Mapping[str, Any]
    read_at: datetime | None
    created_at: datetime
