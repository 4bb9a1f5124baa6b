"""Draw the ground of a world: `python -m local.tools.world_picture SEED [SIZE] --to FILE.png`.

The whole planet on a rectangle, the poles at the top and at the bottom: forests green, deserts yellow, peaks brown,
ice white, rivers (but not below the ice) and lakes blue; slopes are lit from the north-west.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from itertools import pairwise
from math import asin, atan2, pi
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from worlds.generation.biomes import Biome
from worlds.generation.climate import sea_level_celsius
from worlds.generation.cube import FACES
from worlds.generation.currents import rescaled
from worlds.generation.grid import Grid, grid_of
from worlds.generation.parameters import RAINS, SIZES, TEMPERATURES, from_words
from worlds.generation.stages import GeneratedWorld, generate
from worlds.generation.winds import latitudes

Colour = tuple[int, int, int]

COLOURS: Final[Mapping[Biome, Colour]] = {
    Biome.ALPINE: (128, 112, 102),
    Biome.TUNDRA: (170, 168, 146),
    Biome.TAIGA: (76, 110, 86),
    Biome.GRASSLAND: (156, 178, 96),
    Biome.DECIDUOUS_FOREST: (82, 140, 70),
    Biome.RAINFOREST: (24, 104, 50),
    Biome.DESERT: (224, 196, 136),
}
DEPTHS: Final[tuple[tuple[float, Colour], ...]] = (
    (-8000, (8, 24, 64)),
    (-4000, (22, 60, 118)),
    (-2000, (34, 82, 142)),
    (-200, (66, 126, 178)),
    (0, (110, 170, 206)),
)
ICE: Final[Colour] = (240, 245, 250)
ICE_BELOW: Final = -10.0
"""Degrees on land."""
SEA_ICE_BELOW: Final = -13.0
"""Degrees of the air over the sea."""
RIVER: Final[Colour] = (48, 104, 176)
LAKE: Final[Colour] = (70, 130, 190)

Pixels = npt.NDArray[np.float64]


def draw(world: GeneratedWorld, width: int) -> Image.Image:
    """Return a picture of a world, twice as wide as it is high."""
    grid = grid_of(world.parameters.edge)
    cells = _cells_of_pixels(grid.edge, width, width // 2)
    altitude = (world.waters.heights - world.sea.level)[cells]
    colours = _ground(world, cells, altitude)
    colours *= _light(altitude)[..., None]
    image = Image.fromarray(np.clip(colours, 0, 255).astype(np.uint8), "RGB")
    _draw_rivers(image, grid, world)
    return image


def _cells_of_pixels(edge: int, width: int, height: int) -> npt.NDArray[np.int64]:
    longitude = ((np.arange(width) + 0.5) / width * 2 - 1) * pi
    latitude = (0.5 - (np.arange(height) + 0.5) / height)[:, None] * pi
    level = np.cos(latitude)
    direction = np.stack(
        np.broadcast_arrays(level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)), axis=-1
    )
    middles, us, vs = (np.array([face[i] for face in FACES], np.float64) for i in range(3))
    face = np.argmax(direction @ middles.T, axis=-1)
    depth = np.sum(direction * middles[face], axis=-1)
    column, row = (
        np.minimum(((_unwarped(np.sum(direction * axis[face], axis=-1) / depth) + 1) / 2 * edge).astype(int), edge - 1)
        for axis in (us, vs)
    )
    return (face * edge + row) * edge + column


def _unwarped(u: Pixels) -> Pixels:
    return np.sign(u) * (np.sqrt(1 + 3 * np.abs(u)) - 1)


def _ground(world: GeneratedWorld, cells: npt.NDArray[np.int64], altitude: Pixels) -> Pixels:
    table = np.zeros((len(Biome), 3))
    for biome, colour in COLOURS.items():
        table[biome] = colour
    colours = table[world.vegetation.biome[cells]]
    colours *= (1 - 0.25 * np.clip(altitude / 4000, 0, 1))[..., None]
    under = altitude <= 0
    depths = np.array([depth for depth, _ in DEPTHS])
    water = np.stack([np.interp(altitude, depths, [colour[i] for _, colour in DEPTHS]) for i in range(3)], axis=-1)
    colours[under] = water[under]
    colours[world.waters.lake[cells] == 1] = LAKE
    air = rescaled(sea_level_celsius(latitudes(grid_of(world.parameters.edge))), world.parameters)[cells]
    cold = np.where(under, SEA_ICE_BELOW - air, ICE_BELOW - world.climate.celsius[cells])
    frozen = np.clip(cold / 4, 0, 0.9)[..., None]
    return colours * (1 - frozen) + np.array(ICE) * frozen


def _light(altitude: Pixels) -> Pixels:
    """Return how bright each pixel is; the sea's floor shows faintly."""
    height = np.where(altitude > 0, altitude, altitude * 0.15)
    east = np.roll(height, -1, 1) - np.roll(height, 1, 1)
    south = np.diff(height, axis=0, append=height[-1:])
    return np.clip(1 + (-east - 2 * south) / 5000, 0.6, 1.35)


def _draw_rivers(image: Image.Image, grid: Grid, world: GeneratedWorld) -> None:
    pen = ImageDraw.Draw(image)
    waters = world.waters
    for first, last in zip(waters.starts[:-1], waters.starts[1:], strict=True):
        course = waters.courses[first:last]
        points = [_pixel(grid, int(cell), image.size) for cell in course]
        for here, (start, end) in enumerate(pairwise(points)):
            is_frozen = world.climate.celsius[course[here]] < ICE_BELOW
            if abs(start[0] - end[0]) < image.width / 2 and not is_frozen:  # nor across the seam
                flow = int(waters.flow[course[here]])
                pen.line((start, end), RIVER, 1 if flow < 6 else 2)


def _pixel(grid: Grid, cell: int, size: tuple[int, int]) -> tuple[float, float]:
    longitude = atan2(float(grid.y[cell]), float(grid.x[cell]))
    latitude = asin(float(grid.z[cell]))
    return (longitude / pi + 1) / 2 * size[0], (0.5 - latitude / pi) * size[1]


def main(arguments: list[str]) -> int:
    """Draw a world into a file; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m local.tools.world_picture", description="Draw the ground of a world."
    )
    parser.add_argument("seed", type=int)
    parser.add_argument("size", nargs="?", default="medium", choices=sorted(SIZES))
    parser.add_argument("--to", type=Path, required=True, help="the PNG file to write")
    parser.add_argument("--width", type=int, default=1200, help="in pixels")
    parser.add_argument("--land", default="", help='for example "45%% land"')
    parser.add_argument("--climate", default="", choices=["", *TEMPERATURES])
    parser.add_argument("--rain", default="", choices=["", *RAINS])
    chosen = parser.parse_args(arguments)
    wanted = from_words(size=chosen.size, land=chosen.land, climate=chosen.climate, rain=chosen.rain)
    picture = draw(generate(wanted, chosen.seed), chosen.width)
    picture.quantize(128).save(chosen.to, optimize=True)
    print(f"{chosen.to}: seed {chosen.seed}, {chosen.size}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
