"""The evening's bookkeeping: what all viewers must hold, judging only by the game's answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

MONEY: Final = "money"

Holdings = Mapping[str, Mapping[str, int]]
"""{user_id: {item: quantity}}"""


class Move(NamedTuple):
    """Items that came to a player (or left, when negative).

    Attributes:
        reason: `handed out`, `found`, `bought`, `sold` and the like, or `given` between players.
    """

    reason: str
    user_id: str
    item: str
    quantity: int


class Difference(NamedTuple):
    user_id: str
    item: str
    expected: int
    found: int


class Ledger:
    def __init__(self) -> None:
        self._held: dict[str, Counter[str]] = {}
        self._before: Counter[str] = Counter()
        self._flows: dict[str, Counter[str]] = {}

    def open(self, holdings: Holdings) -> None:
        """Record what the viewers held before the evening."""
        for user_id, items in holdings.items():
            self._held[user_id] = Counter(items)
            self._before.update(items)

    def enter(self, moves: Iterable[Move]) -> None:
        for reason, user_id, item, quantity in moves:
            self._held[user_id][item] += quantity
            self._flows.setdefault(reason, Counter())[item] += quantity

    def merge(self, keeper: str, other: str) -> None:
        """Move all holdings of one player to another."""
        if keeper != other:
            self._held[keeper].update(self._held.pop(other))

    def held(self, user_id: str) -> dict[str, int]:
        """What a player holds, {item: quantity above 0}."""
        return {item: quantity for item, quantity in self._held[user_id].items() if quantity > 0}

    def differences(self, found: Holdings) -> list[Difference]:
        """Where the game and the ledger disagree, by player and item."""
        return [
            Difference(user_id, item, held.get(item, 0), there.get(item, 0))
            for user_id in sorted(self._held.keys() | found.keys())
            for held, there in [(self._held.get(user_id, {}), found.get(user_id, {}))]
            for item in sorted(held.keys() | there.keys())
            if held.get(item, 0) != there.get(item, 0)
        ]

    def totals(self, reason: str) -> Mapping[str, int]:
        """What all players together gained or lost for a reason; 0 for absent items."""
        return self._flows.get(reason, Counter())

    def money_flows(self) -> dict[str, int]:
        """Money gained or lost by all players together, {reason: money}, `before` first."""
        flows = {reason: items[MONEY] for reason, items in self._flows.items()}
        return {"before": self._before[MONEY]} | flows

    def item_flows(self) -> dict[str, int]:
        """The same for all items but money."""
        flows = {reason: items.total() - items[MONEY] for reason, items in self._flows.items()}
        return {"before": self._before.total() - self._before[MONEY]} | flows
