"""A world is made in the background: progress is told, it can be given up, and people arrive. Source: worlds 6, 28."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import LiteralString, cast
from uuid import UUID

import pytest
from msgspec.structs import replace

from kernel.database import Tx
from kernel.outside import desk
from kernel.outside.rules import MAX_ATTEMPTS
from tests.support.grounds import TINY, made_ground, make_ground, start_world
from tests.support.outside import run_due
from tests.support.people import make_someone
from tests.support.worlds import code, come_to, come_to_lobby, make_world, told
from worlds.building import service as building
from worlds.building.computing import run_slice
from worlds.building.kinds import KINDS
from worlds.building.models import NotBuilding, Slice, Task
from worlds.ecosystem import queries as species
from worlds.entering import service as entering
from worlds.generation.parameters import as_json
from worlds.ground import service as ground
from worlds.play import leaving
from worlds.play import service as play
from worlds.world import queries as worlds_sql
from worlds.world.models import TEMPERATE, OwnersOnly, World, WorldFailed, WorldNotFound, WorldNotReady


def stored(tx: Tx, world_id: UUID) -> World:
    [row] = worlds_sql.find(tx, world_id)
    return worlds_sql.read(row)


def tiles(tx: Tx, world: World) -> int:
    [row] = tx.execute("SELECT count(*) AS n FROM worlds.tiles WHERE world_id = %s", (world.world_id,))
    return row["n"]


def checkpoints(tx: Tx, world: World) -> int:
    [row] = tx.execute("SELECT count(*) AS n FROM worlds.checkpoints WHERE world_id = %s", (world.world_id,))
    return row["n"]


def left_of(tx: Tx, world: World) -> list[str]:
    """Return the tables that know of a world; the log, which never forgets, does not count."""
    columns = tx.execute(
        """
        SELECT c.table_name FROM information_schema.columns AS c JOIN information_schema.tables AS t
          USING (table_schema, table_name)
        WHERE c.table_schema = 'worlds' AND c.column_name = 'world_id' AND t.table_type = 'BASE TABLE'
        """
    ).fetchall()
    names = {row["table_name"] for row in columns} - {"events", "interviews"}
    assert {"worlds", "members", "tiles", "checkpoints", "configurations"} <= names
    found = {
        name: tx.execute(
            cast(LiteralString, f"SELECT FROM worlds.{name} WHERE world_id = %s"), (world.world_id,)
        ).fetchall()
        for name in names
    }
    portals = tx.execute("SELECT FROM worlds.entities WHERE metadata ->> 'world_id' = %s", (str(world.world_id),))
    requests = tx.execute(
        "SELECT FROM kernel.outside_requests WHERE dedupe_key = %s AND status IN ('pending', 'claimed')",
        (f"worlds.build:{world.world_id}",),
    )
    found |= {"portals": portals.fetchall(), "requests": requests.fetchall()}
    return sorted(name for name, rows in found.items() if rows)


def test_a_world_is_made_and_people_arrive_beside_starting_things(tx: Tx):
    world = start_world(tx)
    building.begin(tx, world)

    ended = run_due(tx, KINDS)

    assert {each.status for each in ended} == {"completed"}
    world = stored(tx, world.world_id)
    made = made_ground()
    assert world.status == "ready"
    assert world.generation == {
        "seed": 42,
        "parameters": as_json(TINY) | {"temperature": [-20, 30], "rain": [400, 1500], "biomes": []},
        "digest": made.digest,
        "land": made.land,
        "sea_level": made.sea_level,
        "entrance": list(made.entrance),
    }
    assert tiles(tx, world) == len(made.tiles)
    assert checkpoints(tx, world) == 0
    assert species.read(species.list_species(tx, world.world_id)) == made.species
    ann = come_to(tx, world.world_id, "Ann")
    assert ann.character(tx).position == made.entrance
    text = told(tx, ann)[-2]["text"]
    assert "lamp" in text
    assert "axe" in text
    assert "berries" in text


def test_what_is_read_from_tiles_is_what_was_made(tx: Tx):
    world = make_ground(tx)
    made = made_ground()

    read = ground.read(tx, world, [made.entrance])

    assert read is not None
    rows = tx.execute("SELECT tile, content FROM worlds.tiles WHERE world_id = %s", (world.world_id,))
    assert {row["tile"]: row["content"] for row in rows} == dict(made.tiles)


def test_each_slice_leaves_a_checkpoint_and_tells_those_who_wait(tx: Tx):
    ann = come_to_lobby(tx)
    world = start_world(tx, owner_id=ann.me.account_id)
    building.begin(tx, world)

    ended = run_due(tx, [replace(KINDS[0], compute=partial(run_slice, seconds=0))])

    assert len(ended) == 11
    lines = [line["text"] for line in told(tx, ann) if "Gaia" in line["text"]]
    assert lines[0] == "Gaia is being made: 1 %."
    assert lines[-2:] == ["Gaia is being made: 90 %.", "Gaia is ready. You can enter it now."]
    assert stored(tx, world.world_id).generation["digest"] == made_ground().digest


def test_no_one_enters_a_world_that_is_being_made(tx: Tx):
    ann = come_to_lobby(tx)
    world = start_world(tx, owner_id=ann.me.account_id)
    wish = entering.CharacterWish(name="Ann", species="human")

    with pytest.raises(WorldNotReady):
        entering.create(tx, ann.me, world.world_id, wish)
    for command in ("create character Ann player human", "watcher", "enter"):
        assert code(ann.types(tx, f"{command} {world.name}")) == "CONFLICT"
    with pytest.raises(WorldNotReady):
        ground.map_of(tx, world)

    building.give_up(tx, stored(tx, world.world_id), "a bug")
    with pytest.raises(WorldFailed):
        entering.create(tx, ann.me, world.world_id, wish)


def test_no_one_connects_to_a_world_that_is_being_made(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    leaving.go(tx, ann.connection_id)
    tx.execute("UPDATE worlds.worlds SET status = 'building' WHERE world_id = %s", (world.world_id,))

    with pytest.raises(WorldNotReady):
        play.come(tx, "another", ann.me, ann.character_id)


def test_only_its_owner_gives_up_a_world(tx: Tx):
    ann, bob = come_to_lobby(tx), come_to_lobby(tx)
    world = start_world(tx, owner_id=ann.me.account_id)
    building.begin(tx, world)

    with pytest.raises(OwnersOnly):
        building.cancel(tx, bob.me, world.world_id)


def test_a_world_can_be_given_up_while_a_slice_of_it_is_made(tx: Tx):
    ann = come_to_lobby(tx)
    world = start_world(tx, owner_id=ann.me.account_id)
    building.begin(tx, world)
    slices: list[str] = []

    def compute(task: Task) -> Slice:
        made = run_slice(task, seconds=0)
        slices.append(made.stage)
        if made.stage == "plates":
            building.cancel(tx, ann.me, world.world_id)
        return made

    run_due(tx, [replace(KINDS[0], compute=compute)])

    assert slices == ["moons", "plates"]
    assert left_of(tx, world) == []
    with pytest.raises(WorldNotFound):
        building.cancel(tx, ann.me, world.world_id)


def test_a_world_that_is_ready_cannot_be_given_up(tx: Tx):
    ann = come_to_lobby(tx)
    world = make_world(tx, owner_id=ann.me.account_id)

    with pytest.raises(NotBuilding):
        building.cancel(tx, ann.me, world.world_id)


def test_a_world_of_the_system_that_is_given_up_stays_in_its_place(tx: Tx):
    root = make_someone(tx, "Root", ("admin",)).identity

    building.cancel(tx, root, TEMPERATE)

    after = stored(tx, TEMPERATE)
    assert (after.status, after.generation["failure"]) == ("failed", "cancelled")


def test_a_world_whose_slices_keep_failing_is_given_up_and_those_who_wait_hear_of_it(tx: Tx):
    ann = come_to_lobby(tx)
    world = start_world(tx, owner_id=ann.me.account_id)
    building.begin(tx, world)
    [row] = tx.execute("SELECT request_id FROM kernel.outside_requests WHERE kind = 'worlds.build'")

    for _ in range(MAX_ATTEMPTS):
        claimed = desk.claim(tx, {KINDS[0].name: KINDS[0]}, row["request_id"])
        assert claimed.request is not None
        desk.fail(tx, {KINDS[0].name: KINDS[0]}, row["request_id"], claimed.request.claim_id, "a bug", retryable=True)
        tx.now += timedelta(hours=1)

    assert stored(tx, world.world_id).generation["failure"] == "a bug"
    assert told(tx, ann)[-1]["text"] == "Gaia could not be made."


def test_temperate_is_there_from_the_beginning_and_behind_the_western_portal(tx: Tx):
    world = stored(tx, TEMPERATE)

    assert (world.name, world.status, world.space.circumference) == ("Temperate", "building", 54_600_000)
    ann = come_to_lobby(tx)
    assert "Ways out: west portal." in told(tx, ann)[-2]["text"]
    [portal] = tx.execute("SELECT metadata FROM worlds.entities WHERE name = 'west portal'")
    assert portal["metadata"] == {"world_id": str(TEMPERATE)}
