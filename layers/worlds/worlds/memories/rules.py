"""What is left of a memory, and which one comes back to someone. Pure. Source: worlds 17.

Nothing is written while a memory fades: what is left of it always follows from what it was, and from when.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from math import sqrt
from random import Random
from typing import Any, Final

from msgspec.structs import replace

from worlds.memories.models import Feeling, MemoryKind, NpcMemory

FADES: Final = 0.001
"""Of clarity, each day."""
LEAST_CLARITY: Final = 0.1
FORGOTTEN: Final = 0.15
"""Retention below which a memory does not come back."""
YEAR: Final = 365
"""Days after which nothing is recent."""
MOST_REHEARSED: Final = 0.5
CORRUPTED: Final = 0.05
SIMILAR: Final = 0.6
MOST_BY_FEELING: Final = 5
CONSOLIDATED: Final = 0.6
"""Weight above which a night makes a memory clearer."""
SHIFTED: Final = 2_000
"""Decimetres, at most, by which a place is remembered wrongly."""

BASE_IMPORTANCE: Final[Mapping[MemoryKind, float]] = {
    MemoryKind.EVENT: 0.7,
    MemoryKind.RELATIONSHIP: 0.6,
    MemoryKind.CONVERSATION: 0.4,
    MemoryKind.OBSERVATION: 0.3,
}


def rehearsal(accesses: int) -> float:
    """Return the bonus of a memory that has come back so often."""
    return min(accesses / 20, MOST_REHEARSED)


def clarity(original: float, weight: float, days: float, accesses: int) -> float:
    """Return how clear a memory still is.

    Args:
        original: 0 to 1, when it was formed.
        weight: 0 to 1, how much it moves someone.
        days: since it was formed.
    """
    left = 1 - FADES * (1 - 0.5 * weight) * days * (1 - rehearsal(accesses))
    return max(min(LEAST_CLARITY, original), original * left)


def consolidated(original: float, weight: float) -> float:
    """Return how clear a memory is that someone has slept on. Each has one night after it, so that is computed, too."""
    return min(1.0, original + 0.1 * weight) if weight > CONSOLIDATED else original


def clarity_of(memory: NpcMemory, days: float) -> float:
    """Return how clear a memory is, by the days since it was formed."""
    original = consolidated(memory.clarity, memory.weight) if days >= 1 else memory.clarity
    return clarity(original, memory.weight, days, memory.accesses)


def retention(clarity: float, weight: float, days: float, accesses: int) -> float:
    """Return how well a memory is kept.

    Args:
        clarity: that it still has.
    """
    return clarity * weight * max(0.0, 1 - FADES * days) * (1 + rehearsal(accesses) * accesses)


def retention_of(memory: NpcMemory, days: float) -> float:
    """Return how well a memory is kept, by the days since it was formed."""
    return retention(clarity_of(memory, days), memory.weight, days, memory.accesses)


def importance(clarity: float, weight: float, days: float, accesses: int) -> float:
    """Return how important a memory is."""
    return max(clarity * weight, 0.01) * (1 + max(0.0, 1 - days / YEAR) + min(accesses / 10, 1))


def importance_of(memory: NpcMemory, days: float) -> float:
    """Return how important a memory is, by the days since it was formed."""
    return importance(clarity_of(memory, days), memory.weight, days, memory.accesses)


def base_importance(kind: MemoryKind, weight: float) -> float:
    """Return how important something is at the moment when it happens."""
    return min(1.0, BASE_IMPORTANCE[kind] * (1 + weight))


def recency(days: float) -> float:
    """Return how recent something is: 1 now, 0 after a year."""
    return max(0.0, 1 - days / YEAR)


def relevance(memory: NpcMemory, days: float, tags: Collection[str]) -> float:
    """Return how much a memory has to do with what is going on: with its tags. `queries` orders by the same."""
    matching = len({*memory.tags} & {*tags}) / len({*tags}) if tags else 0.0
    return 0.3 * recency(days) + 0.4 * memory.weight + 0.1 * min(memory.accesses / 10, 1) + 0.2 * matching


def similarity(one: Mapping[Feeling, float], other: Mapping[Feeling, float]) -> float:
    """Return how alike two feelings are: the cosine of the angle between them."""
    sizes = sqrt(sum(each * each for each in one.values())) * sqrt(sum(each * each for each in other.values()))
    return sum(value * other.get(each, 0.0) for each, value in one.items()) / sizes if sizes else 0.0


def recalled_by(feeling: Mapping[Feeling, float], memories: Iterable[tuple[NpcMemory, float]]) -> list[NpcMemory]:
    """Return the memories that a feeling brings back, the strongest first.

    Args:
        memories: each with the days since it was formed.
    """
    scored = [
        (0.5 * alike + 0.3 * memory.weight + 0.2 * recency(days), memory)
        for memory, days in memories
        if (alike := similarity(feeling, memory.profile)) > SIMILAR
    ]
    return [memory for _, memory in sorted(scored, key=lambda pair: -pair[0])[:MOST_BY_FEELING]]


def are_linked(one: NpcMemory, other: NpcMemory) -> bool:
    """Tell whether a night links two memories: of the same person, and much the same feeling."""
    return one.about_id == other.about_id and similarity(one.profile, other.profile) > SIMILAR


def unlinked(memories: Sequence[NpcMemory], most: int) -> list[NpcMemory]:
    """Return the first of each group of linked memories, so that someone does not say the same twice; then the rest."""
    heads: list[NpcMemory] = []
    rest: list[NpcMemory] = []
    for memory in memories:
        same = any(head.occurrence == memory.occurrence and are_linked(head, memory) for head in heads)
        (rest if same else heads).append(memory)
    return [*heads, *rest][:most]


def accessed(memory: NpcMemory, at: int, days: float, rng: Random) -> NpcMemory:
    """Return a memory that has come back, and that may have changed by that, once and for good."""
    risk = CORRUPTED * (1 - clarity_of(memory, days))
    after = replace(memory, accesses=memory.accesses + 1, accessed_at=at)
    return after if memory.original is not None or rng.random() >= risk else _corrupted(after, rng)


def _corrupted(memory: NpcMemory, rng: Random) -> NpcMemory:
    """Return a memory that is wrong about something from now on. What it was is kept."""
    content = dict(memory.content)
    possible = ["feeling"]
    possible += ["place"] if "at" in content else []
    possible += ["person"] if "to" in content else []
    possible += ["detail"] if content.keys() & {"item", "quantity", "weather"} else []
    weight = memory.weight
    match rng.choice(possible):
        case "place":
            content["at"] = [axis + rng.randint(-SHIFTED, SHIFTED) for axis in content["at"]]
        case "person":
            content["to"] = None  # someone, but who?
        case "detail":
            del content[rng.choice(sorted(content.keys() & {"item", "quantity", "weather"}))]
        case _:
            weight = min(1.0, weight * rng.choice((0.9, 1.1)))
    return replace(memory, content=content, original=as_original(memory), weight=weight)


def as_original(memory: NpcMemory) -> dict[str, Any]:
    """Return what is kept of a memory when it is corrupted."""
    return {**memory.content, "weight": memory.weight}
