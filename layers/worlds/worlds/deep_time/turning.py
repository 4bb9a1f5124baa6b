"""Turning points that the chat of the community decides on. Pure; without numpy. Source: worlds 15.3.

Worlds asks the community with an event, and its answer comes as work: see `chat`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from kernel.errors import Conflict, Refused
from kernel.texts import number, to_translate, translate
from worlds.deep_time.models import COSTS, TURNED, TURNING_POINT, AgeStanding
from worlds.log.models import WorldEvent
from worlds.world.events import Intervened, TurningPointClosed, TurningPointPut
from worlds.world.models import World

USUAL_MINUTES: Final = 5
MOST_MINUTES: Final = 60
LOST_AFTER: Final = timedelta(hours=1)
"""An answer that has not come so long after the end of the vote will not come."""

NO_VOTES: Final = "no_votes"
ENERGY: Final = "energy"
PAUSED: Final = "paused"
GONE: Final = "gone"
RESET: Final = "reset"

_NAMES: Final[Mapping[str, str]] = {
    "observe": to_translate("Let it be"),
    "nudge": to_translate("Nudge"),
    "protect": to_translate("Protect"),
    "accelerate": to_translate("Accelerate"),
    "cataclysm": to_translate("Cataclysm"),
    "spark": to_translate("Spark"),
    "infuse": to_translate("Infuse"),
}
_ABOUT: Final[Mapping[str, str]] = {
    "observe": to_translate("Nothing is done; the years go on as they would."),
    "nudge": to_translate("The most common animal becomes hardier."),
    "protect": to_translate("The most common animal is protected from dying out."),
    "accelerate": to_translate("The most common animal changes faster."),
    "cataclysm": to_translate("An asteroid strikes."),
    "spark": to_translate("The most common animal becomes cleverer and more social."),
    "infuse": to_translate("The most common animal comes closer to magic."),
}
_LIFELESS: Final = frozenset({"observe", "cataclysm"})
"""What makes sense where nothing lives."""


class NoTurningPoint(Conflict):
    """A world that has reached none since the last one was decided."""

    code = "conflict"
    message = "There is no turning point to decide. One comes every {years} years, and when many species die out."


class ChatDecidesAlready(Conflict):
    """The chat is being asked about this world."""

    code = "conflict"
    message = "The chat already decides on the turning point of the year {year}. You will be told what it has chosen."


class TimeStandsStill(Conflict):
    """The world is paused, so nothing could come of it."""

    code = "conflict"
    message = "The time of {name} stands still. Let it go on first."


class UnknownVotingTime(Refused):
    """A time to vote that makes no sense."""

    code = "invalid_command"
    message = "Say for how many minutes the chat may vote, from 1 to {most}: world vote {usual}"


class ChatVerdict(Struct, frozen=True):
    """What comes of the community's answer.

    Attributes:
        missed: why what the chat has chosen cannot happen; "" if it does, or if nothing was chosen.
    """

    events: list[WorldEvent]
    text: str
    missed: str = ""


def name_of(intervention: str) -> str:
    return translate(_NAMES[intervention])


def about(intervention: str) -> str:
    """Say what an intervention does, and what it costs."""
    return translate("{what} Costs {cost} energy.", what=translate(_ABOUT[intervention]), cost=COSTS[intervention])


def minutes_of(typed: str) -> int:
    """Return for how long the chat may vote.

    Raises:
        UnknownVotingTime
    """
    if not typed:
        return USUAL_MINUTES
    if typed.isascii() and typed.isdecimal() and len(typed) <= 2 and 1 <= int(typed) <= MOST_MINUTES:
        return int(typed)
    raise UnknownVotingTime(most=MOST_MINUTES, usual=USUAL_MINUTES)


def turning_point(standing: AgeStanding) -> int | None:
    """Return the year of the last turning point; None if it was decided, or there is none."""
    by_time = standing.year // TURNING_POINT * TURNING_POINT
    last = max([by_time, *(each["year"] for each in standing.log if each["kind"] == TURNED)])
    return last if last > standing.turned else None


def affordable(standing: AgeStanding) -> list[str]:
    """Return the interventions that there is energy for, the cheapest first."""
    lives = bool(standing.seen.get("species"))
    return sorted(
        (each for each, cost in COSTS.items() if cost <= standing.energy and (lives or each in _LIFELESS)),
        key=lambda each: COSTS[each],
    )


def put(world: World, standing: AgeStanding, minutes: int, poll_id: UUID, now: datetime) -> TurningPointPut:
    """Put a world's turning point to the chat's vote.

    Raises:
        ChatDecidesAlready, TimeStandsStill, NoTurningPoint
    """
    if standing.vote is not None and now < datetime.fromisoformat(standing.vote["closes_at"]) + LOST_AFTER:
        raise ChatDecidesAlready(year=number(standing.vote["year"]))
    if world.time.is_paused:
        raise TimeStandsStill(name=world.name)
    year, options = turning_point(standing), affordable(standing)
    if year is None or len(options) < 2:
        raise NoTurningPoint(years=number(TURNING_POINT))
    return TurningPointPut(
        world_id=world.world_id,
        poll_id=poll_id,
        year=year,
        options=options,
        closes_at=now + timedelta(minutes=minutes),
    )


def close(world: World, standing: AgeStanding, answer: Mapping[str, Any]) -> ChatVerdict:
    """Do what the chat has chosen, or say why not. The world's vote is the one that is answered.

    Args:
        answer: `chosen`, an intervention or None; `reason`, why the chat was not asked.
    """
    assert standing.vote is not None
    chosen: str | None = answer["chosen"]
    reason = answer["reason"] or (NO_VOTES if chosen is None else "")
    missed = "" if chosen is None else _obstacle(world, standing, chosen)
    events: list[WorldEvent] = []
    happens = None if missed else chosen
    if happens is not None:
        events.append(Intervened(world_id=world.world_id, intervention=happens, cost=COSTS[happens]))
    closed = TurningPointClosed(
        world_id=world.world_id,
        poll_id=UUID(standing.vote["poll_id"]),
        year=standing.vote["year"],
        chosen=happens,
        reason=missed or reason,
    )
    return ChatVerdict([*events, closed], _told(world, chosen, missed or reason), missed)


def _obstacle(world: World, standing: AgeStanding, chosen: str) -> str:
    if world.time.is_paused:
        return PAUSED
    return ENERGY if COSTS[chosen] > standing.energy else ""


def _told(world: World, chosen: str | None, reason: str) -> str:
    if chosen is not None and not reason:
        return translate(
            "{world}: the chat has decided: {what}. It happens when years pass.", world=world.name, what=name_of(chosen)
        )
    if chosen is not None:
        why = translate(_MISSED[reason])
        return translate(
            "{world}: the chat has chosen {what}, but {why}", world=world.name, what=name_of(chosen), why=why
        )
    why = translate(
        _NOT_DECIDED.get(reason, to_translate("something went wrong. Put it to the vote again: world vote"))
    )
    return translate("{world}: the chat has decided nothing: {why}", world=world.name, why=why)


_MISSED: Final[Mapping[str, str]] = {
    ENERGY: to_translate("there is not enough energy left. The turning point is still open."),
    PAUSED: to_translate("the world's time stands still. The turning point is still open."),
}
_NOT_DECIDED: Final[Mapping[str, str]] = {
    NO_VOTES: to_translate("no one has voted. The turning point is still open."),
    "other_poll": to_translate("it is being asked about another world. Try again when that vote is over."),
    "not_a_moderator": to_translate(
        "only the broadcaster and the moderators of the community may ask it. Link your account to your player, write a"
        " line in the chat, and try again."
    ),
}
