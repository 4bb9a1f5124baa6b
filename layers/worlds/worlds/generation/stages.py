"""The stages of generation in their order: each a function of parameters, seed and what earlier stages returned.

A stage may run in an invocation of its own: `packing.pack` and `unpack` carry a result from one to the next.
Source: worlds 11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from msgspec import Struct

from worlds.generation import climate, currents, heights, moons, packing, plates, rivers, sea, suiting, vegetation
from worlds.generation.parameters import Parameters

Result = (
    moons.MoonsDrawn
    | plates.Plates
    | heights.Relief
    | sea.Sea
    | rivers.Waters
    | currents.SeaTemperatures
    | climate.Climate
    | vegetation.Vegetation
)


class Stage(Struct, frozen=True):
    """A step of generation."""

    result: type[Result]
    needs: tuple[str, ...]
    """The earlier stages whose results it is given."""
    run: Callable[..., Result]
    """Called with the parameters, with the seed if the stage draws random numbers, and with what it needs."""
    draws: bool = False


STAGES: Final[Mapping[str, Stage]] = {
    "moons": Stage(moons.MoonsDrawn, (), moons.place_moons, draws=True),
    "plates": Stage(plates.Plates, (), plates.make_plates, draws=True),
    "heights": Stage(heights.Relief, ("moons", "plates"), heights.raise_ground, draws=True),
    "sea": Stage(sea.Sea, ("heights",), sea.find_sea_level),
    "rivers": Stage(rivers.Waters, ("heights", "sea"), rivers.dig_rivers, draws=True),
    "currents": Stage(currents.SeaTemperatures, ("sea", "rivers"), currents.warm_the_sea),
    "climate": Stage(climate.Climate, ("sea", "rivers", "currents"), climate.make_climate, draws=True),
    "coasts": Stage(climate.Climate, ("sea", "rivers", "currents", "climate"), climate.moderate_coasts),
    "suiting": Stage(climate.Climate, ("sea", "rivers", "coasts"), suiting.suit_biomes),
    "biomes": Stage(vegetation.Vegetation, ("sea", "rivers", "suiting"), vegetation.grow_biomes),
}


def run_stage(name: str, parameters: Parameters, seed: int, results: Mapping[str, Result]) -> Result:
    """Return what a stage makes of the results of those before it."""
    stage = STAGES[name]
    return stage.run(parameters, *((seed,) if stage.draws else ()), *(results[each] for each in stage.needs))


class GeneratedWorld(Struct, frozen=True):
    """The results of all stages."""

    parameters: Parameters
    seed: int
    moons: moons.MoonsDrawn
    plates: plates.Plates
    relief: heights.Relief
    sea: sea.Sea
    waters: rivers.Waters
    sea_temperatures: currents.SeaTemperatures
    climate: climate.Climate
    vegetation: vegetation.Vegetation


def collect(parameters: Parameters, seed: int, results: Mapping[str, Result]) -> GeneratedWorld:
    """Return the world that the results of all stages make up."""
    found = cast("Mapping[str, Any]", results)
    order = ("moons", "plates", "heights", "sea", "rivers", "currents", "suiting", "biomes")
    return GeneratedWorld(parameters, seed, *(found[name] for name in order))


def generate(parameters: Parameters, seed: int) -> GeneratedWorld:
    """Return a world, all stages one after the other."""
    results: dict[str, Result] = {}
    for name in STAGES:
        results[name] = run_stage(name, parameters, seed, results)
    return collect(parameters, seed, results)


def unpack(name: str, packed: bytes) -> Result:
    """Return the result of a stage from its bytes."""
    return packing.unpack(STAGES[name].result, packed)
