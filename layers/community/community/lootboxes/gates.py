"""Boxes that hold either one item or money. Source: rules 10.3."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from uuid import UUID

from community import dice
from community.catalog.content import items
from community.lootboxes.content import GatedTable
from community.progression.models import CommunityState
from community.progression.rules import item_unlocked


@dataclass(frozen=True, slots=True)
class _Shares:
    """The chances of a table's items under one community state.

    Attributes:
        chances: (item, how likely it is if it is none of those before it); none where all items are locked.
    """

    table: GatedTable
    state_version: UUID
    chances: tuple[tuple[str, float], ...]


_cache: dict[str, _Shares] = {}  # {box: as of the world that was last asked about it}


def amounts(box_name: str, table: GatedTable, boxes: int, state: CommunityState, rng: Random) -> dict[str, int]:
    """{item: how many}. While every item is locked, the gate opens on nothing and each box pays the consolation."""
    chances = _shares(box_name, table, state).chances
    rate = float(table.item_drop_rate) if chances else 0.0
    gate_rolls = dice.rolls(rng, boxes)
    missed = [roll for roll in gate_rolls if roll >= rate]
    found = _draw_items(chances, boxes - len(missed), rng)
    money = items.money.internal_name
    found[money] = found.get(money, 0) + sum(consolation_money(table, missed))
    return found


def _draw_items(chances: tuple[tuple[str, float], ...], choices: int, rng: Random) -> dict[str, int]:
    """{item: how many} of so many choices: how many fall on the first, how many of the rest on the second ..."""
    chosen: dict[str, int] = {}
    for name, chance in chances:
        chosen[name] = dice.successes(rng, choices, chance)
        choices -= chosen[name]
    return chosen


def consolation_money(table: GatedTable, rolls: Iterable[float]) -> list[int]:
    """The money in each box whose gate has stayed shut: the farther the roll missed, the more.

    Args:
        rolls: those that the gate did not open for.
    """
    low, span = table.fixed_money.min, table.fixed_money.max - table.fixed_money.min
    sway = float(1 - table.item_drop_rate)
    return [max(1, int((low + roll * span) * (1 + (roll - 0.5) * sway) + 0.5)) for roll in rolls]


def _shares(box_name: str, table: GatedTable, state: CommunityState) -> _Shares:
    known = _cache.get(box_name)
    if known is None or known.table is not table or known.state_version != state.version:
        _cache[box_name] = known = _Shares(table, state.version, _chances(table, state))
    return known


def _chances(table: GatedTable, state: CommunityState) -> tuple[tuple[str, float], ...]:
    weights = unlocked_weights(table, state)
    left = sum(weights.values(), Fraction(0))
    chances: list[tuple[str, float]] = []
    for name, weight in weights.items():
        chances.append((name, float(weight / left)))
        left -= weight
    return tuple(chances)


def unlocked_weights(table: GatedTable, state: CommunityState) -> dict[str, Fraction]:
    """{item: weight}. A pool's weight is shared by those of its items that are unlocked, as their own weights say;
    a pool without any falls out, so the others are chosen more often."""
    weights: dict[str, Fraction] = {}
    for pool in table.pools:
        unlocked = [entry for entry in pool.items if item_unlocked(state, items.by_name[entry.item_name])]
        together = sum(entry.weight for entry in unlocked)
        for entry in unlocked:
            share = Fraction(pool.weight * entry.weight, together)
            weights[entry.item_name] = weights.get(entry.item_name, Fraction(0)) + share
    return weights
