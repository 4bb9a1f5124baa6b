"""What owners may ask of a world's deep time, and what it costs. Source: worlds 5, 15.3."""

from __future__ import annotations

from uuid import UUID

import pytest

from worlds.deep_time import simulation
from worlds.deep_time.models import (
    ALL,
    COSTS,
    EPOCHS,
    GOALS,
    LATEST,
    SPEEDS,
    AgeStanding,
    AgeWish,
    TooLittleEnergy,
    UnknownFlag,
    UnknownIntervention,
    YearsOutOfRange,
    changed_parameters,
    ground_of,
    require_energy,
    usual_parts,
    wish_of,
)
from worlds.deep_time.slices import AgeTask, run_slice
from worlds.generation.parameters import Parameters, as_json, from_json
from worlds.space.models import sphere

SMALL = Parameters("small")
NO_LIFE = AgeStanding(run=1, to=1_000_000, parts=())


def slice_of(standing: AgeStanding, content: bytes | None = None, seconds: float = 1e9):
    return run_slice(AgeTask(UUID(int=1), SMALL, 7, standing, content, sphere(), 10_000), seconds=seconds)


@pytest.mark.parametrize(
    ("line", "wish"),
    [
        ("", AgeWish(1_000_000, ALL)),
        ("5000", AgeWish(5_000, ALL)),
        ("--years 5,000 --geology", AgeWish(5_000, frozenset())),
        ("--disease", AgeWish(1_000_000, frozenset({"life", "disease"}))),
        ("--sapience --migration", AgeWish(1_000_000, frozenset({"life", "sapience", "migration"}))),
        ("--all --seed 9", AgeWish(1_000_000, ALL, seed=9)),
        ("--water-level 60% --moons 5", AgeWish(1_000_000, ALL, water_level="60%", moons="5")),
        ("--water-level -300m --moons none", AgeWish(1_000_000, ALL, water_level="-300m", moons="none")),
        ("--water-level=high --moons=2", AgeWish(1_000_000, ALL, water_level="high", moons="2")),
        ("--epoch cooling", AgeWish(10_000_000_000, ALL, until=500_000_000)),
        ("9000 --goal minds", AgeWish(9_000, ALL, goal="minds")),
    ],
)
def test_flags_of_simulate(line: str, wish: AgeWish):
    assert wish_of(line.split()) == wish


def test_without_flags_what_the_interview_has_asked_for_is_simulated():
    """What is said about simulation preferences, topic 7."""
    healthy = usual_parts({"parts": ["life", "migration", "sapience"]})

    assert usual_parts({}) == ALL
    assert wish_of([], healthy).parts == ALL - {"disease"}
    assert wish_of(["--disease"], healthy).parts == {"life", "disease"}
    assert wish_of([], frozenset()).parts == frozenset()


@pytest.mark.parametrize(
    "line",
    [
        *("many", "--lava", "--goal", "--goal fame", "--epoch noon", "--seed x", "--seed -5", "5 6"),
        *("--moons 900", "--moons 6", "--moons lots", "--water-level wet", "--water-level 5"),
    ],
)
def test_other_words_are_refused(line: str):
    with pytest.raises(UnknownFlag):
        wish_of(line.split())


@pytest.mark.parametrize("line", ["0", "-5", "1.5", "10000000001", "99999999999999999999", "--years 0", "--years x"])
def test_years_that_cannot_pass_are_refused_with_how_many_can(line: str):
    with pytest.raises(YearsOutOfRange, match="From 1 to 10,000,000,000 years"):
        wish_of(line.split())


def test_ten_epochs_twelve_goals_and_four_speeds():
    assert (len(EPOCHS), len(GOALS)) == (10, 12)
    assert SPEEDS == {"normal": 1, "quick": 10, "fast": 100, "turbo": 1_000}
    assert max(EPOCHS.values()) < LATEST


def test_energy_is_charged_when_it_is_used():
    assert AgeStanding().energy == 10
    with pytest.raises(TooLittleEnergy):
        require_energy(AgeStanding(year=390_000), "protect")  # 49
    cost = require_energy(AgeStanding(year=400_000), "protect")
    assert AgeStanding(year=400_000, spent=cost).energy == 0
    assert require_energy(AgeStanding(spent=10), "observe") == 0
    with pytest.raises(UnknownIntervention):
        require_energy(AgeStanding(), "pray")
    assert COSTS == {
        **{"observe": 0, "nudge": 10, "protect": 50, "accelerate": 30},
        **{"cataclysm": 40, "spark": 100, "infuse": 75},
    }


def test_a_first_year_may_have_another_sea_and_other_moons():
    stored = as_json(SMALL)

    changed = changed_parameters(stored, AgeWish(water_level="high", moons="3"))

    assert changed is not None
    parameters, seed = ground_of({"seed": 1, "parameters": stored}, AgeStanding(seed=9, parameters=changed))
    assert seed == 9
    assert parameters.land == pytest.approx(0.2)
    assert parameters.moons == 3
    assert changed_parameters(stored, AgeWish()) is None
    assert ground_of({"seed": 1, "parameters": stored}, AgeStanding()) == (from_json(stored), 1)


def test_a_slice_goes_to_the_end_or_as_far_as_time_allows():
    short = slice_of(NO_LIFE, seconds=0)
    whole = slice_of(NO_LIFE)

    assert (short.year, short.stop) == (10_000, None)
    assert (whole.year, whole.stop) == (1_000_000, "reached")


def test_a_run_takes_ten_seconds_of_years():
    years = [
        slice_of(AgeStanding(run=1, to=LATEST, paced=True, speed=speed, parts=())).year for speed in ("normal", "turbo")
    ]

    assert years == [1_000, 100_000]


def test_a_slice_stops_at_its_goal():
    passed = slice_of(AgeStanding(run=1, to=LATEST, parts=(), goal="ice"))

    assert passed.stop == "goal"
    assert passed.seen["ice_age"]
    assert passed.year < 100_000


def test_a_turning_point_comes_every_million_years():
    passed = slice_of(NO_LIFE)

    assert {"year": 1_000_000, "kind": "turning_point", "reason": "time"} in passed.happened


def test_the_end_of_a_quarter_of_all_species_is_a_turning_point():
    world = simulation.begin(SMALL, 7)
    simulation.advance(world, 10_000)
    assert world.life is not None
    world.life.population[: len(world.life.number) // 3] = 0  # among them all plants, on which others live
    content = simulation.pack(world)

    passed = slice_of(AgeStanding(run=1, to=20_000, year=10_000), content)

    turned = [each for each in passed.happened if each["kind"] == "turning_point"]
    assert [each["reason"] for each in turned] == ["extinction"]


def test_interventions_change_what_lives():
    begun = slice_of(AgeStanding(run=1, to=10_000))
    number = begun.seen["most"][-1][0]

    def done(*interventions: str) -> dict[str, object]:
        pending = [(each, number) for each in interventions]
        passed = slice_of(AgeStanding(run=1, to=20_000, year=10_000, pending=pending), begun.content)
        assert passed.intervened == len(pending)
        assert [each["kind"] for each in passed.happened][: len(pending)] == list(interventions)
        return {"content": passed.content, **passed.seen}

    untouched = done()
    for intervention in COSTS:
        assert (done(intervention)["content"] == untouched["content"]) == (intervention == "observe")
    assert done(*["spark"] * 6)["sapient"] == 1
