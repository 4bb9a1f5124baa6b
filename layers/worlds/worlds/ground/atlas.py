"""Whole worlds at a glance: drawn from all their tiles, and stored. Source: worlds 13, Map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from worlds.generation.biomes import Biome
from worlds.generation.cube import cell_of
from worlds.generation.ground import Land
from worlds.generation.scale import direction, height_factor
from worlds.generation.tiles import Tile, TileKey, tile_of
from worlds.maps.models import Sample, WorldMap
from worlds.maps.rules import SHORT_SIDE, world_map
from worlds.space.models import METRE, Position, Space

LETTERS: Final[Mapping[Biome, str]] = {
    Biome.OCEAN: "~",
    Biome.ALPINE: "^",
    Biome.TUNDRA: "_",
    Biome.TAIGA: "t",
    Biome.GRASSLAND: "g",
    Biome.DECIDUOUS_FOREST: "f",
    Biome.RAINFOREST: "r",
    Biome.DESERT: "d",
}
SIZES: Final = (SHORT_SIDE, 2 * SHORT_SIDE, 4 * SHORT_SIDE)
"""Cells along the shorter side of a map."""


def draw(
    land: Land, space: Space, tiles: Mapping[TileKey, Tile], *, sea_level: int, years: int = 0, size: int = SHORT_SIDE
) -> WorldMap:
    """Return a map of a whole world.

    Args:
        tiles: all of them.
        size: of SIZES.
    """
    factor = height_factor(land.circumference)

    def sample(x: int, y: int) -> Sample:
        cell = cell_of(direction(x / METRE, y / METRE, land.circumference), land.edge)
        data = tiles[tile_of(cell)].at(cell)
        return Sample(data.biome, round(data.altitude * factor * METRE), data.celsius)

    return world_map(
        space,
        sample,
        seed=land.seed,
        years=years,
        sea_level=sea_level,
        votes=2 if size == SHORT_SIDE else 1,
        short_side=size,
    )


def as_json(drawn: WorldMap) -> dict[str, Any]:
    """Return a map as it is stored and sent: a letter for each cell, in rows from the north-west. Lengths in metres."""
    x, y, _ = drawn.highest_at
    return {
        "columns": drawn.columns,
        "rows": len(drawn.biomes) // drawn.columns,
        "cells": "".join(LETTERS[biome] for biome in drawn.biomes),
        "legend": {letter: biome.name.lower() for biome, letter in LETTERS.items()},
        "mean_temperature": round(drawn.celsius, 1),
        "highest_point": round(drawn.highest / METRE, 1),
        "highest_at": {"x": x / METRE, "y": y / METRE},
        "sea_level": drawn.sea_level,
        "land_percent": round(drawn.land, 1),
        "years": drawn.years,
        "seed": drawn.seed,
    }


def cell_on_map(content: Mapping[str, Any], space: Space, position: Position) -> dict[str, int]:
    """Return the column and row of a map that a position is in."""
    west, south, wide, high = 0, -space.pole, space.circumference, space.half
    if space.shape != "spherical":
        west, south = space.lowest.x, space.lowest.y
        wide, high = space.highest.x - west + 1, space.highest.y - south + 1
    columns, rows = content["columns"], content["rows"]
    column = (position.x - west) * columns // wide
    row = rows - 1 - (position.y - south) * rows // high
    return {"column": max(0, min(columns - 1, column)), "row": max(0, min(rows - 1, row))}
