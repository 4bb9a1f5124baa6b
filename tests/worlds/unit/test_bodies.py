"""How a body comes about. Source: worlds 7."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from worlds.bodies.content import backgrounds, species
from worlds.bodies.models import (
    ATTRIBUTE_GROUPS,
    AdminRoleForbidden,
    Attribute,
    AttributeRepeated,
    BudgetExceeded,
    CharacterNameInvalid,
    CharacterNameOfManyScripts,
    CharacterNameReserved,
    Derived,
    DescriptionTooLong,
    NegativePurchase,
    OccupationTooLong,
    PurchaseTooHigh,
    QuestionAnsweredTwice,
    Role,
    UnknownAttribute,
    UnknownBackgroundAnswer,
    UnknownRole,
    UnknownSpecies,
)
from worlds.bodies.rules import (
    character_name,
    choose_role,
    choose_species,
    cost_of,
    derived,
    description,
    generate,
    occupation,
    purchases,
    starting_skills,
    variance,
)
from worlds.skills.models import SKILL_CATEGORIES, Skill

HUMAN = species.by_key["human"]
QUESTIONS = backgrounds.document.questions


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("human", Derived(hp=500, stamina=500, focus=500, mana=500, nerve=500)),
        ("dwarf", Derived(hp=600, stamina=635, focus=540, mana=540, nerve=555)),
        ("elf", Derived(hp=450, stamina=435, focus=560, mana=590, nerve=550)),
    ],
)
def test_what_a_species_is_worth(name: str, expected: Derived):
    assert derived(species.by_key[name].attributes) == expected


def test_there_are_fifteen_attributes_in_three_groups_and_twenty_four_skills_in_five():
    assert [len(group) for group in ATTRIBUTE_GROUPS.values()] == [5, 5, 5]
    assert [len(group) for group in SKILL_CATEGORIES.values()] == [5, 5, 5, 5, 4]


def test_three_purchases_of_30_20_and_10_use_the_budget_up():
    """Source: worlds 7, acceptance 2."""
    allowed = {"Might": 30, "Agility": 20, "Endurance": 10}

    assert sum(map(cost_of, purchases(allowed).values())) == 100
    with pytest.raises(BudgetExceeded, match="cost 101 points and you have 100"):
        purchases({**allowed, "Sight": 1})


@pytest.mark.parametrize(
    ("points", "price"), [(0, 0), (1, 1), (10, 10), (11, 12), (15, 20), (20, 30), (21, 33), (25, 45), (30, 60)]
)
def test_trap_3_prices_step_inside_one_attribute(points: int, price: int):
    """Source: worlds 30, trap 3."""
    assert cost_of(points) == price


@pytest.mark.parametrize(
    ("point_buy", "refusal"),
    [
        ({"Might": 31}, PurchaseTooHigh),
        ({"Luck": 10}, UnknownAttribute),
        ({"Luck": 0}, UnknownAttribute),
        ({"Might": -1}, NegativePurchase),
        ({"Might": 1, "might": 1}, AttributeRepeated),
    ],
)
def test_what_cannot_be_bought(point_buy: dict[str, int], refusal: type[DomainError]):
    with pytest.raises(refusal):
        purchases(point_buy)


def test_10_000_draws_of_variance_are_even():
    draws = [variance(seed) for seed in range(1, 10_001)]

    for attribute in Attribute:
        counts = Counter(each[attribute] for each in draws)
        assert set(counts) == set(range(-5, 6))
        assert all(0.0809 <= count / 10_000 <= 0.1009 for count in counts.values())
        assert abs(sum(value * count for value, count in counts.items())) / 10_000 <= 0.1


def test_a_seed_makes_the_same_body_again():
    first = generate(HUMAN, 7, {"Might": 5}, Random(1))

    assert generate(HUMAN, 7, {"might": 5}, Random(2)) == first
    assert generate(HUMAN, 8, {"Might": 5}, Random(1)).variance != first.variance


def test_seed_0_picks_one_that_makes_the_same_body_again():
    first = generate(HUMAN, 0, {}, Random(1))

    assert first.seed != 0
    assert generate(HUMAN, first.seed, {}, Random(2)) == first
    assert generate(HUMAN, 0, {}, Random(2)).seed != first.seed


@given(st.integers(1, 2**53), st.integers(0, 30))
def test_points_come_on_top_of_what_chance_has_added(seed: int, points: int):
    body = generate(species.by_key["elf"], seed, {"Sight": points}, Random(1))

    assert body.attributes[Attribute.SIGHT] == min(100, 70 + body.variance[Attribute.SIGHT] + points)


def test_a_species_is_found_by_its_name_in_any_case():
    assert choose_species(species.document.species, " DWARF").key == "dwarf"
    with pytest.raises(UnknownSpecies, match='"orc".*Human, Dwarf and Elf'):
        choose_species(species.document.species, "orc")


def test_answers_about_the_past_start_skills():
    assert starting_skills(QUESTIONS, ["stars", "mining_town"]) == {
        Skill.NAVIGATION: 2,
        Skill.PERCEPTION: 2,
        Skill.MINING: 5,
    }
    assert starting_skills(QUESTIONS, []) == {}


def test_no_skill_starts_above_15():
    question = QUESTIONS[0]
    generous = [
        question.model_copy(
            update={"key": str(n), "answers": (question.answers[2].model_copy(update={"key": f"answer_{n}"}),)}
        )
        for n in range(4)
    ]

    assert starting_skills(generous, [f"answer_{n}" for n in range(4)]) == {Skill.MINING: 15}


def test_answers_that_do_not_count():
    with pytest.raises(UnknownBackgroundAnswer):
        starting_skills(QUESTIONS, ["on_the_moon"])
    with pytest.raises(QuestionAnsweredTwice, match="Where did you grow up"):
        starting_skills(QUESTIONS, ["harbour", "mining_town"])


@pytest.mark.parametrize(
    ("typed", "stored"),
    [(" Ana  Maria\n", "Ana Maria"), ("x", "x"), ("é" * 50, "é" * 50), ("a\x00b\u202ec", "abc"), ("a\ud800", "a?")],
)
def test_a_name_is_what_can_be_seen_of_it(typed: str, stored: str):
    assert character_name(typed) == stored


@pytest.mark.parametrize(
    "typed", ["", "  ", "\u200b", "x" * 51, "Bob says: hi. Ann", "Bob\uff1a x", "2.Ann", "2nd Ann"]
)
def test_names_that_are_none(typed: str):
    with pytest.raises(CharacterNameInvalid):
        character_name(typed)


@pytest.mark.parametrize("typed", ["Syst\u0435m", "Ale\u0445", "\u039aim", "Gre\u0261", "\u13aa\ua4eeNN"])
def test_letters_of_several_scripts_make_no_name(typed: str):
    with pytest.raises(CharacterNameOfManyScripts):
        character_name(typed)


@pytest.mark.parametrize(
    "typed", ["\u0418\u0432\u0430\u043d", "\u6771\u4eac\u30bf\u30ef\u30fc", "\u0141ukasz", "Zo\u00eb 7", "O'Neil"]
)
def test_names_are_written_in_any_script(typed: str):
    assert character_name(typed) == typed


@pytest.mark.parametrize(
    "typed", ["System", "The SYSTEM", "Adm1n", "Moderators", "You have", "Someone", "Bob tells", "Ann wants", "Trade"]
)
def test_no_one_is_called_like_the_game_or_those_who_run_it(typed: str):
    with pytest.raises(CharacterNameReserved):
        character_name(typed)


@pytest.mark.parametrize("typed", ["Systema", "Young", "21 Pilots", "Ann 2", "Seconda", "Essay", "Traders"])
def test_names_that_only_begin_so_are_fine(typed: str):
    assert character_name(typed) == typed


def test_descriptions_and_occupations_have_limits():
    assert description("d" * 500) == "d" * 500
    assert occupation("o" * 100) == "o" * 100
    with pytest.raises(DescriptionTooLong, match="this one has 501"):
        description("d" * 501)
    with pytest.raises(OccupationTooLong):
        occupation("o" * 101)


def test_only_administrators_enter_as_one():
    assert choose_role("", may_be_admin=False) == Role.PLAYER
    assert choose_role("Watcher", may_be_admin=False) == Role.WATCHER
    assert choose_role("admin", may_be_admin=True) == Role.ADMIN
    with pytest.raises(AdminRoleForbidden):
        choose_role("ADMIN", may_be_admin=False)
    with pytest.raises(UnknownRole):
        choose_role("ghost", may_be_admin=True)
