"""What a command needs to see before it decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from worlds.acting.models import CommandOutcome, Scene
from worlds.commands.models import Parsed

SIGHT: Final = 200
"""Decimetres that one sees things and people. Source: worlds 5."""
EARSHOT: Final = 500
WHISPER: Final = 50
REACH: Final = 30
CLOSE: Final = 20
"""For fine details."""
PORTAL: Final = 50


@dataclass(frozen=True, slots=True)
class Needs:
    """What to read for a command.

    Attributes:
        things, people: within so many decimetres; 0 for none.
        everyone: the people of the whole world.
        named: names of people anywhere, as `kernel.naming.person_key` makes them.
        last_teller: who has told one something last.
        worlds: names or ids of worlds, as they were typed.
        names: for characters in these worlds, to see whether they are taken; that of who acts is one of them.
        portals: the worlds that the nearest portals lead to.
        here: the world where one is, as a destination.
        ground: what one stands on, and what is around.
        atlas: the map of the whole world.
        partners: those within reach, whole.
        trade: that one is in.
    """

    things: int = 0
    people: int = 0
    everyone: bool = False
    named: Sequence[str] = ()
    last_teller: bool = False
    worlds: Sequence[str] = ()
    names: Sequence[str] = ()
    portals: bool = False
    here: bool = False
    ground: bool = False
    atlas: bool = False
    partners: bool = False
    trade: bool = False


NOTHING: Final = Needs()


@dataclass(frozen=True, slots=True)
class CommandAction:
    """What a command does: pure.

    Attributes:
        decide: raises a refusal when it cannot be done.
    """

    decide: Callable[[Scene, Parsed], CommandOutcome]
    needs: Callable[[Parsed], Needs] = lambda parsed: NOTHING


def seeing(things: int = 0, people: int = 0, *, ground: bool = False) -> Callable[[Parsed], Needs]:
    """Return the needs of a command that always sees as much."""
    needs = Needs(things=things, people=people, ground=ground)
    return lambda parsed: needs
