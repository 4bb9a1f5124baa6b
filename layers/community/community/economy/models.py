"""Buying from the shop and selling to it."""

from __future__ import annotations

from msgspec import Struct

from kernel.errors import Refused


class Sale(Struct, frozen=True):
    quantity: int
    unit_price: int  # money
    total: int  # money


class Purchase(Struct, frozen=True):
    quantity: int
    unit_price: int  # money
    total: int  # money


class NotSellable(Refused):
    code = "not_sellable"
    message = "The shop does not buy {item}."


class NotBuyable(Refused):
    code = "not_buyable"
    message = "The shop does not sell {item}."


class InsufficientFunds(Refused):
    code = "insufficient_funds"
    message = "One {item} costs {price} and you have {balance}."
