"""The workshop's door: every row of wire 6, and what is in the works."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from community.catalog.content import items
from community.crafting.content import upgrades
from community.crafting.service import upgrade_item
from community.inventory.models import STACK_LIMIT
from community.players.models import PlayerRef
from kernel.database import Connection, transaction
from tests.support.api import CallApi
from tests.support.factories import holdings, make_player, unlock

UPGRADE = "/api/v1/user/item/upgrade"
DISASSEMBLE = "/api/v1/user/item/disassemble"
RECIPES = "/api/v1/crafting/recipes"
JOBS = "/api/v1/crafting/jobs"
CANCEL = "/api/v1/crafting/cancel"
TEACH = "/api/v1/admin/recipes/unlock"
CALLER: dict[str, Any] = {"platform": "twitch", "platform_id": "1", "username": "alice"}
THINGS = {
    "lootbox_tier0": 50,
    "lootbox_tier1": 2,
    "item_stick": 12,
    "weapon_dart": 10,
    "guard_buckler": 2,
    "item_lens": 1,
}


@pytest.fixture
def alice(conn: Connection) -> PlayerRef:
    with transaction(conn) as tx:
        unlock(tx, "feature_upgrade", "feature_disassemble")
        return make_player(tx, "alice", platform_id="1", money=10_000, items=THINGS)


def held(conn: Connection, ref: PlayerRef, item: str) -> int:
    with transaction(conn) as tx:
        return holdings(tx, ref).get(item, 0)


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def test_upgrade(call: CallApi, conn: Connection, alice: PlayerRef):
    answer = call("POST", UPGRADE, CALLER | {"item": "lootbox", "quantity": 10})

    assert answer.status == 200
    assert answer.json.keys() == {"message", "new_item", "quantity_upgraded", "is_masterwork", "bonus_quantity"}
    made, bonus = answer.json["quantity_upgraded"], answer.json["bonus_quantity"]
    assert (answer.json["new_item"], made) == ("lootbox_tier1", 10 + bonus)
    assert answer.json["is_masterwork"] == (bonus > 0)
    assert held(conn, alice, "lootbox_tier0") == 0
    assert held(conn, alice, "lootbox_tier1") == 2 + made
    assert f"{made} × lootboxes" in answer.json["message"]


def test_disassemble(call: CallApi, conn: Connection, alice: PlayerRef):
    answer = call("POST", DISASSEMBLE, CALLER | {"item": "LOOTBOX", "quantity": 10_000})

    assert answer.status == 200
    outputs = answer.json["outputs"]
    perfect = outputs["lootbox_tier0"] - 2
    assert answer.json == {
        "message": answer.json["message"],
        "outputs": {"lootbox_tier0": 2 + perfect, "money": 50 + 13 * perfect},
        "quantity_processed": 2,
        "is_perfect_salvage": perfect > 0,
        "multiplier": 1.5,
    }
    assert f"{outputs['money']} × money" in answer.json["message"]
    assert held(conn, alice, "lootbox_tier1") == 0
    assert held(conn, alice, "money") == 10_000 + outputs["money"]


@pytest.mark.usefixtures("alice")
def test_the_item_has_two_names_and_the_first_wins(call: CallApi, subtests: pytest.Subtests):
    for path in [UPGRADE, DISASSEMBLE]:
        for names in [
            {"item_name": "lootbox"},
            {"item": "lootbox", "item_name": "nothing"},
            {"item": None, "item_name": "lootbox"},
            {"item": "lootbox_tier1", "unknown": 1},
        ]:
            with subtests.test(path=path, names=names):
                answer = call("POST", path, CALLER | names | {"quantity": 1})

                assert answer.status == 200


def test_a_request_of_the_wrong_shape(call: CallApi, subtests: pytest.Subtests):
    for path in [UPGRADE, DISASSEMBLE]:
        for change, code, field in [
            ({"item": None}, "validation", "item"),
            ({"item": ""}, "validation", "item"),
            ({"item": "x" * 101}, "validation", "item"),
            ({"quantity": None}, "validation", "quantity"),
            ({"quantity": 0}, "validation", "quantity"),
            ({"quantity": 10_001}, "validation", "quantity"),
            ({"platform": "myspace"}, "invalid_platform", "platform"),
            ({"platform_id": None}, "validation", "platform_id"),
            ({"username": None}, "validation", "username"),
        ]:
            with subtests.test(path=path, change=change):
                answer = call("POST", path, CALLER | {"item": "lootbox", "quantity": 1} | change)

                assert (answer.status, answer.json["code"]) == (400, code)
                assert answer.json["fields"].keys() == {field}


def test_refusals(call: CallApi, conn: Connection, alice: PlayerRef, subtests: pytest.Subtests):
    for path, change, status, code in [
        (UPGRADE, {"item": "spade"}, 400, "recipe_not_found"),
        (UPGRADE, {"item": "no such thing"}, 400, "recipe_not_found"),
        (UPGRADE, {"item": "boulder"}, 400, "not_enough_items"),
        (UPGRADE, {"item": "cannon"}, 403, "recipe_locked"),
        (UPGRADE, {"item": "mirror"}, 403, "recipe_locked"),
        (UPGRADE, {"platform_id": "2"}, 400, "user_not_found"),
        (DISASSEMBLE, {"item": "crate"}, 400, "recipe_not_found"),
        (DISASSEMBLE, {"item": "no such thing"}, 400, "recipe_not_found"),
        (DISASSEMBLE, {"item": "boulder"}, 400, "not_enough_items"),
        (DISASSEMBLE, {"platform_id": "2"}, 400, "user_not_found"),
    ]:
        with subtests.test(path=path, change=change):
            answer = call("POST", path, CALLER | {"item": "lootbox", "quantity": 1} | change)

            assert (answer.status, answer.json["code"]) == (status, code)
            with transaction(conn) as tx:
                assert holdings(tx, alice) == THINGS | {"money": 10_000}


# Recipes.


def test_the_whole_book_is_for_everybody(call: CallApi, subtests: pytest.Subtests):
    for path in [RECIPES, "/api/v1/recipes", "/api/v1/recipes/"]:
        for query in [
            None,
            {"username": "alice"},
            {"platform": "twitch", "platform_id": "1"},
            {"username": "alice", "platform": "discord", "platform_id": "1"},
            {"user": "", "item": ""},
            {"platform": "myspace"},
            {"platform_id": ""},
        ]:
            with subtests.test(path=path, query=query):
                answer = call("GET", path, query=query)

                assert answer.status == 200
                assert [recipe["recipe_key"] for recipe in answer.json["recipes"]] == list(upgrades.by_key)
                assert answer.json["recipes"][0] == {
                    "item_name": "lootbox_tier1",
                    "item_id": 6,
                    "description": items.by_name["lootbox_tier1"].description,
                    "recipe_key": "lootbox_tier0",
                    "public_name": "lootbox",
                    "inputs": [
                        {"item_id": 5, "item_name": "lootbox_tier0", "quantity": 5},
                        {"item_id": 1, "item_name": "money", "quantity": 100},
                    ],
                    "outputs": [{"item_id": 6, "item_name": "lootbox_tier1", "quantity": 1}],
                    "required_job_level": 0,
                }
                assert {
                    recipe["recipe_key"]: (recipe["required_job"], recipe["required_job_level"])
                    for recipe in answer.json["recipes"]
                    if recipe["required_job_level"]
                } == {"guard_mirror": ("blacksmith", 3)}
                assert {
                    recipe["recipe_key"]: recipe["duration_seconds"]
                    for recipe in answer.json["recipes"]
                    if "duration_seconds" in recipe
                } == {"item_firepot": 20, "guard_mirror": 600, "weapon_cannon": 900}


@pytest.mark.usefixtures("alice")
def test_what_a_user_knows(call: CallApi, subtests: pytest.Subtests):
    for query in [
        {"user": "alice", "platform": "twitch", "platform_id": "1"},
        {"user": "ALICE", "platform": "Twitch"},
        {"user": "whoever", "platform": "twitch", "platform_id": "1"},
        {"user": "alice", "platform": "twitch", "platform_id": ""},
    ]:
        with subtests.test(query=query):
            call("POST", TEACH, {"platform": "twitch", "username": "alice", "recipe_key": "weapon_cannon"})

            answer = call("GET", RECIPES, query=query)

            known = [key for key, recipe in upgrades.by_key.items() if recipe.unlock_type == "auto"] + ["weapon_cannon"]
            assert answer.status == 200
            assert [recipe["recipe_key"] for recipe in answer.json["recipes"]] == known
            assert answer.json["recipes"][0] == {
                "item_name": "lootbox_tier1",
                "item_id": 6,
                "recipe_key": "lootbox_tier0",
                "public_name": "lootbox",
                "required_job_level": 0,
            }


@pytest.mark.usefixtures("alice")
def test_questions_without_an_answer(call: CallApi, subtests: pytest.Subtests):
    for query, status, code in [
        ({"user": "bob", "platform": "twitch"}, 404, "not_found"),
        ({"user": "alice", "platform": "discord"}, 404, "not_found"),
        ({"user": "alice", "platform": "twitch", "platform_id": "2"}, 404, "not_found"),
        ({"user": "alice"}, 400, "missing_parameter"),
        ({"user": "alice", "platform": ""}, 400, "missing_parameter"),
        ({"user": "alice", "platform": "myspace"}, 400, "invalid_platform"),
        ({"user": "x" * 101, "platform": "twitch"}, 400, "validation"),
        ({"item": "spade"}, 400, "recipe_not_found"),
        ({"item": "no such thing"}, 400, "recipe_not_found"),
        ({"item": "no such thing", "user": "alice", "platform": "twitch"}, 400, "recipe_not_found"),
        ({"item": "x" * 101}, 400, "validation"),
    ]:
        with subtests.test(query=query, status=status):
            answer = call("GET", RECIPES, query=query)

            assert (answer.status, answer.json["code"]) == (status, code)


CANNON = {
    "item_name": "weapon_cannon",
    "base_cost": [
        {"item_id": 9, "item_name": "weapon_dart", "quantity": 10},
        {"item_id": 1, "item_name": "money", "quantity": 5000},
    ],
    "required_job_level": 0,
}


@pytest.mark.parametrize(
    ("query", "locked"),
    [
        ({}, False),
        ({"platform": "twitch"}, False),
        ({"user": "alice"}, False),
        ({"platform": "twitch", "platform_id": "1"}, True),
        ({"platform": "twitch", "user": "alice"}, True),
        ({"platform": "discord", "platform_id": "nobody"}, True),
    ],
)
@pytest.mark.usefixtures("alice")
def test_the_recipe_for_an_item(call: CallApi, query: dict[str, str], locked: bool):
    for item in ("cannon", "CANNON", "weapon_cannon"):
        answer = call("GET", RECIPES, query={"item": item} | query)
        assert (answer.status, answer.json) == (200, CANNON | ({"locked": True} if locked else {}))

    call("POST", TEACH, {"platform": "twitch", "platform_id": "1", "recipe_key": "weapon_cannon"})
    learned = call("GET", RECIPES, query={"item": "cannon", "platform": "twitch", "platform_id": "1"})
    assert learned.json == CANNON


# What takes its time.


def test_what_takes_its_time_says_when_it_is_done(call: CallApi, conn: Connection, alice: PlayerRef):
    answer = call("POST", UPGRADE, CALLER | {"item": "firepot", "quantity": 3})

    assert answer.status == 200
    assert answer.json == {
        "message": "In the works: 3 × firepots, done in 20 s.",
        "new_item": "item_firepot",
        "quantity_upgraded": 3,
        "is_masterwork": False,
        "bonus_quantity": 0,
        "job_id": answer.json["job_id"],
        "due_at": answer.json["due_at"],
    }
    (job,) = call("GET", JOBS, query={"platform": "twitch", "platform_id": "1"}).json["jobs"]
    assert job == {
        "job_id": answer.json["job_id"],
        "recipe_key": "item_firepot",
        "item_name": "item_firepot",
        "public_name": "firepot",
        "quantity": 3,
        "started_at": job["started_at"],
        "due_at": answer.json["due_at"],
        "remaining_seconds": job["remaining_seconds"],
    }
    assert 15 <= job["remaining_seconds"] <= 20
    assert moment(job["due_at"]) - moment(job["started_at"]) == timedelta(seconds=20)
    assert held(conn, alice, "item_firepot") == 0


def test_what_waits_for_room_says_so(call: CallApi, conn: Connection, alice: PlayerRef):
    add = {"item_name": "firepot", "quantity": 1}
    with transaction(conn, now=datetime.now(UTC) - timedelta(seconds=30)) as tx:
        upgrade_item(tx, alice, "firepot", 1)
        tx.execute(
            "UPDATE deliveries SET slots = jsonb_build_array(jsonb_build_array(19, %s::int, 'COMMON'))", (STACK_LIMIT,)
        )
        tx.execute(
            """
            UPDATE user_inventory SET inventory_data = jsonb_build_object('slots', inventory_data -> 'slots' ||
                '{"item_id": 19, "quantity": 2, "quality": "COMMON"}'::jsonb)
            """
        )

    (job,) = call("GET", JOBS, query={"platform": "twitch", "platform_id": "1"}).json["jobs"]

    assert (job["quantity"], job["remaining_seconds"], job["waiting_for_room"]) == (2, 0, True)
    assert call("POST", "/api/v1/user/item/add", CALLER | add).json["code"] == "inventory_full"


@pytest.mark.usefixtures("alice")
def test_nobodys_jobs(call: CallApi, subtests: pytest.Subtests):
    for query, status, code in [
        ({"platform": "twitch", "platform_id": "2"}, 404, "not_found"),
        ({"platform": "twitch", "username": "bob"}, 404, "not_found"),
        ({"platform": "twitch"}, 400, "missing_parameter"),
        ({}, 400, "missing_parameter"),
        ({"platform": "myspace", "username": "alice"}, 400, "invalid_platform"),
    ]:
        with subtests.test(query=query, status=status):
            answer = call("GET", JOBS, query=query)

            assert (answer.status, answer.json["code"]) == (status, code)


@pytest.mark.parametrize("by_id", [True, False])
def test_calling_off_gives_everything_back(call: CallApi, conn: Connection, alice: PlayerRef, by_id: bool):
    job_id = call("POST", UPGRADE, CALLER | {"item": "firepot", "quantity": 2}).json["job_id"]

    answer = call("POST", CANCEL, CALLER | {"job_id": job_id if by_id else None})

    assert (answer.status, answer.json) == (
        200,
        {
            "message": "Called off: 2 × firepots. You have back 6 × sticks and 300 × money.",
            "job_id": job_id,
            "refunded": {"item_stick": 6, "money": 300},
        },
    )
    with transaction(conn) as tx:
        assert holdings(tx, alice) == THINGS | {"money": 10_000}
    again = call("POST", CANCEL, CALLER | {"job_id": job_id})
    assert (again.status, again.json["code"]) == (404, "not_found")


@pytest.mark.usefixtures("alice")
def test_nothing_to_call_off(call: CallApi, subtests: pytest.Subtests):
    for change, status, code in [
        ({}, 404, "not_found"),
        ({"job_id": str(uuid4())}, 404, "not_found"),
        ({"job_id": "soon"}, 400, "validation"),
        ({"platform_id": "2"}, 400, "user_not_found"),
        ({"username": None}, 400, "validation"),
        ({"platform": "myspace"}, 400, "invalid_platform"),
    ]:
        with subtests.test(change=change, status=status):
            answer = call("POST", CANCEL, CALLER | change)

            assert (answer.status, answer.json["code"]) == (status, code)


# What administrators teach.


@pytest.mark.parametrize("who", [{"platform_id": "1"}, {"username": "alice"}, {"platform_id": "1", "username": "x"}])
@pytest.mark.usefixtures("alice")
def test_a_recipe_is_taught_once(call: CallApi, who: dict[str, str]):
    body = {"platform": "twitch", "recipe_key": "weapon_cannon"} | who

    answers = [call("POST", TEACH, body) for _ in range(2)]

    assert [(answer.status, answer.json) for answer in answers] == [
        (200, {"message": "alice knows how to make a cannon now."}),
        (200, {"message": "alice knows how to make a cannon already."}),
    ]
    assert call("POST", UPGRADE, CALLER | {"item": "cannon", "quantity": 1}).status == 200


@pytest.mark.usefixtures("alice")
def test_nothing_is_taught_to_nobody(call: CallApi, subtests: pytest.Subtests):
    for change, status, code in [
        ({"recipe_key": "cannoon"}, 404, "not_found"),
        ({"username": "bob"}, 404, "not_found"),
        ({"recipe_key": None}, 400, "validation"),
        ({"username": None}, 400, "validation"),
        ({"platform": "myspace"}, 400, "invalid_platform"),
    ]:
        with subtests.test(change=change, status=status):
            body = {"platform": "twitch", "username": "alice", "recipe_key": "weapon_cannon"}

            answer = call("POST", TEACH, body | change)

            assert (answer.status, answer.json["code"]) == (status, code)
