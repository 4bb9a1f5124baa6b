"""The shapes of what goes over the socket of Worlds, for its description and its contract test. Source: worlds 4.

The code that sends these builds plain dictionaries, so that a command need not pay for validation.
"""

# ruff: noqa: N815  (the names of the protocol)
from __future__ import annotations

from typing import Annotated, Any, Literal, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from local.tools import capital_codes
from worlds.play.frames import MAX_ID
from worlds.posts.envelopes import MessageKind

SHORTEST, LONGEST = 1, 1024
"""Characters of a command."""

Stamp = Annotated[
    str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", examples=["2026-11-27T19:30:00.000Z"])
]
CommandId = Annotated[str, Field(min_length=1, max_length=MAX_ID, examples=["7c1f"])]


class Shape(BaseModel):
    """Base of all shapes: they have these fields and no others."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Lenient(BaseModel):
    """Base of what clients send: fields that we do not know are ignored."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class CommandText(Lenient):
    """A command as a player types it."""

    text: Annotated[str, Field(min_length=SHORTEST, max_length=LONGEST, examples=["say hello"])]
    """`help` lists the commands."""


class CommandParts(Lenient):
    """A command in parts, the older form: put together as action, quantity, recipient, target and message."""

    action: Annotated[str, Field(examples=["get"])]
    quantity: int | str | None = None
    recipient: str | None = None
    target: Annotated[str | None, Field(examples=["lamp"])] = None
    message: str | None = None


class Command(Lenient):
    """A player does something. The answer comes back on the same connection, with the same `command_id`."""

    type: Literal["command"]
    id: CommandId | None = None
    """Made by the client. A repeat with the same id changes nothing, and gets the same answer."""
    data: CommandText | CommandParts


class InterviewText(Lenient):
    """What is said to the statue."""

    text: Annotated[str, Field(examples=["A world of islands"])]


class InterviewResponse(Lenient):
    """The same as the command `tell statue <text>`."""

    type: Literal["interview_response"]
    id: CommandId | None = None
    data: InterviewText


class Ping(Lenient):
    """Keeps the connection alive, which the gateway closes after ten minutes of silence. Send one every five."""

    type: Literal["ping"]
    id: CommandId | None = None
    data: Annotated[dict[str, Any], Field(max_length=0, examples=[{}])] = {}


class Place(Shape):
    """A place in a world, in metres: x to the east, y to the north, z up."""

    x: float
    y: float
    z: float


class Envelope(Shape):
    """What all frames have."""

    timestamp: Stamp
    seq: PositiveInt | None = None
    """Of a post: its number in the character's posts. They come in this order; one that is seen again is a repeat."""
    request_id: Annotated[str | None, Field(min_length=1)] = None
    """Of a post: the request that caused it, as in the log and in the metadata of events."""
    again: Literal[True] | None = None
    """Of a post that was received before: the last ones are sent again after connecting."""
    command_id: Annotated[CommandId | None, Field(default_factory=lambda: None)]
    """Of an answer: the id of the command, null if it has none."""
    posts: Annotated[int | None, Field(ge=0)] = None
    """Of an answer: the number of the last post before it. A client that has seen fewer waits for them."""


class Line(Shape):
    """A line for the player's log."""

    id: UUID
    type: MessageKind
    """What kind of line: clients choose its look, and what else they do."""
    text: Annotated[str, Field(examples=["You walk east."])]
    """For people, in the language of the connection."""
    timestamp: Stamp
    metadata: Annotated[dict[str, Any], Field(examples=[{}])]
    """For programs; it depends on `type`. See the schemas whose names end in `Metadata`."""


class GameMessage(Envelope):
    """A line that a player reads: an answer, or something that happens."""

    type: Literal["game_message"]
    data: Line


class Held(Shape):
    """A stack of things that a character carries or wears."""

    itemID: UUID
    name: str
    icon: str
    """The item's key in configs/worlds/items.json."""
    quality: Annotated[int, Field(ge=0, le=4)]
    """0 is poor, 1 common, 4 legendary."""
    quantity: PositiveInt
    weight: float
    """Of the whole stack, in kg."""
    equipable: bool
    slot: str | None
    """Where it is worn, as `equip` names it; null if it is not worn."""


class Equipment(Shape):
    """The names of what is worn; places where nothing is worn are left out."""

    head: str | None = None
    chest: str | None = None
    legs: str | None = None
    feet: str | None = None
    neck: str | None = None
    ring1: str | None = None
    ring2: str | None = None
    mainHand: str | None = None
    offHand: str | None = None


class State(Shape):
    """The character as it is now. All values of a watcher are 0."""

    hp: int
    maxHP: int
    stamina: int
    maxStamina: int
    focus: int
    maxFocus: int
    mana: int
    maxMana: int
    nerve: int
    maxNerve: int
    position: Place
    inventory: list[Held]
    equipment: Equipment
    visibleTiles: Annotated[list[Any], Field(max_length=0, examples=[[]])]
    """Always empty: `map_update` has the tiles."""


class StateUpdate(Envelope):
    """The character has changed, or asked with a ping."""

    type: Literal["state_update"]
    data: State


class OnTile(Shape):
    """Something or someone on a tile."""

    name: str
    type: str


class Tile(Shape):
    """A square of the map, by its middle."""

    x: float
    y: float
    biome: str | None
    """null where there is no ground, as in the lobby, and for hidden tiles."""
    elevation: float
    """Metres above the sea."""
    entities: list[OnTile]
    portal: str | None
    """The name of a portal here."""
    is_player: bool
    out_of_bounds: bool
    occluded: bool
    """Hidden behind higher ground, or farther than the weather lets one see."""


class Map(Shape):
    """What is around the character, in rows from the north-west."""

    tiles: list[Tile]
    player_x: float
    player_y: float
    grid_size: PositiveInt
    """Tiles on a side."""
    stride: PositiveInt
    """Metres from tile to tile."""
    world_id: UUID
    render_quality: Literal["low", "medium", "high"]
    """By the character's perception."""
    chunk: PositiveInt | None = None
    """Of a map in several parts: the number of this one, from 1."""
    chunks: PositiveInt | None = None
    """Of a map in several parts: how many there are."""


class MapUpdate(Envelope):
    """The map, after connecting and after each step."""

    type: Literal["map_update"]
    data: Map


class Seen(Shape):
    """Something or someone in sight."""

    id: UUID
    name: str
    """As it is in the text, so that a client can link to it."""
    type: str
    """character, portal, item, or another kind of thing."""
    position: Place


class Around(Shape):
    """Who and what is around the character, nearest first."""

    within: float
    """Metres. Nothing else that a client knows of is as near; what is farther away is not said."""
    entities: list[Seen]


class AroundUpdate(Envelope):
    """What is around, after a command by which that may have changed for the player. It says what others did, too."""

    type: Literal["around_update"]
    data: Around


class CombatResult(BaseModel):
    """What came of something in a fight."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    outcome: Annotated[str, Field(examples=["hit"])]
    """hit, fumble, failed, defend, fled, caught, ran, used, hurt (by a wound or a poison), defeated, died, up, calm,
    fallen or left."""
    damage: int | None = None
    hp: int | None = None
    """Of the target; or of who is hurt by a wound or a poison."""
    maxHP: int | None = None
    critical: bool | None = None
    interrupted: bool | None = None
    """Whether the target has lost what it was about to do."""
    effects: list[str] | None = None
    """What the hit has brought: poison, stun, slow, bleed."""
    reason: str | None = None
    """Why it failed; or what hurts."""


class Combat(Shape):
    """Something that has happened in a fight."""

    action: str | None
    """quick, normal, heavy, defend, flee or use; null for what comes by itself."""
    sourceId: str
    targetId: str | None
    result: CombatResult


class CombatEvent(Envelope):
    """Something has happened in a fight that the player is in or sees. A line of type `combat` says it in words."""

    type: Literal["combat_event"]
    data: Combat


class Pong(Envelope):
    """The answer to a ping; a `state_update` follows it."""

    type: Literal["pong"]
    data: Annotated[dict[str, Any], Field(max_length=0, examples=[{}])]


def _with_codes(schema: dict[str, Any]) -> None:
    codes = capital_codes.of_socket()
    schema["enum"] = list(codes)
    schema["examples"] = ["TARGET_NOT_FOUND"]


class Problem(Shape):
    """Why something was refused."""

    code: Annotated[str, Field(json_schema_extra=_with_codes)]
    message: Annotated[str, Field(examples=["There is no lamp here. Write look to see what is."])]
    """A sentence for the player."""


class Error(Envelope):
    """Something was refused, or the connection is about to be closed."""

    type: Literal["error"]
    data: Problem


class WeatherNow(Shape):
    """The weather where the character is."""

    state: Literal["clear", "cloudy", "rain", "storm", "snow"]
    temperature: float
    """Degrees Celsius."""
    rain: float
    """On a scale on which rain or snow is felt above 2, and a storm above 20."""
    wind_speed: float
    """Metres a second."""
    wind_from: Literal["east", "west"]
    humidity: Annotated[int, Field(ge=0, le=100)]
    pressure: float
    """Millibars."""
    sight: int
    """Metres that one sees."""
    extreme: Literal["hurricane", "blizzard", "drought", "heat wave"] | None
    summary: str
    """For people, in the language of the connection."""


class WeatherComing(Shape):
    """A change of the weather that is forecast, and comes true if the owner of the world sets no other."""

    time: Annotated[str, Field(pattern=r"^\d{2,}:\d\d$", examples=["15:30"])]
    """By the clock of the world."""
    state: Literal["clear", "cloudy", "rain", "storm", "snow"]
    temperature: float


class WeatherMetadata(Shape):
    """Of `info`, when the weather is read: `forecast` has the changes of the next day. Of `system`, when it changes."""

    weather: WeatherNow
    forecast: list[WeatherComing] | None = None


class OnGround(Shape):
    """Where on a map something is, in metres."""

    x: float
    y: float


class Offered(Shape):
    """A place where something can be gathered, where ore comes to the surface, or a hidden vein that was found."""

    key: str
    """Tells it from all others of its world."""
    type: Literal["resource", "outcrop", "vein"]
    what: str
    """The kind: a key of resources.json, or of the deposits in minerals.json."""
    name: str
    position: OnGround
    distance: float
    """Metres."""
    left: float
    """The share of what it has when no one has gathered there."""


class TalkHeard(Shape):
    """A talk of two of the people of a world, as one hears it: who has begun it, and what the other one says to it."""

    one_id: UUID
    other_id: UUID
    reply: Literal["agree", "disagree", "neutral"]


class VillageSeen(Shape):
    """A village whose smoke one sees."""

    name: str
    position: OnGround


class AreaMetadata(Shape):
    """Of `area_description`: what is seen. `look` at one thing has `target`, its name."""

    entities: list[Seen] | None = None
    offers: list[Offered] | None = None
    """The nearest ones within 200 m; left out where there are none."""
    talks: list[TalkHeard] | None = None
    """Of those within 10 m who talk with one another; left out where no one does."""
    target: str | None = None
    weather: WeatherNow | None = None
    """Left out where there is none, as in the lobby."""
    villages: list[VillageSeen] | None = None
    """The nearest ones within 1,500 m, as far as someone has come near them; left out where there are none."""


class ArrivalMetadata(Shape):
    """Of `system`, when someone arrives: who, and where."""

    entities: list[Seen]


class SpeechMetadata(Shape):
    """Of `speech`, `whisper`, `tell` and `emote`: who it was."""

    sender_id: UUID
    sender: str


class DialogueMetadata(Shape):
    """Of `dialogue`: which of the people of the world speaks, to whom, and what it feels like."""

    sender_id: UUID
    sender: str
    to_id: UUID
    feeling: Literal["joy", "anger", "fear", "sadness", "excited", "confused", "neutral"]


class ConnectMetadata(Shape):
    """Of `system`, when a player goes to another world: connect again, as this character."""

    connect_as: UUID
    world_id: UUID


class WorldMetadata(Shape):
    """Of `system` and `info` about a world. Those about its time have the next two fields."""

    world_id: UUID
    game_time: int | None = None
    """Milliseconds of game time since the world's beginning."""
    hours_per_day: int | None = None
    progress: Annotated[int | None, Field(ge=0, le=100)] = None
    """Of a world that is being made: per cent of its ground."""


class NoticeMetadata(Shape):
    """Of `system`, when there is a notification."""

    notification_id: PositiveInt
    """As in `GET /api/game/notifications`."""
    notification_type: Literal["new_world", "user_signin"]
    world_id: UUID | None = None
    """Of the new world."""


class InterviewMetadata(Shape):
    """Of `start_interview`: how far the interview about a new world is."""

    session_id: UUID
    """As in `/api/interview`."""
    progress: Annotated[float, Field(ge=0, le=1)]
    """The share of the questions that are answered."""
    topic: Annotated[int, Field(ge=0, le=11)]
    """What is asked about; 11 is review."""
    completed: bool
    """The world was made."""
    world_id: UUID | None = None
    """Of the world that was made with this answer."""
    world: str | None = None
    """Its name."""


class EntryMetadata(Shape):
    """Of `trigger_entry_options`: how the player may enter a world."""

    world_id: UUID
    world_name: str
    character_id: UUID | None
    """The character that the player has there already."""
    can_enter_as_watcher: bool
    can_create_custom: bool


class PlayersMetadata(Shape):
    """Of `player_list`: who is in this world."""

    players: list[str]


class Cell(Shape):
    """A cell of the world map."""

    column: int
    row: int


class Spot(Shape):
    """A place on the ground, in metres."""

    x: float
    y: float


class WorldMapMetadata(Shape):
    """Of `world_map_data`: the whole world from above."""

    columns: PositiveInt
    rows: PositiveInt
    cells: str
    """A letter for each cell, in rows from the north-west."""
    legend: dict[str, str]
    """{letter: biome}"""
    mean_temperature: float
    """Degrees Celsius."""
    highest_point: float
    """Metres above the sea."""
    highest_at: Spot
    sea_level: float
    land_percent: float
    years: int
    """Years that the world's history has been computed for."""
    seed: int
    player: Cell


FROM_CLIENT: tuple[type[BaseModel], ...] = (Command, InterviewResponse, Ping)
FROM_SERVER: tuple[type[Envelope], ...] = (GameMessage, StateUpdate, MapUpdate, AroundUpdate, CombatEvent, Pong, Error)


class CombatMetadata(Shape):
    """Of `combat`, when someone is about to do something: a `ping` after that time lets it happen."""

    ready_in_ms: Annotated[int, Field(ge=0, examples=[1275])]


class DirectoryWorld(Shape):
    """A world in a list."""

    world_id: str
    name: str
    players: int
    """How many are there."""


class DirectoryMetadata(Shape):
    """Of `info`, when worlds are listed: a page of them."""

    worlds: list[DirectoryWorld]
    page: int


class RecipesMetadata(Shape):
    """Of `info`, when recipes are listed."""

    craftable: list[str]
    """The keys of those that can be made now."""


class HintShape(Shape):
    """Something to do next."""

    command: str
    """To type, as it is."""
    why: str
    """In a sentence."""


class HintsMetadata(Shape):
    """Of `info` after `hint`, and of `combat` when a creature growls: the most useful first."""

    hints: list[HintShape]


class GatheredMetadata(Shape):
    """Of `action`, when someone has gathered."""

    item: str
    """A key of items.json."""
    quantity: int
    """0 for an attempt in vain."""


METADATA: dict[str, tuple[type[Shape], ...]] = {
    "action": (GatheredMetadata,),
    "area_description": (AreaMetadata,),
    "combat": (CombatMetadata, HintsMetadata),
    "dialogue": (DialogueMetadata,),
    "emote": (SpeechMetadata,),
    "info": (WorldMetadata, DirectoryMetadata, WeatherMetadata, RecipesMetadata, HintsMetadata),
    "player_list": (PlayersMetadata,),
    "speech": (SpeechMetadata,),
    "start_interview": (InterviewMetadata,),
    "system": (ArrivalMetadata, ConnectMetadata, WorldMetadata, NoticeMetadata, WeatherMetadata),
    "tell": (SpeechMetadata,),
    "trigger_entry_options": (EntryMetadata,),
    "whisper": (SpeechMetadata,),
    "world_map_data": (WorldMapMetadata,),
}
"""{type of a line: the shapes of its metadata}; `{}` is possible for all, and the only one for the others."""
KINDS: tuple[str, ...] = get_args(MessageKind)
