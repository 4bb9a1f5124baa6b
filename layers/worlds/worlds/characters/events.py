"""What happens to characters. Their fields are the wire contract of the log: see worlds.log."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from worlds.log.models import WorldEvent

Coordinates = tuple[int, int, int]
"""Decimetres."""


class CharacterCreated(WorldEvent):
    """A body was made: drawn by chance from a species and bought points, or without a body of its own (a watcher).

    Attributes:
        stamina: in parts of a point (worlds.movement).
    """

    type: ClassVar[str] = "CharacterCreatedViaGeneration"
    character_id: UUID
    player_id: UUID
    world_id: UUID
    name: str
    role: str
    species: str
    appearance: str = ""
    description: str = ""
    occupation: str = ""
    attributes: dict[str, int] = Field(default_factory=dict)
    variance: dict[str, int] = Field(default_factory=dict)
    point_buy_choices: dict[str, int] = Field(default_factory=dict)
    skills: dict[str, int] = Field(default_factory=dict)
    position: Coordinates
    hp: int = 0
    stamina: int = 0


class LookChanged(WorldEvent):
    """A character has another name, and looks different."""

    type: ClassVar[str] = "LookChanged"
    character_id: UUID
    name: str
    appearance: str
    description: str


class PersonReported(WorldEvent):
    """A character's player has told the administrators about another one.

    Attributes:
        world_id: of the one who is reported.
    """

    type: ClassVar[str] = "PersonReported"
    character_id: UUID
    player_id: UUID
    report_id: UUID
    other_id: UUID
    other_player_id: UUID
    world_id: UUID
    name: str
    reason: str


class CharacterEntered(WorldEvent):
    """A character's player has come, or is back."""

    type: ClassVar[str] = "CharacterEntered"
    character_id: UUID


class CharacterLeft(WorldEvent):
    """A character's player has gone; `reason` is left, disconnected or replaced."""

    type: ClassVar[str] = "CharacterLeft"
    character_id: UUID
    reason: str


class PlayerMoved(WorldEvent):
    """A character has moved. `stamina_cost` in points; `stamina`, what is left of it, in parts of one."""

    type: ClassVar[str] = "PlayerMoved"
    character_id: UUID
    start: Coordinates
    to: Coordinates
    mode: str
    facing: Coordinates
    stamina_cost: int
    stamina: int


class PlayerTurned(WorldEvent):
    """A character faces another way."""

    type: ClassVar[str] = "PlayerTurned"
    character_id: UUID
    facing: Coordinates


class MovementModeChanged(WorldEvent):
    """A character walks, sneaks, runs or sprints from now on."""

    type: ClassVar[str] = "MovementModeChanged"
    character_id: UUID
    mode: str


class FlightChanged(WorldEvent):
    """A watcher has taken off, changed its height, or landed."""

    type: ClassVar[str] = "FlightChanged"
    character_id: UUID
    is_flying: bool
    position: Coordinates


class PersonIgnored(WorldEvent):
    """A character hears nothing more of another one; or does again."""

    type: ClassVar[str] = "PersonIgnored"
    character_id: UUID
    other_id: UUID
    ignored: bool


class StaminaChanged(WorldEvent):
    """Something other than a movement has changed a character's stamina. In parts of a point.

    Attributes:
        at: when, if that was before the event was written down.
    """

    type: ClassVar[str] = "StaminaChanged"
    character_id: UUID
    old: int
    new: int
    reason: str
    at: datetime | None = None


class HealthChanged(WorldEvent):
    """Something has changed a character's hit points.

    Attributes:
        at: when, if that was before the event was written down.
        since: from when on rest brings hit points back; None for from then on.
        by: who has hurt them.
    """

    type: ClassVar[str] = "HealthChanged"
    character_id: UUID
    old: int
    new: int
    reason: str
    at: datetime | None = None
    since: datetime | None = None
    by: UUID | None = None


class CharacterRespawned(WorldEvent):
    """A defeated one has got up again. `stamina` in parts of a point."""

    type: ClassVar[str] = "CharacterRespawned"
    character_id: UUID
    position: Coordinates
    hp: int
    stamina: int
    at: datetime


class NpcCame(WorldEvent):
    """One of the game's own people has come to where others fight, to help one of them."""

    type: ClassVar[str] = "NpcCame"
    character_id: UUID
    position: Coordinates
    at: datetime


class NpcSlain(WorldEvent):
    """One of the game's own people has died of a fight.

    Attributes:
        day: of the world's time.
        by: who has killed them; None for a wound or a poison.
        witnesses: those of the game's own people who have seen it.
    """

    type: ClassVar[str] = "NpcSlain"
    character_id: UUID
    position: Coordinates
    at: datetime
    day: int
    by: UUID | None = None
    witnesses: tuple[UUID, ...] = ()
