"""Drawing maps. The ground is handed in, so that nothing is read here. Source: worlds 13, Map."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from worlds.generation.biomes import Biome
from worlds.generation.portable import added, cosine
from worlds.maps.models import PORTAL, Ground, LocalMap, MapEntity, MapTile, Quality, Sampler, WorldMap
from worlds.space.models import METRE, Position, Space
from worlds.space.rules import EYE, offset, place_at

RADIUS: Final = 4
LARGEST_RADIUS: Final = 25
MOST_ON_TILE: Final = 10
"""Things and people that a tile names: in the lobby, hundreds of people arrive in the same place."""
HIGH_QUALITY, MEDIUM_QUALITY = 71, 31
"""Perception from which maps are better."""

SHORT_SIDE: Final = 64
"""Cells."""
LONGEST: Final = 4
"""How many times as long as the shorter side the longer one of the map of a narrow world is at most."""
LAND_VOTES, OCEAN_VOTES = 2, 3

Place = tuple[int, int]
"""Of a tile: how many tiles to the east and to the north of the one in the middle."""


def quality_of(perception: int) -> Quality:
    """Return how well someone with this skill draws maps."""
    return "high" if perception >= HIGH_QUALITY else "medium" if perception >= MEDIUM_QUALITY else "low"


def extent(player: Position) -> tuple[int, int]:
    """Return how many tiles a map reaches in each direction, and how many metres each is wide."""
    metres_up = max(0, player.z) // METRE
    return min(RADIUS + metres_up // 5, LARGEST_RADIUS), max(1, metres_up // 100)


def local_map(
    space: Space,
    player: Position,
    perception: int,
    ground: Ground,
    entities: Iterable[MapEntity],
    sight: int | None = None,
) -> LocalMap:
    """Return what a character sees around.

    Args:
        entities: those that might be on the map; all others are left out.
        sight: metres that the weather lets one see; None for more than the map shows.
    """
    radius, stride = extent(player)
    width = stride * METRE
    along = range(-radius, radius + 1)
    middles = {(i, j): (player.x + i * width, player.y + j * width) for j in reversed(along) for i in along}
    places = {tile: place_at(space, *middle, player.z) for tile, middle in middles.items()}
    grounds = {tile: ground(place.x, place.y) for tile, place in places.items() if place is not None}
    heights = {tile: height for tile, (_, height) in grounds.items()}
    eye = heights[0, 0] + player.z + EYE
    farthest = None if sight is None else sight // stride
    seen = {tile for tile in heights if _is_near(tile, farthest) and _is_seen(heights, eye, tile)}
    found = defaultdict[Place, list[MapEntity]](list)
    for entity in entities:
        dx, dy, _ = offset(space, player, entity.position)
        found[(dx + width // 2) // width, (dy + width // 2) // width].append(entity)
    tiles: list[MapTile] = []
    for tile, place in places.items():
        here = found[tile] if tile in seen else []
        biome, elevation = grounds.get(tile, (None, 0))
        x, y = place[:2] if place else middles[tile]
        tiles.append(
            MapTile(
                x=x,
                y=y,
                biome=biome,
                elevation=elevation,
                entities=tuple(entity for entity in here if entity.kind != PORTAL)[:MOST_ON_TILE],
                portal=next((entity.name for entity in here if entity.kind == PORTAL), ""),
                is_player=tile == (0, 0),
                out_of_bounds=place is None,
                occluded=place is not None and tile not in seen,
            )
        )
    return LocalMap(tuple(tiles), len(along), stride, quality_of(perception))


def _is_near(tile: Place, farthest: int | None) -> bool:
    return farthest is None or tile[0] ** 2 + tile[1] ** 2 <= farthest**2


def _is_seen(heights: Mapping[Place, int], eye: int, tile: Place) -> bool:
    """Return whether no ground on the line to a tile rises above it.

    Along the line, distances are counted in steps. Between the middles of two tiles the ground is a straight slope:
    otherwise a hillside would hide parts of itself. Everything is multiplied with the number of steps, so that numbers
    stay whole.
    """
    east, north = tile
    steps = max(abs(east), abs(north))
    rise = heights[tile] - eye
    for step in range(1, steps):
        x, beyond_x = divmod(east * step, steps)
        y, beyond_y = divmod(north * step, steps)
        beyond = beyond_x or beyond_y  # one of the two, as a step is a whole tile along the longer axis
        height = heights[x, y] * (steps - beyond)
        if beyond:
            height += heights[x + (beyond_x > 0), y + (beyond_y > 0)] * beyond
        if height - eye * steps > rise * step:
            return False
    return True


def world_map(
    space: Space,
    sample: Sampler,
    *,
    seed: int,
    years: int,
    sea_level: int,
    votes: int = 2,
    short_side: int = SHORT_SIDE,
) -> WorldMap:
    """Return a whole world at a glance; of an infinite one, what is within `space.lowest` and `space.highest`.

    Args:
        votes: how many samples are taken along each side of a cell. In all there are 64 × 128 × votes² on a sphere.
        short_side: cells.
    """
    west, south, east, north = _edges(space)
    columns, rows = _sides(east - west + 1, north - south + 1, short_side)
    xs, ys = _middles(west, east, columns * votes), _middles(south, north, rows * votes)
    samples = [(Position(x, y), sample(x, y)) for y in ys for x in xs]
    # Towards the poles, less of the surface of a planet is in each row.
    by_row = [cosine(y / space.circumference) if space.shape == "spherical" else 1.0 for y in ys]
    weights = [weight for weight in by_row for _ in xs]
    ballots: list[Counter[Biome]] = [Counter() for _ in range(columns * rows)]
    for number, (_, found) in enumerate(samples):
        row, column = number // len(xs) // votes, number % len(xs) // votes
        votes_of_one = OCEAN_VOTES if found.biome == Biome.OCEAN else LAND_VOTES
        ballots[(rows - 1 - row) * columns + column][found.biome] += votes_of_one
    pairs = list(zip(weights, samples, strict=True))
    total = added(weights)
    highest_at, highest = max(samples, key=lambda each: each[1].elevation)
    return WorldMap(
        biomes=tuple(max(sorted(ballot), key=ballot.__getitem__) for ballot in ballots),
        columns=columns,
        celsius=added(weight * found.celsius for weight, (_, found) in pairs) / total,
        highest=highest.elevation,
        highest_at=highest_at,
        land=100 * added(weight for weight, (_, found) in pairs if found.biome != Biome.OCEAN) / total,
        sea_level=sea_level,
        years=years,
        seed=seed,
    )


def _edges(space: Space) -> tuple[int, int, int, int]:
    """Return the least and the greatest coordinates on the map: west, south, east, north."""
    if space.shape == "spherical":
        return 0, -space.pole, space.circumference - 1, space.pole
    return *space.lowest[:2], *space.highest[:2]


def _sides(wide: int, high: int, short_side: int) -> tuple[int, int]:
    """Return the columns and rows of a map of something so wide and so high."""
    short, long = sorted((wide, high))
    cells = min(LONGEST * short_side, (short_side * long + short // 2) // short)
    return (cells, short_side) if wide >= high else (short_side, cells)


def _middles(low: int, high: int, parts: int) -> list[int]:
    """Return the middles of parts of equal length."""
    return [low + (high - low + 1) * (2 * part + 1) // (2 * parts) for part in range(parts)]
