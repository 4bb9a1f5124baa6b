"""The sums of fights. Source: worlds 21, its acceptance list."""

from __future__ import annotations

from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worlds.combat import rules
from worlds.combat.content import ActionName
from worlds.combat.models import Ailment, Arm, Hurt, Protection
from worlds.generation.randomness import Stream

LONGSWORD = Arm("slashing", 22)
PLAIN = {"Might": 50, "Agility": 50}
NEW_PLATE = Protection(UUID(int=1), "plate", 100)
HALF_PLATE = Protection(UUID(int=1), "plate", 50)
SECOND = 1_000


def hit(
    roll: int, armor: Protection | None = None, *, skill: int = 50, arm: Arm = LONGSWORD, defends: bool = False
) -> int:
    dice = rules.rolled(roll, 0, "normal")
    raw = rules.raw_damage(arm, "normal", dice, skill, PLAIN)
    return rules.final_damage(raw, armor, arm.kind, is_critical=dice.is_critical, is_defending=defends)


@pytest.mark.parametrize(
    ("kind", "agility", "effects", "milliseconds"),
    [
        ("normal", 50, (), 850),
        ("quick", 90, (), 584),
        ("heavy", 20, (), 1410),
        ("defend", 100, (), 350),
        ("normal", 50, ("slow",), 1275),
        ("heavy", 50, (), 1275),  # the heavy swing of the first hour
        ("normal", 0, ("slow", "haste"), 1050),
        ("defend", 100, ("haste",), 245),
    ],
)
def test_reactions(kind: ActionName, agility: int, effects: tuple[str, ...], milliseconds: int):
    assert rules.reaction(kind, agility, effects) == milliseconds  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("roll", "armor", "damage"),
    [(80, None, 27), (80, NEW_PLATE, 13), (80, HALF_PLATE, 20), (95, None, 65), (95, NEW_PLATE, 48), (5, None, 0)],
)
def test_damage_is_rounded_down_before_armour_and_after_it(roll: int, armor: Protection | None, damage: int):
    assert hit(roll, armor) == damage


def test_who_defends_is_hurt_half_as_much():
    assert hit(80, NEW_PLATE, defends=True) == 6


@pytest.mark.parametrize(("durability", "damage"), [(100, 27), (50, 27), (49, 24), (24, 20), (0, 0)])
def test_worn_weapons_hurt_less(durability: int, damage: int):
    assert hit(80, arm=Arm("slashing", 22, durability=durability)) == damage


def test_a_broken_armour_protects_from_nothing():
    assert rules.best_armor([Protection(UUID(int=1), "plate", 0)], "slashing") is None


def test_the_best_armour_counts():
    leather, chain = Protection(UUID(int=1), "leather", 100), Protection(UUID(int=2), "chain", 30)

    assert rules.best_armor([leather, chain], "slashing") == leather
    assert rules.best_armor([leather, chain], "piercing") == leather


@pytest.mark.parametrize(
    ("cunning", "kind", "threshold"), [(49, "normal", 95), (50, "normal", 94), (100, "heavy", 88), (0, "quick", 95)]
)
def test_from_which_roll_on_a_hit_is_critical(cunning: int, kind: ActionName, threshold: int):
    assert rules.critical_from(cunning, kind) == threshold


@pytest.mark.parametrize("seed", range(1, 11))
def test_six_of_a_hundred_hits_are_critical(seed: int):
    stream = Stream(seed, "dice")
    critical = sum(rules.rolled(rules.die(stream), 0, "normal").is_critical for _ in range(100_000))

    assert abs(critical / 1_000 - 6) <= 0.3


def test_a_hundred_levels_add_half_of_the_damage():
    rolls = range(6, 101)
    skilled = sum(hit(roll, skill=100, arm=Arm("slashing", 2_200)) for roll in rolls)

    assert skilled / sum(hit(roll, skill=0, arm=Arm("slashing", 2_200)) for roll in rolls) == pytest.approx(
        1.5, rel=0.02
    )


@pytest.mark.parametrize(
    ("arm", "damage"),
    [
        (Arm("piercing", 100), 150),  # 1 + (100 + 100) / 400
        (Arm("ranged", 100), 150),  # 1 + 100 / 200
        (Arm("bludgeoning", 100), 150),
    ],
)
def test_each_weapon_has_its_attribute(arm: Arm, damage: int):
    strong = {"Might": 100, "Agility": 100}

    assert rules.raw_damage(arm, "normal", rules.Roll(100, False, False), 0, strong) == damage


def test_five_doses_of_poison_are_the_most():
    poison = None
    for _ in range(5):
        poison = rules.afflicted(poison, "poison", 0)
    assert poison is not None
    sixth = rules.afflicted(poison, "poison", 1 * SECOND)

    assert rules.after_tick("poison", poison, Stream(1, ""), 50)[0] == 15
    assert rules.after_tick("poison", sixth, Stream(1, ""), 50)[0] == 15
    assert sixth.until == 31 * SECOND


def test_every_tick_of_a_poison_is_paid_the_last_one_too():
    held: Ailment | None = Ailment(30 * SECOND, 5, 5 * SECOND)
    paid = 0
    while held is not None:
        hurts, held = rules.after_tick("poison", held, Stream(1, ""), 50)
        paid += hurts

    assert paid == 90


def test_a_strong_body_gets_over_a_poison():
    lost = sum(
        (after.strength if (after := rules.after_tick("poison", Ailment(30, 2, 5), Stream(seed, ""), 71)[1]) else 0)
        == 1
        for seed in range(2_000)
    )
    assert lost == 0  # the next one would be due after its end

    held = Ailment(30 * SECOND, 2, 5 * SECOND)
    left = [rules.after_tick("poison", held, Stream(seed, ""), 71)[1] for seed in range(2_000)]
    assert sum(each is not None and each.strength == 1 for each in left) == pytest.approx(200, abs=40)


def test_a_second_stun_adds_to_the_first():
    first = rules.afflicted(None, "stun", 0)
    second = rules.afflicted(first, "stun", 1 * SECOND)

    assert second.until - 1 * SECOND == 3 * SECOND


def test_stuns_last_ten_seconds_from_now_at_most():
    stun = None
    for _ in range(6):
        stun = rules.afflicted(stun, "stun", 0)

    assert stun == Ailment(10 * SECOND)


def test_the_newest_slowing_counts():
    assert rules.afflicted(Ailment(99 * SECOND), "slow", 1 * SECOND) == Ailment(16 * SECOND)


def test_a_wound_is_closed_after_fifteen_steps():
    held = rules.afflicted(None, "bleed", 0)
    strengths: list[int] = []
    for _ in range(14):
        after = rules.moved(held)
        assert after is not None
        held = after
        strengths.append(held.strength)

    assert strengths[:4] == [5, 5, 4, 4]
    assert rules.moved(held) is None


def test_flat_changes_come_before_percentages():
    assert rules.modified(60, [rules.Modifiers(percent=20), rules.Modifiers(flat=10)]) == 84
    assert rules.modified(100, [rules.Modifiers(percent=20), rules.Modifiers(percent=20)]) == 140


@pytest.mark.parametrize(
    ("taken", "by", "chance"), [(150, "normal", 0), (200, "normal", 200_000), (200, "quick", 300_000)]
)
def test_large_wounds_interrupt(taken: int, by: ActionName, chance: int):
    assert rules.interrupts(taken, 500, by) == chance


def test_the_fast_get_away_from_the_slow():
    assert rules.escapes(50, 50) == 3_750  # 0.5 × 0.75
    assert rules.escapes(100, 0) == 10_000


def test_what_else_a_hit_does():
    dagger, axe, club = Arm("piercing", 10, item="dagger"), Arm("slashing", 15), Arm("bludgeoning", 12)

    assert rules.chances(dagger, "quick", "", "head", is_critical=False) == {"poison": 200}
    assert rules.chances(Arm("ranged", 18), "quick", "venom_arrow", "legs", is_critical=False) == {
        "poison": 400,
        "slow": 150,
    }
    assert rules.chances(club, "heavy", "", "arms", is_critical=True) == {"stun": 450}
    assert rules.chances(axe, "normal", "", "arms", is_critical=True) == {"bleed": 200}


@given(st.integers(0, 500), st.lists(st.integers(0, 10_000_000), min_size=3, max_size=8).map(sorted))
def test_wounds_heal_alike_in_one_step_and_in_many(points: int, moments: list[int]):
    before = Hurt(points, 500, moments[0])
    in_many = before
    for at in moments[1:]:
        in_many = rules.healed(in_many, at)

    assert in_many == rules.healed(before, moments[-1])


def test_a_body_is_healed_after_ten_minutes_of_rest_and_half_a_minute():
    hurt = rules.wounded(Hurt(500, 500, 0), 499, 0)
    healing = [rules.healed(hurt, at * SECOND).points for at in (0, 30, 90, 330, 630)]

    assert healing == [1, 1, 51, 251, 500]
    assert rules.healed(hurt, rules.healed_at(hurt)).points == 500
    assert rules.healed(hurt, rules.healed_at(hurt) - 1).points == 499
    assert rules.healed_at(Hurt(500, 500, 7)) == rules.healed_at(Hurt(0, 500, 7)) == 7
    assert all(earlier <= later for earlier, later in pairwise(healing))


def test_a_target_that_knows_how_to_fight_teaches_more():
    assert [rules.hit_xp(each) for each in (0, 4, 5, 60)] == [10, 10, 11, 22]
