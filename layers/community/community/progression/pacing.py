"""The pace of the community: what it multiplies the costs of nodes by, so that they follow the number of players.

The numbers are exact. Source: ADR 30.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from community.progression.content import Node
from community.progression.models import PaceOutOfRange, Pacing
from kernel.texts import decimal

USUAL_PLAYERS: Final = 30
"""With so many active players, nodes cost what the rules say."""
LOWEST_PACE: Final = Fraction(1, 4)
HIGHEST_PACE: Final = Fraction(100)
MEASURED_DAYS: Final = timedelta(days=7)


class Activity(Struct, frozen=True):
    """Who played in the days before one.

    Attributes:
        players: the number of different players.
        first_day: the earliest of their last days; None without players.
    """

    players: int
    first_day: date | None


def is_measured(pacing: Pacing) -> bool:
    """Whether a whole week has been measured since the first player."""
    since, until = pacing.measured_since, pacing.measured_on
    return since is not None and until is not None and until - since >= MEASURED_DAYS


def pace_of(players: int) -> Fraction:
    """Return the pace of a community with so many active players."""
    return min(max(Fraction(players, USUAL_PLAYERS), LOWEST_PACE), HIGHEST_PACE)


def measured_pace(pacing: Pacing) -> Fraction:
    """Return the pace by the number of active players; 1 until a week has been measured."""
    return pace_of(pacing.active_players) if is_measured(pacing) else Fraction(1)


def pace(pacing: Pacing) -> Fraction:
    """Return the pace that applies: the administrator's, else the measured one."""
    return measured_pace(pacing) if pacing.fixed is None else pacing.fixed


def measured(pacing: Pacing, activity: Activity, today: date) -> Pacing:
    """Return the pacing with the week before `today` measured.

    A week in which no one played changes nothing: after a break, costs are what they were.
    """
    since = pacing.measured_since or activity.first_day
    return Pacing(
        active_players=activity.players or pacing.active_players,
        measured_since=min(since, today) if since else None,
        measured_on=today,
        fixed=pacing.fixed,
    )


def fixed(pacing: Pacing, number: Decimal | None) -> Pacing:
    """Return the pacing with its pace fixed at a number, or with the measured pace.

    Raises:
        PaceOutOfRange: the number is too low, too high or too fine.
    """
    if number is None:
        return replace(pacing, fixed=None)
    if not number.is_finite() or not LOWEST_PACE <= Fraction(number) <= HIGHEST_PACE or number != round(number, 2):
        raise PaceOutOfRange(lowest=decimal(float(LOWEST_PACE), 2), highest=int(HIGHEST_PACE))
    return replace(pacing, fixed=Fraction(number))


def cost(node: Node, pacing: Pacing) -> int:
    """Return the contribution points for a level of the node that becomes the target now, rounded half up."""
    exact = node.cost * pace(pacing)
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
