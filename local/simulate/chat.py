"""How people behave in the simulated chats: who comes on which evening, and what they write. Every number is here.

A chat is made of three kinds of viewers. A few come on most evenings and write; most drop in now and then, and write a
line or two. Few play: by far the most lines in a chat are talk, also where a bot offers games. These numbers are ours,
chosen to be plausible for a community that talks more than it plays; `make simulate ARGS="--playing 0.2"` shows what a
community does that plays more.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import repeat
from random import Random
from typing import Final, Literal

DAYS: Final = 30
EVENING_MINUTES: Final = 180
OFF_DAYS: Final = frozenset({0, 1})
"""Days of the week without a stream, 0 for Monday."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of viewers.

    Attributes:
        share: of all viewers.
        comes: the chance that one of them is there on an evening.
        lines: how many lines each writes on an evening, on average; at least one.
        votes: the chance that one who is there votes in an open vote.
    """

    share: float
    comes: float
    lines: float
    votes: float

    @property
    def comes_in_a_week(self) -> float:
        """The chance that one of them is there on at least one evening of a week."""
        return 1 - (1 - self.comes) ** (7 - len(OFF_DAYS))


REGULAR: Final = Kind(share=0.15, comes=0.6, lines=6, votes=0.8)
OCCASIONAL: Final = Kind(share=0.35, comes=0.25, lines=2.5, votes=0.4)
RARE: Final = Kind(share=0.5, comes=0.08, lines=1.5, votes=0.1)
KINDS: Final = (REGULAR, OCCASIONAL, RARE)

PLAYING: Final = 0.1
"""Share of the regulars who use the game's commands, if nothing else is said."""

Action = Literal["line", "vote", "search", "open", "shop", "gamble", "craft"]

COMMANDS: Final[dict[Action, float]] = {"search": 0.6, "open": 0.4, "shop": 0.2, "gamble": 0.15, "craft": 0.1}
"""How often one who plays uses each command on an evening, on average, once the community has unlocked it."""

OPENED: Final = 1
"""Boxes that one opens at a time; the others are kept for gambles and crafting."""
BOUGHT: Final = 1
"""How many things one buys at a time."""
STAKED: Final = 1
"""Boxes in a gamble."""
GAMBLERS: Final = 4
"""Most players of one gamble."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A viewer of a community.

    Attributes:
        plays: whether they use the game's commands.
    """

    number: int
    kind: Kind
    plays: bool


def invite(active: int, playing: float, rng: Random) -> list[Viewer]:
    """Return a community of which about `active` viewers come in a week; every kind gets its share."""
    count = round(active / sum(kind.share * kind.comes_in_a_week for kind in KINDS))
    bounds = [round(count * sum(kind.share for kind in KINDS[: index + 1])) for index in range(len(KINDS))]
    kinds = [kind for index, kind in enumerate(KINDS) for _ in range(([0, *bounds])[index], bounds[index])]
    regulars = [number for number, kind in enumerate(kinds) if kind is REGULAR]
    # At least one: someone installed the game.
    players = set(rng.sample(regulars, max(1, round(playing * len(regulars)))))
    return [Viewer(number, kind, number in players) for number, kind in enumerate(kinds)]


def evening(viewers: list[Viewer], rng: Random) -> list[tuple[float, Viewer, Action]]:
    """Return what is written on an evening, in order: (minute, who, what)."""
    written: list[tuple[float, Viewer, Action]] = []
    for viewer in viewers:
        if rng.random() >= viewer.kind.comes:
            continue
        wanted: list[Action] = []
        wanted.extend(repeat("line", max(1, round(rng.expovariate(1 / viewer.kind.lines)))))
        if rng.random() < viewer.kind.votes:
            wanted.append("vote")
        if viewer.plays:
            for action, average in COMMANDS.items():
                wanted.extend(repeat(action, _times(average, rng)))
        written.extend((rng.random() * EVENING_MINUTES, viewer, action) for action in wanted)
    return sorted(written, key=lambda each: (each[0], each[1].number))


def _times(average: float, rng: Random) -> int:
    """Return a number of times with this average: its whole part, or one more."""
    whole = int(average)
    return whole + (rng.random() < average - whole)
