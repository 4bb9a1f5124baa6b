"""Reading the ground of worlds: from this process's memory, else from the database with what else is read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final, TypeVar
from uuid import UUID

from kernel.database import Cursor, Tx
from worlds.generation.local_climate import tiles_upwind
from worlds.generation.tiles import Tile, TileKey, key_of, tile_keys
from worlds.ground import atlas, cache, queries
from worlds.ground.models import NoMap, Terrain, TilesMissing, land_of
from worlds.maps.rules import SHORT_SIDE
from worlds.space.models import METRE, Position
from worlds.space.rules import place_at
from worlds.world.models import LOBBY, World
from worlds.world.rules import require_ready

T = TypeVar("T")

L1: Final = "l1"
"""The memory of a process: one hit or miss for each time that ground is asked for, not for each tile."""
L2: Final = "l2"
"""What was computed and is stored in a table."""

ASIDE: Final = 200 * METRE
"""How far from where one stands a command can need ground: what is seen, or a walk, and a map at its end."""


def ask(tx: Tx, connection_id: str) -> Callable[[World], Terrain | None]:
    """Ask for the ground around a player, as far as it is not in memory; the answer comes with the next round trip."""
    guessed = cache.last_worlds.get(connection_id) or LOBBY
    known = [key.number for world_id, key in cache.tiles.list_keys() if world_id == guessed]
    found = queries.list_tiles_around(tx, connection_id, guessed, known)

    def terrain(world: World) -> Terrain | None:
        cache.last_worlds.put(connection_id, world.world_id)
        return _terrain(tx, world, found)

    return terrain


def read(tx: Tx, world: World, positions: Iterable[Position]) -> Terrain | None:
    """Return the ground at some places, with what is around them; None in a world without ground of its own."""
    land = land_of(world)
    if land is None:
        return None
    known = _known(world.world_id)
    missing = {key for each in positions for key in tiles_around(world, each)} - known.keys()
    if missing:
        return _terrain(tx, world, queries.list_tiles(tx, world.world_id, sorted(key.number for key in missing)))
    _count(tx, L1, hit=True)
    return Terrain(land, known)


def with_ground(tx: Tx, world: World, terrain: Terrain | None, decide: Callable[[Terrain | None], T]) -> T:
    """Return a pure decision about the ground; what it needs beyond what was read is read, and it decides again.

    That costs a round trip, and happens when someone has come far at once.
    """
    while True:
        try:
            return decide(terrain)
        except TilesMissing as missing:
            assert terrain is not None
            rows = queries.list_tiles(tx, world.world_id, [key.number for key in missing.keys]).fetchall()
            if not rows:
                raise
            _count(tx, L1, hit=False)
            terrain = Terrain(terrain.land, {**terrain.tiles, **_remembered(world.world_id, rows)})


def tiles_around(world: World, position: Position) -> frozenset[TileKey]:
    """Return the tiles that a command may need of someone who stands there."""
    land = land_of(world)
    if land is None:
        return frozenset()
    around = (-ASIDE, 0, ASIDE)
    places = (place_at(world.space, position.x + east, position.y + north) for east in around for north in around)
    near = (land.tiles_around(place.x / METRE, place.y / METRE) for place in places if place is not None)
    return frozenset().union(*near, tiles_upwind(land, position.x / METRE, position.y / METRE))


def note_tiles(tx: Tx, connection_id: str, world: World, position: Position, noted: Collection[int]) -> None:
    """Note which tiles the next command of a player needs, who stands somewhere else now.

    Args:
        noted: the numbers of those that are noted.
    """
    numbers = {key.number for key in tiles_around(world, position)}
    if not numbers <= {*noted}:
        queries.set_tiles_around(tx, connection_id, sorted(numbers))


def map_of(tx: Tx, world: World, size: int = SHORT_SIDE, stored: Cursor | None = None) -> Mapping[str, Any]:
    """Return the map of a whole world; it is drawn if it was not, or was lost.

    Args:
        size: cells along the shorter side, one of `atlas.SIZES`.
        stored: the answer to `queries.find_map`, if it was asked for already.

    Raises:
        NoMap, WorldNotReady, WorldFailed
    """
    require_ready(world)
    land = land_of(world)
    if land is None:
        raise NoMap(name=world.name)
    row = (stored or queries.find_map(tx, world.world_id, size)).fetchone()
    _count(tx, L2, hit=row is not None)
    if row is not None:
        return row["content"]
    tiles = {key_of(each["tile"]): Tile(each["content"]) for each in queries.list_all_tiles(tx, world.world_id)}
    assert len(tiles) == len(tile_keys(land.edge)), f"tiles of {world.world_id} are missing"
    sea_level = round(world.generation["sea_level"])
    content = atlas.as_json(atlas.draw(land, world.space, tiles, sea_level=sea_level, size=size))
    queries.save_map(tx, world.world_id, size, content)
    return content


def _terrain(tx: Tx, world: World, found: Cursor) -> Terrain | None:
    land = land_of(world)
    if land is None:
        return None
    loaded = _remembered(world.world_id, found)
    _count(tx, L1, hit=not loaded)
    return Terrain(land, {**_known(world.world_id), **loaded})


def _count(tx: Tx, level: str, *, hit: bool) -> None:
    tx.counts["cache_hits_total" if hit else "cache_misses_total", level] += 1


def _known(world_id: UUID) -> dict[TileKey, Tile]:
    known = {key: cache.tiles.get((of, key)) for of, key in cache.tiles.list_keys() if of == world_id}
    return {key: tile for key, tile in known.items() if tile is not None}


def _remembered(world_id: UUID, rows: Iterable[Mapping[str, Any]]) -> dict[TileKey, Tile]:
    read = {key_of(row["tile"]): Tile(row["content"]) for row in rows}
    for key, tile in read.items():
        cache.tiles.put((world_id, key), tile)
    return read
