"""What counts as a feat."""

from __future__ import annotations

from uuid import UUID

import pytest

from worlds.crafting.events import LessonGiven
from worlds.feats.models import Accomplishment, FeatKind
from worlds.feats.rules import accomplishments, achieved, came_to_village
from worlds.relationships.events import RelationshipChanged
from worlds.skills.events import SkillLeveledUp
from worlds.space.models import METRE, Position, Space

ME, OTHER, WORLD = UUID(int=1), UUID(int=2), UUID(int=3)


def keys(*done: Accomplishment) -> list[str]:
    return [each.key for each in achieved(done)]


def lesson(*, succeeded: bool) -> LessonGiven:
    return LessonGiven(
        character_id=ME,
        world_id=WORLD,
        pupil_id=OTHER,
        recipe="rope",
        succeeded=succeeded,
        position=(0, 0, 0),
        begun_at=0,
        busy_until=0,
    )


def liking(before: float, after: float) -> RelationshipChanged:
    change = (0.0, 0.0)
    return RelationshipChanged(
        npc_id=OTHER,
        other_id=ME,
        world_id=WORLD,
        action="gift",
        affection=(before, after),
        trust=change,
        fear=change,
        game_time=0,
        day=0,
    )


def test_only_a_lesson_that_was_learned_counts():
    assert keys(*accomplishments([lesson(succeeded=True)])) == ["first_pupil"]
    assert keys(*accomplishments([lesson(succeeded=False)])) == []


@pytest.mark.parametrize(
    ("before", "after", "feats"),
    [(55, 60, ["first_friend"]), (0, 59.9, []), (60, 80, []), (70, 65, []), (-10, 100, ["first_friend"])],
)
def test_a_friend_is_made_by_the_step_across_sixty(before: float, after: float, feats: list[str]):
    assert keys(*accomplishments([liking(before, after)])) == feats


@pytest.mark.parametrize(
    ("level", "feats"), [(4, []), (5, ["skill_5"]), (6, []), (20, ["skill_20"]), (50, ["skill_50"])]
)
def test_some_levels_count_when_they_are_reached(level: int, feats: list[str]):
    reached = SkillLeveledUp(character_id=ME, skill="crafting", level=level)

    assert keys(*accomplishments([reached])) == feats


def test_the_first_of_a_kind_and_each_of_it_are_feats_in_the_order_of_their_keys():
    craft = Accomplishment(FeatKind.CRAFTED)

    assert keys(craft, craft, Accomplishment(FeatKind.ENTERED)) == ["crafting", "first_craft", "first_world"]


def test_a_step_to_within_100_m_of_a_village_leads_into_it_also_across_the_seam():
    space = Space("spherical", circumference=10_000 * METRE)
    centre = Position(0, 0, 0)

    def east(metres: int) -> Position:
        return Position(metres * METRE % space.circumference, 0, 0)

    assert came_to_village(space, east(-150), east(-100), [centre])
    assert not came_to_village(space, east(-150), east(-101), [centre])
    assert not came_to_village(space, east(-90), east(50), [centre])
    assert not came_to_village(space, east(50), east(150), [centre])
