"""The names of what is counted."""

from __future__ import annotations

from typing import Final

from community.text_contexts import STATISTIC
from kernel.texts import term, to_translate

KNOWN: Final = frozenset(
    {
        to_translate("search", STATISTIC),
        to_translate("gamble participated", STATISTIC),
        to_translate("job level up", STATISTIC),
        to_translate("user registered", STATISTIC),
        to_translate("message received", STATISTIC),
        to_translate("item added", STATISTIC),
        to_translate("item removed", STATISTIC),
        to_translate("item transferred", STATISTIC),
        to_translate("item sold", STATISTIC),
        to_translate("item bought", STATISTIC),
        to_translate("item used", STATISTIC),
        to_translate("item crafted", STATISTIC),
        to_translate("trap placed", STATISTIC),
        to_translate("trap triggered", STATISTIC),
        to_translate("trap self triggered", STATISTIC),
        to_translate("job xp critical", STATISTIC),
        to_translate("crafting critical success", STATISTIC),
        to_translate("crafting perfect salvage", STATISTIC),
        to_translate("daily streak", STATISTIC),
        to_translate("gamble won", STATISTIC),
        to_translate("gamble lost", STATISTIC),
        to_translate("gamble near miss", STATISTIC),
        to_translate("gamble critical fail", STATISTIC),
        to_translate("gamble tie break lost", STATISTIC),
        to_translate("search near miss", STATISTIC),
        to_translate("search critical fail", STATISTIC),
        to_translate("search critical success", STATISTIC),
        to_translate("lootbox jackpot", STATISTIC),
        to_translate("lootbox big win", STATISTIC),
    }
)
"""What the game itself counts; a client may count other things, whose names stay as they are."""


def name_of(kind: str) -> str:
    """Return the name of a kind of event, such as item_sold."""
    return term(STATISTIC, kind.replace("_", " ").replace(".", " "))
