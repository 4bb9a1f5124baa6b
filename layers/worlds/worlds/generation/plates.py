"""Plates: which cell is on which, how they move, and what happens where they meet. Source: worlds 11.2."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np

from worlds.generation.arrays import Cells, Codes, Floats, units
from worlds.generation.grid import Grid, grid_of
from worlds.generation.noise import noise
from worlds.generation.parameters import Parameters
from worlds.generation.randomness import Stream, stream_key

CONVERGENT: Final = 1
DIVERGENT: Final = 2
TRANSFORM: Final = 3
THRESHOLD: Final = 0.2

SHELF: Final = 1.3
"""Continental plates cover so many times the land: their rims lie under water."""
MOST_CONTINENT: Final = 0.9
SLOWEST: Final = 6
"""Steps that a plate needs to grow over the most resistant cell; over the least, one."""
UNCLAIMED: Final = 255
"""The plate of a cell that none has reached."""
STRAIGHTENING: Final = 12
"""Passes over which a boundary's course is averaged: the stairs of the grid are no bends."""


@dataclass(frozen=True, slots=True)
class Plates:
    """The plates of a world; what is known per plate is in the order of their numbers."""

    plate: Codes
    """The plate of each cell."""
    boundary: Codes
    """What happens at each cell: 0 inside a plate, else CONVERGENT, DIVERGENT or TRANSFORM."""
    closing: Floats
    """How fast the plates at a boundary's cell approach each other, -2 to 2; 0 inside a plate."""
    other: Codes
    """The plate beyond the boundary, at cells of one; elsewhere the plate itself."""
    continental: Codes
    """1 for continental plates, 0 for oceanic ones."""
    thickness_km: Floats
    age_my: Floats
    """Millions of years."""
    rotation: Floats
    """Per plate a vector: a cell's velocity is its product with the cell's unit vector; at the seed its length is 1."""


def make_plates(parameters: Parameters, seed: int) -> Plates:
    """Return plates that grew from random cells until they met."""
    return grow_plates(grid_of(parameters.edge), seed, parameters.plates, parameters.land)


def grow_plates(grid: Grid, seed: int, number: int, land: float) -> Plates:
    """Return a number of plates on a grid; of continents, as much as a share of land above the sea needs."""
    stream = Stream(seed, "plates")
    continents = max(1, number * 3 // 10)
    growth = _Growth(grid, seed)
    area = min(MOST_CONTINENT, land * SHELF)
    # Continents grow alone until they are large enough, then oceanic plates from seeds beside them fill the rest. What
    # only a continent can reach, inside it, becomes its own at last.
    seeds = _draw_seeds(stream, growth.plate, continents)
    growth.start(seeds, 0)
    waiting = growth.run(int(area * grid.cells))
    seeds += (oceanic := _draw_seeds(stream, growth.plate, number - continents))
    growth.start(oceanic, continents)
    growth.run(grid.cells)
    growth.due[0].extend(waiting)
    growth.run(grid.cells)
    plate = growth.plate
    thickness, age, rotation = [], [], []
    for each, cell in enumerate(seeds):
        thickness.append(stream.between(30, 50) if each < continents else stream.between(5, 10))
        age.append(stream.between(0, 100))
        rotation.append(draw_rotation(stream, (float(grid.x[cell]), float(grid.y[cell]), float(grid.z[cell]))))
    boundary, closing, other = boundaries(grid, plate, np.array(rotation))
    return Plates(
        plate=plate,
        boundary=boundary,
        closing=closing,
        other=other,
        continental=np.array([each < continents for each in range(number)], np.uint8),
        thickness_km=np.array(thickness),
        age_my=np.array(age),
        rotation=np.array(rotation),
    )


def _draw_seeds(stream: Stream, plate: Codes, number: int) -> list[int]:
    found: list[int] = []
    while len(found) < number:
        cell = stream.below(len(plate))
        if plate[cell] == UNCLAIMED and cell not in found:
            found.append(cell)
    return found


class _Growth:
    """Plates that grow cell by cell. Some cells take longer, so borders wind."""

    def __init__(self, grid: Grid, seed: int) -> None:
        self.sides = grid.neighbours
        hills = 0.8 * noise(grid, seed, "plates", 3) + 0.6 * noise(grid, seed, "plates", 9)
        roughness = 0.5 * noise(grid, seed, "plates", 27) + 0.5 * units(stream_key(seed, "resistance"), grid.cells)
        resistance = (hills + roughness + 0.25) * SLOWEST
        self.delay = np.clip(resistance, 0, SLOWEST - 1).astype(np.uint8) + 1
        self.plate = np.full(grid.cells, UNCLAIMED, np.uint8)
        self.due: list[list[tuple[Cells, Codes]]] = [[] for _ in range(SLOWEST + 1)]
        """Claims by the number of steps until they count."""
        self.first = np.empty(grid.cells, np.int32)

    def start(self, seeds: list[int], first: int) -> None:
        """Begin plates at their seeds; `first` is the number of the first."""
        cells = np.array(seeds, np.int32)
        plates = np.arange(first, first + len(seeds), dtype=np.uint8)
        self.plate[cells] = plates
        self.claim_around(cells, plates)

    def claim_around(self, cells: Cells, plates: Codes) -> None:
        """Claim the free cells beside some for their plates."""
        around = np.concatenate([side[cells] for side in self.sides])
        wanted = np.tile(plates, 4)
        free = self.plate[around] == UNCLAIMED
        around, wanted = around[free], wanted[free]
        waits = self.delay[around]
        for wait in range(1, SLOWEST + 1):
            chosen = waits == wait
            if chosen.any():
                self.due[wait].append((around[chosen], wanted[chosen]))

    def run(self, area: int) -> list[tuple[Cells, Codes]]:
        """Let plates grow until they have taken `area` cells or can grow no more; the claims that are left."""
        taken = 0
        while any(self.due) and taken < area:
            claims = self.due.pop(0)
            self.due.append([])
            if not claims:
                continue
            cells = np.concatenate([each for each, _ in claims])
            plates = np.concatenate([each for _, each in claims])
            free = self.plate[cells] == UNCLAIMED
            cells, plates = cells[free], plates[free]
            # Of several claims to a cell the first counts; of equal indices numpy keeps the last.
            order = np.arange(len(cells), dtype=np.int32)
            self.first[cells[::-1]] = order[::-1]
            counts = self.first[cells] == order
            cells, plates = cells[counts], plates[counts]
            self.plate[cells] = plates
            taken += len(cells)
            self.claim_around(cells, plates)
        left = [claim for claims in self.due for claim in claims]
        self.due = [[] for _ in range(SLOWEST + 1)]
        return left


def draw_rotation(stream: Stream, at: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return a random rotation that moves the unit vector `at` with speed 1."""
    while True:
        x, y, z = (stream.between(-1, 1) for _ in range(3))
        along = x * at[0] + y * at[1] + z * at[2]
        x, y, z = x - along * at[0], y - along * at[1], z - along * at[2]
        length = sqrt(x * x + y * y + z * z)
        if 0.1 < length < 1:
            return x / length, y / length, z / length


def boundaries(grid: Grid, plate: Codes, rotation: Floats) -> tuple[Codes, Floats, Codes]:
    """Return for each cell what happens at the boundary there, how fast, and with which plate; see `Plates`."""
    other = plate.copy()
    for side in reversed(grid.neighbours):
        beyond = plate[side]
        np.copyto(other, beyond, where=beyond != plate)
    cells = np.flatnonzero(other != plate).astype(np.int32)
    mine, theirs = plate[cells], other[cells]
    low, high = np.minimum(mine, theirs), np.maximum(mine, theirs)
    pair = low.astype(np.int32) * 256 + high
    across = _across(grid, plate, cells, low, high, pair)
    points = grid.points(cells)
    speed = _velocity(rotation[low], points) - _velocity(rotation[high], points)
    closing = np.zeros(grid.cells)
    closing[cells] = speed[0] * across[0] + speed[1] * across[1] + speed[2] * across[2]
    boundary = np.zeros(grid.cells, np.uint8)
    boundary[cells] = TRANSFORM
    boundary[closing > THRESHOLD] = CONVERGENT
    boundary[closing < -THRESHOLD] = DIVERGENT
    return boundary, closing, other


def _across(grid: Grid, plate: Codes, cells: Cells, low: Codes, high: Codes, pair: Cells) -> Floats:
    """Return unit vectors across the boundary, from the plate with the lower number, averaged along its course."""
    place = np.full(grid.cells, -1, np.int32)
    place[cells] = np.arange(len(cells), dtype=np.int32)
    outwards = np.where(plate[cells] == low, 1.0, -1.0)
    opposite = low + high - plate[cells]
    here = grid.points(cells)
    vector = np.zeros_like(here)
    alike: list[tuple[Cells, Cells]] = []
    for side in grid.neighbours:
        beside = side[cells]
        vector += np.where(plate[beside] == opposite, _unit(grid.points(beside) - here) * outwards, 0)
        place_beside = place[beside]
        same = np.flatnonzero((place_beside >= 0) & (pair[place_beside] == pair)).astype(np.int32)
        alike.append((same, place_beside[same]))
    for _ in range(STRAIGHTENING):
        total = vector.copy()
        for mine, beside in alike:
            total[:, mine] += vector[:, beside]
        vector = _unit(total)
    return vector


def _unit(vectors: Floats) -> Floats:
    length = np.sqrt(vectors[0] * vectors[0] + vectors[1] * vectors[1] + vectors[2] * vectors[2])
    return vectors / np.where(length > 0, length, 1)


def _velocity(rotation: Floats, points: Floats) -> Floats:
    """Return the velocity of points, one in each column, under rotations, one in each row."""
    a, b, c = rotation[:, 0], rotation[:, 1], rotation[:, 2]
    x, y, z = points
    return np.stack((b * z - c * y, c * x - a * z, a * y - b * x))
