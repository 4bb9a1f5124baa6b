"""Requests and answers of Worlds. Source: worlds 2.2."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from doors.fields import Timestamp
from doors.nulls import WithNulls
from functions.worlds.door import StrictBody, Text
from worlds.bodies.models import Attribute
from worlds.bodies.rules import derived
from worlds.characters.models import Character
from worlds.entering.models import Chosen, Whereabouts, Wish
from worlds.entering.models import EntryOptions as Options
from worlds.space.models import Position
from worlds.world.models import World

Id = Annotated[UUID, Field(strict=False)]


class WorldChoice(StrictBody):
    """A world to enter."""

    world_id: Id


class CharacterChoice(StrictBody):
    """A character to play."""

    character_id: Id


class NewCharacter(StrictBody):
    """A new character. A watcher needs no species."""

    world_id: Id
    name: Text
    species: Text = "human"
    role: Text = "player"
    appearance: Annotated[Text, Field(max_length=2000)] = ""
    description: Text = ""
    occupation: Text = ""
    point_buy: dict[str, int] = Field(default_factory=dict)
    seed: Annotated[int, Field(ge=0, le=2**53)] = 0
    background_answers: list[str] = Field(default_factory=list, max_length=20)

    @property
    def wish(self) -> Wish:
        return Wish(**self.model_dump(exclude={"world_id"}))


class Attributes(BaseModel):
    """The most that a body can have of each secondary value."""

    max_hp: int
    max_stamina: int
    max_focus: int
    max_mana: int
    max_nerve: int


class CharacterShape(WithNulls):
    """A character; positions in metres."""

    character_id: UUID
    user_id: UUID
    world_id: UUID
    name: str
    role: str
    species: str
    appearance: str
    description: str
    occupation: str
    position_x: float
    position_y: float
    position_z: float
    orientation_x: float
    orientation_y: float
    orientation_z: float
    is_flying: bool
    created_at: Timestamp
    last_played: Timestamp | None

    @classmethod
    def of(cls, character: Character) -> CharacterShape:
        x, y, z = character.position
        east, north, up = character.facing
        return cls(
            character_id=character.character_id,
            user_id=character.account_id,
            world_id=character.world_id,
            name=character.name,
            role=character.role,
            species=character.species,
            appearance=character.appearance,
            description=character.description,
            occupation=character.occupation,
            position_x=x / 10,
            position_y=y / 10,
            position_z=z / 10,
            orientation_x=east / 1000,
            orientation_y=north / 1000,
            orientation_z=up / 1000,
            is_flying=character.is_flying,
            created_at=character.created_at,
            last_played=character.last_played,
        )


class MadeCharacter(WithNulls):
    """A new character with its attributes; a watcher has none."""

    character: CharacterShape
    attributes: dict[str, int]
    secondary_attributes: Attributes | None

    @classmethod
    def of(cls, character: Character) -> MadeCharacter:
        return cls(
            character=CharacterShape.of(character),
            attributes=dict(character.attributes),
            secondary_attributes=secondary(character),
        )


def secondary(character: Character) -> Attributes | None:
    """Return the secondary values of a body; None for a watcher."""
    if not character.attributes:
        return None
    values = derived({Attribute(name): value for name, value in character.attributes.items()})
    return Attributes(
        max_hp=values.hp,
        max_stamina=values.stamina,
        max_focus=values.focus,
        max_mana=values.mana,
        max_nerve=values.nerve,
    )


class CharacterList(BaseModel):
    """Someone's characters, the one that was played last first."""

    characters: list[CharacterShape]


class JoinedWorld(BaseModel):
    """A character to connect with: its world opens at the socket."""

    character: CharacterShape
    world_id: UUID
    message: str

    @classmethod
    def of(cls, chosen: Chosen) -> JoinedWorld:
        return cls(
            character=CharacterShape.of(chosen.character), world_id=chosen.world.world_id, message=chosen.message
        )


class EntryOptions(BaseModel):
    """Ways into a world."""

    can_enter_as_watcher: bool
    available_npcs: list[dict[str, Any]]
    can_create_custom: bool

    @classmethod
    def of(cls, options: Options) -> EntryOptions:
        return cls(can_enter_as_watcher=options.as_watcher, available_npcs=[], can_create_custom=options.as_someone_new)


class SelectedWorld(BaseModel):
    """A world that was chosen."""

    world_id: UUID
    name: str
    entry_options: EntryOptions


class SessionState(WithNulls):
    """Where someone is, and where to connect. Source: worlds 2.2."""

    user_id: UUID
    world_id: UUID | None
    world_name: str | None
    character_id: UUID | None
    stage: str
    connected: bool
    characters: list[CharacterShape]
    websocket_url: str

    @classmethod
    def of(cls, user_id: UUID, found: Whereabouts, websocket_url: str) -> SessionState:
        return cls(
            user_id=user_id,
            world_id=found.world.world_id if found.world else None,
            world_name=found.world.name if found.world else None,
            character_id=found.character.character_id if found.character else None,
            stage=found.stage,
            connected=found.connected,
            characters=[CharacterShape.of(each) for each in found.characters],
            websocket_url=websocket_url,
        )


class SocketTicket(BaseModel):
    """What opens the WebSocket once, within a minute: `?ticket=...&character_id=...`."""

    ticket: str
    websocket_url: str


class Place(BaseModel):
    """A place in metres."""

    x: float
    y: float
    z: float

    @classmethod
    def of(cls, position: Position) -> Place:
        return cls(x=position.x / 10, y=position.y / 10, z=position.z / 10)


class Bounds(BaseModel):
    """The corners of a world with walls."""

    min: Place
    max: Place


class WorldShape(WithNulls):
    """A world in the list. `radius` in metres, of spherical ones; `bounds` of those with walls."""

    id: UUID
    name: str
    shape: str
    radius: float | None
    bounds: Bounds | None
    owner_id: UUID | None
    created_at: Timestamp

    @classmethod
    def of(cls, world: World) -> WorldShape:
        space = world.space
        has_walls = space.shape == "bounded_cube"
        return cls(
            id=world.world_id,
            name=world.name,
            shape=space.shape,
            radius=round(space.circumference / 10 / 6.283185307179586, 1) if space.shape == "spherical" else None,
            bounds=Bounds(min=Place.of(space.lowest), max=Place.of(space.highest)) if has_walls else None,
            owner_id=world.owner_id,
            created_at=world.created_at,
        )


class MapPlace(BaseModel):
    """A place on a map, in metres."""

    x: float
    y: float


class WorldMapShape(BaseModel):
    """A whole world. `cells` has a letter for each, in rows from the north-west; heights in metres."""

    columns: int
    rows: int
    cells: str
    legend: dict[str, str]
    mean_temperature: float
    highest_point: float
    highest_at: MapPlace
    sea_level: int
    land_percent: float
    years: int
    seed: int
