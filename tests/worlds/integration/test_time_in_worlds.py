"""The time of a world is computed, told when it changes, and stands still with its owner's pause. Source: worlds 14."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from kernel.database import Tx
from tests.support.worlds import Player, come_to, make_world, told
from worlds.daytime import clock
from worlds.play import leaving
from worlds.play import service as play
from worlds.time import rules as time
from worlds.time.models import milliseconds
from worlds.world import queries as worlds_sql
from worlds.world.models import WorldTime

HOUR = 3_600_000
MINUTE = timedelta(minutes=1)


def stored(tx: Tx, world_id: object) -> WorldTime:
    [row] = tx.execute("SELECT " + worlds_sql.COLUMNS + " FROM worlds.worlds AS w WHERE world_id = %s", (world_id,))
    return worlds_sql.read(row).time


def change(tx: Tx, world_id: object, after: WorldTime) -> None:
    tx.execute(
        "UPDATE worlds.worlds SET game_anchor = %s, real_anchor = %s, dilation = %s, is_paused = %s, hours_per_day = %s"
        " WHERE world_id = %s",
        (after.game_anchor, after.real_anchor, after.dilation, after.is_paused, after.hours_per_day, world_id),
    )


def is_due(tx: Tx) -> bool:
    [row] = tx.execute("SELECT " + clock.DUE + " AS due", [tx.now] * clock.DUE.count("%s"))
    return row["due"]


def news(tx: Tx, player: Player) -> list[str]:
    return [line["text"] for line in told(tx, player) if "hours_per_day" in line["metadata"]]


def test_the_database_computes_the_same_time(tx: Tx):
    world = make_world(tx, game_time=6 * HOUR)
    for dilation, seconds, owed in (("1", 0, 0), ("0.1", 12345, 0), ("100", 86_400, 0), ("2.5", 7, 1234)):
        for is_paused in (False, True):
            after = replace(world.time, dilation=Decimal(dilation), owed=owed, is_paused=is_paused)
            change(tx, world.world_id, after)
            tx.execute("UPDATE worlds.worlds SET owed = %s WHERE world_id = %s", (owed, world.world_id))
            now = tx.now + timedelta(seconds=seconds)
            [row] = tx.execute(
                "SELECT worlds.game_time(game_anchor, real_anchor, dilation, is_paused, owed, %s) AS at"
                " FROM worlds.worlds WHERE world_id = %s",
                (now, world.world_id),
            )
            assert row["at"] == after.at(now), (dilation, is_paused)


@pytest.mark.parametrize("hours", [24, 10, 37])
def test_the_database_knows_the_same_parts_of_the_day(tx: Tx, hours: int):
    length = hours * HOUR
    moments = [*range(0, 2 * length, length // 97)]
    rows = tx.execute("SELECT t, worlds.part_of_time(t, %s) AS part FROM unnest(%s::bigint[]) AS t", (hours, moments))

    by_part: dict[int, set[str]] = {}
    for row in rows:
        by_part.setdefault(row["part"], set()).add(time.moment(row["t"], hours).part)

    assert sorted(by_part) == [*range(16)]
    assert [names.pop() for _, names in sorted(by_part.items()) if len(names) == 1] == 2 * [
        *("Night", "Dawn", "Morning", "Noon", "Afternoon", "Dusk", "Evening", "Night")
    ]


def test_dawn_is_told_once_to_all_who_are_there(tx: Tx):
    world = make_world(tx, game_time=6 * HOUR - 30_000)
    ann, bob = come_to(tx, world.world_id, "Ann"), come_to(tx, world.world_id, "Bob")
    clock.tell_due(tx)  # what time it is when they come is no news
    assert news(tx, ann) == []
    assert not is_due(tx)
    tx.now += MINUTE

    assert is_due(tx)
    assert clock.tell_due(tx) == 1
    assert clock.tell_due(tx) == 0

    assert news(tx, ann) == news(tx, bob) == ["The sky grows pale: dawn."]
    [row] = tx.execute("SELECT told_until FROM worlds.worlds WHERE world_id = %s", (world.world_id,))
    assert row["told_until"] == 6 * HOUR + 30_000


def test_a_new_season_is_told(tx: Tx):
    world = make_world(tx, game_time=90 * 24 * HOUR - 30_000)
    ann = come_to(tx, world.world_id, "Ann")
    clock.tell_due(tx)
    tx.now += MINUTE

    clock.tell_due(tx)

    assert news(tx, ann) == ["Summer begins."]


def test_fast_worlds_are_told_the_last_change_only(tx: Tx):
    world = make_world(tx)
    change(tx, world.world_id, replace(world.time, dilation=Decimal(100)))
    ann = come_to(tx, world.world_id, "Ann")
    clock.tell_due(tx)
    tx.now += 5 * MINUTE  # 500 minutes of the game

    clock.tell_due(tx)

    assert news(tx, ann) == ["The sun is up: morning."]


def test_ticks_are_written_as_summaries_and_only_when_something_is_told(tx: Tx):
    world = make_world(tx, game_time=6 * HOUR - 30_000)
    come_to(tx, world.world_id, "Ann")
    clock.tell_due(tx)
    started = tx.now
    for _ in range(10):
        tx.now += MINUTE
        while is_due(tx):
            clock.tell_due(tx)

    ticked = [
        row["payload"]
        for row in tx.execute("SELECT payload FROM worlds.events WHERE event_type = 'WorldTicked' ORDER BY number")
    ]

    [summary] = ticked
    assert summary["last_tick"] == milliseconds(started + MINUTE) // 100
    assert summary["last_tick"] - summary["first_tick"] == 599


def test_an_empty_world_costs_nothing_and_who_comes_back_finds_it_as_late_as_it_is(tx: Tx):
    world = make_world(tx, game_time=6 * HOUR - 30_000)
    ann = come_to(tx, world.world_id, "Ann")
    clock.tell_due(tx)
    leaving.go(tx, ann.connection_id)
    tx.now += timedelta(hours=7, minutes=30)
    assert not is_due(tx)

    play.come(tx, "again", ann.me, ann.character_id)
    while is_due(tx):
        clock.tell_due(tx)

    assert told(tx, ann)[-1]["text"].startswith("[Afternoon, early Spring]")
    assert news(tx, ann) == []


def test_ten_minutes_of_a_pause_are_caught_up_with(tx: Tx):
    """Acceptance 14.4, without weather."""
    world = make_world(tx)
    running = replace(world.time, dilation=Decimal(10))
    begun = tx.now + timedelta(minutes=3)
    paused = replace(running, game_anchor=running.at(begun), real_anchor=begun, is_paused=True)
    ended = begun + timedelta(minutes=10)

    assert paused.at(ended) == paused.at(begun) == 30 * 60_000
    resumed = replace(paused, is_paused=False)
    assert resumed.at(ended) - paused.at(ended) == 100 * 60_000
    change(tx, world.world_id, paused)
    come_to(tx, world.world_id, "Ann")
    tx.now = ended
    assert not is_due(tx)


def test_sixty_seconds_at_tenfold_speed_are_six_hundred_ticks_and_seconds(tx: Tx):
    """Acceptance 14.1."""
    world = make_world(tx)
    fast, end = replace(world.time, dilation=Decimal(10)), tx.now + MINUTE
    real = [round(moment.timestamp() * 1000) for moment in (tx.now, end)]

    assert len(time.ticks_between(*real)) == 600
    assert fast.at(end) - fast.at(tx.now) == 600_000


def test_two_worlds_do_not_influence_each_other(tx: Tx):
    """Acceptance 14.5."""
    slow, fast = make_world(tx, "Slow"), make_world(tx, "Fast")
    change(tx, slow.world_id, replace(slow.time, dilation=Decimal("0.5")))
    change(tx, fast.world_id, replace(fast.time, dilation=Decimal(20)))

    later: datetime = tx.now + timedelta(hours=1)

    assert stored(tx, slow.world_id).at(later) == HOUR // 2
    assert stored(tx, fast.world_id).at(later) == 20 * HOUR


def test_a_day_can_be_shorter(tx: Tx):
    world = make_world(tx, hours_per_day=10)

    assert world.time.moment(tx.now + timedelta(hours=5)).part == "Noon"
    assert world.time.moment(tx.now + timedelta(hours=10)).day == 2
