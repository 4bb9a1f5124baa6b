"""What happens between villagers while no one looks: promises that are not kept come to light, and news goes round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID, uuid5

from kernel.database import Tx
from worlds.gossip import queries
from worlds.gossip.rules import MOST_EACH, VillageNews, told
from worlds.memories import queries as memories
from worlds.memories.models import TOLD, Occurrence
from worlds.minds import rules as minds
from worlds.minds import service as minds_service
from worlds.minds.models import NOTHING, Impressions, Incident, Mind
from worlds.npcs import queries as npcs
from worlds.npcs import talking
from worlds.npcs.models import Npc
from worlds.npcs.personality import EXTRAVERSION
from worlds.promises import queries as promises
from worlds.promises.events import PromiseBroken
from worlds.promises.models import Promise
from worlds.relationships import queries as relationships
from worlds.villages.chatter import checks_a_day, usual_fondness
from worlds.world.models import World

LONELY: Final = 50
"""The need for conversation of those who meet in the evening."""


def settle(tx: Tx, world: World, village: str) -> None:
    """Let happen in a village what has been due since someone looked last; a second time on the same day nothing does.

    Only days that are over count, each with what was known at its end: so it is the same no matter who comes first.
    """
    now, length = world.time.at(tx.now), world.time.day_length
    locked = queries.lock_day(tx, world.world_id, village)
    people = queries.list_villagers(tx, world.world_id, village)
    overdue = promises.lock_overdue(tx, world.world_id, village, now)
    day = locked.fetchall()[0]["day"]
    villagers = [(npcs.read(row), row["species"]) for row in people]
    minds_of = {npc.character_id: npc.personality for npc, _ in villagers}
    for row in overdue.fetchall():
        _break(tx, promises.read(row), minds_of, length)
    today = now // length
    if today == day:
        return
    if today < day:  # the world has begun anew
        day = 0
    known = memories.list_told(tx, [*minds_of], TOLD, MOST_EACH).fetchall()
    seed = world.generation.get("seed", 0)
    news = VillageNews(
        seed,
        village,
        [*minds_of],
        [memories.read(row) for row in known],
        length,
        {npc.character_id: _chances(seed, npc, villagers) for npc, _ in villagers},
        {npc.character_id: checks_a_day(npc, species, now, world.time.hours_per_day) for npc, species in villagers},
    )
    first = max(day, min((row["formed_at"] // length for row in known), default=today))
    heard = told(news, range(first, today))
    # Someone may have heard it before, and forgotten, or have more on their mind.
    before = (
        {row["memory_id"] for row in memories.list_known(tx, [each.memory_id for each in heard])} if heard else set()
    )
    minds_service.save(tx, Impressions([each for each in heard if each.memory_id not in before]))
    queries.save_day(tx, world.world_id, village, today)


def _chances(seed: int, npc: Npc, villagers: Sequence[tuple[Npc, str]]) -> dict[UUID, float]:
    """Return how likely someone begins to talk with each of the others, of those who have been alone for half a day."""
    extraversion = npc.personality.get(EXTRAVERSION, 50)
    return {
        other.character_id: talking.chance(extraversion, usual_fondness(seed, npc, other), LONELY)
        for other, _ in villagers
        if other.character_id != npc.character_id
    }


def _break(tx: Tx, promise: Promise, minds_of: Mapping[UUID, Mapping[str, float]], length: int) -> None:
    """Let it come to light that a promise was not kept: at the time when it was due."""
    impressions = Impressions(
        promises=[(promise, PromiseBroken(promise_id=promise.promise_id, world_id=promise.world_id))]
    )
    if promise.npc_id in minds_of:
        impressions += _disappointed(tx, promise, minds_of[promise.npc_id], length)
    minds_service.save(tx, impressions)


def _disappointed(tx: Tx, promise: Promise, personality: Mapping[str, float], length: int) -> Impressions:
    row = relationships.lock(tx, promise.npc_id, promise.character_id).fetchone()
    if row is None:
        return NOTHING
    happening = Incident(
        happening_id=promise.promise_id,
        occurrence=Occurrence.PROMISE_BROKEN,
        actor_id=promise.character_id,
        world_id=promise.world_id,
        target_id=promise.npc_id,
        at=promise.due,
        day=length,
        content={"item": promise.item, "quantity": promise.quantity - promise.given},
    )
    mind = Mind(
        npc_id=promise.npc_id,
        name="",
        is_alive=True,
        personality=personality,
        relationship=relationships.read(row),
    )
    return minds.suffered(happening, mind, uuid5(promise.promise_id, "broken"))
