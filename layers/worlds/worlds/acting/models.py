"""What a command sees, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from kernel.errors import NotFound, Refused, TooSoon
from worlds.characters.events import CharacterCreated
from worlds.characters.models import Character
from worlds.characters.naming import FreeNames
from worlds.entities.models import Entity
from worlds.ground.models import Terrain
from worlds.log.models import WorldEvent
from worlds.posts.envelopes import MessageKind
from worlds.space.models import Position
from worlds.trading.models import Trade
from worlds.world.models import Admission, ListedWorld, World


@dataclass(frozen=True, slots=True)
class GameMessage:
    """A line that a player reads.

    Attributes:
        kind: Source: worlds 4.2.
        metadata: what programs read of it.
    """

    kind: MessageKind
    text: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPerson:
    """Another character, as one sees it.

    Attributes:
        squared_distance: in dm²; None where it does not matter, as for someone in another world.
        hears_me: does not ignore who acts, nor another character of theirs.
        is_reported: by who acts, and that report is still open; known of those only whom a command names.
        ignored: which characters of this person who acts ignores; known of the same.
    """

    character_id: UUID
    name: str
    species: str
    role: str
    description: str
    world_id: UUID
    position: Position
    squared_distance: float | None
    hears_me: bool
    account_id: UUID
    is_reported: bool = False
    ignored: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Destination:
    """A world that one may go to.

    Attributes:
        mine: the character that one has there; None for none.
        free_names: for a character there.
    """

    world: World
    admission: Admission
    mine: Mine | None
    free_names: FreeNames


@dataclass(frozen=True, slots=True)
class Mine:
    """A character of one's own, elsewhere."""

    character_id: UUID
    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that a command sees.

    Attributes:
        me: who acts, with what time has done to them.
        things: what is around, nearest first, as far as the command asked for it; so are `people`.
        named: people anywhere whom the command names.
        directory: a page of the list of worlds, and one more if there is another page.
        destinations: worlds that the command names, or that portals lead to.
        ground: around who acts; None in a world without ground of its own, or if the command does not need it.
        atlas: the map of the whole world, as it is stored.
        partners: those within reach, whole, for what changes both.
        trade: that one is in, or is asked for.
    """

    me: Character
    world: World
    now: datetime
    rng: Random
    things: Sequence[Entity] = ()
    people: Sequence[SeenPerson] = ()
    named: Sequence[SeenPerson] = ()
    directory: Sequence[ListedWorld] = ()
    destinations: Sequence[Destination] = ()
    ground: Terrain | None = None
    atlas: Mapping[str, Any] | None = None
    partners: Sequence[Character] = ()
    trade: Trade | None = None


@dataclass(frozen=True, slots=True)
class PlayerPost:
    """A message to another character."""

    to: UUID
    message: GameMessage


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """What a command sets off.

    Attributes:
        events: of who acts, in their order.
        made: a character that one has from now on.
        messages: to who acts.
        others: partners of the scene, with their events.
        trade: as it is from now on; `ended`: that there is no more.
    """

    events: Sequence[WorldEvent] = ()
    messages: Sequence[GameMessage] = ()
    posts: Sequence[PlayerPost] = ()
    made: CharacterCreated | None = None
    others: Sequence[tuple[Character, Sequence[WorldEvent]]] = ()
    trade: Trade | None = None
    ended: Trade | None = None


class NotInGame(Refused):
    """The connection has no character in a world."""

    code = "not_in_game"
    message = "You are not in a world. Choose a character first."


class InvalidCommand(Refused):
    """A frame, or a command, that is not understood."""

    code = "invalid_command"
    message = "{problem}"


class TooManyCommands(TooSoon):
    """More commands in a second than one may send."""

    code = "action_cooldown"
    message = "That was too fast. Wait a second."


class TargetOutOfRange(Refused):
    """What is meant is too far away."""

    code = "target_out_of_range"
    message = "{name} is {distance} m away. You have to be within {reach} m."


class MovementBlocked(Refused):
    """Something stands in the way."""

    code = "movement_blocked"
    message = "{name} is in the way."


class NoOneToAnswer(NotFound):
    """No one has told this character anything lately."""

    code = "target_not_found"
    message = "No one has told you anything yet. Write: tell <who> <text>"


class NoStairs(Refused):
    """There is no way up or down on foot."""

    code = "movement_blocked"
    message = "There are no stairs here. Watchers can fly."


class TooFarAtOnce(Refused):
    """A walk of more than one command may take."""

    code = "movement_blocked"
    message = "You can walk {metres} m at once. Take it in stages."


class NotTakeable(Refused):
    """Something that no one can carry away."""

    code = "invalid_command"
    message = "You cannot take {name}."


class Locked(Refused):
    """Something that is held fast."""

    code = "invalid_command"
    message = "{name} does not come loose."


class NowhereToGo(NotFound):
    """There is no such portal here, and no such world."""

    code = "world_not_found"
    message = "There is no portal and no world called {typed} here. Write look to see the portals, or go to the lobby."


class NoSuchWorlds(NotFound):
    """No world has a name like that, or there is no such page."""

    code = "world_not_found"
    message = "There is no world for {typed} in the list. Write worlds to see the first page."


class NoWorldsYet(NotFound):
    """There is no world but the lobby."""

    code = "world_not_found"
    message = "There is no world to enter yet. Ask the statue for one: tell statue"


class PortalLeadsNowhere(Refused):
    """A portal behind which nothing is."""

    code = "invalid_command"
    message = "Nothing is behind {name} yet. Look for another portal."


class OutOfThisWorld(Refused):
    """From a world, one enters others through the lobby."""

    code = "target_out_of_range"
    message = "No portal to {name} is near. Go back to the lobby first: from there you can enter any world."


class WhichWorld(Refused):
    """A character has to be made for a world."""

    code = "invalid_command"
    message = "Say for which world, at the end: create character {name} {role} {species} <world>"


class NotYet(Refused):
    """A command that the game has not learned yet."""

    code = "invalid_command"
    message = "{command} comes with a later version. Write help to see what else you can do."


class NothingToTake(NotFound):
    """Nothing that one could carry away is within reach."""

    code = "target_not_found"
    message = "There is nothing within reach that you could take. Write look to see what is here."


class NothingToDrop(NotFound):
    """One carries nothing, or wears it all."""

    code = "item_not_found"
    message = "You carry nothing that you could put down. What you wear comes off with: unequip <item>"
