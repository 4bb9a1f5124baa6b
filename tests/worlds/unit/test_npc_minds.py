"""Personality, needs and talk of people of the game, by the acceptance list. Source: worlds 18."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worlds.bodies.models import Attribute
from worlds.generation.randomness import Stream
from worlds.npcs import needs, personality, rounds, talking
from worlds.npcs.appearance import LifeStage
from worlds.npcs.dialogue import Intent, intent_of
from worlds.npcs.needs import Need, Situation
from worlds.npcs.personality import ARCHETYPES, CONSCIENTIOUSNESS, EXTRAVERSION, NEUROTICISM, OPENNESS
from worlds.time.rules import HOUR

PLAIN: dict[str, float] = dict.fromkeys(personality.TRAITS, 50.0)
SITUATIONS = st.builds(
    Situation,
    is_asleep=st.booleans(),
    has_company=st.booleans(),
    danger=st.floats(0, 100),
    open_tasks=st.integers(0, 3),
    wealth=st.floats(0, 100),
    near_unknown=st.booleans(),
    is_bored=st.booleans(),
)


def test_eight_hours_awake_and_five_asleep():
    awake = needs.settle({}, PLAIN, Situation(), 8)
    asleep = needs.settle({Need.SLEEP: 60}, PLAIN, Situation(is_asleep=True), 5)

    assert (awake[Need.HUNGER], awake[Need.THIRST], awake[Need.SLEEP]) == (8, 12, 8)
    assert asleep[Need.SLEEP] == 10


@pytest.mark.parametrize(
    ("need", "value", "trait", "level", "score"),
    [
        (Need.HUNGER, 60, NEUROTICISM, 50, 240),
        (Need.CURIOSITY, 90, OPENNESS, 90, 126),
        (Need.CONVERSATION, 80, EXTRAVERSION, 100, 240),
    ],
)
def test_needs_are_felt_by_tier_and_trait(need: Need, value: float, trait: str, level: float, score: float):
    assert needs.priority(need, value, {**PLAIN, trait: level}) == pytest.approx(score)


def test_what_interrupts():
    assert not needs.interrupts(Need.CURIOSITY, 90, 200, 100)
    assert needs.interrupts(Need.CURIOSITY, 90, 201, 100)
    assert needs.interrupts(Need.THIRST, 95, 1, 100)


def test_what_needs_take_from_attributes():
    assert needs.penalties({Need.HUNGER: 84, Need.SLEEP: 74}) == {}
    assert needs.penalties({Need.SLEEP: 75}) == {Attribute.REFLEXES: -5, Attribute.INTELLECT: -5}
    worst = needs.penalties({Need.HUNGER: 85, Need.THIRST: 80, Need.SLEEP: 90, Need.COMPANIONSHIP: 80})
    assert (worst[Attribute.MIGHT], worst[Attribute.PRESENCE]) == (-25, -35)
    assert Attribute.SIGHT not in worst


@given(SITUATIONS, st.floats(0, 100), st.floats(0, 50), st.floats(0, 50))
def test_a_stretch_in_parts_is_a_stretch(situation: Situation, value: float, first: float, second: float):
    start: dict[str, float] = dict.fromkeys(Need, value)

    at_once = needs.settle(start, PLAIN, situation, first + second)
    assert at_once == needs.changed(start, needs.passing(PLAIN, situation, first + second))

    assert needs.settle(needs.settle(start, PLAIN, situation, first), PLAIN, situation, second) == pytest.approx(
        at_once, abs=1e-9
    )


def test_days_in_600_slices_are_days_at_once():
    temper = ARCHETYPES["adventurer"]
    ends = [round(number * 100 * 24 * HOUR / 600) for number in range(601)]
    rng = Random(1)
    ends[1:-1] = sorted(end + rng.randrange(-HOUR, HOUR) for end in ends[1:-1])

    parts: dict[str, float] = dict.fromkeys(Need, 40.0)
    for start, end in pairwise(ends):
        parts = rounds.settle(parts, temper, LifeStage.ADULT, start, end)

    at_once = rounds.settle(dict.fromkeys(Need, 40.0), temper, LifeStage.ADULT, ends[0], ends[-1])
    assert parts == pytest.approx(at_once, abs=1e-9)


@pytest.mark.parametrize("temper", [PLAIN, *ARCHETYPES.values()])
@pytest.mark.parametrize("stage", [LifeStage.CHILD, LifeStage.ADULT, LifeStage.ELDER])
def test_who_goes_about_their_day_is_never_in_want(temper: personality.Personality, stage: LifeStage):
    state: dict[str, float] = {}
    for hour in range(10 * 24):
        state = rounds.settle(state, temper, stage, hour * HOUR, (hour + 1) * HOUR)
        assert not [need for need in needs.pressing(state) if need is not Need.SLEEP], (hour, state)
    assert state[Need.SLEEP] < 75


@pytest.mark.parametrize(("conscientiousness", "mind"), [(90, Intent.FOCUSED), (20, Intent.NEUTRAL)])
def test_towards_the_end_of_their_work_the_conscientious_think_of_nothing_else(conscientiousness: int, mind: Intent):
    temper = {**PLAIN, personality.CONSCIENTIOUSNESS: conscientiousness}
    day = rounds.day_of(temper, LifeStage.ADULT)
    evening = next(each.minute for each in day if each.activity is rounds.Habit.MEETS) * HOUR // 60
    worked = rounds.settle({}, temper, LifeStage.ADULT, 0, evening)
    rested = rounds.settle(worked, temper, LifeStage.ADULT, evening, 24 * HOUR)

    assert (intent_of(worked), intent_of(rested)) == (mind, Intent.NEUTRAL)


def test_a_year_of_a_thousand_is_settled_in_time():
    began = process_time()
    for number in range(1_000):
        needs.settle({Need.HUNGER: number % 100}, PLAIN, Situation(), 3)
    assert process_time() - began < 0.1
    began = process_time()
    stream = Stream(1, "choices")
    for _ in range(1_000):
        personality.choose(PLAIN, [("novel", "risky"), ("familiar", "safe")], stream)
    assert process_time() - began < 0.2


@pytest.mark.parametrize("seed", range(1, 11))
def test_archetypes_choose_as_they_are(seed: int):
    stream = Stream(seed, "choices")

    def share(archetype: str, *options: str) -> int:
        temper = ARCHETYPES[archetype]
        return sum(personality.choose(temper, [(each,) for each in options], stream) == 0 for _ in range(100))

    assert share("adventurer", "novel", "familiar") > 70
    assert share("scholar", "planned", "impulsive") > 75


def test_traits_come_from_genes_and_from_life():
    stream = Stream(3, "traits")
    drawn = personality.from_genes(stream, {"learning": "LL", "analysis": "Aa", "metabolism": "mm"})

    assert 70 <= drawn[OPENNESS] <= 90
    assert 50 <= drawn[CONSCIENTIOUSNESS] <= 70
    assert 20 <= drawn[EXTRAVERSION] <= 50
    assert 40 <= drawn[NEUROTICISM] <= 60
    assert personality.after(PLAIN, "failure")[CONSCIENTIOUSNESS] == 40
    mood = personality.felt({**PLAIN, NEUROTICISM: 100}, "anxious", at=10)
    assert mood.until == 14
    assert personality.in_mood(PLAIN, [mood], at=13.9)[NEUROTICISM] == 65
    assert personality.in_mood(PLAIN, [mood], at=14)[NEUROTICISM] == 50


def test_how_talks_begin_and_end():
    assert (talking.cooldown(100), talking.cooldown(0)) == (2.5, 5)
    assert talking.chance(100, 100, 100) == pytest.approx(0.6)
    assert [talking.greeting(each) for each in (61, 60, 20, 19)] == ["warm", "polite", "polite", "curt"]
    assert [talking.reply(60, each).name for each in (61, 60, 0, -1)] == ["agree", "neutral", "neutral", "disagree"]
    assert talking.topic_score(1, 0, 1) == pytest.approx(1)
