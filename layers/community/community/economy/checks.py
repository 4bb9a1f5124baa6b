"""The check that the shop's numbers let no one buy, make and sell for a profit."""

from __future__ import annotations

from collections.abc import Iterator

from community.catalog.content import ItemsSection
from community.economy.ceilings import MONEY, ceilings_of
from community.economy.rules import RESALE_RATIO
from kernel.content.library import Library
from kernel.content.problems import Problem

WITH_BONUSES = "at the best prices, with every bonus of the game,"


def profit_problems(library: Library) -> Iterator[Problem]:
    """Find trades that give money for less money, and items for which the shop, without any bonus, pays too much."""
    ceilings = ceilings_of(library)
    for trade in ceilings.trades:
        worth, money = ceilings.worth(trade.takes), trade.gives.get(MONEY, 0)
        if worth is not None and worth < money:
            steps = ", ".join(filter(None, (ceilings.steps(*trade.takes), trade.text)))
            text = f"{steps}: {WITH_BONUSES} this costs {float(worth):g} money and brings {float(money):g}"
            yield Problem(ItemsSection.file, "items", text)
    for index, item in enumerate(library[ItemsSection].document.items):
        price = int(item.base_value * RESALE_RATIO)
        # What was retired is bought at its ceiling at most, even if it was worth more: docs/changing-content.md.
        if item.sellable and not item.retired and price > ceilings.at_most(item, price):
            text = (
                f"the shop pays {price} money for one, and {WITH_BONUSES} it costs"
                f" {ceilings.by_item[item.internal_name]}: {ceilings.steps(item.internal_name)}"
            )
            yield Problem(ItemsSection.file, f"items[{index}].base_value", text)
