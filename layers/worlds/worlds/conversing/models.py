"""What a talk is asked for with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct


class Address(Struct, frozen=True):
    """What a player says to one of the game's own people.

    Attributes:
        language: that the game speaks to them.
    """

    npc_id: UUID
    speaker_id: UUID
    said: str
    language: str

    def as_json(self) -> dict[str, Any]:
        return {
            "npc_id": str(self.npc_id),
            "speaker_id": str(self.speaker_id),
            "said": self.said,
            "language": self.language,
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Address:
        return cls(UUID(stored["npc_id"]), UUID(stored["speaker_id"]), stored["said"], stored["language"])
