"""What a command needs to see before it decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from worlds.acting.models import CommandOutcome, Scene
from worlds.commands.models import Parsed

SIGHT: Final = 200
"""Decimetres that one sees things and people. Source: worlds 5."""
EARSHOT: Final = 500
HEARD: Final = 100
"""How near one has to be to people of the game to follow what they say to one another. Ours."""
WHISPER: Final = 50
TALK: Final = 50
"""How near one has to be to people of the game to talk with them."""
REACH: Final = 30
CLOSE: Final = 20
"""For fine details."""
PORTAL: Final = 50
MOST_SEEN: Final = 200
"""Things, and people, that a command looks at; solid things, and those who hear what one says, are not counted."""
MOST_LISTED: Final = 100
"""People whom `who` lists."""
WORLDS_PER_PAGE: Final = 20


class WorldSearch(Struct, frozen=True):
    """Which worlds a list of them shows: a page of those whose names have a part; "" for all."""

    part: str = ""
    page: int = 1


class Needs(Struct, frozen=True):
    """What to read for a command.

    Attributes:
        things, people: within so many decimetres; 0 for none. The nearest ones where there are many.
        hearers: all people within so many decimetres, however many.
        fixtures: lock the things within so many decimetres that cannot be carried away; 0 for none.
        grounds: lock the places within so many decimetres where one can gather; 0 for none.
        everyone: the people of the whole world whose names begin with this; None for no one.
        named: names of people anywhere, as `kernel.naming.person_key` makes them.
        last_teller: who has told one something last.
        worlds: names or ids of worlds, as they were typed.
        names: for characters in these worlds, to see whether they are taken; that of who acts is one of them.
        directory: a page of the list of worlds.
        portals: the worlds that the nearest portals lead to.
        here: the world where one is, as a destination.
        surroundings: say afterwards what is around; `things` and `people` are read, too.
        ground: what one stands on, and what is around.
        written: what models have written about the place.
        atlas: the map of the whole world.
        partners: those within reach, whole.
        locks_partners: because one of those within reach is changed, too.
        locks_trader: because the one whom one trades with is changed, too.
        trade: that one is in.
        prospect: what one knows of the ore around, and what is left where someone has gathered.
        market: what people want and have within a kilometre, and who of those within reach is how kind.
        interview: about a new world, in which one may say this; None without it.
        living: the creatures of the world that live, as they are among the things that one sees.
        creatures: all of the world, also the dead.
        crafting: what one knows about making things, and the work that one has begun.
        pupils: what those within reach know about it.
        fights: of those within so many decimetres; one's own is read for every command.
        bystanders: people of the game within so many decimetres who may take part in a fight; 0 for none.
        minds: of people of the game within so many decimetres, which are locked; 0 for none.
        talkers: people of the game within so many decimetres, with what they could speak of; 0 for none.
        world: all who are in it, for what changes it for everyone; it is locked for its owner and admins.
    """

    things: int = 0
    people: int = 0
    hearers: int = 0
    fixtures: int = 0
    grounds: int = 0
    everyone: str | None = None
    named: Sequence[str] = ()
    last_teller: bool = False
    worlds: Sequence[str] = ()
    names: Sequence[str] = ()
    directory: WorldSearch | None = None
    portals: bool = False
    here: bool = False
    surroundings: bool = False
    ground: bool = False
    written: bool = False
    atlas: bool = False
    partners: bool = False
    locks_partners: bool = False
    locks_trader: bool = False
    trade: bool = False
    prospect: bool = False
    market: bool = False
    interview: str | None = None
    living: bool = False
    creatures: bool = False
    crafting: bool = False
    pupils: bool = False
    fights: int = 0
    bystanders: int = 0
    minds: int = 0
    talkers: int = 0
    world: bool = False


NOTHING: Final = Needs()


class CommandAction(Struct, frozen=True):
    """What a command does: pure.

    Attributes:
        decide: raises a refusal when it cannot be done.
    """

    decide: Callable[[Scene, Parsed], CommandOutcome]
    needs: Callable[[Parsed], Needs] = lambda parsed: NOTHING


def seeing(
    things: int = 0, people: int = 0, *, hearers: int = 0, ground: bool = False, living: bool = False
) -> Callable[[Parsed], Needs]:
    """Return the needs of a command that always sees as much."""
    needs = Needs(things=things, people=people, hearers=hearers, ground=ground, living=living)
    return lambda parsed: needs
