"""Drafts and previews, which a person waits for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct


class Reservation(Struct, frozen=True):
    """What is known while someone waits: for whom, where, and which unit of a quota is held.

    Attributes:
        day: the unit's, in UTC; someone may wait past midnight.
        variants: which drafts are written; another one of a day takes another angle.
        regenerated: whether stricter prompts were asked, because the first answers said what the persona never says.
    """

    persona_id: UUID
    room_id: UUID
    lease_id: UUID
    day: date
    variants: tuple[int, ...]
    regenerated: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "persona_id": str(self.persona_id),
            "room_id": str(self.room_id),
            "lease_id": str(self.lease_id),
            "day": self.day.isoformat(),
            "variants": list(self.variants),
            "regenerated": self.regenerated,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Reservation:
        return cls(
            UUID(data["persona_id"]),
            UUID(data["room_id"]),
            UUID(data["lease_id"]),
            date.fromisoformat(data["day"]),
            tuple(data["variants"]),
            data["regenerated"],
        )


class Preview(Struct, frozen=True):
    """What a persona would sound like.

    Attributes:
        used: previews of the persona today, this one included.
        limit: how many it has per day.
    """

    drafts: tuple[str, ...]
    used: int
    limit: int
