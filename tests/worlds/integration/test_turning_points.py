"""The chat decides on a turning point: what Worlds asks, and what comes of the answer. Source: worlds 15.3."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from kernel.database import Connection, Tx, transaction
from kernel.outside import service as outside
from kernel.outside.models import Permanent, Request
from tests.support.factories import announced
from tests.support.grounds import make_ground
from tests.support.outside import run_due
from tests.support.people import make_someone
from tests.support.round_trips import counted
from tests.support.worlds import Player, code, come_to, connect, texts, told
from worlds.deep_time import turning
from worlds.deep_time.chat import KIND, KINDS
from worlds.deep_time.models import AgeStanding, standing_of
from worlds.entering import service as entering
from worlds.entering.models import CharacterWish
from worlds.log.models import WorldEvent
from worlds.rebuilding import service as rebuilding
from worlds.world import queries as worlds_sql
from worlds.world import service as worlds
from worlds.world.events import DeepTimeAdvanced, Intervened, WorldPaused
from worlds.world.models import World

SEEN = {"species": 9, "kinds": [3, 3, 3], "oxygen": 0.2, "extinctions": 0, "most": []} | {
    "celsius": 14.0,
    "sea_level": 0,
    "land": 30.0,
    "ice_ages": 1,
}


@pytest.fixture
def owner(tx: Tx) -> Player:
    return owner_of_age(tx)


def owner_of_age(tx: Tx) -> Player:
    """Return who owns a world of a million years, with 110 energy."""
    ann = make_someone(tx)
    world = make_ground(tx, owner_id=ann.identity.account_id)
    made = entering.create(tx, ann.identity, world.world_id, CharacterWish(name="Ann", species="human", seed=1))
    player = connect(tx, ann.identity, made.character_id)
    happens(tx, player, aged(world.world_id, 1_000_000))
    return player


def aged(world_id: UUID, year: int, *kinds: str, **seen: Any) -> DeepTimeAdvanced:
    happened = [{"year": year - 1, "kind": kind} for kind in kinds]
    return DeepTimeAdvanced(world_id=world_id, run=0, year=year, intervened=0, seen=SEEN | seen, happened=happened)


def world_of(tx: Tx, player: Player) -> World:
    [row] = worlds_sql.find(tx, player.character(tx).world_id)
    return worlds_sql.read(row)


def standing(tx: Tx, player: Player) -> AgeStanding:
    return standing_of(world_of(tx, player).generation)


def happens(tx: Tx, player: Player, *events: WorldEvent) -> None:
    world = world_of(tx, player)
    worlds.save(tx, world, world.world_id, events)


def asked(tx: Tx, player: Player, line: str = "world vote") -> dict[str, Any]:
    """Put a turning point to the vote; what the community is asked."""
    texts(player.types(tx, line))
    return announced(tx, "world.turning_point_put")[-1]


def answer(tx: Tx, question: dict[str, Any], chosen: str | None, reason: str = "") -> list[str]:
    """The community answers; what became of it."""
    said = {"poll_id": question["poll_id"], "world_id": question["world_id"], "world_name": question["world_name"]}
    for _ in range(3):
        key = f"{KIND}:{question['poll_id']}"
        outside.ask(tx, KIND, said | {"chosen": chosen, "reason": reason}, dedupe_key=key, inside=True)
    return [each.status for each in run_due(tx, KINDS)]


def last_line(tx: Tx, player: Player) -> str:
    return told(tx, player)[-1]["text"]


def test_the_chat_is_asked_what_the_world_can_afford(tx: Tx, owner: Player):
    question = asked(tx, owner, "world vote 10")

    assert (question["world_name"], question["minutes"]) == ("Gaia", 10)
    assert question["account_id"] == str(owner.character(tx).account_id)
    assert [each["key"] for each in question["options"]] == [
        *("observe", "nudge", "accelerate", "cataclysm", "protect", "infuse", "spark")
    ]
    assert question["options"][-1]["label"] == "Spark"
    assert question["options"][-1]["description"].endswith("Costs 100 energy.")
    assert standing(tx, owner).energy == 110
    assert "The chat decides on the turning point of the year 1,000,000." in texts(owner.types(tx, "world info"))[0]


def test_what_costs_too_much_and_what_needs_life_is_not_offered(tx: Tx, owner: Player):
    happens(tx, owner, Intervened(world_id=world_of(tx, owner).world_id, intervention="infuse", cost=75))
    assert [each["key"] for each in asked(tx, owner)["options"]] == ["observe", "nudge", "accelerate"]

    owner.types(tx, "world reset")
    happens(tx, owner, aged(world_of(tx, owner).world_id, 1_000_000, species=0))
    assert [each["key"] for each in asked(tx, owner)["options"]] == ["observe", "cataclysm"]


def test_what_was_chosen_happens_once_and_is_paid_for(tx: Tx, owner: Player):
    question = asked(tx, owner)

    assert answer(tx, question, "spark") == ["completed"]
    assert answer(tx, question, "spark") == ["completed"]  # a question that was answered

    after = standing(tx, owner)
    assert (after.pending, after.energy, after.vote, after.turned) == ([["spark", None]], 10, None, 1_000_000)
    assert "the chat has decided: Spark" in last_line(tx, owner)
    assert code(owner.types(tx, "world vote")) == "CONFLICT"
    assert rebuilding.rebuild(tx).differences == []


def test_a_turning_point_comes_every_million_years_and_with_many_extinctions(tx: Tx, owner: Player):
    answer(tx, asked(tx, owner), "observe")
    world_id = world_of(tx, owner).world_id
    happens(tx, owner, aged(world_id, 1_500_000))
    assert code(owner.types(tx, "world vote")) == "CONFLICT"

    happens(tx, owner, aged(world_id, 1_600_000, "turning_point"))
    answer(tx, asked(tx, owner), "observe")

    assert standing(tx, owner).turned == 1_599_999
    happens(tx, owner, aged(world_id, 2_100_000))
    assert asked(tx, owner)


def test_without_votes_nothing_happens_and_the_owner_may_ask_again(tx: Tx, owner: Player):
    answer(tx, asked(tx, owner), None)

    assert "no one has voted" in last_line(tx, owner)
    assert (standing(tx, owner).pending, standing(tx, owner).energy) == ([], 110)
    assert announced(tx, "world.turning_point_missed") == []
    assert asked(tx, owner)


@pytest.mark.parametrize(("reason", "said"), [("not_a_moderator", "moderators"), ("other_poll", "another world")])
def test_the_owner_is_told_why_the_chat_was_not_asked(tx: Tx, owner: Player, reason: str, said: str):
    answer(tx, asked(tx, owner), None, reason)

    assert said in last_line(tx, owner)
    assert asked(tx, owner)


def test_what_cannot_happen_any_more_is_told_to_both_sides(tx: Tx, owner: Player):
    question = asked(tx, owner)
    owner.types(tx, "world intervene protect")

    answer(tx, question, "spark")

    assert "not enough energy" in last_line(tx, owner)
    assert [each[0] for each in standing(tx, owner).pending] == ["protect"]
    world = world_of(tx, owner)
    happens(tx, owner, WorldPaused(world_id=world.world_id))
    assert code(owner.types(tx, "world vote")) == "CONFLICT"
    [missed] = announced(tx, "world.turning_point_missed")
    assert (missed["poll_id"], missed["chosen"], missed["reason"]) == (question["poll_id"], "spark", "energy")


def test_nothing_happens_to_a_world_that_was_paused_reset_or_deleted(tx: Tx, owner: Player):
    world_id = world_of(tx, owner).world_id
    question = asked(tx, owner)
    happens(tx, owner, WorldPaused(world_id=world_id))
    answer(tx, question, "nudge")
    tx.execute("UPDATE worlds.worlds SET is_paused = false")
    question = asked(tx, owner)
    owner.types(tx, "world reset")
    answer(tx, question, "nudge")
    answer(tx, question | {"world_id": str(uuid4())}, "nudge")

    missed = announced(tx, "world.turning_point_missed")
    assert [each["reason"] for each in missed] == ["paused", "reset", "gone"]
    assert standing(tx, owner).energy == 10


def test_one_vote_is_open_for_a_world_and_a_lost_one_is_given_up(tx: Tx, owner: Player):
    first = asked(tx, owner)
    assert code(owner.types(tx, "world vote")) == "CONFLICT"

    tx.now += timedelta(minutes=5) + turning.LOST_AFTER
    second = asked(tx, owner)
    answer(tx, first, "cataclysm")
    assert standing(tx, owner).pending == []
    answer(tx, second, "nudge")

    assert [each[0] for each in standing(tx, owner).pending] == ["nudge"]


def test_what_fails_for_good_lets_the_owner_ask_again(tx: Tx, owner: Player):
    def broken(tx: Tx, request: Request) -> Any:
        raise Permanent("broken")

    [kind] = KINDS
    question = asked(tx, owner)
    outside.ask(tx, KIND, question | {"chosen": "nudge", "reason": ""}, dedupe_key="x", inside=True)
    run_due(tx, [replace(kind, prepare=broken)])

    assert "something went wrong" in last_line(tx, owner)
    assert asked(tx, owner)


def test_only_the_owner_asks_and_only_at_a_turning_point(tx: Tx, owner: Player):
    bob = come_to(tx, world_of(tx, owner).world_id, "Bob")
    assert code(bob.types(tx, "world vote")) == "FORBIDDEN"
    for line in ("world vote soon", "world vote 0", "world vote 61"):
        assert code(owner.types(tx, line)) == "INVALID_COMMAND"

    owner.types(tx, "world reset")
    assert code(owner.types(tx, "world vote")) == "CONFLICT"


def test_to_ask_the_chat_is_two_round_trips(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        player = owner_of_age(tx)
    spent = 0
    with counted(database_url) as (connection, wire):
        for _ in range(8):  # until statements are prepared
            before = wire.round_trips()
            with transaction(connection) as tx:
                assert texts(player.types(tx, "world vote"))
            spent = wire.round_trips() - before
            conn.execute("UPDATE worlds.worlds SET generation = generation #- '{deep_time,vote}'")

    assert spent == 2
