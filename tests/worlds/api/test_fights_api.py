"""Fights go on while no one types: the function that looks after them. Source: worlds 28."""

from __future__ import annotations

from datetime import timedelta

from functions.worlds.fights.app import handler
from kernel.database import Connection, transaction
from local.worlds.settling import settle_npc
from tests.support.fakes import FakeEventBridge
from tests.support.worlds import come_to, make_world, told


class Context:
    """Of a function that has so many looks left before its time is over."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def get_remaining_time_in_millis(self) -> int:
        self.looks -= 1
        return 60_000 if self.looks >= 0 else 0


def test_what_is_due_happens_and_is_told_without_a_command(environment: Connection):
    with transaction(environment) as tx:
        world = make_world(tx)
        ann = come_to(tx, world.world_id, "Ann")
        settle_npc(tx, world, "Maren", ann.character(tx).position)
        tx.now -= timedelta(seconds=2)
        ann.types(tx, "attack maren")

    assert handler({}, Context(1)) == {"settled": 1}

    with transaction(environment) as tx:
        assert any("Maren" in line["text"] for line in told(tx, ann) if line["type"] == "combat")


def test_without_a_fight_it_sleeps_at_once(environment: Connection):
    assert handler({}, Context(9)) == {"settled": 0}


def test_who_acts_in_a_fight_wakes_it_once(environment: Connection, event_bridge: FakeEventBridge):
    with transaction(environment) as tx:
        world = make_world(tx)
        ann = come_to(tx, world.world_id, "Ann")
        settle_npc(tx, world, "Maren", ann.character(tx).position)
    for line in ("attack maren", "say hello"):
        with transaction(environment) as tx:
            ann.types(tx, line)

    assert [each["DetailType"] for each in event_bridge.entries].count("fights.open") == 1
