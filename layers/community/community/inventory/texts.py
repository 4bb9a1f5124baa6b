"""Messages about gifts, and to administrators who changed an inventory."""

from __future__ import annotations

from community.catalog.content import Item
from community.catalog.texts import counted
from kernel.texts import translate


def given(quantity: int, item: Item, giver: str, receiver: str) -> str:
    return translate(
        "{giver} gave {things} to {receiver}.", giver=giver, things=counted(item, quantity), receiver=receiver
    )


def added(quantity: int, item: Item, owner: str) -> str:
    return translate("Added {things} to {owner}'s inventory.", things=counted(item, quantity), owner=owner)


def removed(quantity: int, item: Item, owner: str) -> str:
    return translate("Removed {things} from {owner}'s inventory.", things=counted(item, quantity), owner=owner)
