"""Boxes that contain either one item or money. Source: rules 10.3."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from random import Random
from uuid import UUID

from msgspec import Struct

from community import dice
from community.catalog.content import items
from community.lootboxes.content import GatedTable
from community.progression.models import CommunityState
from community.progression.rules import item_unlocked


class _Shares(Struct, frozen=True):
    """The chances of a table's items under one community state.

    Attributes:
        chances: (item, its probability if none of the items before it was drawn); empty when all items are locked.
    """

    table: GatedTable
    state_version: UUID
    chances: tuple[tuple[str, float], ...]


_cache: dict[str, _Shares] = {}  # {box: chances under the last requested community state}


def amounts(box_name: str, table: GatedTable, boxes: int, state: CommunityState, rng: Random) -> dict[str, int]:
    """Return {item: amount}. While every item is locked, each box contains the consolation money."""
    chances = _shares(box_name, table, state).chances
    rate = float(table.item_drop_rate) if chances else 0.0
    gate_rolls = dice.rolls(rng, boxes)
    missed = [roll for roll in gate_rolls if roll >= rate]
    found = _draw_items(chances, boxes - len(missed), rng)
    money = items.money.internal_name
    found[money] = found.get(money, 0) + sum(consolation_money(table, missed))
    return found


def _draw_items(chances: tuple[tuple[str, float], ...], choices: int, rng: Random) -> dict[str, int]:
    """Draw items: how many draws select the first, how many of the rest the second, and so on."""
    chosen: dict[str, int] = {}
    for name, chance in chances:
        chosen[name] = dice.successes(rng, choices, chance)
        choices -= chosen[name]
    return chosen


def consolation_money(table: GatedTable, rolls: Iterable[float]) -> list[int]:
    """Return the money in each box without an item: the higher the roll, the more.

    Args:
        rolls: the rolls that missed the drop rate.
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
    """Return {item: weight}. A pool's weight is divided among its unlocked items by their own weights.

    A pool without unlocked items is skipped, so that the others are chosen more often.
    """
    weights: dict[str, Fraction] = {}
    for pool in table.pools:
        unlocked = [entry for entry in pool.items if item_unlocked(state, items.by_name[entry.item_name])]
        together = sum(entry.weight for entry in unlocked)
        for entry in unlocked:
            share = Fraction(pool.weight * entry.weight, together)
            weights[entry.item_name] = weights.get(entry.item_name, Fraction(0)) + share
    return weights
