"""What a command sees, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from kernel.errors import NotFound, Refused, TooSoon
from worlds.characters.models import Character
from worlds.entities.models import Entity
from worlds.ground.models import Terrain
from worlds.log.models import WorldEvent
from worlds.space.models import Position
from worlds.trading.models import Trade
from worlds.world.models import World


@dataclass(frozen=True, slots=True)
class Message:
    """A line that a player reads.

    Attributes:
        kind: one of the types of game messages. Source: worlds 4.2.
        metadata: what programs read of it.
    """

    kind: str
    text: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Another character, as one sees it.

    Attributes:
        squared_distance: in dm²; None where it does not matter, as for someone in another world.
        hears_me: does not ignore who acts.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that a command sees.

    Attributes:
        me: who acts, with what time has done to them.
        things: what is around, nearest first, as far as the command asked for it; so are `people`.
        named: people anywhere whom the command names.
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
    people: Sequence[Person] = ()
    named: Sequence[Person] = ()
    ground: Terrain | None = None
    atlas: Mapping[str, Any] | None = None
    partners: Sequence[Character] = ()
    trade: Trade | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """A message to another character."""

    to: UUID
    message: Message


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command sets off.

    Attributes:
        events: of who acts, in their order.
        messages: to who acts.
        others: partners of the scene, with their events.
        trade: as it is from now on; `ended`: that there is no more.
    """

    events: Sequence[WorldEvent] = ()
    messages: Sequence[Message] = ()
    posts: Sequence[Post] = ()
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
