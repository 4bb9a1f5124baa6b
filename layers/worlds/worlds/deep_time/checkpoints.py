"""Checkpoints that come from elsewhere: read with care and without numpy, so that nothing is computed from a bad one.

`generation.packing` trusts what it unpacks, because this game has packed it. Here, sizes are known before anything is
unpacked, and every value is looked at.
"""

from __future__ import annotations

import json
import struct
import sys
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import fields
from hashlib import sha256
from itertools import pairwise
from math import isfinite
from typing import Any, Final, NamedTuple

from worlds.deep_time.models import MOST_EDGE
from worlds.deep_time.planet import Planet
from worlds.ecosystem.models import GENES, TRAITS
from worlds.generation.biomes import Biome
from worlds.generation.parameters import Parameters

MOST_PLATES: Final = 32
MOST_HEADER: Final = 8 * 1024
MOST_PARTS: Final = 4
LARGEST: Final = 1e12
"""Of a number in an array or on its own."""
STEP: Final = 1_000
UNMOVED: Final = 1_000_000
"""Years for which plates have not moved; each cell that they move takes time to compute."""
AFTERMATH: Final = 100


class BadCheckpoint(Exception):
    """A checkpoint that no world goes on from; the message says why."""


class CheckpointColumn(NamedTuple):
    """An array of a checkpoint.

    Attributes:
        dtype: as numpy writes it.
        shape: what it is for so many cells, plates and species.
        most: the largest value.
    """

    dtype: str
    shape: tuple[str | int, ...]
    most: float = LARGEST


BIOMES: Final = len(Biome)
MOST_SPECIES: Final = 10 * BIOMES
"""With which a world may begin; later there are fewer."""
CODES: Final = {"|u1": "B", "<i8": "q", "<f8": "d"}

CRUST: Final[Mapping[str, CheckpointColumn]] = {
    "plate": CheckpointColumn("|u1", ("cells",), MOST_PLATES - 1),
    "continental": CheckpointColumn("|u1", ("cells",), 1),
    "heights": CheckpointColumn("<f8", ("cells",), 50_000),
    "rotation": CheckpointColumn("<f8", ("plates", 3), 1),
}
SURFACE: Final[Mapping[str, CheckpointColumn]] = {
    "biome": CheckpointColumn("|u1", ("cells",), BIOMES - 1),
    "area": CheckpointColumn("<f8", (BIOMES,), 1.001),
    "celsius": CheckpointColumn("<f8", (BIOMES,), 5_000),
    "rain": CheckpointColumn("<f8", (BIOMES,), 1e6),
}
LIFE: Final[Mapping[str, CheckpointColumn]] = {
    **{name: CheckpointColumn("<i8", ("species",)) for name in ("number", "parent", "born", "protected_until")},
    "kind": CheckpointColumn("|u1", ("species",), 2),
    "aquatic": CheckpointColumn("|u1", ("species",), 1),
    "population": CheckpointColumn("<f8", ("species", BIOMES)),
    "genes": CheckpointColumn("<f8", ("species", GENES), 100),
    "founding": CheckpointColumn("<f8", ("species", GENES), 100),
    "traits": CheckpointColumn("<f8", ("species", len(TRAITS)), 100),
    "variance": CheckpointColumn("<f8", ("species",), 100),
    "mind": CheckpointColumn("|u1", ("species",), 2),
    "fit": CheckpointColumn("<f8", ("species", BIOMES), 1),
    "pace": CheckpointColumn("<f8", ("species",), 100),
    "prey": CheckpointColumn("|u1", ("species", "species"), 1),
    "partner": CheckpointColumn("<i8", ("species",)),
}
PLANET_SCALARS: Final = {field.name: type(field.default) for field in fields(Planet)}
SURFACE_SCALARS: Final = {"warmer": float}
LIFE_SCALARS: Final = {
    "oxygen": float,
    "fit_at": float,
    "lost": list,
    **dict.fromkeys(
        ("next_number", "recovering_until", "extinctions", "mass_extinctions", "outbreaks", "sapient", "infused"), int
    ),
}
NAMES: Final = ("planet", "crust", "surface", "life")


def check(packed: bytes, parameters: Parameters, year: int) -> str:
    """Return the digest of a checkpoint, as `simulation.digest` gives it, once nothing is wrong with it.

    Args:
        year: the one in which it has to be.

    Raises:
        BadCheckpoint
    """
    parts = _parts(packed)
    cells = 6 * min(parameters.edge, MOST_EDGE) ** 2
    sizes = {"cells": cells, "plates": _plates(parts[1][0]), "species": 0}
    planet = _read(0, parts, {}, PLANET_SCALARS, sizes)
    crust = _read(1, parts, CRUST, {}, sizes)
    _read(2, parts, SURFACE, SURFACE_SCALARS, sizes)
    if len(parts) > 3:
        sizes["species"] = _length(parts[3][0].get("number"))
        _check_life(_read(3, parts, LIFE, LIFE_SCALARS, sizes))
    _check_planet(planet, year)
    if max(crust["plate"]) >= sizes["plates"]:
        raise BadCheckpoint("crust.plate")
    return sha256("".join(_digest(*part) for part in parts).encode()).hexdigest()


def _parts(packed: bytes) -> list[tuple[dict[str, Any], bytes]]:
    found: list[tuple[dict[str, Any], bytes]] = []
    start = 0
    while start < len(packed):
        if len(found) == MOST_PARTS or start + 4 > len(packed):
            raise BadCheckpoint("length")
        (length,) = struct.unpack_from(">I", packed, start)
        part = packed[start + 4 : start + 4 + length]
        if len(part) < length:
            raise BadCheckpoint("length")
        found.append(_part(part, NAMES[len(found)]))
        start += 4 + length
    if len(found) < MOST_PARTS - 1:
        raise BadCheckpoint("length")
    return found


def _part(part: bytes, name: str) -> tuple[dict[str, Any], bytes]:
    header, _, compressed = part.partition(b"\n")
    try:
        described = json.loads(header) if len(header) <= MOST_HEADER else None
    except (ValueError, RecursionError):
        described = None
    if not isinstance(described, dict):
        raise BadCheckpoint(name)
    return described, compressed


def _plates(described: Mapping[str, Any]) -> int:
    plates = _length(described.get("rotation"))
    if not 1 <= plates <= MOST_PLATES:
        raise BadCheckpoint("crust.rotation")
    return plates


def _length(described: Any) -> int:
    """Return the first number of an array's shape; 0 if it has none. What is described is checked later."""
    shape = described.get("shape") if isinstance(described, dict) else None
    first = shape[0] if isinstance(shape, list) and shape else 0
    return first if type(first) is int and 0 <= first <= MOST_SPECIES else 0


def _read(
    number: int,
    parts: list[tuple[dict[str, Any], bytes]],
    columns: Mapping[str, CheckpointColumn],
    scalars: Mapping[str, type],
    sizes: Mapping[str, int],
) -> dict[str, Any]:
    """Return the values of a part, whose arrays it replaces by what they were compressed from."""
    (described, compressed), name = parts[number], NAMES[number]
    if described.keys() != {*columns, *scalars}:
        raise BadCheckpoint(name)
    values: dict[str, Any] = {}
    for field, kind in scalars.items():
        values[field] = _scalar(described[field], kind, f"{name}.{field}")
    # In the order in which they are described, which is that of their bytes.
    arrays = [(field, columns[field], _shape(columns[field], sizes)) for field in described if field in columns]
    for field, column, shape in arrays:
        if described[field] != {"dtype": column.dtype, "shape": shape}:
            raise BadCheckpoint(f"{name}.{field}")
    lengths = [_bytes_of(column, shape) for _, column, shape in arrays]
    data = inflated(compressed, sum(lengths))
    if data is None:
        raise BadCheckpoint(name)
    start = 0
    for (field, column, _), length in zip(arrays, lengths, strict=True):
        values[field] = _array(data[start : start + length], column, f"{name}.{field}")
        start += length
    parts[number] = (described, data)
    return values


def inflated(compressed: bytes, length: int) -> bytes | None:
    """Return what was compressed to these bytes if it is exactly so long; no more than that is ever unpacked."""
    engine = zlib.decompressobj()
    try:
        data = engine.decompress(compressed, length + 1)
    except zlib.error:
        return None
    return data if len(data) == length and engine.eof and not engine.unused_data else None


def _shape(column: CheckpointColumn, sizes: Mapping[str, int]) -> list[int]:
    return [sizes[each] if isinstance(each, str) else each for each in column.shape]


def _bytes_of(column: CheckpointColumn, shape: Sequence[int]) -> int:
    count = 1
    for each in shape:
        count *= each
    return count * int(column.dtype[2])


def _scalar(value: Any, kind: type, place: str) -> Any:
    if kind is list:
        fits = isinstance(value, list) and len(value) <= 10 * MOST_SPECIES and all(map(_is_number, value))
    else:
        fits = _is_number(value) and (kind is float or isinstance(value, int))
    if not fits:
        raise BadCheckpoint(place)
    return value


def _is_number(value: Any) -> bool:
    # In this order: `isfinite` fails with a whole number of hundreds of digits.
    return type(value) in (int, float) and abs(value) <= LARGEST and isfinite(value)


def _array(data: bytes, column: CheckpointColumn, place: str) -> array[Any]:
    values = array(CODES[column.dtype])
    values.frombytes(data)
    if sys.byteorder == "big":
        values.byteswap()
    # A NaN is neither more nor less than anything, and `min` may pass it by: hence the sum.
    if values and not (isfinite(sum(values)) and -column.most <= min(values) and max(values) <= column.most):
        raise BadCheckpoint(place)
    return values


def _check_planet(planet: Mapping[str, Any], year: int) -> None:
    if planet["year"] != year or year % STEP:
        raise BadCheckpoint("planet.year")
    for name, most in (("unmoved", UNMOVED), ("yearly_until", year + AFTERMATH), ("ice_since", year)):
        if not -1 <= planet[name] <= most:
            raise BadCheckpoint(f"planet.{name}")
    for name in ("co2", "tectonics", "vapour", "land"):
        if planet[name] < 0:
            raise BadCheckpoint(f"planet.{name}")


def _check_life(life: Mapping[str, Any]) -> None:
    numbers = life["number"]
    if len(set(numbers)) < len(numbers) or (numbers and max(numbers) >= life["next_number"]):
        raise BadCheckpoint("life.number")
    if not {-1, *numbers}.issuperset(life["partner"]):
        raise BadCheckpoint("life.partner")
    if any(before > after for before, after in pairwise(life["kind"])):
        raise BadCheckpoint("life.kind")
    if not 0 <= life["oxygen"] <= 1:
        raise BadCheckpoint("life.oxygen")
    for name in ("population", "variance", "fit", "pace"):
        if life[name] and min(life[name]) < 0:
            raise BadCheckpoint(f"life.{name}")


def _digest(described: Mapping[str, Any], data: bytes) -> str:
    return sha256(json.dumps(described).encode() + data).hexdigest()
