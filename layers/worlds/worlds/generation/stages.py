"""The stages of generation in their order: each a function of parameters, seed and what earlier stages returned.

A stage may run in an invocation of its own: `pack` and `unpack` carry a result from one to the next. Source: worlds 11.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Any, Final, cast

import numpy as np

from worlds.generation import climate, currents, heights, moons, plates, rivers, sea, vegetation
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


@dataclass(frozen=True, slots=True)
class Stage:
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
    "biomes": Stage(vegetation.Vegetation, ("sea", "rivers", "coasts"), vegetation.grow_biomes),
}


def run_stage(name: str, parameters: Parameters, seed: int, results: Mapping[str, Result]) -> Result:
    """Return what a stage makes of the results of those before it."""
    stage = STAGES[name]
    return stage.run(parameters, *((seed,) if stage.draws else ()), *(results[each] for each in stage.needs))


@dataclass(frozen=True, slots=True)
class GeneratedWorld:
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
    order = ("moons", "plates", "heights", "sea", "rivers", "currents", "coasts", "biomes")
    return GeneratedWorld(parameters, seed, *(found[name] for name in order))


def generate(parameters: Parameters, seed: int) -> GeneratedWorld:
    """Return a world, all stages one after the other."""
    results: dict[str, Result] = {}
    for name in STAGES:
        results[name] = run_stage(name, parameters, seed, results)
    return collect(parameters, seed, results)


def pack(result: Result) -> bytes:
    """Return a result as bytes: a line of JSON about its fields, then its arrays, compressed."""
    described: dict[str, object] = {}
    data: list[bytes] = []
    for field in fields(result):
        value = getattr(result, field.name)
        if isinstance(value, np.ndarray):
            little = value.astype(value.dtype.newbyteorder("<"), copy=False)
            described[field.name] = {"dtype": little.dtype.str, "shape": value.shape}
            data.append(np.ascontiguousarray(little).tobytes())
        else:
            described[field.name] = value
    return json.dumps(described).encode() + b"\n" + zlib.compress(b"".join(data), 1)


def unpack(name: str, packed: bytes) -> Result:
    """Return the result of a stage from its bytes."""
    header, _, compressed = packed.partition(b"\n")
    data, start = zlib.decompress(compressed), 0
    values: dict[str, Any] = {}
    for field, value in json.loads(header).items():
        if isinstance(value, dict):
            dtype = np.dtype(value["dtype"])
            count = int(np.prod(value["shape"], dtype=np.int64))
            array = np.frombuffer(data, dtype, count, start).reshape(value["shape"])
            values[field] = array.astype(dtype.newbyteorder("="), copy=False)
            start += count * dtype.itemsize
        else:
            values[field] = value
    return STAGES[name].result(**values)


def digest(result: Result) -> str:
    """Return what is the same exactly if a result is, however it was compressed."""
    header, _, compressed = pack(result).partition(b"\n")
    return sha256(header + zlib.decompress(compressed)).hexdigest()
