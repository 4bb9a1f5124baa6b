"""The moons over a world, as people see them. Pure, without numpy. Source: worlds 11.4."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from kernel.texts import number, translate, translate_n
from worlds.generation.parameters import from_json
from worlds.generation.randomness import Stream
from worlds.generation.sky import Moon, draw_moons
from worlds.time.rules import HOUR

UP: Final = 0.25
"""The part of a turn from the highest place of a moon to the horizon."""


def moons_of(generation: Mapping[str, Any]) -> tuple[Moon, ...]:
    """Return the moons of a world, the nearest first; none of one without ground of its own."""
    if "digest" not in generation:
        return ()
    return _drawn(generation["seed"], from_json(generation["parameters"]).moons)


def number_up(generation: Mapping[str, Any], game_ms: int, hours_per_day: int) -> int:
    """Return how many moons stand above the horizon, at the same time everywhere, like the sun.

    A moon goes around the sky once a day, less what it moves on by itself in this time.
    """
    days = game_ms / (hours_per_day * HOUR)
    chance = Stream(generation.get("seed", 0), "places of moons")
    turns = [days - game_ms / 1_000 / moon.period + chance.unit() for moon in moons_of(generation)]
    return sum(min(turn % 1, -turn % 1) < UP for turn in turns)


def in_words(up: int) -> str:
    """Return what one sees of moons in a clear night; "" for none."""
    return translate_n("A moon is up.", "{n} moons are up.", up) if up else ""


def of_all(all_of_them: int, up: int, *, seen: bool) -> str:
    """Return what there is to say to who looks for the moons of a world that has some.

    Args:
        up: how many are above the horizon.
        seen: the sky is dark and clear.
    """
    has = translate_n("This world has one moon.", "This world has {n} moons.", all_of_them, n=number(all_of_them))
    if not up:
        return f"{has} {translate('None is up now.')}"
    return f"{has} {in_words(up) if seen else translate('Now one cannot see whether any is up.')}"


@lru_cache(maxsize=64)
def _drawn(seed: int, wanted: int | None) -> tuple[Moon, ...]:
    return draw_moons(seed, wanted)
