"""What is left of memories, and which come back. Source: worlds 17."""

from __future__ import annotations

from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from worlds.memories.feelings import felt, mixed, seen_by_others, tempered
from worlds.memories.models import Feeling, MemoryKind, NpcMemory, Occurrence
from worlds.memories.rules import (
    accessed,
    are_linked,
    base_importance,
    clarity,
    clarity_of,
    importance,
    recalled_by,
    relevance,
    retention,
    similarity,
    unlinked,
)

ANN, BOB = uuid4(), uuid4()


def memory(**fields: Any) -> NpcMemory:
    memory_id = uuid4()
    return NpcMemory(
        **{
            "memory_id": memory_id,
            "npc_id": UUID(int=1),
            "world_id": UUID(int=2),
            "version": 1,
            "kind": MemoryKind.EVENT,
            "occurrence": Occurrence.GIFT,
            "formed_at": 0,
            "clarity": 1.0,
            "weight": 0.5,
            "profile": {Feeling.JOY: 0.5},
            "source_id": memory_id,
            **fields,
        }
    )


@pytest.mark.parametrize(
    ("weight", "days", "accesses", "left"),
    [
        (0, 100, 0, 0.90),
        (1, 100, 0, 0.95),
        (0, 100, 10, 0.95),
        (0, 100, 20, 0.95),
        (0, 500, 0, 0.5),
        (0, 900, 0, 0.1),
        (0, 5_000, 0, 0.1),
    ],
)
def test_clarity_fades_slower_for_what_moves_and_what_comes_back(weight: float, days: int, accesses: int, left: float):
    """Acceptance 17.1 and 17.2."""
    assert clarity(1.0, weight, days, accesses) == pytest.approx(left)


@given(days=st.lists(st.floats(0.01, 30), min_size=1, max_size=50))
def test_it_makes_no_difference_how_often_one_looks_at_a_memory(days: list[float]):
    """Acceptance 17.3: what is left follows from what it was and from when, so nothing compounds."""
    kept = memory(clarity=0.8, weight=0.3)
    looked_at = [clarity_of(kept, sum(days[:number])) for number in range(1, len(days) + 1)]

    assert looked_at[-1] == pytest.approx(clarity_of(kept, sum(days)), abs=1e-9)
    assert looked_at == sorted(looked_at, reverse=True)


def test_retention_multiplies_the_bonus_by_how_often_it_came_back():
    """Acceptance 17.4."""
    assert retention(0.8, 0.5, 100, 2) == pytest.approx(0.432)
    assert retention(0.8, 0.5, 100, 10) == pytest.approx(2.16)
    assert retention(1, 1, 2_000, 0) == 0


def test_importance():
    """Acceptance 17.5."""
    assert importance(0.5, 0.8, 73, 5) == pytest.approx(0.92)
    assert base_importance(MemoryKind.EVENT, 0.9) == 1
    assert base_importance(MemoryKind.CONVERSATION, 0.5) == pytest.approx(0.6)


def test_four_of_a_hundred_unclear_memories_are_corrupted_when_they_come_back():
    """Acceptance 17.7, for each of a list of seeds."""
    unclear = memory(clarity=0.2, weight=0.5, content={"item": "lamp", "at": [10, 20], "to": str(BOB)})
    for seed in range(5):
        rng = Random(seed)
        changed = sum(accessed(unclear, 5, 0, rng).original is not None for _ in range(10_000))
        assert 340 <= changed <= 460


def test_a_memory_is_corrupted_once_and_keeps_what_it_was():
    unclear, rng = memory(clarity=0.1, content={"item": "lamp", "at": [10, 20], "to": str(BOB)}), Random(1)
    while unclear.original is None:
        unclear = accessed(replace(unclear, accesses=0), 5, 0, rng)
    wrong = (unclear.content, unclear.weight)

    for _ in range(1_000):
        unclear = accessed(replace(unclear, accesses=0), 5, 0, rng)

    assert unclear.original == {"item": "lamp", "at": [10, 20], "to": str(BOB), "weight": 0.5}
    assert (unclear.content, unclear.weight) == wrong != (memory().content, 0.5)


def test_a_night_makes_clearer_what_moves_someone():
    assert clarity_of(memory(clarity=0.8, weight=0.7), 0.5) < 0.8
    assert clarity_of(memory(clarity=0.8, weight=0.7), 1) == pytest.approx(0.87 * (1 - 0.001 * 0.65))
    assert clarity_of(memory(clarity=0.8, weight=0.6), 1) < 0.8


def test_relevance_counts_what_it_is_about():
    about = memory(tags=("gift", str(ANN)), weight=0.5, accesses=5)

    assert relevance(about, 0, [str(ANN)]) == pytest.approx(0.3 + 0.2 + 0.05 + 0.2)
    assert relevance(about, 365, [str(BOB)]) == pytest.approx(0.2 + 0.05)
    assert relevance(about, 365, []) == pytest.approx(0.2 + 0.05)


def test_a_feeling_brings_back_what_felt_alike_five_at_most():
    glad = [memory(weight=number / 10) for number in range(8)]
    afraid = memory(profile={Feeling.FEAR: 0.9})

    found = recalled_by({Feeling.JOY: 1.0}, [(each, 0.0) for each in [*glad, afraid]])

    assert found == [*reversed(glad)][:5]
    assert similarity({Feeling.JOY: 1.0}, {}) == 0


def test_what_is_linked_is_not_said_twice():
    one, again, other = memory(about_id=ANN), memory(about_id=ANN), memory(about_id=BOB)

    assert are_linked(one, again)
    assert not are_linked(one, other)
    assert unlinked([one, again, other], 2) == [one, other]


def test_events_to_feelings():
    assert felt(Occurrence.THREAT).weight == 0.95
    assert felt(Occurrence.GIFT, 0.5).profile[Feeling.JOY] == pytest.approx(0.65)
    assert felt(Occurrence.GIFT, 0.5).weight == pytest.approx(0.5)
    assert felt(Occurrence.VIOLENCE, 0.5).profile[Feeling.FEAR] == 0.75
    assert felt(Occurrence.VIOLENCE, 0.5).weight == pytest.approx(0.85)
    assert seen_by_others(felt(Occurrence.THREAT)).weight == pytest.approx(0.665)


def test_personality_colours_feelings():
    threat, death = felt(Occurrence.THREAT), felt(Occurrence.DEATH)

    assert tempered(threat, {"neuroticism": 80}).profile == {Feeling.FEAR: 1.0, Feeling.ANGER: 0.5}
    assert tempered(threat, {"agreeableness": 20}).profile[Feeling.ANGER] == pytest.approx(0.65)
    assert tempered(death, {"extraversion": 90, "neuroticism": 20}).profile[Feeling.SADNESS] == pytest.approx(0.72)
    assert tempered(death, {}) == death
    assert mixed({Feeling.JOY: 0.4, Feeling.SURPRISE: 0.6})["anticipation"] == pytest.approx(0.5)
    assert mixed({Feeling.ANGER: 0.5, Feeling.DISGUST: 0.5})["contempt"] == pytest.approx(0.5)
    assert mixed({Feeling.FEAR: 1.0})["anxiety"] == pytest.approx(0.7)
