"""Memories of the game's own people. Names are not kept in them: who did something is known by id alone."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from msgspec import Struct, field

AGGREGATE: Final = "memory"


class Feeling(StrEnum):
    """What a memory feels like."""

    JOY = "joy"
    ANGER = "anger"
    FEAR = "fear"
    SADNESS = "sadness"
    SURPRISE = "surprise"
    DISGUST = "disgust"


class MemoryKind(StrEnum):
    """What sort of thing is remembered."""

    OBSERVATION = "observation"
    CONVERSATION = "conversation"
    EVENT = "event"
    RELATIONSHIP = "relationship"


class Occurrence(StrEnum):
    """What has happened, as memories know it."""

    GIFT = "gift"
    HELP = "help"
    THREAT = "threat"
    VIOLENCE = "violence"
    DEATH = "death"
    BETRAYAL = "betrayal"
    PROMISE = "promise"
    PROMISE_KEPT = "promise_kept"
    PROMISE_BROKEN = "promise_broken"
    TALK = "talk"
    FIRST_MEETING = "first_meeting"
    CHANGE = "change"
    """Someone is no longer as they were."""


TOLD: Final = (
    Occurrence.GIFT,
    Occurrence.HELP,
    Occurrence.THREAT,
    Occurrence.VIOLENCE,
    Occurrence.DEATH,
    Occurrence.BETRAYAL,
    Occurrence.PROMISE_KEPT,
    Occurrence.PROMISE_BROKEN,
    Occurrence.CHANGE,
)
"""What is worth telling."""


class NpcMemory(Struct, frozen=True, kw_only=True):
    """Something that one of the game's own people remembers.

    Attributes:
        version: of its aggregate in the log.
        formed_at: milliseconds of the world's own time; `accessed_at` as well.
        clarity: 0 to 1, when it was formed. What is left of it is computed.
        weight: 0 to 1, how much it moves them.
        profile: {feeling: 0 to 1}.
        accesses: how often it has come back to them.
        content: what it is about: `item`, `quantity`, `at`, `weather`, `to`; and when it `happened`, if it was told.
        original: the content before it was corrupted; None if it was not.
        about_id: who did it; None for no one.
        told_by: who has told them; None if they were there themselves.
        source_id: of what happened: the same for all who remember it.
    """

    memory_id: UUID
    npc_id: UUID
    world_id: UUID
    version: int
    kind: MemoryKind
    occurrence: Occurrence
    formed_at: int
    clarity: float
    weight: float
    profile: Mapping[Feeling, float]
    accesses: int = 0
    accessed_at: int | None = None
    content: Mapping[str, Any] = field(default_factory=dict)
    original: Mapping[str, Any] | None = None
    tags: tuple[str, ...] = ()
    about_id: UUID | None = None
    told_by: UUID | None = None
    source_id: UUID

    @property
    def dominant(self) -> Feeling | None:
        """The strongest feeling; None for none."""
        return max(self.profile, key=lambda each: self.profile[each], default=None)
