"""The map of what a character sees around, as clients receive it. Source: worlds 4.2 and 13."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from worlds.generation.biomes import Biome
from worlds.ground import cache
from worlds.ground.models import Terrain
from worlds.maps.models import Ground, LocalMap, MapEntity
from worlds.maps.rules import extent, local_map
from worlds.skills.models import Skill
from worlds.space.models import METRE, Position, Space
from worlds.space.rules import place_at

FINE: Final = 10
"""Tiles that a map reaches with ground of their own; on a larger one, neighbours share it."""
AT_ONCE: Final = 700
"""Tiles in one message, which has 128 KB at most."""


def around(
    world_id: UUID,
    space: Space,
    player: Position,
    skills: Mapping[str, int],
    terrain: Terrain | None,
    entities: Iterable[MapEntity],
    sight: int | None = None,
) -> list[dict[str, Any]]:
    """Return the data of map_update; several of a map that is too large for one.

    Args:
        entities: those that might be on it.
        sight: metres; what is farther is hidden.

    Raises:
        TilesMissing
    """
    drawn = local_map(
        space, player, skills.get(Skill.PERCEPTION, 0), _ground(world_id, space, player, terrain), entities, sight
    )
    common = {
        "player_x": player.x / METRE,
        "player_y": player.y / METRE,
        "grid_size": drawn.size,
        "stride": drawn.stride,
        "world_id": str(world_id),
        "render_quality": drawn.quality,
    }
    tiles = list(_tiles(drawn))
    chunks = [tiles[start : start + AT_ONCE] for start in range(0, len(tiles), AT_ONCE)]
    if len(chunks) == 1:
        return [{"tiles": tiles, **common}]
    return [
        {"tiles": chunk, **common, "chunk": number, "chunks": len(chunks)}
        for number, chunk in enumerate(chunks, start=1)
    ]


def _ground(world_id: UUID, space: Space, player: Position, terrain: Terrain | None) -> Ground:
    if terrain is None:
        return lambda x, y: (None, 0)
    reach, stride = extent(player)
    shared = -(-reach // FINE) * stride * METRE if reach > FINE else 0

    def ground(x: int, y: int) -> tuple[Biome, int]:
        place: Position | None = None
        if shared:
            place = place_at(space, x // shared * shared + shared // 2, y // shared * shared + shared // 2)
        place = place or Position(x, y)
        key = world_id, place.x, place.y
        known = cache.spots.get(key)
        if known is None:
            found = terrain.at(place)
            # On water one sees its surface.
            known = found.biome, max(0, round(found.altitude * METRE))
            cache.spots.put(key, known)
        return known

    return ground


def _tiles(drawn: LocalMap) -> Iterator[dict[str, Any]]:
    for tile in drawn.tiles:
        yield {
            "x": tile.x / METRE,
            "y": tile.y / METRE,
            "biome": None if tile.biome is None else tile.biome.name.lower(),
            "elevation": tile.elevation / METRE,
            "entities": [{"name": each.name, "type": each.kind} for each in tile.entities],
            "portal": tile.portal or None,
            "is_player": tile.is_player,
            "out_of_bounds": tile.out_of_bounds,
            "occluded": tile.occluded,
        }
