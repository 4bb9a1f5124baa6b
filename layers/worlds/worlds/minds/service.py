"""Saving what happens in minds: into the log, and into the tables that are made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from kernel.database import Tx
from worlds.feats import service as feats
from worlds.feats.rules import accomplishments
from worlds.log import service as log
from worlds.log.models import WorldEvent
from worlds.memories import queries as memories
from worlds.memories.models import AGGREGATE as MEMORY
from worlds.memories.models import NpcMemory
from worlds.minds.models import Impressions
from worlds.promises import queries as promises
from worlds.promises.models import AGGREGATE as PROMISE
from worlds.relationships import queries as relationships
from worlds.relationships.events import BaselineFrozen
from worlds.relationships.evolution import evolve
from worlds.relationships.models import AGGREGATE as RELATIONSHIP
from worlds.relationships.models import Relationship, strangers
from worlds.relationships.rules import TRUST


def save(tx: Tx, impressions: Impressions) -> None:
    """Let everything happen that people take away. What changes of it is locked; who did it stands in no metadata."""
    for formed in impressions.memories:
        _record_memory(tx, formed.memory_id, 0, formed)
    for relationship, events in impressions.relationships:
        save_relationship(tx, relationship, events)
    for promise, event in impressions.promises:
        version = 0 if promise is None else promise.version
        for recorded in log.record(tx, PROMISE, event.promise_id, version, [event]):
            promises.project(tx, recorded)


def save_relationship(tx: Tx, relationship: Relationship, events: Sequence[WorldEvent]) -> Relationship:
    """Let something happen to what one thinks of another, which is locked; return it."""
    after = relationship
    for recorded in log.record(tx, RELATIONSHIP, relationship.aggregate_id, relationship.version, events):
        after = evolve(after, recorded)
    relationships.save(tx, after)
    feats.note_of_character(tx, relationship.other_id, accomplishments(events))
    return after


def save_memory(tx: Tx, memory: NpcMemory, event: WorldEvent) -> None:
    """Let something happen to a memory, which is locked."""
    _record_memory(tx, memory.memory_id, memory.version, event)


def freeze_baselines(tx: Tx, other_id: UUID, *, frozen: bool) -> set[UUID]:
    """Let what is usual of someone count from now on, because a player begins to inhabit them; or no longer.

    What those who know them notice then, follows with each thing that they do to them. They are returned.
    """
    known = [relationships.read(row) for row in relationships.lock_to(tx, other_id).fetchall()]
    for each in known:
        event = BaselineFrozen(npc_id=each.npc_id, other_id=other_id, world_id=each.world_id, frozen=frozen)
        save_relationship(tx, each, [event])
    return {each.npc_id for each in known}


def acquaint(
    tx: Tx, world_id: UUID, other_id: UUID, usual: Mapping[str, float], fondness: Mapping[UUID, float], at: int
) -> None:
    """Store what neighbours think of someone whom a player begins to inhabit, as far as nothing is stored of it.

    Args:
        usual: {trait: 0 to 1}, what that one is like.
        fondness: {neighbour: affection}.
        at: milliseconds of the world's own time.
    """
    for npc_id, affection in sorted(fondness.items()):
        event = BaselineFrozen(
            npc_id=npc_id,
            other_id=other_id,
            world_id=world_id,
            frozen=True,
            baseline=dict(usual),
            affection=affection,
            trust=affection * TRUST,
            game_time=at,
        )
        save_relationship(tx, strangers(npc_id, other_id, world_id, at), [event])


def _record_memory(tx: Tx, memory_id: UUID, version: int, event: WorldEvent) -> None:
    for recorded in log.record(tx, MEMORY, memory_id, version, [event]):
        memories.project(tx, recorded)
