"""How one of the game's own people is at a moment: the one question that talk, trade and fights ask. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from worlds.npcs import rounds
from worlds.npcs.appearance import stage_at
from worlds.npcs.events import NpcNeedsChanged
from worlds.npcs.models import Npc
from worlds.npcs.needs import met
from worlds.time.rules import HOUR

SETTLES_IN: Final = 3
"""Days of their usual life after which it does not matter how someone was before."""


def needs_of(npc: Npc, species: str, now: int, hours_per_day: int = 24) -> dict[str, float]:
    """Return what someone needs: {need: 0 to 100}.

    Args:
        species: of the body.
        now: milliseconds of the world's time.
    """
    stage = stage_at(npc.born, now, hours_per_day, species)
    if npc.needs is None or npc.needs_at is None:
        length = hours_per_day * HOUR
        since = (now // length - SETTLES_IN) * length
        return rounds.settle({}, npc.personality, stage, since, now, hours_per_day)
    return rounds.settle(npc.needs, npc.personality, stage, npc.needs_at, now, hours_per_day)


def usual_day(npc: Npc, species: str, now: int, hours_per_day: int) -> tuple[rounds.RoundSlot, ...]:
    """Return what someone does on a day at their age."""
    return rounds.day_of(npc.personality, stage_at(npc.born, now, hours_per_day, species))


def usual_habit(npc: Npc, species: str, now: int, hours_per_day: int) -> rounds.Habit:
    """Return what someone does at this hour on a day like any other."""
    day = usual_day(npc, species, now, hours_per_day)
    return rounds.slot_at(day, rounds.minute_of(now, hours_per_day)).activity


def after(npc: Npc, species: str, things: Iterable[str], now: int, hours_per_day: int = 24) -> NpcNeedsChanged:
    """Return what happens to someone's needs when they do things, or these are done for them.

    Args:
        things: of `needs.MET`.
        now: milliseconds of the world's time.
    """
    needs = needs_of(npc, species, now, hours_per_day)
    for each in things:
        needs = met(needs, each)
    return NpcNeedsChanged(
        character_id=npc.character_id, needs={str(each): value for each, value in needs.items()}, at=now
    )
