"""A village as it is settled: people with what they need to begin, on land that can feed them. Pure.

A simulation begins with it. Villages of worlds have people and land of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from msgspec import Struct

from worlds.economy.content import Occupation, Use, market
from worlds.economy.models import Dweller, Goods, Plot, VillageMarket, add
from worlds.generation.randomness import stream_key

TRAITS: Final = (20, 80)
SKILLS: Final = (5, 95)


class LandShare(Struct, frozen=True):
    """Places to gather around a village of a hundred people.

    Attributes:
        metres: the farthest one from the village.
    """

    good: str
    places: int
    most: int
    regrowth: float
    metres: int


LAND: Final = (
    LandShare("grain", 34, 150, 18, 200),
    LandShare("berry", 20, 45, 10, 800),
    LandShare("fish", 20, 110, 10, 500),
    LandShare("meat", 16, 25, 6, 2000),
    LandShare("tallow", 12, 40, 7, 2000),
    LandShare("oak_log", 90, 300, 2.5, 500),
    LandShare("healing_herb", 12, 30, 5, 800),
    LandShare("wool", 16, 40, 6, 200),
    LandShare("clay", 10, 200, 8, 500),
    LandShare("iron_ore", 6, 5000, 0, 1000),
)
"""Fields and pastures are tended, and give as much as the best wild grounds."""
DAILY: Final = {
    **{"bread": 300, "ale": 250, "candle": 90, "tallow": 60, "berry": 110, "fish": 110, "meat": 80, "oak_log": 140},
    **{
        "grain": 460,
        "woollen_cloth": 25,
        "clay_pot": 35,
        "healing_herb": 35,
        "wool": 50,
        "clay": 55,
        "axe": 2,
        "iron_ore": 6,
    },
}
"""{good: units that a hundred people want in a day}, before they have ever bought any."""
WEEK: Final = 7
STOCKED: Final = 1.4
"""Weeks for which those who make something have it at first."""
PANTRY: Final = {Use.STAPLE: 6, Use.FUEL: 6, Use.TOOL: 1}


def founded(seed: int, people: int, key: str = "village", land: dict[str, float] | None = None) -> VillageMarket:
    """Return a village on its first morning.

    Args:
        land: {good: how much more of it the land gives than usual}; 0 for none of it.
    """
    rng = Random(stream_key(seed, f"market/{key}/founding"))
    size = people / 100
    occupations = [*_occupations(people)]
    supplies = _supplies(size, occupations)
    return VillageMarket(
        key=key,
        day=0,
        people=tuple(_dweller(number, each, supplies, rng) for number, each in enumerate(occupations)),
        plots=tuple(_plots(size, land or {}, rng)),
        wanted={good: (max(1, round(units * size)),) * WEEK for good, units in DAILY.items()},
    )


def _occupations(people: int) -> Iterator[Occupation]:
    """Yield what each of so many people lives of, by the shares of the content."""
    shares = [each for each in market.occupations.values() for _ in range(each.share)]
    for number in range(people):
        yield shares[int((number + 0.5) * len(shares) / people)]


def _supplies(size: float, occupations: Sequence[Occupation]) -> Goods:
    """Return {good: how many of it each of those who make it have at first}."""
    makers = Counter(item for each in occupations for item in (*each.primary, *each.crafts))
    return {item: round(DAILY[item] * WEEK * STOCKED * size / number) for item, number in makers.items()}


def _dweller(number: int, occupation: Occupation, supplies: Goods, rng: Random) -> Dweller:
    low, high = TRAITS
    least, most = SKILLS
    luck = rng.random()
    goods: Goods = {good.item: PANTRY[use] for use in PANTRY for good in market.by_use[use]}
    for item in (*occupation.primary, *occupation.crafts):
        add(goods, item, supplies[item])
    for item in occupation.crafts:
        for material, wanted in market.crafts[item].of.items():
            add(goods, material, 3 * wanted)
    return Dweller(
        key=f"{number:04}",
        occupation=occupation.key,
        skill=least + (most - least) * rng.random(),
        conscientiousness=low + (high - low) * rng.random(),
        agreeableness=low + (high - low) * rng.random(),
        coins=int(market.document.opening_coins * (0.2 + 3.2 * luck * luck * luck)),  # 1 in the mean: few have much
        goods=goods,
    )


def _plots(size: float, land: dict[str, float], rng: Random) -> Iterator[Plot]:
    for each in LAND:
        places = round(each.places * size * land.get(each.good, 1.0))
        for place in range(places):
            share = (place + rng.random()) / places  # some near, some far
            yield Plot(
                good=each.good,
                metres=int(each.metres * (0.1 + 0.9 * share)),
                stock=each.most,
                most=each.most,
                regrowth=each.regrowth,
            )
