"""Words for times and things, as people of the game use them. Pure."""

from __future__ import annotations

from typing import Final

from kernel.texts import to_translate, translate
from worlds.items.content import items

LONG_AGO: Final = 360
"""Days."""


def when_in_words(days: int) -> str:
    """Return how long ago something was."""
    if days < 1:
        return translate("today")
    if days == 1:
        return translate("yesterday")
    return translate("a long time ago") if days > LONG_AGO else translate("{days} days ago", days=days)


def things_in_words(item: str | None, quantity: int) -> str:
    """Return things as someone speaks of them."""
    if item is None or item not in items.by_key:
        return translate("something")
    kind = items.by_key[item]
    if quantity > 1:
        return f"{quantity} × {kind.name_of(quantity)}"
    if kind.name == kind.plural:
        return kind.name  # clay
    article = to_translate("an {thing}") if kind.name[0] in "aeiou" else to_translate("a {thing}")
    return translate(article, thing=kind.name)
