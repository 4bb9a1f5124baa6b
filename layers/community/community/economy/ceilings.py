"""The most that the shop may pay for an item, so that no loop of buying, making and selling pays.

Every way to turn money and items into others is a trade. A ceiling is a value of the item in money at which no trade
gives more than it takes, not even with every bonus of the game at its most. As long as the shop pays no more than the
ceilings, what a player has in money and items, counted at the ceilings, cannot grow by trades.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from math import floor
from types import MappingProxyType

from msgspec import Struct

from community.catalog.content import Item, ItemsSection
from community.crafting.content import DisassemblesSection, UpgradesSection
from community.crafting.rules import CHANCE, most_salvaged
from community.economy.content import WeeklySalesSection
from community.jobs.content import JobsSection
from community.jobs.rules import LEVEL_CAP, LEVEL_LIMIT
from community.lootboxes.content import GatedTable, LootTablesSection, Range
from community.lootboxes.rules import MOST_VALUE_PERCENT
from community.progression.content import TreeSection
from community.progression.rules import apply_modifiers
from kernel.content.library import Library

MONEY = "money"


class PricedTrade(Struct, frozen=True):
    """A way to turn money and items into others.

    Attributes:
        text: what a player does, for the messages of the content's check.
        takes, gives: {internal name: how many, as expected with every bonus at its most}; `money` among them.
    """

    text: str
    takes: Mapping[str, Fraction]
    gives: Mapping[str, Fraction]


class Ceilings(Struct, frozen=True):
    """What the items are worth at most.

    Attributes:
        by_item: {internal name: money}, rounded down. What cannot be had for money has no ceiling.
        cheapest: {internal name: the trade that gives it for the least}.
    """

    by_item: Mapping[str, int]
    cheapest: Mapping[str, PricedTrade]
    trades: tuple[PricedTrade, ...]

    def at_most(self, item: Item, price: int) -> int:
        return min(price, self.by_item.get(item.internal_name, price))

    def steps(self, *names: str) -> str:
        """Return how these items are had for the least, as a list of trades."""
        found: dict[str, str] = {}

        def add(name: str) -> None:
            trade = self.cheapest.get(name)
            if trade and name not in found:
                found[name] = ""  # first, because trades may go around in a circle
                for taken in trade.takes:
                    add(taken)
                found[name] = found.pop(name) or trade.text

        for name in names:
            add(name)
        return ", ".join(dict.fromkeys(found.values()))

    def worth(self, things: Mapping[str, Fraction]) -> Fraction | None:
        """Return what things are worth at the ceilings; None if one of them cannot be had for money."""
        if not things.keys() <= self.by_item.keys():
            return None
        return sum((count * self.by_item[name] for name, count in things.items()), Fraction(0))


@cache
def ceilings_of(library: Library) -> Ceilings:
    """Return the highest ceilings for a product's content, which must have been parsed."""
    trades = tuple(_trades(library))
    items = library[ItemsSection].by_name
    by_item = {MONEY: 1}
    cheapest: dict[str, PricedTrade] = {}
    ceilings = Ceilings(MappingProxyType(by_item), MappingProxyType(cheapest), trades)
    # They only fall, in whole money, so this ends.
    changed = True
    while changed:
        changed = False
        for trade in trades:
            worth = ceilings.worth(trade.takes)
            if worth is None:
                continue
            worth = max(Fraction(0), worth - trade.gives.get(MONEY, 0))
            made = {name: (count, max(1, items[name].base_value)) for name, count in trade.gives.items() if count}
            made.pop(MONEY, None)
            # Of what a trade gives together, each has a share in proportion to its base value.
            together = sum((count * value for count, value in made.values()), Fraction(0))
            for name, (_, value) in made.items():
                ceiling = floor(worth * value / together)
                if name not in by_item or ceiling < by_item[name]:
                    by_item[name], cheapest[name], changed = ceiling, trade, True
    return ceilings


def _trades(library: Library) -> Iterator[PricedTrade]:
    yield from _purchases(library)
    chance = min(_most(library, "crafting_success_rate", CHANCE), Fraction(1))
    for recipe in library[UpgradesSection].by_key.values():
        costs = {cost.item: Fraction(cost.quantity) for cost in recipe.costs}
        made = {recipe.target_item: recipe.output_quantity * (1 + chance)}
        yield PricedTrade(f"make {recipe.target_item} of {_listed(costs)}", costs, made)
    for salvage in library[DisassemblesSection].by_item.values():
        taken = {salvage.recipe_key: Fraction(salvage.quantity_consumed)}
        parts = {
            row.item: (1 - chance) * row.quantity + chance * most_salvaged(row.quantity) for row in salvage.outputs
        }
        yield PricedTrade(f"take {_listed(taken)} apart", taken, parts)
    for item in library[ItemsSection].by_name.values():
        config = item.handler_config
        if item.consumable and item.handler == "generator" and config.item:
            yield PricedTrade(f"use {item.internal_name}", _one(item), {config.item: Fraction(config.quantity)})
        elif item.consumable and item.handler == "lootbox":
            yield from _openings(library, item)


def _purchases(library: Library) -> Iterator[PricedTrade]:
    """Yield each purchase in the week in which it costs least."""
    levels = range(min(floor(_most(library, "job_level_cap", Fraction(LEVEL_CAP))), LEVEL_LIMIT) + 1)
    bonus = max(library[JobsSection].bonus("merchant", "price_adjustment", level) for level in levels)
    sales = library[WeeklySalesSection].by_week.values()
    for item in library[ItemsSection].by_name.values():
        if item.buyable:
            price = floor(min([item.base_value, *(sale.price(item) for sale in sales)]) * (1 - bonus))
            yield PricedTrade(f"buy {item.internal_name} for {price}", {MONEY: Fraction(price)}, _one(item))


def _openings(library: Library, box: Item) -> Iterator[PricedTrade]:
    """Yield what a box of the best quality contains: of a table with pools, each item as if it was the only one."""
    text = f"open {box.internal_name}"
    table = library[LootTablesSection].by_box.get(box.internal_name, ())
    if isinstance(table, GatedTable):
        money = _drop(library, MONEY, 1 - table.item_drop_rate, table.fixed_money)
        for name in {row.item_name for pool in table.pools for row in pool.items} - {MONEY}:
            yield PricedTrade(text, _one(box), {MONEY: money, name: _drop(library, name, table.item_drop_rate)})
    else:
        drops: dict[str, Fraction] = {}
        for row in table:
            drops[row.item_name] = drops.get(row.item_name, Fraction(0)) + _drop(
                library, row.item_name, row.chance, row
            )
        yield PricedTrade(text, _one(box), drops)


def _drop(library: Library, name: str, chance: Fraction, amount: Range | None = None) -> Fraction:
    expected = chance * (Fraction(amount.min + amount.max, 2) if amount else 1)
    # The better the quality, the more of a currency.
    return expected * MOST_VALUE_PERCENT / 100 if library[ItemsSection].by_name[name].is_currency else expected


def _most(library: Library, feature_key: str, value: Fraction) -> Fraction:
    """Return the most that the tree makes of a value."""
    for node, modifier in library[TreeSection].modifiers.get(feature_key, ()):
        levels = range(1, node.max_level + 1)
        value = max(value, *(apply_modifiers(value, [(modifier, level)]) for level in levels))
    return value


def _one(item: Item) -> Mapping[str, Fraction]:
    return {item.internal_name: Fraction(1)}


def _listed(things: Mapping[str, Fraction]) -> str:
    return " + ".join(f"{count} {name}" for name, count in things.items())
