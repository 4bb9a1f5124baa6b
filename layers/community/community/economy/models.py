"""Buying from the shop and selling to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.errors import Refused
from kernel.events.models import Event


@dataclass(frozen=True, slots=True)
class Sale:
    quantity: int
    unit_price: int  # money
    total: int  # money


@dataclass(frozen=True, slots=True)
class Purchase:
    quantity: int
    unit_price: int  # money
    total: int  # money


class ItemSold(Event):
    type: ClassVar[str] = "item.sold"
    user_id: UUID
    item_name: str
    quantity: int
    money_gained: int
    timestamp: int


class ItemBought(Event):
    type: ClassVar[str] = "item.bought"
    user_id: UUID
    item_name: str
    quantity: int
    cost: int
    timestamp: int


class NotSellable(Refused):
    code = "not_sellable"
    message = "The shop does not buy {item}."


class NotBuyable(Refused):
    code = "not_buyable"
    message = "The shop does not sell {item}."


class InsufficientFunds(Refused):
    code = "insufficient_funds"
    message = "One {item} costs {price} and you have {balance}."
