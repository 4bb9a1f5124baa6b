"""Drawing the contents of boxes. Source: rules 10."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from community.catalog.content import Item, items
from community.dice import successes, total
from community.inventory.models import Quality
from community.lootboxes import gates
from community.lootboxes.content import LootEntry, LootTable, loot_tables
from community.lootboxes.models import Drop
from community.progression.keys import TreeNodeKey
from community.progression.models import CommunityState

BONUS_PERCENT = 3
"""Added to every threshold, for each step of the box's quality above COMMON."""
THRESHOLDS = (
    (Quality.LEGENDARY, 1),
    (Quality.EPIC, 5),
    (Quality.RARE, 15),
    (Quality.UNCOMMON, 30),
    (Quality.COMMON, 70),
    (Quality.POOR, 85),
    (Quality.JUNK, 95),
)
"""(quality, percent): the upper limit of rolls for this quality. Higher rolls are CURSED."""

LIFT_FEATURE: TreeNodeKey = "feature_gamble"
LIFT_CHANCE = 0.01

VALUE_PERCENT = {
    Quality.CURSED: 40,
    Quality.JUNK: 60,
    Quality.POOR: 80,
    Quality.COMMON: 100,
    Quality.UNCOMMON: 110,
    Quality.RARE: 125,
    Quality.EPIC: 150,
    Quality.LEGENDARY: 200,
}
"""Value of an item by quality. Source: rules 3.3."""
MOST_VALUE_PERCENT = max(VALUE_PERCENT.values())

_QUALITIES = tuple(Quality)


def open_boxes(
    box: Item,
    quantity: int,
    quality: Quality,
    state: CommunityState,
    rng: Random,
    *,
    tables: Mapping[str, LootTable] | None = None,
) -> tuple[Drop, ...]:
    """Open boxes of one kind and quality.

    The distribution is the same as for opening them one by one. 10 000 boxes take a few milliseconds at most.

    Args:
        quantity: at least 1.
        tables: {internal name of a box: its table}; None for those of the game.

    Returns:
        One drop for each kind of item, in the table's order. Empty for a box without a table.
    """
    lifts = state.has(LIFT_FEATURE)
    return tuple(
        _drop(items.by_name[name], amount, roll_quality(quality, rng, lifts=lifts))
        for name, amount in amounts(box, quantity, state, rng, tables=tables).items()
        if amount
    )


def amounts(
    box: Item,
    quantity: int,
    state: CommunityState,
    rng: Random,
    *,
    tables: Mapping[str, LootTable] | None = None,
) -> dict[str, int]:
    """Return {internal name: amount} before the quality is rolled; amounts may be 0."""
    table = (loot_tables.by_box if tables is None else tables).get(box.internal_name, ())
    if isinstance(table, tuple):
        return _roll_entries(table, quantity, rng)
    return gates.amounts(box.internal_name, table, quantity, state, rng)


def roll_quality(box_quality: Quality, rng: Random, *, lifts: bool) -> Quality:
    """Roll the quality of all drops of one item.

    Args:
        lifts: whether a second roll may raise it by one step.
    """
    found = _quality_at(rng.random(), box_quality)
    if lifts and rng.random() < LIFT_CHANCE:
        return _QUALITIES[min(found.rank + 1, Quality.LEGENDARY.rank)]
    return found


def _quality_at(roll: float, box_quality: Quality) -> Quality:
    bonus = BONUS_PERCENT * (box_quality.rank - Quality.COMMON.rank)
    # Add integer percents and divide once: a sum of two such floats could differ from the exact float.
    return next((quality for quality, percent in THRESHOLDS if roll <= (percent + bonus) / 100), Quality.CURSED)


def _roll_entries(table: tuple[LootEntry, ...], boxes: int, rng: Random) -> dict[str, int]:
    """Roll every entry; an item may have several entries."""
    found: dict[str, int] = {}
    for entry in table:
        times = successes(rng, boxes, float(entry.chance))
        found[entry.item_name] = found.get(entry.item_name, 0) + total(rng, times, entry.min, entry.max)
    return found


def _drop(item: Item, amount: int, quality: Quality) -> Drop:
    """Build a drop: a better quality means more money, or a higher value of other items."""
    if item.is_currency:
        quantity = max(1, amount * VALUE_PERCENT[quality] // 100)
        return Drop(item, quantity, Quality.COMMON, quantity * item.base_value)
    return Drop(item, amount, quality, amount * unit_value(item, quality))


def unit_value(item: Item, quality: Quality) -> int:
    """Return the value of one item in money; at least 1, unless its base value is 0."""
    return max(1, item.base_value * VALUE_PERCENT[quality] // 100) if item.base_value else 0
