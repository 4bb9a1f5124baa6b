"""A world's deep time, step by step on an absolute grid: however it is cut into slices, the same comes of it.

Steps last a thousand years, or up to the next event; for a hundred years after a catastrophe, a year. Each step draws
from a stream of its own, named by the year it begins in. Source: worlds 15; the design of Worlds, Deep time.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

from msgspec import Struct

from worlds.deep_time import chances, crust, planet
from worlds.deep_time.crust import Climates, Crust, Surface
from worlds.deep_time.models import ALL, LIFE
from worlds.deep_time.planet import Planet
from worlds.ecosystem import life as living
from worlds.ecosystem.habitats import Habitats
from worlds.ecosystem.life import Life
from worlds.ecosystem.models import Happening, WorldSpecies
from worlds.generation import packing, sky
from worlds.generation.parameters import Parameters
from worlds.generation.randomness import Stream

STEP: Final = 1_000
AFTERMATH: Final = 100
"""Years after a catastrophe of which each is a step."""
GEOLOGY: Final = 100_000
EROSION: Final = 1_000_000
RIVERS: Final = 10_000_000
MOST_PASSES: Final = 5

OFFSETS: Final = {chances.VOLCANO: (-0.5, -4.0), chances.ASTEROID: (-3.0, -45.0), chances.BASALT: (5.0, 20.0)}
"""{event: degrees between which it makes a planet warmer}"""
BASALT_AIR: Final = 3.0
"""Times the CO2 in the air after a flood of basalt."""
CRATERS: Final = (10.0, 50.0)
DEPTHS: Final = (500.0, 3_000.0)
CONES: Final = (500.0, 2_500.0)


class DeepTime(Struct):
    """A world in deep time. Steps change it."""

    parameters: Parameters
    seed: int
    planet: Planet
    crust: Crust
    surface: Surface
    life: Life | None
    """None for a world that is simulated without life."""
    parts: frozenset[str] = ALL
    """What is simulated besides ground and climate."""
    species: Sequence[WorldSpecies] = ()
    """With which life begins; without any, they are drawn for the ground as it is then."""
    magic: float = 0.0
    """How much of it the world has, 0 to 1."""


def begin(parameters: Parameters, seed: int, *, life: bool = True, species: Sequence[WorldSpecies] = ()) -> DeepTime:
    """Return a world in its first year."""
    low, high = parameters.temperature
    base = 10 + (low + high) / 2
    ground = crust.first_crust(parameters, seed)
    land = parameters.land
    if parameters.sea_level is not None:
        land = min(1.0, max(0.1, float((ground.heights > parameters.sea_level).mean())))
    globe = Planet(base=base, celsius=base, land=land, quantile=crust.sea_quantile(ground.heights, land))
    world = DeepTime(parameters, seed, globe, ground, _surface(parameters, seed, ground, globe), None)
    world.species = species
    if not life:
        world.parts = frozenset()
    else:
        world.life = living.begin(seed, _habitats(world), species)
    return world


def advance(world: DeepTime, to: int) -> list[Happening]:
    """Let a world pass to a year, rounded up to a whole thousand; what happened.

    After 500,000 years and 500,000 more it is as after 1,000,000.
    """
    last = -(-to // STEP) * STEP
    happened: list[Happening] = []
    moons = sky.draw_moons(world.seed, world.parameters.moons)
    stability, shield = sky.axis_stability(moons), sky.impact_shield(moons)
    if world.life is None and LIFE in world.parts:
        world.life = living.begin(world.seed, _habitats(world), world.species)
    while world.planet.year < last:
        happened += _step(world, stability, shield)
    return happened


def intervene(world: DeepTime, intervention: str, species: int | None) -> list[Happening]:
    """Let the owner of a world have a hand in it; what came of it.

    Args:
        species: its number; None for the animal with the most members. Nothing comes of it if it has died out.
    """
    happened = [Happening(world.planet.year, intervention)]
    if intervention == "cataclysm":
        return [*happened, *strike(world)]
    if intervention != "observe" and world.life is not None:
        living.intervene(world.life, intervention, species, world.planet.year)
    return happened


def seen(world: DeepTime) -> dict[str, Any]:
    """Return what a world is like, in short."""
    globe, life = world.planet, world.life
    found: dict[str, Any] = {
        "celsius": round(globe.celsius, 1),
        "sea_level": round(globe.sea_level),
        "land": round(100 * land_share(world), 1),
        "co2": round(globe.co2, 4),
        "ice_age": globe.ice_since >= 0,
        "ice_ages": globe.ice_ages,
        "rivers": globe.rivers,
        "highest": round(float(world.crust.heights.max()) - globe.sea_level),
    }
    return found | living.seen(life, world.seed)


def strike(world: DeepTime) -> list[Happening]:
    """Let an asteroid hit a world now."""
    return _happen(world, chances.ASTEROID)


def _step(world: DeepTime, stability: float, shield: float) -> list[Happening]:
    globe = world.planet
    start = globe.year
    years = 1 if start < globe.yearly_until else STEP - start % STEP
    hot = planet.heat(start)
    odds = chances.chances(hot, shield, geology=world.parameters.geology)
    event = chances.first_of(world.seed, start, years, odds)
    years = event[0] if event else years
    happened = [Happening(globe.year, kind) for kind in planet.pass_years(globe, years, stability, hot)]
    if event:
        happened += _happen(world, event[1])
    if globe.year % GEOLOGY == 0:
        _reshape(world)
    if world.life is not None and LIFE in world.parts:
        happened += living.pass_years(world.life, world.seed, globe.year, years, _habitats(world), world.parts)
    return happened


def _happen(world: DeepTime, kind: str) -> list[Happening]:
    """Let something befall a world that its life has to live through."""
    globe = world.planet
    stream = Stream(world.seed, f"{kind}/{globe.year}")
    details: dict[str, float] = {}
    cell = stream.below(len(world.crust.plate))
    if kind in OFFSETS:
        size = stream.unit()
        size *= size  # small ones are common
        low, high = OFFSETS[kind]
        planet.add_offset(globe, low + (high - low) * size)
        if kind == chances.ASTEROID:
            radius = CRATERS[0] + (CRATERS[1] - CRATERS[0]) * size
            details = {"radius_km": round(radius * crust.CELL / 1000)}
            if world.parameters.geology:
                world.crust = crust.strike(world.crust, cell, radius, DEPTHS[0] + (DEPTHS[1] - DEPTHS[0]) * size)
        elif kind == chances.VOLCANO:
            world.crust = crust.erupt(world.crust, cell, CONES[0] + (CONES[1] - CONES[0]) * size)
        else:
            globe.co2 *= BASALT_AIR
    elif kind == chances.DRIFT:
        world.crust = crust.drift(world.crust, world.seed, globe.year)
    elif world.life is not None:
        living.suffocate_sea(world.life)
    if kind in chances.CATASTROPHES:
        globe.yearly_until = globe.year + AFTERMATH
    if kind in (chances.ASTEROID, chances.VOLCANO):
        _find_sea(world)
    return [Happening(globe.year, kind, details)]


def _reshape(world: DeepTime) -> None:
    """Let the ground do what it does every 100,000 years, and biomes follow the climate; see `_rework`."""
    if world.parameters.geology:
        _rework(world)
    else:
        world.planet.tectonics, world.planet.unmoved = 0.0, 0  # nothing waits to be done
    world.surface = _surface(world.parameters, world.seed, world.crust, world.planet)


def _rework(world: DeepTime) -> None:
    """Let plates move and mountains rise; every million years ground wears down, and every ten, rivers cut into it."""
    globe = world.planet
    interval = planet.tectonic_interval(planet.heat(globe.year))
    passes = min(MOST_PASSES, int(globe.tectonics / interval))
    for _ in range(passes):
        world.crust = crust.lift(world.crust, world.seed)
        globe.tectonics -= interval
        globe.tectonic_passes += 1
    cells = globe.unmoved // crust.YEARS_PER_CELL
    if cells:
        world.crust = crust.move(world.crust, cells)
        globe.unmoved -= cells * crust.YEARS_PER_CELL
    if globe.year % EROSION == 0:
        world.crust = crust.wear(world.crust, globe.sea_level, max(1, int(2 * world.parameters.erosion)))
        globe.erosion_passes += 1
    if globe.year % RIVERS == 0:
        _find_sea(world)  # decided before rivers
        world.crust, globe.rivers = crust.cut_rivers(world.crust, world.seed, globe.sea_level)
        globe.river_passes += 1
    _find_sea(world)


def _find_sea(world: DeepTime) -> None:
    world.planet.quantile = crust.sea_quantile(world.crust.heights, world.planet.land)


@lru_cache(maxsize=2)
def _climates(parameters: Parameters, seed: int) -> Climates:
    return Climates(parameters, seed)


def _surface(parameters: Parameters, seed: int, ground: Crust, globe: Planet) -> Surface:
    return _climates(parameters, seed).surface(ground.heights, globe.sea_level, globe.celsius - globe.base)


def _habitats(world: DeepTime) -> Habitats:
    globe, surface = world.planet, world.surface
    celsius = surface.celsius + (globe.celsius - globe.base - surface.warmer)
    return Habitats(surface.area, celsius, surface.rain, globe.offset, world.parameters.life, world.magic)


def land_share(world: DeepTime) -> float:
    """Return the share of the surface above the sea."""
    return float((world.crust.heights > world.planet.sea_level).mean())


def pack(world: DeepTime) -> bytes:
    """Return a checkpoint: all that a world needs to go on."""
    parts = [packing.pack(each) for each in _parts(world)]
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def unpack(parameters: Parameters, seed: int, packed: bytes) -> DeepTime:
    """Return a world that goes on from a checkpoint as if it had never stopped."""
    parts: list[bytes] = []
    start = 0
    while start < len(packed):
        (length,) = struct.unpack_from(">I", packed, start)
        parts.append(packed[start + 4 : start + 4 + length])
        start += 4 + length
    return DeepTime(
        parameters,
        seed,
        packing.unpack(Planet, parts[0]),
        packing.unpack(Crust, parts[1]),
        packing.unpack(Surface, parts[2]),
        (life := living.restored(packing.unpack(Life, parts[3])) if len(parts) > 3 else None),
        ALL if life else frozenset(),
    )


def digest(world: DeepTime) -> str:
    """Return what is the same exactly if a world is."""
    found = sha256()
    for part in _parts(world):
        found.update(packing.digest(part).encode())
    return found.hexdigest()


def _parts(world: DeepTime) -> Sequence[object]:
    parts: list[object] = [world.planet, world.crust, world.surface]
    return parts if world.life is None else [*parts, world.life]
