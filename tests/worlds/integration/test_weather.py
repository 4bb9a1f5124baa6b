"""The weather in worlds: read, seen, told, and set by owners. Source: worlds 5, 12 and 14."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kernel.accounts.models import Identity
from kernel.database import Connection, Tx, transaction
from tests.support.grounds import make_ground
from tests.support.people import make_someone
from tests.support.round_trips import counted
from tests.support.worlds import Player, code, come_to, connect, make_world, texts, told
from worlds.entering import service as entering
from worlds.entering.models import CharacterWish
from worlds.ground import service as terrain
from worlds.log.reading import replay
from worlds.owning import service as owning
from worlds.owning.models import Settings
from worlds.play import leaving
from worlds.play import service as play
from worlds.rebuilding import service as rebuilding
from worlds.time.models import GameSpan
from worlds.time.rules import missed_updates
from worlds.weather import clock
from worlds.weather.local import sky_over
from worlds.weather.models import CYCLE, SLOT, WeatherState
from worlds.weather.sky import Sky
from worlds.weather.words import ENDS, SKIES
from worlds.world import queries as worlds_sql
from worlds.world.history import STATES
from worlds.world.models import World

HALF_HOUR = timedelta(minutes=30)


@pytest.fixture
def owned(tx: Tx) -> tuple[World, Player]:
    """Return a world, and its owner in it."""
    return make_owned(tx)


def make_owned(tx: Tx, **fields: Any) -> tuple[World, Player]:
    owner = make_someone(tx)
    world = make_ground(tx, owner_id=owner.identity.account_id, **fields)
    return world, enter(tx, owner.identity, world.world_id, "Olga")


def enter(tx: Tx, me: Identity, world_id: UUID, name: str) -> Player:
    wish = CharacterWish(name=name, species="human", role="player", seed=1)
    return connect(tx, me, entering.create(tx, me, world_id, wish).character_id)


def stored(tx: Tx, world_id: UUID) -> World:
    row = worlds_sql.find(tx, world_id).fetchone()
    assert row is not None
    return worlds_sql.read(row)


def sky_of(tx: Tx, player: Player) -> Sky:
    character = player.character(tx)
    world = stored(tx, character.world_id)
    ground = terrain.read(tx, world, [character.position])
    assert ground is not None
    return sky_over(world, ground, character.position)


def go_to_slot(tx: Tx, world: World, slot: int) -> None:
    """Let it be a minute after the beginning of a slot."""
    tx.now += timedelta(milliseconds=slot * SLOT - world.time.at(tx.now)) + timedelta(minutes=1)


def is_due(tx: Tx) -> bool:
    [row] = tx.execute("SELECT " + clock.DUE + " AS due", [tx.now] * clock.DUE.count("%s"))
    return row["due"]


def news(tx: Tx, player: Player) -> list[str]:
    return [line["text"] for line in told(tx, player) if line["type"] == "system" and "weather" in line["metadata"]]


def first_change(sky: Sky, after: int = 1) -> int:
    """Return the first slot in which people notice a change, with one before in which they do not."""
    return next(change.after.slot for change in sky.changes(after, after + 10_000))


def test_weather_says_what_it_is_like_and_what_comes(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    sky = sky_of(tx, ann)
    go_to_slot(tx, world, first_change(sky) - 3)

    [line] = [each["data"] for each in ann.types(tx, "forecast")]

    slot = world.time.at(tx.now) // SLOT
    now = sky.at(slot)
    assert line["type"] == "info"
    assert line["metadata"]["weather"]["state"] == now.state
    assert f"{round(now.celsius)} °C" in line["text"]
    coming = line["metadata"]["forecast"]
    assert f"from {coming[0]['time']}" in line["text"]
    go_to_slot(tx, world, slot + 3)
    [later] = ann.types(tx, "weather")
    assert later["data"]["metadata"]["weather"]["state"] == coming[0]["state"] != now.state
    assert later["data"]["metadata"]["weather"]["temperature"] == coming[0]["temperature"]


def test_look_and_weather_say_the_same_and_rain_that_comes_is_near(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    sky = sky_of(tx, ann)
    wet = next(
        slot
        for slot in range(10, 10_000)
        if [sky.at(slot - back).state in ENDS for back in range(3)] == [True, False, False]
    )
    go_to_slot(tx, world, wet - 2)

    [look] = [each["data"] for each in ann.types(tx, "look")]
    [read] = [each["data"] for each in ann.types(tx, "weather")]

    first, *_ = look["text"].split("\n")
    assert "is near" in first
    assert look["metadata"]["weather"] == read["metadata"]["weather"]
    go_to_slot(tx, world, wet)
    assert "is near" not in texts(ann.types(tx, "look"))[0]
    assert re.search("(?i)\\brain", texts(ann.types(tx, "look"))[0])


def test_those_who_arrive_read_the_weather(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")

    [line] = [each for each in told(tx, ann) if each["type"] == "area_description"]

    assert line["metadata"]["weather"]["state"] in SKIES
    assert len(line["text"]) > 100


@pytest.mark.parametrize("line", ["weather", "weather rain"])
def test_a_world_without_ground_has_no_weather(tx: Tx, line: str):
    owner = make_someone(tx)
    world = make_world(tx, owner_id=owner.identity.account_id)
    olga = enter(tx, owner.identity, world.world_id, "Olga")

    assert code(olga.types(tx, line)) == "INVALID_COMMAND"
    assert not is_due(tx)


# ---------------------------------------------------------------- set by owners


def test_the_owner_sets_the_weather_for_six_hours_and_all_are_told(tx: Tx, owned: tuple[World, Player]):
    """Acceptance 5.7; in the original, the argument was lost."""
    world, olga = owned
    ann = come_to(tx, world.world_id, "Ann")
    slot = world.time.at(tx.now) // SLOT

    [answer] = texts(olga.types(tx, "weather rain"))

    assert answer == "You set the weather of Gaia: rain until 06:00."
    for player in (olga, ann):
        [line] = player.types(tx, "weather")
        assert line["data"]["metadata"]["weather"]["state"] == "rain"
        assert "It is raining." in line["data"]["text"]
        assert re.search("(?i)\\brain", texts(player.types(tx, "look"))[0])
    assert told(tx, ann)[-1]["text"] == "The weather turns: rain."
    go_to_slot(tx, world, slot + CYCLE)
    [line] = ann.types(tx, "weather")
    assert line["data"]["metadata"]["weather"]["state"] == replace_order(sky_of(tx, ann)).at(slot + CYCLE).state


def replace_order(sky: Sky) -> Sky:
    """Return the sky as it is without what the owner has set."""
    return Sky(42, sky.climate)


@pytest.mark.parametrize("state", [*WeatherState])
def test_each_weather_can_be_set(tx: Tx, owned: tuple[World, Player], state: WeatherState):
    _, olga = owned

    olga.types(tx, f"weather {state}")

    [line] = olga.types(tx, "weather")
    assert line["data"]["metadata"]["weather"]["state"] == state


@pytest.mark.parametrize("line", ["weather rain", "climate sn", "forecast storm"])
def test_guests_cannot_set_the_weather(tx: Tx, owned: tuple[World, Player], line: str):
    """Acceptance 5.7."""
    world, _ = owned
    ann = come_to(tx, world.world_id, "Ann")

    assert code(ann.types(tx, line)) == "FORBIDDEN"
    assert stored(tx, world.world_id).weather is None


@pytest.mark.parametrize("line", ["weather rain", "world pause", "ecosystem spawn"])
@pytest.mark.parametrize(("role", "is_let"), [("admin", True), ("guest", False)])
def test_admins_of_a_world_may_change_it_as_its_owner_does_and_guests_may_not(
    tx: Tx, owned: tuple[World, Player], line: str, role: str, is_let: bool
):
    world, olga = owned
    someone = make_someone(tx, "Ann")
    ann = enter(tx, someone.identity, world.world_id, "Ann")
    owning.invite(tx, olga.me, world.world_id, "Ann", role)

    [answer, *_] = ann.types(tx, line)

    assert (answer["data"].get("code") != "FORBIDDEN") is is_let, answer


def test_an_administrator_of_the_house_may_change_any_world(tx: Tx, owned: tuple[World, Player]):
    root = make_someone(tx, "Root", ("admin",))

    enter(tx, root.identity, owned[0].world_id, "Root").types(tx, "weather rain")

    assert stored(tx, owned[0].world_id).weather is not None


def test_what_is_no_weather_is_refused(tx: Tx, owned: tuple[World, Player]):
    world, olga = owned

    assert code(olga.types(tx, "weather frogs")) == "INVALID_COMMAND"
    assert code(olga.types(tx, "weather s")) == "INVALID_COMMAND"  # storm or snow
    assert stored(tx, world.world_id).version == world.version


def test_what_is_set_is_an_event_and_a_repeat_changes_nothing(tx: Tx, owned: tuple[World, Player]):
    world, olga = owned
    ann = come_to(tx, world.world_id, "Ann")

    olga.types(tx, "weather snow", "once")
    olga.types(tx, "weather snow", "once")
    olga.types(tx, "weather snow")

    rows = tx.execute("SELECT payload, metadata FROM worlds.events WHERE event_type = 'WeatherSet'").fetchall()
    [row] = rows
    assert row["payload"] == {"world_id": str(world.world_id), "state": "snow", "since": 0, "until": 12}
    assert row["metadata"]["actor"] == str(olga.me.account_id)
    assert [line["text"] for line in told(tx, ann)].count("The weather turns: snow.") == 1
    assert rebuilding.rebuild(tx).differences == []


def test_a_snapshot_keeps_what_was_set(tx: Tx, owned: tuple[World, Player]):
    world, olga = owned
    for number in range(110):
        tx.now += timedelta(seconds=1)
        olga.types(tx, f"weather {'rain' if number % 2 else 'storm'}")

    assert replay(tx, STATES, world.world_id) == stored(tx, world.world_id)
    assert stored(tx, world.world_id).weather is not None


@pytest.mark.parametrize("line", ["weather", "weather rain", "weather storm"])
def test_the_command_is_two_round_trips(conn: Connection, database_url: str, line: str):
    with transaction(conn) as tx:
        world, olga = make_owned(tx)
        come_to(tx, world.world_id, "Ann")
    with counted(database_url) as (connection, wire):
        for number in range(8):  # until statements are prepared
            with transaction(connection) as tx:
                olga.types(tx, line if number % 2 else "weather clear")
        before = wire.round_trips()
        with transaction(connection) as tx:
            assert texts(olga.types(tx, line))

        assert wire.round_trips() - before == 2


# ---------------------------------------------------------------- what people are told


def test_a_change_is_told_once_to_those_who_are_there(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    slot = first_change(sky_of(tx, ann))
    go_to_slot(tx, world, slot - 1)
    while is_due(tx):
        clock.tell_due(tx)  # how it is when they come is no news
    assert news(tx, ann) == []
    tx.now += HALF_HOUR

    assert is_due(tx)
    assert clock.tell_due(tx) == 1
    assert not is_due(tx)
    assert clock.tell_due(tx) == 0

    [line] = news(tx, ann)
    [change] = sky_of(tx, ann).changes(slot - 1, slot)
    assert change.before.state != change.after.state
    assert told(tx, ann)[-1]["metadata"]["weather"]["state"] == change.after.state
    assert line


def test_updates_without_a_change_are_silent_and_leave_no_event(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    sky = sky_of(tx, ann)
    quiet = next(slot for slot in range(1, 10_000) if not [*sky.changes(slot, slot + 3)])
    go_to_slot(tx, world, quiet)
    clock.tell_due(tx)
    [before] = tx.execute("SELECT count(*) AS n FROM worlds.events")
    for _ in range(3):
        tx.now += HALF_HOUR
        assert clock.tell_due(tx) == 1

    [after] = tx.execute("SELECT count(*) AS n FROM worlds.events")
    assert news(tx, ann) == []
    assert after == before


def test_an_empty_world_costs_nothing_and_those_who_come_are_told_no_old_news(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    clock.tell_due(tx)
    leaving.go(tx, ann.connection_id)
    slot = first_change(sky_of(tx, ann), 4)
    go_to_slot(tx, world, slot)
    assert not is_due(tx)

    play.come(tx, "again", ann.me, ann.character_id)
    while is_due(tx):
        clock.tell_due(tx)

    assert news(tx, ann) == []


def told_until(tx: Tx, world: World) -> int:
    [row] = tx.execute("SELECT told_until FROM worlds.weather_told WHERE world_id = %s", (world.world_id,))
    return row["told_until"]


def test_a_world_that_goes_on_pays_the_updates_that_its_pause_has_missed(tx: Tx):
    """Acceptance 14.4: ten minutes at dilation 10 are three updates of the weather, one more or less by alignment."""
    world, olga = make_owned(tx)
    owning.change(tx, olga.me, world.world_id, Settings(dilation=10))
    slot = first_change(sky_of(tx, olga), 12)
    tx.now += timedelta(milliseconds=((slot - 1) * SLOT - world.time.at(tx.now)) // 10, seconds=6)
    clock.tell_due(tx)
    owning.change(tx, olga.me, world.world_id, Settings(paused=True))
    paused, heard = told_until(tx, world), news(tx, olga)
    tx.now += timedelta(minutes=10)
    assert not is_due(tx)

    owning.change(tx, olga.me, world.world_id, Settings(paused=False))
    assert clock.tell_due(tx) == 1

    assert told_until(tx, world) - paused == 100 * 60_000
    assert 2 <= len(missed_updates(GameSpan(paused, told_until(tx, world)))) <= 4
    assert len(news(tx, olga)) == len(heard) + 1


def test_what_is_over_when_an_order_ends_is_told(tx: Tx, owned: tuple[World, Player]):
    world, olga = owned
    olga.types(tx, "weather snow")
    go_to_slot(tx, world, CYCLE - 1)
    clock.tell_due(tx)
    assert news(tx, olga) == []
    tx.now += HALF_HOUR

    clock.tell_due(tx)

    assert news(tx, olga)[0].startswith("It stops snowing.") or sky_of(tx, olga).at(CYCLE).state == "snow"


# ---------------------------------------------------------------- sight


def test_a_storm_hides_what_is_far_from_those_who_fly(tx: Tx):
    owner = make_someone(tx)
    world = make_ground(tx, owner_id=owner.identity.account_id)
    wish = CharacterWish(name="Wanda", species="human", role="watcher", seed=1)
    wanda = connect(tx, owner.identity, entering.create(tx, owner.identity, world.world_id, wish).character_id)
    tx.execute(
        "UPDATE worlds.characters SET z = 100000, is_flying = true WHERE character_id = %s", (wanda.character_id,)
    )

    def hidden(state: str) -> int:
        wanda.types(tx, f"weather {state}")
        tx.execute("DELETE FROM worlds.posts")
        answer = wanda.types(tx, "north 1") + [
            row["envelope"] for row in tx.execute("SELECT envelope FROM worlds.posts ORDER BY post_id")
        ]
        tiles = [tile for each in answer if each["type"] == "map_update" for tile in each["data"]["tiles"]]
        assert len(tiles) == 51 * 51
        return sum(tile["occluded"] for tile in tiles)

    assert hidden("storm") > 1_000 > hidden("clear")
