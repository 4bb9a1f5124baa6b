"""Let a world grow old, print its history and plot it: `python -m local.tools.worlds_history --seed 7 --years 1e9`.

The plot shows temperature, the level of the sea, species, and how many died out, from the first year to the last.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Final, NamedTuple

from PIL import Image

from local.tools.curves import Panel
from local.tools.curves import plot as draw
from worlds.deep_time import simulation
from worlds.deep_time.chances import ASTEROID, CATASTROPHES
from worlds.deep_time.planet import GREAT_DELUGE
from worlds.deep_time.simulation import DeepTime
from worlds.ecosystem.models import (
    EXTINCTION,
    KINDS,
    LIFE_RETURNED,
    MASS_EXTINCTION,
    PLAGUE,
    SAPIENCE,
    Happening,
    name_of,
)
from worlds.generation.parameters import SIZES, TEMPERATURES, from_words

SAMPLES: Final = 200
"""Moments that are plotted; a tenth of them is printed."""
PRINTED: Final = 10
LARGE: Final = 300
"""Kilometres of radius from which a crater is worth a line."""
RECOVERS: Final = 500_000
"""Years within which life is there again, biome by biome and level by level, no matter what befell it."""
CAUSES: Final = CATASTROPHES | {MASS_EXTINCTION, GREAT_DELUGE, PLAGUE, EXTINCTION}
TOLD: Final = (MASS_EXTINCTION, SAPIENCE, GREAT_DELUGE, LIFE_RETURNED)


@dataclass(frozen=True, slots=True)
class Sample:
    """A world at a moment."""

    year: int
    celsius: float
    sea_level: float
    land: float
    species: int
    extinctions: int
    """Since the sample before."""
    oxygen: float
    life: float
    """All that lives."""
    shares: tuple[float, float, float]
    """Of all that lives, plants, plant eaters and meat eaters."""
    happened: Sequence[Happening]


PANELS: Final[Sequence[tuple[str, Callable[[Sample], float]]]] = (
    ("temperature, degrees Celsius", lambda each: each.celsius),
    ("level of the sea, metres", lambda each: each.sea_level),
    ("species", lambda each: each.species),
    ("extinctions", lambda each: each.extinctions),
)


class Quantity(NamedTuple):
    """What is summed up at the end."""

    name: str
    unit: str
    value: Callable[[Sample], float]
    least: float = -inf
    most: float = inf
    """Beyond least and most, something must have happened."""


QUANTITIES: Final = (
    Quantity("land", "%", lambda each: 100 * each.land, 25, 35),
    Quantity("temperature", "°C", lambda each: each.celsius, -20, 60),
    Quantity("sea level", "m", lambda each: each.sea_level),
    Quantity("oxygen", "%", lambda each: 100 * each.oxygen, 15, 35),
    Quantity("life", "thousands", lambda each: each.life / 1000),
    Quantity("plants", "%", lambda each: 100 * each.shares[0], 80, 90),
    Quantity("plant eaters", "%", lambda each: 100 * each.shares[1], 8, 15),
    Quantity("meat eaters", "%", lambda each: 100 * each.shares[2], 2, 5),
)
"""Of a temperate world. Source: worlds 11.6, 15."""


def sample(world: DeepTime, years: int, samples: int) -> Iterator[Sample]:
    """Yield a world's states while it grows old."""
    lost = 0
    for number in range(1, samples + 1):
        happened = simulation.advance(world, years * number // samples)
        globe, life = world.planet, world.life
        assert life is not None
        total = float(life.population.sum()) or 1.0
        plants, eaters, hunters = (float(life.population[life.kind == kind].sum()) / total for kind in range(3))
        yield Sample(
            year=globe.year,
            celsius=globe.celsius,
            sea_level=globe.sea_level,
            land=simulation.land_share(world),
            species=len(life.number),
            extinctions=life.extinctions - lost,
            oxygen=life.oxygen,
            life=total,
            shares=(plants, eaters, hunters),
            happened=happened,
        )
        lost = life.extinctions


def plot(samples: Sequence[Sample], title: str) -> Image.Image:
    """Return a picture with a panel for each curve; a line marks each mass extinction."""
    curves = ((name, [value(each) for each in samples]) for name, value in PANELS)
    panels = [Panel(name, values, min(values), max(values)) for name, values in curves]
    years = [samples[-1].year * tenth // 10 for tenth in range(11)]
    extinctions = [each.year for each in samples if any(event.kind == MASS_EXTINCTION for event in each.happened)]
    return draw(
        title, [each.year for each in samples], panels, [(year, f"{year / 1e6:.0f} My") for year in years], extinctions
    )


def _line(each: Sample) -> str:
    shares = "/".join(f"{100 * share:.0f}" for share in each.shares)
    return (
        f"{each.year / 1e6:9.2f} My {each.celsius:6.1f} °C  sea {each.sea_level:7.0f} m  "
        f"land {100 * each.land:4.1f} %  "
        f"oxygen {100 * each.oxygen:4.1f} %  species {each.species:3d}  life {shares} %"
    )


def strays(samples: Sequence[Sample]) -> Iterator[str]:
    """Yield what is beyond its range at some moments, and what has happened shortly before."""
    causes = [event for each in samples for event in each.happened if event.kind in CAUSES]
    for each in samples:
        since = {cause.kind: each.year - cause.year for cause in causes if 0 <= each.year - cause.year <= RECOVERS}
        told = (f"{kind.replace('_', ' ')} {years:,} years before" for kind, years in since.items())
        why = ", ".join(told) or "nothing that is known"
        for quantity in QUANTITIES:
            value = quantity.value(each)
            if not quantity.least <= value <= quantity.most:
                yield f"{each.year / 1e6:9.2f} My   {quantity.name} {value:.1f} {quantity.unit} after {why}"


def _range(samples: Sequence[Sample], quantity: Quantity) -> str:
    name, unit, value, _, _ = quantity
    values = sorted(value(each) for each in samples)
    twentieth = len(values) // 20
    low, high = values[twentieth], values[-1 - twentieth]
    middle = values[len(values) // 2]
    return (
        f"{name:13} from {values[0]:8.1f} to {values[-1]:8.1f} {unit}; "
        f"usually {low:.1f} to {high:.1f}, in the middle {middle:.1f}"
    )


def _told(seed: int, event: Happening) -> str | None:
    if event.kind == ASTEROID and event.details["radius_km"] < LARGE:
        return None
    if event.kind not in (*TOLD, ASTEROID):
        return None
    details = dict(event.details)
    if "species" in details:
        kind = details.pop("kind")
        details = {"species": f"{name_of(seed, details['species'], kind)}, a {KINDS[kind]}"}
    text = ", ".join(f"{name} {value}" for name, value in details.items())
    return f"{event.year / 1e6:9.2f} My   {event.kind.replace('_', ' ')} {text}".rstrip()


def main(arguments: list[str]) -> int:
    """Print and plot a history; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m local.tools.worlds_history", description="Print and plot the history of a world."
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--years", type=float, default=1e8, help="for example 1e9; takes up to ten minutes")
    parser.add_argument("--size", default="medium", choices=sorted(SIZES))
    parser.add_argument("--climate", default="", choices=["", *TEMPERATURES])
    parser.add_argument("--to", type=Path, default=None, help="the PNG file to write")
    chosen = parser.parse_args(arguments)
    years = int(chosen.years)
    if years < simulation.STEP:
        parser.error(f"--years: at least {simulation.STEP}")
    started = time.monotonic()
    world = simulation.begin(from_words(size=chosen.size, climate=chosen.climate), chosen.seed)
    samples: list[Sample] = []
    counts: Counter[str] = Counter()
    for number, each in enumerate(sample(world, years, min(SAMPLES, years // simulation.STEP)), 1):
        samples.append(each)
        counts.update(event.kind for event in each.happened)
        for text in filter(None, (_told(chosen.seed, event) for event in each.happened)):
            print(text)
        if number % PRINTED == 0:
            print(_line(each), flush=True)
    for quantity in QUANTITIES:
        print(_range(samples, quantity))
    print("\n".join(strays(samples)) or "All of them always within their ranges.")
    seconds = time.monotonic() - started
    print(", ".join(f"{kind.replace('_', ' ')} {count}" for kind, count in sorted(counts.items())))
    spent = f"{seconds:.0f} s ({time.process_time():.0f} s of one processor)"
    print(f"seed {chosen.seed}: {years:,} years in {spent}, digest {simulation.digest(world)}")
    to = chosen.to or Path(f"history-{chosen.seed}.png")
    plot(samples, f"A {chosen.size} world of seed {chosen.seed}, {years / 1e6:,.0f} million years").save(to)
    print(to)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
