"""An owner lets years pass in a world: in slices, told, stopped, and rebuilt from the log. Source: worlds 5, 15, 28."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from kernel.database import Tx
from kernel.outside.models import ProviderFailed
from kernel.outside.rules import LEASE
from tests.support.grounds import TINY, made_ground, make_ground
from tests.support.outside import run_due
from tests.support.people import make_someone
from tests.support.worlds import Player, code, come_to, connect, make_world, texts, told
from worlds.deep_time import limits, queries, simulation, slices
from worlds.deep_time.kinds import KINDS
from worlds.deep_time.models import MOST_PENDING, AgeStanding, standing_of
from worlds.deep_time.slices import AgeTask, run_slice
from worlds.ecosystem.models import name_of
from worlds.entering import service as entering
from worlds.entering.models import CharacterWish
from worlds.exchange import service as exchange
from worlds.ground import service as terrain
from worlds.play import leaving
from worlds.rebuilding import service as rebuilding
from worlds.world import queries as worlds_sql
from worlds.world import service as worlds
from worlds.world.events import Intervened, WorldOwnerLeft
from worlds.world.models import World

[KIND] = KINDS
STEPPED = [replace(KIND, compute=partial(run_slice, seconds=0))]


@pytest.fixture
def owner(tx: Tx) -> Player:
    return make_owner(tx)


def make_owner(tx: Tx, name: str = "Gaia", **said: Any) -> Player:
    """Return the owner of a world in it; `said` is what an interview has said of its ground."""
    ann = make_someone(tx)
    world = make_ground(tx, name, said=said, owner_id=ann.identity.account_id)
    made = entering.create(tx, ann.identity, world.world_id, CharacterWish(name="Ann", species="human", seed=1))
    return connect(tx, ann.identity, made.character_id)


def world_of(tx: Tx, player: Player) -> World:
    [row] = worlds_sql.find(tx, player.character(tx).world_id)
    return worlds_sql.read(row)


def standing(tx: Tx, player: Player) -> AgeStanding:
    return standing_of(world_of(tx, player).generation)


def content(tx: Tx, world_id: UUID) -> bytes:
    [row] = tx.execute("SELECT content FROM worlds.deep_time WHERE world_id = %s", (world_id,))
    return row["content"]


def events(tx: Tx, world_id: UUID) -> list[str]:
    rows = tx.execute(
        "SELECT event_type FROM worlds.events WHERE aggregate_id = %s ORDER BY version", (world_id,)
    ).fetchall()
    return [row["event_type"] for row in rows if row["event_type"].startswith(("Deep", "Interv"))]


def text_of(tx: Tx, player: Player, line: str) -> str:
    return texts(player.types(tx, line))[0]


def test_years_pass_in_slices_as_they_would_in_one(tx: Tx, owner: Player):
    world = world_of(tx, owner)

    said = text_of(tx, owner, "world simulate 50000")
    ended = run_due(tx, STEPPED)

    assert said == "Years pass, up to 50,000. Write world info to see how far it is."
    assert [each.status for each in ended] == ["completed"] * 5
    assert standing(tx, owner).year == 50_000
    assert standing(tx, owner).to is None
    assert events(tx, world.world_id) == ["DeepTimeStarted", *["DeepTimeAdvanced"] * 5, "DeepTimeStopped"]
    whole = simulation.begin(TINY, 42, species=made_ground().species)
    simulation.advance(whole, 50_000)
    assert simulation.digest(simulation.unpack(TINY, 42, content(tx, world.world_id))) == simulation.digest(whole)
    lines = [line["text"] for line in told(tx, owner) if "year" in line["text"]]
    assert len(lines) == 5
    assert lines[-1].startswith("Gaia, year 50,000: ")
    assert lines[-1].endswith("The years have stopped.")


def test_slices_whose_function_is_killed_are_computed_again_and_the_same_comes_of_them(tx: Tx, owner: Player):
    owner.types(tx, "world simulate 30000")
    killed: list[int] = []

    def killed_once(task: AgeTask) -> Any:
        if task.standing.year not in killed:
            killed.append(task.standing.year)
            raise KilledFunction
        return run_slice(task, seconds=0)

    for _ in range(4):
        with suppress(KilledFunction):
            run_due(tx, [replace(KIND, compute=killed_once)])
        tx.now += 2 * LEASE

    assert killed == [0, 10_000, 20_000]
    assert (standing(tx, owner).year, standing(tx, owner).to) == (30_000, None)
    whole = simulation.begin(TINY, 42, species=made_ground().species)
    simulation.advance(whole, 30_000)
    found = simulation.unpack(TINY, 42, content(tx, world_of(tx, owner).world_id))
    assert simulation.digest(found) == simulation.digest(whole)


def test_the_magic_that_an_interview_gives_a_world_is_there_in_its_deep_time(tx: Tx):
    owner = make_owner(tx, magic=0.6)
    owner.types(tx, "world simulate 1000")
    found: list[float] = []

    def noted(task: AgeTask) -> Any:
        found.extend([task.magic, slices._world(task, ["life"]).magic])
        return run_slice(task)

    run_due(tx, [replace(KIND, compute=noted)])

    assert found == [0.6, 0.6]


class KilledFunction(BaseException):
    """What ends a function without a word to anyone."""


@pytest.mark.parametrize("line", ["world simulate 5000", "world run", "world speed fast", "world intervene nudge"])
def test_a_repeat_of_a_command_changes_nothing(tx: Tx, owner: Player, line: str):
    world_id = world_of(tx, owner).world_id
    first = owner.types(tx, line, "once")
    before = standing(tx, owner), events(tx, world_id)

    assert owner.types(tx, line, "once") == first
    assert (standing(tx, owner), events(tx, world_id)) == before
    requests = tx.execute("SELECT FROM kernel.outside_requests WHERE kind = %s", (KIND.name,)).fetchall()
    assert len(requests) == (standing(tx, owner).to is not None)


@pytest.mark.parametrize("line", ["world simulate 1000", "world run"])
def test_diseases_that_the_interview_has_ruled_out_do_not_break_out(tx: Tx, line: str):
    player = make_owner(tx, parts=["life", "migration", "sapience"])

    player.types(tx, line)

    assert set(standing(tx, player).parts) == {"life", "migration", "sapience"}


def test_a_world_without_life_grows_old_as_rock(tx: Tx):
    player = make_owner(tx, parts=[])
    player.types(tx, "world simulate 10000")

    assert [each.status for each in run_due(tx, KINDS)] == ["completed"]

    assert "Deep time: year 10,000." in text_of(tx, player, "world info")
    assert "Species: plants 0, plant eaters 0, meat eaters 0." in text_of(tx, player, "ecosystem status")
    assert code(player.types(tx, "ecosystem spawn")) in ("INVALID_COMMAND", "CONFLICT", "TARGET_NOT_FOUND")
    player.types(tx, "world simulate 10000 --life")
    run_due(tx, KINDS)
    assert "Species: plants 0" not in text_of(tx, player, "ecosystem status")


def test_years_pass_up_to_an_epoch(tx: Tx, owner: Player):
    assert "up to 1,000,000." in text_of(tx, owner, "world simulate --epoch dawn")
    owner.types(tx, "world pause")
    tx.execute(
        """
        UPDATE worlds.worlds SET generation = jsonb_set(generation, '{deep_time,year}', '2000000') WHERE world_id = %s
        """,
        (world_of(tx, owner).world_id,),
    )
    [refusal] = owner.types(tx, "world simulate --epoch dawn")
    assert refusal["data"]["message"].startswith(
        "That epoch ends with the year 1,000,000, and this is the year 2,000,000"
    )


def test_years_go_on_where_they_stopped_and_info_and_ecosystem_tell_of_them(tx: Tx, owner: Player):
    assert "Deep time" not in text_of(tx, owner, "world info")
    assert "No years have passed" in text_of(tx, owner, "ecosystem status")
    text_of(tx, owner, "world simulate 10000")
    assert "Years are passing, up to 10,000." in text_of(tx, owner, "world info")
    run_due(tx, KINDS)
    text_of(tx, owner, "world simulate 10000")
    run_due(tx, KINDS)

    info = text_of(tx, owner, "world info")
    assert "Deep time: year 20,000." in info
    assert "the mean of the planet in its history" in info
    assert "% land" in info
    assert "Energy to intervene with: 12." in info
    status = text_of(tx, owner, "ecosystem status")
    assert "plant eaters" in status
    assert "Oxygen" in status
    assert text_of(tx, owner, "ecosystem log").startswith("Years have passed, but nothing")
    assert "% land" in text_of(tx, owner, "world map")


def test_only_the_owner_changes_a_world(tx: Tx, owner: Player):
    bob = come_to(tx, world_of(tx, owner).world_id, "Bob")

    for line in ("simulate", "run", "pause", "speed fast", "reset", "intervene observe"):
        assert code(bob.types(tx, f"world {line}")) == "FORBIDDEN"
    assert events(tx, world_of(tx, owner).world_id) == []


def test_what_makes_no_sense_is_refused(tx: Tx, owner: Player):
    for line in ("simulate fast", "speed", "intervene pray"):
        assert code(owner.types(tx, f"world {line}")) == "INVALID_COMMAND"
    for line in ("pause", "intervene protect"):
        assert code(owner.types(tx, f"world {line}")) == "CONFLICT"
    owner.types(tx, "world simulate 1000")
    for line in ("simulate", "run"):
        assert code(owner.types(tx, f"world {line}")) == "CONFLICT"
    run_due(tx, KINDS)
    assert code(owner.types(tx, "world simulate --seed 3")) == "CONFLICT"
    assert code(owner.types(tx, "world intervene nudge dodo")) == "TARGET_NOT_FOUND"


def test_a_pause_cancels_within_a_slice(tx: Tx, owner: Player):
    world = world_of(tx, owner)
    owner.types(tx, "world simulate 50000")

    def interrupted(task: AgeTask) -> Any:
        owner.types(tx, "world pause")
        return run_slice(task, seconds=0)

    ended = run_due(tx, [replace(KIND, compute=interrupted)])

    assert [each.status for each in ended] == ["completed"]
    assert (standing(tx, owner).year, standing(tx, owner).to) == (0, None)
    assert events(tx, world.world_id) == ["DeepTimeStarted", "DeepTimeStopped"]
    owner.types(tx, "world simulate 10000")
    run_due(tx, KINDS)
    assert standing(tx, owner).year == 10_000


def test_years_stop_when_what_is_computed_for_an_owner_in_a_day_is_used_up(
    tx: Tx, owner: Player, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(limits, "SECONDS", replace(limits.SECONDS, requests=8))
    owner.types(tx, "world simulate 50000")

    ended = run_due(tx, STEPPED)

    assert [each.status for each in ended] == ["completed"] * 3
    assert (standing(tx, owner).year, standing(tx, owner).to) == (20_000, None)
    assert "What may be computed for your worlds in a day is used up" in told(tx, owner)[-1]["text"]
    owner.types(tx, "world simulate 50000")
    run_due(tx, STEPPED)
    assert standing(tx, owner).year == 20_000
    tx.now += timedelta(days=1)
    owner.types(tx, "world simulate 10000")
    run_due(tx, STEPPED)
    assert standing(tx, owner).year == 30_000


def test_slices_that_are_thrown_away_count_too(tx: Tx, owner: Player, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "SECONDS_OF_ADDRESS", replace(limits.SECONDS_OF_ADDRESS, requests=8))
    computed: list[int] = []

    def interrupted(task: AgeTask) -> Any:
        computed.append(task.standing.run)
        owner.types(tx, "world pause")
        owner.types(tx, "world simulate 50000")
        return run_slice(task, seconds=0)

    owner.types(tx, "world simulate 50000")
    run_due(tx, [replace(KIND, compute=interrupted)])

    assert computed == [1, 2]
    assert standing(tx, owner).to is None


def test_the_years_of_a_world_without_owner_stop(tx: Tx, owner: Player):
    world = world_of(tx, owner)
    owner.types(tx, "world simulate 50000")
    worlds.save(tx, world_of(tx, owner), world.world_id, [WorldOwnerLeft(world_id=world.world_id)])

    run_due(tx, STEPPED)

    assert (standing(tx, owner).year, standing(tx, owner).to) == (0, None)


def test_a_run_is_paced_and_ends_when_its_owner_leaves(tx: Tx, owner: Player):
    owner.types(tx, "world speed quick")
    owner.types(tx, "world run")
    run_due(tx, KINDS)
    assert (standing(tx, owner).year, standing(tx, owner).to) == (1_000, 10_000_000_000)
    tx.now += timedelta(seconds=9)
    assert run_due(tx, KINDS) == []
    tx.now += timedelta(seconds=1)
    run_due(tx, KINDS)
    assert standing(tx, owner).year == 2_000

    leaving.go(tx, owner.connection_id)
    tx.now += timedelta(seconds=10)
    run_due(tx, KINDS)

    assert (standing(tx, owner).year, standing(tx, owner).to) == (3_000, None)


def test_interventions_cost_energy_and_happen_once(tx: Tx, owner: Player):
    owner.types(tx, "world simulate 10000")
    run_due(tx, KINDS)

    assert "1 are left" in text_of(tx, owner, "world intervene nudge")
    assert code(owner.types(tx, "world intervene nudge")) == "CONFLICT"
    owner.types(tx, "world simulate 20000")
    run_due(tx, STEPPED)

    assert text_of(tx, owner, "ecosystem log").count("nudge") == 1
    assert standing(tx, owner).pending == []
    assert standing(tx, owner).energy == 10 + 3 - 10


def test_no_more_interventions_wait_than_a_file_of_the_world_can_have(tx: Tx, owner: Player):
    owner.types(tx, "world simulate 1000")
    run_due(tx, KINDS)
    world = world_of(tx, owner)
    observed = [Intervened(world_id=world.world_id, intervention="observe", cost=0)] * (MOST_PENDING - 1)
    worlds.save(tx, world, world.world_id, observed)

    owner.types(tx, "world intervene observe")

    assert code(owner.types(tx, "world intervene observe")) == "CONFLICT"
    assert len(standing(tx, owner).pending) == MOST_PENDING
    exchange.export(tx, owner.me, world.world_id)


def test_a_reset_begins_with_the_first_year_even_while_years_pass(tx: Tx, owner: Player):
    owner.types(tx, "world simulate 10000")
    run_due(tx, KINDS)
    first = content(tx, world_of(tx, owner).world_id)
    owner.types(tx, "world simulate 10000")
    owner.types(tx, "world reset")
    assert [each.status for each in run_due(tx, KINDS)] == ["completed"]
    assert standing(tx, owner) == AgeStanding(run=3)

    owner.types(tx, "world simulate 10000")
    run_due(tx, KINDS)

    assert content(tx, world_of(tx, owner).world_id) == first


def test_what_is_rebuilt_is_what_is_live(tx: Tx, owner: Player):
    for line in ("speed fast", "simulate 20000 --moons 2", "intervene observe"):
        owner.types(tx, f"world {line}")
    run_due(tx, STEPPED)
    owner.types(tx, "world intervene nudge")

    assert rebuilding.rebuild(tx).differences == []


@pytest.mark.parametrize("kept", [False, True])
def test_a_lost_checkpoint_is_computed_again_from_the_log(tx: Tx, owner: Player, *, kept: bool):
    owner.types(tx, "world simulate 5000")
    run_due(tx, KINDS)
    owner.types(tx, "world reset")
    owner.types(tx, "world simulate 10000")
    run_due(tx, KINDS)
    world_id = world_of(tx, owner).world_id
    [early] = tx.execute("SELECT * FROM worlds.deep_time")
    for line in ("intervene nudge", "simulate 30000 --disease"):
        owner.types(tx, f"world {line}")
    run_due(tx, STEPPED)
    known, seen = content(tx, world_id), standing(tx, owner).seen
    tx.execute("DELETE FROM worlds.deep_time")
    if kept:
        queries.save_checkpoint(tx, world_id, early["run"], early["year"], early["content"])
    owner.types(tx, "world simulate 10000")
    again = replace(KIND, compute=lambda task: run_slice(replace(task, standing=replace(task.standing, to=40_000))))

    run_due(tx, [again])

    assert standing(tx, owner).year == 40_000
    assert standing(tx, owner).seen == seen
    assert simulation.digest(simulation.unpack(TINY, 42, content(tx, world_id))) == simulation.digest(
        simulation.unpack(TINY, 42, known)
    )
    assert "Gaia: year 40,000 is computed again." in [line["text"] for line in told(tx, owner)]


def test_years_that_the_log_does_not_know_pass_again_from_the_first_one_and_the_owner_hears_of_it(
    tx: Tx, owner: Player
):
    owner.types(tx, "world simulate 10000 --seed 5 --life")
    run_due(tx, KINDS)
    tx.execute("DELETE FROM worlds.deep_time")
    tx.execute(
        "UPDATE worlds.worlds SET generation = jsonb_set(generation, '{deep_time,year}', '20000') WHERE world_id = %s",
        (world_of(tx, owner).world_id,),
    )
    owner.types(tx, "world simulate 20000 --life")

    ended = run_due(tx, STEPPED)

    assert {each.status for each in ended} == {"completed"}
    now = standing(tx, owner)
    assert (now.year, now.to, now.seed, now.parts) == (40_000, None, 5, ["life"])
    whole = simulation.begin(TINY, 5)
    whole.parts = frozenset(["life"])
    simulation.advance(whole, 40_000)
    found = content(tx, world_of(tx, owner).world_id)
    assert simulation.digest(simulation.unpack(TINY, 5, found)) == simulation.digest(whole)
    assert (
        "Gaia: what its 20,000 years have left is lost, and nothing says how they passed. They begin again with the"
        " first one, and may take another course." in [line["text"] for line in told(tx, owner)]
    )
    assert rebuilding.rebuild(tx).differences == []


def test_a_slice_is_tried_three_times(tx: Tx, owner: Player):
    owner.types(tx, "world simulate 10000")

    def breaks(task: AgeTask) -> Any:
        raise ProviderFailed("broken", retryable=True)

    ended = []
    for _ in range(4):
        ended += run_due(tx, [replace(KIND, compute=breaks)])
        tx.now += timedelta(hours=1)

    assert [each.status for each in ended] == [*["failed_retrying"] * 2, "failed_permanently"]
    assert standing(tx, owner).to is None


def test_a_world_without_ground_does_not_grow_old(tx: Tx):
    ann = make_someone(tx)
    world = make_world(tx, owner_id=ann.identity.account_id)
    made = entering.create(tx, ann.identity, world.world_id, CharacterWish(name="Ann", species="human", seed=1))

    player = connect(tx, ann.identity, made.character_id)

    assert code(player.types(tx, "world simulate")) == "INVALID_COMMAND"


@pytest.fixture
def keeper(tx: Tx, owner: Player) -> Player:
    """Return the owner of a world in which years have passed, standing where something lives."""
    owner.types(tx, "world simulate 10000")
    run_due(tx, KINDS)
    return owner


def species_here(tx: Tx, player: Player, kind: int) -> str:
    """Return a species of a kind that lives where a player stands."""
    seen = standing(tx, player).seen
    world = world_of(tx, player)
    ground = terrain.read(tx, world, [player.character(tx).position])
    assert ground is not None
    here = ground.at(player.character(tx).position).biome
    known = seen["homes"].items()
    return next(name_of(42, int(key), kind) for key, each in known if each["kind"] == kind and here in each["biomes"])


def test_creatures_are_put_beside_their_owner_seen_and_bred(tx: Tx, keeper: Player):
    plant, eater = (species_here(tx, keeper, kind) for kind in (0, 1))
    lonely = text_of(tx, keeper, f"ecosystem spawn {eater}")
    for name in (plant, eater):
        assert "stands" in text_of(tx, keeper, f"ecosystem spawn {name}")
    assert code(keeper.types(tx, "ecosystem breed")) == "CONFLICT"
    tx.now += timedelta(seconds=60)

    litter = text_of(tx, keeper, f"ecosystem breed {eater}")

    assert "starve" in lonely
    assert litter.startswith(f"Creatures 1 and 3, {eater}, have young: 4")
    bob = come_to(tx, world_of(tx, keeper).world_id, "Bob")
    assert eater in text_of(tx, bob, "look")
    assert f"{eater}. Plant eater." in text_of(tx, bob, f"look {eater}")
    assert "Creatures: plants 1" in text_of(tx, bob, "ecosystem status")
    assert "Its parents: creatures 1 and 3." in text_of(tx, bob, "ecosystem lineage 4")
    assert ", since year" in text_of(tx, bob, f"ecosystem lineage {eater}")
    assert rebuilding.rebuild(tx).differences == []


def test_creatures_are_on_the_map_and_among_what_is_around_after_a_step_too(tx: Tx, keeper: Player):
    plant = species_here(tx, keeper, 0)
    keeper.types(tx, f"ecosystem spawn {plant}")
    assert text_of(tx, keeper, f"go {plant}").startswith((f"You walk to {plant}.", "You are there already."))

    step = keeper.types(tx, "north")

    [around] = [each["data"]["entities"] for each in step if each["type"] == "around_update"]
    assert [(each["name"], each["type"]) for each in around] == [(plant, "creature")]
    [drawn] = [each["data"]["tiles"] for each in step if each["type"] == "map_update"]
    assert [each for tile in drawn for each in tile["entities"] if each["type"] == "creature"] == [
        {"name": plant, "type": "creature"}
    ]
    bob = come_to(tx, world_of(tx, keeper).world_id, "Bob")
    keeper.types(tx, "world reset")
    assert plant not in str(bob.types(tx, "north"))


def test_time_passes_for_creatures_as_it_does_for_their_world(tx: Tx, keeper: Player):
    eater = species_here(tx, keeper, 1)
    keeper.types(tx, f"ecosystem spawn {eater}")
    assert "Creatures: plants 0, plant eaters 1" in text_of(tx, keeper, "ecosystem status")

    tx.now += timedelta(seconds=400)

    assert "Creatures: plants 0, plant eaters 0" in text_of(tx, keeper, "ecosystem status")
    assert f"Creature 1, {eater}, died of hunger." in text_of(tx, keeper, "ecosystem log")
    assert eater not in text_of(tx, keeper, "look")


def test_creatures_of_another_world_are_not_seen(tx: Tx, keeper: Player):
    keeper.types(tx, f"ecosystem spawn {species_here(tx, keeper, 0)}")
    other = come_to(tx, make_ground(tx, name="Rhea").world_id, "Bob")

    assert "Creatures" not in text_of(tx, other, "ecosystem status")


def test_food_of_another_world_feeds_no_one(tx: Tx, keeper: Player):
    """The original's creatures ate what lived in any world."""
    other = make_owner(tx, "Rhea")
    other.types(tx, "world simulate 10000")
    run_due(tx, KINDS)
    eater, plant = species_here(tx, keeper, 1), species_here(tx, other, 0)
    for player in (keeper, other):
        player.types(tx, f"ecosystem spawn {eater}")
    other.types(tx, f"ecosystem spawn {plant}")

    tx.now += timedelta(seconds=400)

    assert "Creatures: plants 0, plant eaters 0" in text_of(tx, keeper, "ecosystem status")
    assert "Creatures: plants 1, plant eaters 1" in text_of(tx, other, "ecosystem status")


def test_what_cannot_live_here_is_refused(tx: Tx, owner: Player):
    assert code(owner.types(tx, "ecosystem spawn")) == "INVALID_COMMAND"
    owner.types(tx, "world simulate 10000")
    run_due(tx, KINDS)
    fish = next(key for key, each in standing(tx, owner).seen["homes"].items() if each["biomes"] == [0])

    assert code(owner.types(tx, f"ecosystem spawn {fish}")) == "INVALID_COMMAND"
    assert code(owner.types(tx, "ecosystem spawn dodo")) == "TARGET_NOT_FOUND"
    assert code(owner.types(tx, "ecosystem lineage 77")) == "TARGET_NOT_FOUND"
    bob = come_to(tx, world_of(tx, owner).world_id, "Bob")
    assert code(bob.types(tx, "ecosystem spawn")) == "FORBIDDEN"


def test_a_reset_takes_creatures_along(tx: Tx, keeper: Player):
    keeper.types(tx, f"ecosystem spawn {species_here(tx, keeper, 0)}")
    keeper.types(tx, "world reset")

    assert "Creatures" not in text_of(tx, keeper, "ecosystem status")
    assert rebuilding.rebuild(tx).differences == []
