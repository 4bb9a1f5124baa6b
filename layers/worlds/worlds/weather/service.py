"""Telling people in worlds how the weather above them has changed. Source: worlds 12 and 14."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from kernel.database import Tx
from worlds.ground import service as terrain
from worlds.ground.models import Terrain
from worlds.posts import envelopes
from worlds.posts import service as posts
from worlds.space.models import Position
from worlds.weather import queries, words
from worlds.weather.local import sky_over
from worlds.weather.models import PER_DAY, SLOT, WeatherChange
from worlds.weather.sky import Sky
from worlds.world import queries as worlds_sql
from worlds.world.models import World

OLD: Final = PER_DAY
"""Slots after which a change is no news."""


def tell(tx: Tx, limit: int) -> int:
    """Tell people in some worlds; return in how many the weather was updated."""
    found = [(worlds_sql.read(row), row["weather_told"]) for row in queries.lock_with_news(tx, limit)]
    if not found:
        return 0
    present: dict[UUID, list[Mapping[str, Any]]] = {}
    for row in queries.list_present(tx, [world.world_id for world, _ in found]):
        present.setdefault(row["world_id"], []).append(row)
    for world, told_until in found:
        now = world.time.at(tx.now)
        if told_until is not None:
            _tell(tx, world, told_until, now, present.get(world.world_id, []))
        queries.save_told(tx, world.world_id, now)
    return len(found)


def _tell(tx: Tx, world: World, told_until: int, now: int, present: Iterable[Mapping[str, Any]]) -> None:
    places = [Position(row["x"], row["y"], row["z"]) for row in present]
    last = _last_changes(world, now // SLOT)
    changes = terrain.with_ground(
        tx,
        world,
        terrain.read(tx, world, places),
        lambda ground: [
            # Who has come since has seen for themselves what the weather was then.
            last(ground, place, max(told_until, world.time.at(row["last_played"])) // SLOT) if ground else None
            for row, place in zip(present, places, strict=True)
        ],
    )
    posts.post(
        tx,
        [
            (
                row["character_id"],
                envelopes.game_message("system", words.told(change), tx.now, {"weather": words.as_json(change.after)}),
            )
            for row, change in zip(present, changes, strict=True)
            if change is not None
        ],
    )


def _last_changes(world: World, end: int) -> Callable[[Terrain, Position, int], WeatherChange | None]:
    """Return what finds the last change of the weather at a place after a slot; neighbours share their sky."""
    skies: dict[tuple[float, float, float], Sky] = {}
    known: dict[tuple[tuple[float, float, float], int], WeatherChange | None] = {}

    def last(ground: Terrain, place: Position, start: int) -> WeatherChange | None:
        sky = sky_over(world, ground, place)
        where = sky.climate.towards
        sky, start = skies.setdefault(where, sky), max(start, end - OLD)
        if (where, start) not in known:
            known[where, start] = next(reversed([*sky.changes(start, end)]), None)
        return known[where, start]

    return last
