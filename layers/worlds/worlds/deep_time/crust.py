"""The crust of a planet as a map: plates that move, mountains, erosion, rivers, biomes. Source: worlds 15.1.

A cell is 10 km wide, however large the world is to walk on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from worlds.deep_time.models import MOST_EDGE
from worlds.generation.arrays import Cells, Codes, Floats
from worlds.generation.climate import BELTS, lapse, sea_level_celsius
from worlds.generation.currents import COLDEST, rescaled
from worlds.generation.erosion import lowest_neighbours
from worlds.generation.grid import Grid, cells_of, grid_of
from worlds.generation.heights import (
    APPROACH,
    CONTINENTAL,
    CONVERGENT_TARGETS,
    DIVERGENT_TARGETS,
    HIGHEST,
    LOWEST,
    OCEANIC,
    OUTWARDS,
)
from worlds.generation.noise import noise
from worlds.generation.parameters import Parameters
from worlds.generation.plates import CONVERGENT, DIVERGENT, boundaries, draw_rotation, grow_plates
from worlds.generation.portable import cosine, sine
from worlds.generation.randomness import Stream
from worlds.generation.rivers import dig
from worlds.generation.vegetation import biomes_of
from worlds.generation.winds import latitudes

CELL: Final = 10_000
"""Metres."""
SPEED: Final = 0.02
"""Metres a year."""
YEARS_PER_CELL: Final = round(CELL / SPEED)

SINKING: Final = 0.03
"""Of the way back to where its crust floats, what ground too high or too low goes in a tectonic pass."""
FLOATS: Final = 700.0
"""Metres above or below the height of its kind at which crust stays where it is."""
RIDGE: Final = -2_500.0
"""Metres of ground that has just come up between plates."""
CONE: Final = 400.0
"""Metres that a hotspot builds in a tectonic pass."""
SLIDES: Final = 0.04
"""Of what is steeper than it can stay, what slides in a pass of a million years."""
TALUS: Final = 0.5
ARC: Final = -500.0
"""Metres at which an arc of islands becomes part of a continent."""
FINEST: Final = 8.0
"""Heights are kept in eighths of a metre: they are stored more often than they are finer."""
FEWEST_PLATES: Final = 6


@dataclass(frozen=True, slots=True)
class Crust:
    """The crust of a planet. Arrays are never changed in place."""

    plate: Codes
    """The plate of each cell."""
    continental: Codes
    """1 where the crust is thick, 0 under oceans."""
    heights: Floats
    """Metres."""
    rotation: Floats
    """Per plate a vector, as in `generation.plates`."""


@dataclass(frozen=True, slots=True)
class Surface:
    """What lives somewhere finds there: per biome, in the order of `Biome`."""

    biome: Codes
    """Of each cell."""
    area: Floats
    """Shares of the planet."""
    celsius: Floats
    """On average."""
    rain: Floats
    """Millimetres a year, on average."""
    warmer: float
    """Degrees above what the maker of the world wants, when this was so."""


def edge_of(parameters: Parameters) -> int:
    """Return how many cells the map has along a face."""
    return min(parameters.edge, MOST_EDGE)


def first_crust(parameters: Parameters, seed: int) -> Crust:
    """Return a crust of 6 to 9 plates."""
    grid = grid_of(edge_of(parameters))
    plates = grow_plates(grid, seed, FEWEST_PLATES + Stream(seed, "deep/plates").below(4), parameters.land)
    continental = plates.continental[plates.plate]
    heights = np.where(continental == 1, CONTINENTAL, OCEANIC)
    heights = heights + noise(grid, seed, "heights", 2) * 500 + noise(grid, seed, "heights", 10) * 100
    return Crust(plates.plate, continental, _kept(heights), plates.rotation)


def sea_quantile(heights: Floats, land: float) -> float:
    """Return the level that leaves a share of cells above it."""
    under = round((1 - land) * len(heights))
    return float(np.partition(heights, under - 1)[under - 1]) if under else float(heights.min()) - 1


def lift(crust: Crust, seed: int) -> Crust:
    """Return the crust after a tectonic pass: each boundary goes a tenth of its way, and hotspots build."""
    grid = _grid(crust)
    boundary, _closing, _other = boundaries(grid, crust.plate, crust.rotation)
    active = (boundary == CONVERGENT) | (boundary == DIVERGENT)
    sides = _continental(crust, grid)
    continents = np.where(active, crust.continental + sides, 0).clip(0, 2)
    target = np.where(
        boundary == CONVERGENT,
        np.array(CONVERGENT_TARGETS)[continents],
        np.array(DIVERGENT_TARGETS)[continents],
    )
    base = np.where(crust.continental == 1, CONTINENTAL, OCEANIC)
    heights = crust.heights + SINKING * (np.clip(crust.heights, base - FLOATS, base + FLOATS) - crust.heights)
    lifted = np.where(active, APPROACH * (target - crust.heights), 0)
    for side in grid.neighbours:
        beside = active[side] & ~active
        lifted = np.where(beside, OUTWARDS * APPROACH * (target[side] - crust.heights), lifted)
    heights = heights + lifted
    _build_cones(grid, seed, heights)
    return Crust(crust.plate, crust.continental, _kept(heights), crust.rotation)


def _continental(crust: Crust, grid: Grid) -> Codes:
    """Return 1 where the crust beyond a boundary is thick, as far as a neighbour shows."""
    beyond = np.zeros(grid.cells, np.uint8)
    for side in grid.neighbours:
        foreign = crust.plate[side] != crust.plate
        np.maximum(beyond, crust.continental[side] * foreign, out=beyond)
    return beyond


def hotspots(grid: Grid, seed: int) -> list[int]:
    """Return the cells of 2 to 5 hotspots, which stay where they are while plates move over them."""
    stream = Stream(seed, "deep/hotspots")
    return [stream.below(grid.cells) for _ in range(2 + stream.below(4))]


def _build_cones(grid: Grid, seed: int, heights: Floats) -> None:
    for cell in hotspots(grid, seed):
        heights[cell] += CONE
        for side in grid.neighbours:
            heights[side[cell]] += CONE / 2


def move(crust: Crust, cells: int) -> Crust:
    """Return the crust after its plates have moved some cells along great circles.

    Where two plates come to lie on each other, the thicker crust stays on top; between plates that part, new ground
    comes up. What continents lose in collisions grows again as arcs of islands beside them.
    """
    grid = _grid(crust)
    plate = np.full(grid.cells, 255, np.uint8)
    continental = np.zeros(grid.cells, np.uint8)
    heights = np.full(grid.cells, LOWEST)
    rank = np.full(grid.cells, -1, np.int8)
    turn = cells / (4 * grid.edge)
    for number in range(len(crust.rotation)):
        here = _reach(grid, crust.plate, number, cells + 1)
        if not len(here):
            continue
        source = cells_of(_turned(grid.points(here), crust.rotation[number], -turn), grid.edge)
        carried = crust.plate[source] == number
        here, source = here[carried], source[carried]
        thick = crust.continental[source].astype(np.int8)
        np.maximum.at(heights, here, crust.heights[source])
        wins = thick > rank[here]
        won = here[wins]
        both = rank[won] >= 0
        height = crust.heights[source[wins]]
        heights[won] = np.where(both & (thick[wins] == 0), heights[won], height)
        plate[won] = number
        rank[won] = thick[wins]
        continental[won] = thick[wins]
    _fill_gaps(grid, plate, heights)
    _grow_continents(grid, int(crust.continental.sum()), continental, heights)
    return Crust(plate, continental, _kept(heights), crust.rotation)


def _reach(grid: Grid, plate: Codes, number: int, steps: int) -> Cells:
    """Return the cells of a plate and those up to some steps around it."""
    reached = plate == number
    rim = np.flatnonzero(reached)
    for _ in range(steps):
        beside = np.concatenate([side[rim] for side in grid.neighbours])
        rim = beside[~reached[beside]]
        reached[rim] = True
    return np.flatnonzero(reached).astype(np.int32)


def _turned(points: Floats, axis: Floats, turns: float) -> npt.NDArray[np.float64]:
    """Return unit vectors turned around an axis. Source: Rodrigues."""
    length = float(np.sqrt(axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2]))
    a, b, c = (float(each) / length for each in axis)
    x, y, z = points
    s, k = sine(turns), cosine(turns)
    along = (a * x + b * y + c * z) * (1 - k)
    return np.stack(
        (
            x * k + (b * z - c * y) * s + a * along,
            y * k + (c * x - a * z) * s + b * along,
            z * k + (a * y - b * x) * s + c * along,
        )
    )


def _fill_gaps(grid: Grid, plate: Codes, heights: Floats) -> None:
    empty = np.flatnonzero(plate == 255).astype(np.int32)
    while len(empty):
        found = np.full(len(empty), 255, np.uint8)
        for side in grid.neighbours:
            np.minimum(found, plate[side[empty]], out=found)
        plate[empty] = found
        heights[empty] = RIDGE
        empty = empty[found == 255]


def _grow_continents(grid: Grid, wanted: int, continental: Codes, heights: Floats) -> None:
    """Let continents take in the highest ground beside them, or lose their lowest, until as large as before."""
    while (missing := wanted - int(continental.sum())) != 0:
        kind = 0 if missing > 0 else 1
        beside = np.zeros(grid.cells, np.bool_)
        for side in grid.neighbours:
            beside |= continental[side] != kind
        rim = np.flatnonzero((continental == kind) & beside)
        if not len(rim):
            return
        order = np.argsort(-heights[rim] if missing > 0 else heights[rim], kind="stable")
        changed = rim[order[: abs(missing)]]
        continental[changed] = 1 - kind
        if missing > 0:
            heights[changed] = np.maximum(heights[changed], ARC)


def drift(crust: Crust, seed: int, year: int) -> Crust:
    """Return the crust with plates that move elsewhere; the largest one breaks if there are few."""
    grid = _grid(crust)
    stream = Stream(seed, f"drift/{year}")
    counts = np.bincount(crust.plate, minlength=len(crust.rotation))
    plate = crust.plate.copy()
    alive = np.flatnonzero(counts)
    if len(alive) < FEWEST_PLATES:
        free = int(np.flatnonzero(counts == 0)[0])
        largest = int(np.argmax(counts))
        cells = np.flatnonzero(plate == largest)
        middle = cells[stream.below(len(cells))]
        axis = draw_rotation(stream, _at(grid, int(middle)))
        x, y, z = grid.points(cells.astype(np.int32))
        plate[cells[(axis[0] * x + axis[1] * y + axis[2] * z) > 0]] = free
    rotation = []
    for number in range(len(crust.rotation)):
        cells = np.flatnonzero(plate == number)
        cell = int(cells[stream.below(len(cells))]) if len(cells) else stream.below(grid.cells)
        rotation.append(draw_rotation(stream, _at(grid, cell)))
    return Crust(plate, crust.continental, crust.heights, np.array(rotation))


def strike(crust: Crust, cell: int, radius: float, depth: float) -> Crust:
    """Return the crust with a crater.

    Args:
        radius: cells.
        depth: metres.
    """
    grid = _grid(crust)
    dx, dy, dz = grid.x - grid.x[cell], grid.y - grid.y[cell], grid.z - grid.z[cell]
    away = np.sqrt(dx * dx + dy * dy + dz * dz) * (grid.edge / 1.6)
    share = np.maximum(1 - (away / radius) * (away / radius), 0)
    return Crust(crust.plate, crust.continental, _kept(crust.heights - depth * share), crust.rotation)


def erupt(crust: Crust, cell: int, metres: float) -> Crust:
    """Return the crust with a cone."""
    grid, heights = _grid(crust), crust.heights.copy()
    heights[cell] += metres
    for side in grid.neighbours:
        heights[side[cell]] += metres / 2
    return Crust(crust.plate, crust.continental, _kept(heights), crust.rotation)


def wear(crust: Crust, sea_level: float, passes: int) -> Crust:
    """Return the crust after the land has worn down: steep ground slides to the lowest place beside it."""
    grid, heights = _grid(crust), crust.heights
    for _ in range(passes):
        target, lowest = lowest_neighbours(grid, heights)
        moves = np.where(heights > sea_level, np.maximum(heights - np.maximum(lowest, sea_level) - TALUS, 0), 0)
        moves *= SLIDES
        heights = heights - moves + np.bincount(target, weights=moves, minlength=grid.cells)
    return Crust(crust.plate, crust.continental, _kept(heights), crust.rotation)


def cut_rivers(crust: Crust, seed: int, sea_level: float) -> tuple[Crust, int]:
    """Return the crust after rivers have cut their beds, and how many there are."""
    waters = dig(_grid(crust), seed, crust.heights, sea_level)
    return Crust(crust.plate, crust.continental, _kept(waters.heights), crust.rotation), len(waters.starts) - 1


class Climates:
    """What rules the climate of each cell of a world, and never changes."""

    def __init__(self, parameters: Parameters, seed: int) -> None:
        grid = grid_of(edge_of(parameters))
        latitude = latitudes(grid)
        self._celsius = rescaled(sea_level_celsius(latitude), parameters)
        place = latitude / 5
        belt = np.minimum(place.astype(np.int64), len(BELTS) - 2)
        belts = np.array(BELTS)
        usual = belts[belt] + (belts[belt + 1] - belts[belt]) * (place - belt)
        chance = 0.9 * noise(grid, seed, "rain", 3) + 0.45 * noise(grid, seed, "rain", 8)
        self._rain = (np.clip(0.8 * usual + chance, -1, 1) + 1) * 1000 * parameters.rain_factor

    def surface(self, heights: Floats, sea_level: float, warmer: float) -> Surface:
        """Return the biomes of all cells, and what each is like.

        Args:
            warmer: degrees above what the maker of the world wants.
        """
        altitude = heights - sea_level
        celsius = self._celsius + warmer - lapse(altitude)
        wet = altitude <= 0
        celsius = np.where(wet, np.maximum(celsius, COLDEST), celsius)
        rain = self._rain * max(0.2, min(2.0, 1 + 0.03 * warmer))
        biome = biomes_of(celsius, rain, altitude)
        counts = np.bincount(biome, minlength=8).astype(np.float64)
        some = np.maximum(counts, 1)
        return Surface(
            biome,
            counts / len(biome),
            np.bincount(biome, celsius, 8) / some,
            np.bincount(biome, rain, 8) / some,
            warmer,
        )


def _at(grid: Grid, cell: int) -> tuple[float, float, float]:
    return float(grid.x[cell]), float(grid.y[cell]), float(grid.z[cell])


def _grid(crust: Crust) -> Grid:
    edge = round(float(np.sqrt(len(crust.plate) / 6)))
    return grid_of(edge)


def _kept(heights: Floats) -> Floats:
    return np.floor(np.clip(heights, LOWEST, HIGHEST) * FINEST + 0.5) / FINEST
