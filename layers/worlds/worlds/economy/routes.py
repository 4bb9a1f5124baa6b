"""Whether it pays to carry goods elsewhere, and how long that takes. Pure. Source: worlds 23.3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

CAPACITY: Final = 100
"""Units."""
KILOMETRES_PER_HOUR: Final = 5.0
COST_PER_UNIT: Final = 0.5
LEAST_MARGIN: Final = 0.2
LEAST_PROFIT: Final = 1.5
"""Times the cost."""
SLOWED: Final[Mapping[str, float]] = {"rain": 0.7, "storm": 0.6, "snow": 0.5}
"""{weather: which share of the pace is left}"""


class Journey(Struct, frozen=True):
    """Goods that are bought in one place and sold in another.

    Attributes:
        bought_at, sold_at: coins for one.
    """

    units: int
    bought_at: float
    sold_at: float

    @property
    def margin(self) -> float:
        """What is earned on one, as a share of what it costs."""
        return (self.sold_at - self.bought_at) / self.bought_at

    @property
    def cost(self) -> float:
        return COST_PER_UNIT * self.units

    @property
    def profit(self) -> float:
        return (self.sold_at - self.bought_at) * self.units - self.cost

    @property
    def pays(self) -> bool:
        """Whether a merchant sets out for it."""
        return self.units > 0 and self.margin > LEAST_MARGIN and self.profit > LEAST_PROFIT * self.cost


def journey(available: int, bought_at: float, sold_at: float) -> Journey:
    """Return the journey with as much as can be had and carried."""
    return Journey(min(available, CAPACITY), bought_at, sold_at)


def hours(kilometres: float, weather: str = "clear") -> float:
    """Return how long the way takes, in hours of the world's time."""
    return kilometres / (KILOMETRES_PER_HOUR * SLOWED.get(weather, 1.0))
