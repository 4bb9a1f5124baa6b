"""What people of the game think of others. Source: worlds 19."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worlds.relationships.models import Opinion, PastAction, Relationship, SocialAction, Trait, strangers
from worlds.relationships.rules import (
    BEHAVIOUR,
    USUAL,
    acted,
    behaviour_of,
    changed,
    drift_of,
    effect_of,
    mean_of,
    reaction_to,
    settle,
)

DAY = 24 * 3_600_000
SCORES = st.floats(-100, 100)
NEW = strangers(UUID(int=1), UUID(int=2), UUID(int=3), 0)


def after(opinion: Opinion, *actions: tuple[SocialAction, float]) -> Opinion:
    for action, value in actions:
        opinion = changed(opinion, effect_of(action, value))
    return opinion


def test_actions_change_an_opinion_within_its_range():
    """Acceptance 19.1."""
    given = after(Opinion(), (SocialAction.GIFT, 50))
    assert given == Opinion(5, 5, 0)
    betrayed = after(given, (SocialAction.BETRAYAL, 0))
    assert betrayed == Opinion(-55, -45, 0)
    assert after(betrayed, *[(SocialAction.GIFT, 1000.0)] * 5).affection == 100


@pytest.mark.parametrize(("affection", "left"), [(40, 39.0), (80, 79.5), (-60, -58.0), (0.4, 0.0)])
def test_affection_fades_by_what_it_is(affection: float, left: float):
    """Acceptance 19.2."""
    after = settle(Opinion(affection, 0, 40), 60)
    assert (after.affection, after.trust, after.fear) == (pytest.approx(left), 0, 40)


@given(affection=SCORES, trust=SCORES, days=st.lists(st.floats(0, 400), min_size=1, max_size=20))
def test_it_makes_no_difference_how_often_an_opinion_is_settled(affection: float, trust: float, days: list[float]):
    """Acceptance 19.3, for any days, across the thresholds too."""
    opinion = Opinion(affection, trust, 30)
    often = opinion
    for each in days:
        often = settle(often, each)
    once = settle(opinion, sum(days))

    assert often.affection == pytest.approx(once.affection, abs=1e-9)
    assert often.trust == pytest.approx(once.trust, abs=1e-9)


def test_ten_hours_in_600_slices_are_ten_hours():
    """Acceptance 28.4."""
    opinion = Opinion(75.003, -60, 10)
    often = opinion
    for _ in range(600):
        often = settle(often, 10 / 24 / 600)

    assert often.affection == pytest.approx(settle(opinion, 10 / 24).affection, abs=1e-9)


def test_the_21st_interaction_drops_the_first():
    """Acceptance 19.5."""
    relationship = NEW
    for number in range(21):
        relationship = acted(relationship, PastAction(SocialAction.TALK, number, behaviour_of(SocialAction.TALK)), DAY)

    assert [each.at for each in relationship.history] == [*range(1, 21)]
    assert relationship.count == 21


def test_what_is_usual_is_the_mean_of_the_first_actions_and_moves_slowly_then():
    relationship = NEW
    for number in range(20):
        action = SocialAction.GIFT if number % 2 else SocialAction.TALK
        relationship = acted(relationship, PastAction(action, number, behaviour_of(action)), DAY)
    assert relationship.baseline[Trait.GENEROSITY] == pytest.approx(0.75)

    later = acted(relationship, PastAction(SocialAction.GIFT, 60 * DAY, behaviour_of(SocialAction.GIFT)), DAY)
    assert later.baseline[Trait.GENEROSITY] == pytest.approx(
        0.9 * 0.75 + 0.1 * mean_of(later.history)[Trait.GENEROSITY]
    )
    betrayed = acted(NEW, PastAction(SocialAction.BETRAYAL, 0, behaviour_of(SocialAction.SUPPORT)), DAY)
    assert betrayed.baseline[Trait.LOYALTY] == pytest.approx(0.7)


def with_aggression(value: float) -> Relationship:
    relationship = NEW
    for number in range(20):
        behaviour = {**USUAL, Trait.AGGRESSION: value}
        relationship = acted(relationship, PastAction(SocialAction.TALK, number, behaviour), DAY)
    return relationship


@pytest.mark.parametrize(
    ("mean", "size", "name"), [(0.69, 0.49, "subtle"), (0.71, 0.51, "moderate"), (0.91, 0.71, "severe")]
)
def test_others_react_to_a_change(mean: float, size: float, name: str):
    """Acceptance 19.4: more aggression is worse."""
    drift = drift_of({**USUAL, Trait.AGGRESSION: 0.2}, mean_of(with_aggression(mean).history))

    assert drift.size == pytest.approx(size)
    assert (drift.trait, drift.is_better) == (Trait.AGGRESSION, False)
    reaction = reaction_to(drift)
    assert reaction is not None
    assert reaction.name == name
    assert reaction.effect.affection < 0


def test_reactions_add_up_in_whole_points():
    assert reaction_to(drift_of(USUAL, {**USUAL, Trait.GENEROSITY: 0.79})) is None
    subtle = reaction_to(drift_of(USUAL, {**USUAL, Trait.GENEROSITY: 0.85}))
    assert subtle is not None
    assert (subtle.effect, subtle.weight) == (Opinion(5 + 17, 10, 0), 0.3)
    moderate = reaction_to(drift_of({**USUAL, Trait.HONESTY: 0.9}, {**USUAL, Trait.HONESTY: 0.35}))
    assert moderate is not None
    assert (moderate.effect, moderate.weight) == (Opinion(-27, -10 - 16, 5), 0.7)
    assert drift_of(None, USUAL).size == 0


def test_each_action_says_something_of_who_does_it():
    assert BEHAVIOUR.keys() == {*SocialAction}
