"""The names of items in the reader's language."""

from __future__ import annotations

from typing import Final

from community.catalog.content import Item
from community.catalog.english import article, plural
from community.text_contexts import ITEM, ONE_ITEM, QUALITY
from kernel.texts import speaking, term, term_n, to_translate, translate, translate_n

EMOJI: Final = {"CURSED": "🥀", "LEGENDARY": "🌟"}

QUALITIES: Final = {
    "CURSED": to_translate("cursed", QUALITY),
    "JUNK": to_translate("junk", QUALITY),
    "POOR": to_translate("poor", QUALITY),
    "COMMON": to_translate("common", QUALITY),
    "UNCOMMON": to_translate("uncommon", QUALITY),
    "RARE": to_translate("rare", QUALITY),
    "EPIC": to_translate("epic", QUALITY),
    "LEGENDARY": to_translate("legendary", QUALITY),
}


def names_of(name: str, quantity: int) -> str:
    """Return an item's name for a quantity, without the number itself."""
    return term_n(ITEM, name, plural(name, 2), quantity)


def counted(item: Item, quantity: int) -> str:
    """Return 1 × spade, or 2 × spades."""
    return f"{quantity} × {names_of(item.written_name, quantity)}"


def one_or_counted(item: Item, quantity: int) -> str:
    """Return a spade, or 2 × spades, as what someone uses, takes or gets."""
    if quantity != 1:
        return counted(item, quantity)
    return term(ONE_ITEM, f"{article(item.written_name)} {item.written_name}")


def used_by(item: Item, quantity: int, name: str) -> str:
    """Return a dart of Ann's: why someone is silent or not, as everyone may read it."""
    with speaking():
        return translate("{things} of {name}'s", things=one_or_counted(item, quantity), name=name)


def counted_name(name: str, quality: str, quantity: int) -> str:
    """Return one of an item's names with its quantity; cursed and legendary items get an emoji."""
    shown = f"{quantity} × {names_of(name, quantity)}"
    emoji = EMOJI.get(quality)
    return f"{shown} {emoji}" if emoji else shown


def quality_name(quality: str) -> str:
    return term(QUALITY, QUALITIES[quality])


def money(amount: int) -> str:
    """Return an amount of money in the community's currency."""
    return translate_n("{n} money", "{n} money", amount)
