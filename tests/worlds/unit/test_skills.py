"""How skills grow, and what they decide. Source: worlds 22, with its acceptance list; 30, rules 1 and 2."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from worlds.bodies.models import Attribute
from worlds.characters import snapshots
from worlds.characters.evolution import fold
from worlds.characters.models import Character
from worlds.characters.practice import practised
from worlds.log.models import Recorded
from worlds.skills import rules
from worlds.skills.events import SkillIncreased, SkillLeveledUp, SkillUsed
from worlds.skills.models import ATTRIBUTES, SKILL_CATEGORIES, Skill
from worlds.space.models import Position

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def someone(endurance: int = 50, **skills: int) -> Character:
    return Character(
        character_id=UUID(int=1),
        version=1,
        account_id=UUID(int=2),
        world_id=UUID(int=3),
        name="Ann",
        role="player",
        species="human",
        attributes={each.value: endurance for each in Attribute},
        skills=skills,
        position=Position(0, 0),
        settled_at=NOW,
        created_at=NOW,
    )


def after(character: Character, skill: Skill, xp: int, at: datetime, action: str = "gather/oak") -> Character:
    events = practised(character, skill, xp, action, at).events
    recorded = [Recorded(character.character_id, character.version + n, at, each) for n, each in enumerate(events, 1)]
    found = fold(character, recorded)
    assert found is not None
    return found


def gains(skill: str, events: Sequence[object]) -> list[int]:
    return [each.xp_gained for each in events if isinstance(each, SkillIncreased) and each.skill == skill]


@pytest.mark.parametrize(
    ("hundredths", "level", "left"),
    [
        (9_900, 0, 9_900),
        (10_000, 1, 0),
        (38_283, 1, 28_283),
        (38_284, 2, 0),
        (1_426_722, 9, 316_227),
        (1_426_723, 10, 0),
        (40_000, 2, 1_716),
    ],
)
def test_a_level_costs_a_hundred_times_its_number_to_the_power_of_three_halves(hundredths: int, level: int, left: int):
    assert rules.gain(0, 0, hundredths) == (level, left)


@given(st.lists(st.integers(0, 3_000_000), max_size=20))
def test_it_does_not_matter_in_how_many_gains_experience_comes(gained: list[int]):
    level, xp = 0, 0
    for each in gained:
        level, xp = rules.gain(level, xp, each)

    assert (level, xp) == rules.gain(0, 0, sum(gained))


def test_a_hundred_is_the_highest_level_and_has_no_experience():
    everything = sum(map(rules.cost, range(1, 101)))

    assert rules.gain(0, 0, everything - 1) == (99, rules.cost(100) - 1)
    assert rules.gain(0, 0, everything) == rules.gain(0, 0, 2 * everything) == (100, 0)


def test_the_same_action_again_within_a_minute_is_worth_less():
    ann, total = someone(), 0
    for number in range(12):
        practice = practised(ann, Skill.LOGGING, 10, "gather/oak", NOW + timedelta(seconds=5 * number))
        total += sum(gains("Logging", practice.events))
        ann = after(ann, Skill.LOGGING, 10, NOW + timedelta(seconds=5 * number))

    assert total == 7_400
    assert (ann.skills.get("Logging", 0), ann.xp) == (0, {"Logging": 7_400})
    quiet = NOW + timedelta(seconds=55 + 61)
    assert gains("Logging", practised(ann, Skill.LOGGING, 10, "gather/oak", quiet).events) == [1_000]


def test_another_action_or_skill_is_not_the_same():
    ann = someone()
    for _ in range(12):
        ann = after(ann, Skill.LOGGING, 10, NOW)

    assert gains("Logging", practised(ann, Skill.LOGGING, 10, "gather/birch", NOW).events) == [1_000]
    assert gains("Mining", practised(ann, Skill.MINING, 10, "gather/oak", NOW).events) == [1_000]
    assert gains("Logging", practised(ann, Skill.LOGGING, 10, "gather/oak", NOW).events) == [100]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 40)), max_size=200))
def test_what_is_kept_of_earlier_uses_does_not_grow_and_counts_the_same(done: list[tuple[str, int]]):
    uses, moments, at = {}, list[tuple[str, datetime]](), NOW
    for action, seconds in done:
        at += timedelta(seconds=seconds)
        moments.append((action, at))
        uses = rules.used(uses, action, at)

    assert all(len(each) <= 10 for each in uses.values())
    for action in "abc":
        recent = sum(each == action and at - moment < timedelta(seconds=60) for each, moment in moments)
        assert rules.earlier_uses(uses, action, at) == min(10, recent)


def test_a_skill_far_above_its_attribute_grows_half_as_fast():
    assert rules.percent(60, 40, 0) == 100
    assert rules.percent(61, 40, 0) == 50
    assert rules.percent(61, 40, 10) == 5
    learned = practised(someone(endurance=40, Logging=61), Skill.LOGGING, 10, "gather/oak", NOW)
    assert gains("Logging", learned.events) == [500]
    assert isinstance(learned.events[0], SkillUsed)
    assert learned.events[0].factor == 0.5


@pytest.mark.parametrize(
    ("roll", "difficulty", "is_success", "is_critical", "margin"),
    [
        (15, 50, True, False, 5),
        (10, 50, True, False, 0),
        (9, 50, False, False, -1),
        (96, 200, True, True, -64),
        (95, 200, False, False, -65),
        (5, 5, False, True, 40),
        (6, 5, True, False, 41),
    ],
)
def test_a_check_adds_level_and_a_fifth_of_the_attribute(
    roll: int, difficulty: int, is_success: bool, is_critical: bool, margin: int
):
    found = rules.check(roll, level=30, attribute=52, difficulty=difficulty)

    assert (found.is_success, found.is_critical, found.margin) == (is_success, is_critical, margin)
    assert found.total == roll + 40


def test_partners_above_fifty_help():
    assert rules.synergy(Skill.SMITHING, {"Mining": 51}) == rules.synergy(Skill.MINING, {"Smithing": 51}) == 5
    assert rules.synergy(Skill.SMITHING, {"Mining": 50}) == 0
    assert rules.synergy(Skill.ALCHEMY, {"Herbalism": 99}) == rules.synergy(Skill.HERBALISM, {"Alchemy": 99}) == 5
    assert rules.synergy(Skill.HUNTING, {"Stealth": 60, "Perception": 60}) == 10
    assert rules.synergy(Skill.STEALTH, {"Hunting": 60, "Perception": 60}) == 5
    assert rules.synergy(Skill.PERCEPTION, {"Hunting": 60, "Stealth": 60}) == 5
    assert rules.synergy(Skill.COOKING, {"Herbalism": 99}) == 0
    assert rules.check(15, 30, 52, 50, partners=5).margin == 10


def test_quality_tiers():
    assert [rules.quality_tier(level) for level in (0, 19, 20, 59, 60, 80, 99, 100)] == [0, 0, 1, 2, 3, 4, 4, 4]


def test_every_skill_rests_on_an_attribute():
    assert {*ATTRIBUTES} == {*Skill}
    assert len(Skill) == 24
    assert {*ATTRIBUTES.values()} <= {each.value for each in Attribute}
    assert {ATTRIBUTES[each] for each in SKILL_CATEGORIES["Social"]} == {"Presence", "Cunning"}


def test_one_reads_what_was_gained_and_what_is_missing():
    ann = after(someone(), Skill.LOGGING, 86, NOW, "gather/birch")

    assert practised(ann, Skill.LOGGING, 10, "gather/oak", NOW).text == "Logging +10 XP (96 of 100)."
    up = practised(ann, Skill.LOGGING, 40, "gather/oak", NOW)
    assert up.text == "Logging +40 XP: level 1 (26 of 282.84)."
    assert [type(each) for each in up.events] == [SkillUsed, SkillIncreased, SkillLeveledUp]
    last = practised(someone(endurance=100, Logging=99), Skill.LOGGING, 100_000, "gather/oak", NOW)
    assert last.text == "Logging +100,000 XP: level 100, the highest there is."


def test_who_knows_all_or_has_no_body_learns_nothing():
    nothing = practised(someone(Logging=100), Skill.LOGGING, 10, "gather/oak", NOW)
    watcher = practised(replace(someone(), attributes={}), Skill.LOGGING, 10, "gather/oak", NOW)

    assert (nothing.events, nothing.text) == (watcher.events, watcher.text) == ((), "")


def test_a_snapshot_keeps_levels_experience_and_uses():
    ann = someone()
    for number in range(30):
        ann = after(ann, Skill.LOGGING, 100, NOW + timedelta(minutes=number))

    again = snapshots.read(snapshots.write(ann))

    assert ann.skills["Logging"] >= 5
    assert (again.skills, again.xp, again.uses) == (ann.skills, ann.xp, ann.uses)
