"""Who tells whom what, on an absolute grid of days: the same no matter who looks first. Pure.

Each day, each villager who finds someone to talk with tells them the most important of what they do not know yet. Whom,
is drawn for that day: the sociable find someone more often, and those whom one likes are found more often.
Told memories are less clear and move less, so that news dies down by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID, uuid5

from msgspec import Struct, field

from worlds.generation.randomness import Stream
from worlds.memories.events import MemoryFormed
from worlds.memories.models import Feeling, MemoryKind, NpcMemory, Occurrence
from worlds.memories.rules import FORGOTTEN, clarity_of, importance_of, retention_of
from worlds.npcs import talking

LOST: Final = 0.8
"""What is left of clarity, and of how much it moves someone, each time that something is told."""
USUAL_CHANCE: Final = talking.chance(50, 20, 50)
USUAL_CHECKS: Final = 20
"""Of someone of whom it is not known how they are."""
MOST_EACH: Final = 20
"""Memories of each villager that are told: those that move them most."""


class VillageNews(Struct, frozen=True):
    """What there is to tell in a village.

    Attributes:
        people: who live there, in the order of their ids.
        memories: of theirs that are worth telling.
        length: milliseconds of a day of the world.
        chances: {someone: {another: that they begin to talk with them when they look around for someone}}; who is not
            among them likes all others alike.
        checks: {someone: how often they look around on a day}.
    """

    seed: int
    village: str
    people: Sequence[UUID]
    memories: Iterable[NpcMemory]
    length: int
    chances: Mapping[UUID, Mapping[UUID, float]] = field(default_factory=dict)
    checks: Mapping[UUID, int] = field(default_factory=dict)


def told(news: VillageNews, days: range) -> list[MemoryFormed]:
    """Return what villagers hear on some days, all of which are over.

    Args:
        days: since the world began, counted from 0.
    """
    state = _KnownNews(news)
    found: list[MemoryFormed] = []
    for day in days if len(news.people) > 1 else ():
        if not any(state.tellable.values()):
            break  # nothing is left to tell on any later day
        told_today = (_tell(news, state, teller, day) for teller in news.people if state.tellable[teller])
        found.extend(heard for heard in told_today if heard is not None)
    return found


class _KnownNews:
    """Who knows what, and what of it each may still tell, so that what is over costs nothing."""

    def __init__(self, news: VillageNews) -> None:
        self._people = len(news.people)
        self._holders: Counter[UUID] = Counter()
        self.knows: dict[UUID, set[UUID]] = {each: set() for each in news.people}
        self.tellable: dict[UUID, dict[UUID, NpcMemory]] = {each: {} for each in news.people}
        for memory in news.memories:
            if memory.npc_id in self.knows and memory.source_id not in self.knows[memory.npc_id]:
                self.learn(memory)

    def learn(self, memory: NpcMemory) -> None:
        """Let someone know of something."""
        self.knows[memory.npc_id].add(memory.source_id)
        self.tellable[memory.npc_id][memory.source_id] = memory
        self._holders[memory.source_id] += 1

    def drop_what_all_know(self, teller: UUID) -> None:
        """Drop what someone can tell no one any more."""
        mine = self.tellable[teller]
        for source in [each for each in mine if self._holders[each] == self._people]:
            del mine[source]


def _tell(news: VillageNews, state: _KnownNews, teller: UUID, day: int) -> MemoryFormed | None:
    until = (day + 1) * news.length
    hearer = _partner(news, teller, day)
    if hearer is None:
        return None
    state.drop_what_all_know(teller)
    mine, known = state.tellable[teller], state.knows[hearer]
    possible = [
        (importance_of(memory, _days(memory, until, news.length)), source.int, memory)
        for source, memory in mine.items()
        if source not in known and memory.formed_at < until
    ]
    for _, _, memory in sorted(possible, reverse=True):
        days = _days(memory, until, news.length)
        if retention_of(memory, days) >= FORGOTTEN:
            event = _heard(memory, teller, hearer, until, news.length)
            state.learn(_as_memory(event))
            return event
        if days >= 1:  # a night may still make it clearer
            del mine[memory.source_id]
    return None


def _partner(news: VillageNews, teller: UUID, day: int) -> UUID | None:
    """Return with whom someone has a talk on a day that stays in mind; None for no one. Source: worlds 18.3."""
    stream = Stream(news.seed, f"gossip/{news.village}/{day}/{teller}")
    likely = news.chances.get(teller, {})
    others = [(each, likely.get(each, USUAL_CHANCE)) for each in news.people if each != teller]
    total = sum(chance for _, chance in others)
    if stream.unit() >= 1 - (1 - min(1.0, total / len(others))) ** news.checks.get(teller, USUAL_CHECKS):
        return None
    drawn = stream.unit() * total
    for each, chance in others:
        drawn -= chance
        if drawn < 0:
            return each
    return others[-1][0]


def _heard(memory: NpcMemory, teller: UUID, hearer: UUID, at: int, length: int) -> MemoryFormed:
    content = {"happened": memory.formed_at, **memory.content}
    if memory.told_by is None and memory.kind is MemoryKind.EVENT:
        content["to"] = str(memory.npc_id)
    return MemoryFormed(
        memory_id=uuid5(memory.source_id, str(hearer)),
        npc_id=hearer,
        world_id=memory.world_id,
        kind=MemoryKind.OBSERVATION,
        occurrence=memory.occurrence,
        game_time=at,
        clarity=clarity_of(memory, _days(memory, at, length)) * LOST,
        weight=memory.weight * LOST,
        profile={str(each): value * LOST for each, value in memory.profile.items()},
        content=content,
        tags=memory.tags,
        about_id=memory.about_id,
        told_by=teller,
        source_id=memory.source_id,
    )


def _as_memory(event: MemoryFormed) -> NpcMemory:
    return NpcMemory(
        memory_id=event.memory_id,
        npc_id=event.npc_id,
        world_id=event.world_id,
        version=1,
        kind=MemoryKind(event.kind),
        occurrence=Occurrence(event.occurrence),
        formed_at=event.game_time,
        clarity=event.clarity,
        weight=event.weight,
        profile={Feeling(name): value for name, value in event.profile.items()},
        content=event.content,
        tags=event.tags,
        about_id=event.about_id,
        told_by=event.told_by,
        source_id=event.source_id,
    )


def _days(memory: NpcMemory, at: int, length: int) -> float:
    return max(0, at - memory.formed_at) / length
