"""Telling people in worlds what has changed with the time of day or the season, once. Source: worlds 14."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from kernel.database import Tx
from worlds.daytime import queries, words
from worlds.posts import envelopes
from worlds.posts import service as posts
from worlds.time import rules as time
from worlds.time.models import GameSpan, TimeChange, milliseconds
from worlds.world import queries as worlds_sql
from worlds.world import service as worlds
from worlds.world.events import WorldTicked
from worlds.world.models import World

NEWS: Final = timedelta(minutes=2)
"""What has changed longer ago, in real time, is no news: no one was there, or the clock has been away."""


def tell(tx: Tx, limit: int) -> int:
    """Tell people in some worlds; return in how many."""
    found = [worlds_sql.read(row) for row in queries.lock_with_news(tx, limit)]
    if not found:
        return 0
    present: dict[UUID, list[UUID]] = {}
    for row in queries.list_present(tx, [world.world_id for world in found]):
        present.setdefault(row["world_id"], []).append(row["character_id"])
    for world in found:
        _tell(tx, world, present.get(world.world_id, []))
    return len(found)


def changes(world: World, start: int, end: int) -> Mapping[type, TimeChange]:
    """Return the last part of the day that began within a span of game time, and the last season."""
    changed = time.moments_between(GameSpan(start, end), world.time.hours_per_day)
    return {type(change.what): change for change in changed}


def _tell(tx: Tx, world: World, present: list[UUID]) -> None:
    now = world.time.at(tx.now)
    recent = now - round(NEWS // timedelta(milliseconds=1) * world.time.dilation)
    last = changes(world, max(world.told_until, recent), now)
    told = sorted(last.values(), key=lambda change: change.game_ms)
    metadata = {"world_id": str(world.world_id), "game_time": now, "hours_per_day": world.time.hours_per_day}
    posts.post(
        tx,
        [
            (character_id, envelopes.game_message("system", words.news(change), tx.now, metadata))
            for change in told
            for character_id in present
        ],
    )
    real = milliseconds(tx.now)
    passed = time.ticks_between(real - round((now - world.told_until) / world.time.dilation), real)
    ticked = WorldTicked(world_id=world.world_id, first_tick=passed.start, last_tick=passed.stop - 1, game_time=now)
    worlds.save(tx, world, world.world_id, [ticked])
