"""What happens to a planet by chance, and in which year. Without numpy. Source: worlds 15.1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from worlds.generation.randomness import stream_key, unit_at

VOLCANO: Final = "volcano"
ASTEROID: Final = "asteroid"
ANOXIA: Final = "ocean_anoxia"
DRIFT: Final = "continental_drift"
BASALT: Final = "flood_basalt"
OF_THE_GROUND: Final = frozenset({VOLCANO, DRIFT, BASALT})
"""What only happens where there is geology."""
CATASTROPHES: Final = frozenset({VOLCANO, ASTEROID, ANOXIA, BASALT})


def chances(hot: float, shield: float, *, geology: bool = True) -> Mapping[str, float]:
    """Return the chance of each kind of event in a year."""
    found = {
        VOLCANO: (1e-5 + min(1.0, hot / 10) * 1.4e-4) / 1000,
        ASTEROID: 5e-8 * (1 - shield),
        ANOXIA: 5e-8,
        DRIFT: 2e-7,
        BASALT: 2e-8,
    }
    return found if geology else {kind: chance for kind, chance in found.items() if kind not in OF_THE_GROUND}


def first_of(seed: int, year: int, years: int, odds: Mapping[str, float]) -> tuple[int, str] | None:
    """Return after how many of the next years something happens, and what; None if nothing does.

    One draw answers for all kinds and years: below the years times all chances, it also says which of them it is. What
    would happen a second time within a step is too rare to count.
    """
    draw = unit_at(stream_key(seed, f"chances/{year}"), 0)
    for kind, chance in odds.items():
        share = years * chance
        if draw < share:
            return min(years, 1 + int(draw / chance)), kind
        draw -= share
    return None
