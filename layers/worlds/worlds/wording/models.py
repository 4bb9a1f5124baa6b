"""What Worlds asks a model for: the six kinds of prompt. Source: worlds 24."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from msgspec import Struct

INTERACTIVE, BACKGROUND = 10.0, 30.0
"""Seconds from the request to the answer, after which the fallback counts."""
MOST_AT_ONCE: Final = 10


class Priority(IntEnum):
    """Who waits for a text. The lowest number comes first, and the highest is dropped first."""

    PLAYER_WAITING = 0
    PLAYER_NEARBY = 1
    WORLD_BUILDING = 2
    IDLE_NPC = 3


class Tier(IntEnum):
    """How much is asked of a model that has become slow, or fails."""

    FULL = 1
    SHORT = 2
    """Shorter texts, and what is in the cache even if it says less."""
    TEMPLATES = 3
    """Nothing."""


class PromptKind(Struct, frozen=True):
    """A kind of prompt.

    Attributes:
        seconds: from the request to the answer.
        version: of the prompt. Raise it with every change, so that no earlier text is taken for an answer to it.
        is_prose: its text may be shorter.
    """

    name: str
    priority: Priority
    seconds: float
    version: int = 1
    is_prose: bool = True


INTERVIEW_QUESTION: Final = PromptKind("worlds.interview_question", Priority.PLAYER_WAITING, INTERACTIVE, version=2)
INTERVIEW_EXTRACTION: Final = PromptKind(
    "worlds.interview_extraction", Priority.PLAYER_WAITING, BACKGROUND, version=2, is_prose=False
)
WORLD_NAMES: Final = PromptKind("worlds.world_names", Priority.WORLD_BUILDING, BACKGROUND, version=2, is_prose=False)
DIALOGUE: Final = PromptKind("worlds.dialogue", Priority.PLAYER_WAITING, INTERACTIVE)
AREA_DESCRIPTION: Final = PromptKind("worlds.area_description", Priority.PLAYER_NEARBY, INTERACTIVE, version=2)
NPC_DECISION: Final = PromptKind("worlds.npc_decision", Priority.IDLE_NPC, BACKGROUND, is_prose=False)

PROMPT_KINDS: Final = (
    INTERVIEW_QUESTION,
    INTERVIEW_EXTRACTION,
    WORLD_NAMES,
    DIALOGUE,
    AREA_DESCRIPTION,
    NPC_DECISION,
)
