"""What happens to worlds."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field

from worlds.characters.events import Coordinates
from worlds.log.models import WorldEvent
from worlds.space.models import Shape


class WorldCreated(WorldEvent):
    """A world was made. Lengths in decimetres; `game_time` in milliseconds."""

    type: ClassVar[str] = "WorldCreated"
    world_id: UUID
    name: str
    shape: Shape
    circumference: int | None = None
    lowest: Coordinates | None = None
    highest: Coordinates | None = None
    owner_id: UUID | None = None
    is_system: bool = False
    privacy: str = "public"
    seats: int | None = None
    status: str = "ready"
    generation: dict[str, Any] = Field(default_factory=dict)
    game_time: int = 0
    hours_per_day: int = 24


class WorldConfigured(WorldEvent):
    """What a world was made to be like, as it was understood of an interview."""

    type: ClassVar[str] = "WorldConfigured"
    world_id: UUID
    configuration: dict[str, Any]


class WorldChanged(WorldEvent):
    """A world's owner has changed its settings; these are all of them."""

    type: ClassVar[str] = "WorldChanged"
    world_id: UUID
    name: str
    privacy: str
    seats: int | None
    hours_per_day: int


class WorldPaused(WorldEvent):
    """A world's time stands still."""

    type: ClassVar[str] = "WorldPaused"
    world_id: UUID


class WorldResumed(WorldEvent):
    """A world's time goes on; what has passed in the meantime is made up for."""

    type: ClassVar[str] = "WorldResumed"
    world_id: UUID


class DilationChanged(WorldEvent):
    """A world's time passes faster or slower. `dilation`: thousandths of real time."""

    type: ClassVar[str] = "DilationChanged"
    world_id: UUID
    dilation: int


class WorldDeleted(WorldEvent):
    """A world is gone, and with it all that was in it: things, and the characters that people had there."""

    type: ClassVar[str] = "WorldDeleted"
    world_id: UUID


class WorldWiped(WorldEvent):
    """A world is empty: no things, no characters. What was there at first is placed again by the events that follow."""

    type: ClassVar[str] = "WorldWiped"
    world_id: UUID


class MemberAdded(WorldEvent):
    """Someone belongs to a world, or has another role there from now on."""

    type: ClassVar[str] = "MemberAdded"
    world_id: UUID
    account_id: UUID
    role: str


class MemberRemoved(WorldEvent):
    """Someone no longer belongs to a world."""

    type: ClassVar[str] = "MemberRemoved"
    world_id: UUID
    account_id: UUID


class ThingRemoved(WorldEvent):
    """Something is no longer there."""

    type: ClassVar[str] = "ThingRemoved"
    world_id: UUID
    entity_id: UUID


class WorldOwnerLeft(WorldEvent):
    """A world's owner has deleted their account; the world stays."""

    type: ClassVar[str] = "WorldOwnerLeft"
    world_id: UUID


class ThingPlaced(WorldEvent):
    """Something is in a world from now on: a statue, a portal, or an item that lies there. Decimetres."""

    type: ClassVar[str] = "ThingPlaced"
    world_id: UUID
    entity_id: UUID
    kind: str
    name: str
    description: str = ""
    details: str = ""
    position: Coordinates
    radius: int = 0
    locked: bool = False
    interactable: bool = True
    item: str | None = None
    quantity: int | None = None
    durability: int | None = None
    quality: int | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)


class BuildingAdvanced(WorldEvent):
    """A part of a world's ground has been made; `progress` in per cent."""

    type: ClassVar[str] = "BuildingAdvanced"
    world_id: UUID
    stage: str
    progress: int


class GroundMade(WorldEvent):
    """The ground of a world is stored. It follows from seed and parameters, so the log has only what tells it apart.

    Attributes:
        digest: of all tiles.
        land: per cent.
        sea_level: metres on the scale of the generator.
    """

    type: ClassVar[str] = "GroundMade"
    world_id: UUID
    digest: str
    land: float
    sea_level: float


class SpeciesDrawn(WorldEvent):
    """The plants and animals that a world begins with.

    Attributes:
        species: each as `worlds.ecosystem.species.WorldSpecies`.
    """

    type: ClassVar[str] = "SpeciesDrawn"
    world_id: UUID
    species: list[dict[str, Any]]


class WorldReady(WorldEvent):
    """People can enter a world from now on; `entrance` is where they arrive."""

    type: ClassVar[str] = "WorldReady"
    world_id: UUID
    entrance: Coordinates


class BuildingFailed(WorldEvent):
    """A world will not be made; `reason` is cancelled, or what went wrong."""

    type: ClassVar[str] = "BuildingFailed"
    world_id: UUID
    reason: str


class WeatherSet(WorldEvent):
    """A world's owner has set the weather for a while.

    Attributes:
        state: clear, cloudy, rain, storm or snow.
        since, until: half hours of game time since the world began; `until` is the first one that is not set.
    """

    type: ClassVar[str] = "WeatherSet"
    world_id: UUID
    state: str
    since: int
    until: int


class WorldTicked(WorldEvent):
    """Time has passed in a world while people were there: a summary, written when they were told of a change.

    Attributes:
        first_tick, last_tick: tenths of a second of real time, since 1970.
        game_time: milliseconds of the world's own time at the last tick.
    """

    type: ClassVar[str] = "WorldTicked"
    world_id: UUID
    first_tick: int
    last_tick: int
    game_time: int


class DeepTimeStarted(WorldEvent):
    """Years pass in a world, up to `to`, or until `goal` is reached.

    Attributes:
        run: counts what was begun.
        paced: as long as its owner is there, at the world's speed.
        parts: what is simulated besides ground and climate.
        seed, parameters: of its first year, if they are not the world's own.
    """

    type: ClassVar[str] = "DeepTimeStarted"
    world_id: UUID
    run: int
    to: int
    paced: bool = False
    parts: list[str]
    goal: str = ""
    seed: int | None = None
    parameters: dict[str, Any] | None = None


class DeepTimeAdvanced(WorldEvent):
    """Years have passed in a world. What it is like follows from its seed, so the log has only this.

    Attributes:
        intervened: how many of the interventions that waited have been done.
        seen: what the world is like, in short.
        happened: what was worth a line.
    """

    type: ClassVar[str] = "DeepTimeAdvanced"
    world_id: UUID
    run: int
    year: int
    intervened: int
    seen: dict[str, Any]
    happened: list[dict[str, Any]]


class DeepTimeStopped(WorldEvent):
    """No more years pass in a world; `reason` is reached, goal, paused, alone, spent, or what went wrong."""

    type: ClassVar[str] = "DeepTimeStopped"
    world_id: UUID
    run: int
    reason: str


class DeepTimePaced(WorldEvent):
    """Years of a run pass faster or slower."""

    type: ClassVar[str] = "DeepTimePaced"
    world_id: UUID
    speed: str


class DeepTimeReset(WorldEvent):
    """A world's deep time is forgotten; the next begins in its first year."""

    type: ClassVar[str] = "DeepTimeReset"
    world_id: UUID


class CreaturesChanged(WorldEvent):
    """Someone has put a creature into a world, or let some have young; and what time has done before that.

    Attributes:
        at: the tick of the world's clock up to which all of them are settled.
        next_number: of the next creature.
        saved: those that are new or not as they were.
        removed: numbers of dead ones that are forgotten.
    """

    type: ClassVar[str] = "CreaturesChanged"
    world_id: UUID
    at: int
    next_number: int
    saved: list[dict[str, Any]]
    removed: list[int]


class TurningPointPut(WorldEvent):
    """Its owner lets the chat of the community decide on a turning point of a world.

    Attributes:
        year: of the turning point.
        options: the interventions that the chat may choose.
        closes_at: when the vote ends, about.
    """

    type: ClassVar[str] = "TurningPointPut"
    world_id: UUID
    poll_id: UUID
    year: int
    options: list[str]
    closes_at: datetime


class TurningPointClosed(WorldEvent):
    """The vote on a turning point is over; what was chosen has happened, as its own event.

    Attributes:
        chosen: the intervention; None if there is none.
        reason: why nothing happens: no_votes, energy, paused, or why the chat was not asked.
    """

    type: ClassVar[str] = "TurningPointClosed"
    world_id: UUID
    poll_id: UUID
    year: int
    chosen: str | None
    reason: str = ""


class Intervened(WorldEvent):
    """Its owner has a hand in a world's deep time; the energy is spent, and the next slice does it.

    Attributes:
        species: its number; None for the one with the most members.
    """

    type: ClassVar[str] = "Intervened"
    world_id: UUID
    intervention: str
    cost: int
    species: int | None = None
