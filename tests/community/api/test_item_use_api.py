"""Wire section 4, item/use: items that need nobody but their user, and requests of every kind."""

from __future__ import annotations

from typing import Any

import pytest

from community.players.models import PlayerRef
from kernel.database import Connection, transaction
from tests.support.api import CallApi
from tests.support.factories import announced, holdings, make_player, stored, unlock, xp

USE = "/api/v1/user/item/use"
ALICE: dict[str, Any] = {"platform": "twitch", "platform_id": "1", "username": "alice"}
REF = PlayerRef("twitch", "1", "alice")
ITEMS = {
    "item_spade": 20,
    "item_stick": 20,
    "lootbox_tier0": 20,
    "lootbox_tier1": 20,
    "scroll_study": 3,
    "item_offcut": 1,
    "compost_muck": 1,
    "tonic_small": 1,
}


@pytest.fixture(autouse=True)
def game(conn: Connection) -> None:
    """Alice has what she needs; tonics and the gambler's job are locked."""
    with transaction(conn) as tx:
        unlock(tx, "item_spade", "item_stick", "item_lootbox0", "item_lootbox1", "item_scroll", "job_explorer")
        make_player(tx, "alice", platform_id="1", items=ITEMS)


def uses(conn: Connection) -> int:
    with transaction(conn) as tx:
        return len(announced(tx, "item.used"))


def held(conn: Connection) -> dict[str, int]:
    with transaction(conn) as tx:
        return holdings(tx, REF)


@pytest.mark.parametrize(
    ("item", "quantity", "told"),
    [
        ("spade", 2, "The spade brings up 4 × sticks."),
        ("item_spade", 1, "The spade brings up 2 × sticks."),
        ("SPADE", 1, "The spade brings up 2 × sticks."),
        ("stick", 3, "You put 3 × sticks to use. It felt right."),
    ],
)
def test_items_are_used_under_both_their_names(call: CallApi, conn: Connection, item: str, quantity: int, told: str):
    answer = call("POST", USE, ALICE | {"item_name": item, "quantity": quantity})

    assert (answer.status, answer.json) == (200, {"message": told})
    assert uses(conn) == 1


@pytest.mark.parametrize(("item", "told"), [("crate", "You opened 20 × crates: "), ("lootbox", "You opened 20 × loot")])
def test_boxes_are_opened(call: CallApi, conn: Connection, item: str, told: str):
    answer = call("POST", USE, ALICE | {"item_name": item, "quantity": 20})

    assert (answer.status, answer.json.keys()) == (200, {"message"})
    assert answer.json["message"].startswith(told)
    assert held(conn)["money"] >= 8


@pytest.mark.parametrize("job", ["explorer", "job_explorer"])
def test_a_scroll_teaches_a_job(call: CallApi, conn: Connection, job: str):
    answer = call("POST", USE, ALICE | {"item_name": "scroll", "quantity": 2, "target_user": job})

    assert (answer.status, answer.json.keys()) == (200, {"message"})
    with transaction(conn) as tx:
        assert xp(tx, REF, "explorer") in (1000, 2000)
        assert holdings(tx, REF)["scroll_study"] == 1


def test_what_is_refused_uses_nothing_up(call: CallApi, conn: Connection, subtests: pytest.Subtests):
    for wish, status, code in [
        ({"item_name": "rainbow", "quantity": 1}, 400, "item_not_found"),
        ({"item_name": "offcut", "quantity": 1}, 400, "no_effect"),
        ({"item_name": "muck", "quantity": 1}, 400, "no_effect"),
        ({"item_name": "money", "quantity": 1}, 400, "no_effect"),
        ({"item_name": "spade", "quantity": 21}, 400, "not_enough_items"),
        ({"item_name": "tonic", "quantity": 1, "target_user": "alice"}, 403, "item_locked"),
        ({"item_name": "strongbox", "quantity": 1}, 403, "item_locked"),
        ({"item_name": "scroll", "quantity": 1}, 400, "target_required"),
        ({"item_name": "scroll", "quantity": 1, "target_user": ""}, 400, "target_required"),
        ({"item_name": "scroll", "quantity": 1, "target_user": " "}, 400, "target_required"),
        ({"item_name": "scroll", "quantity": 1, "target_user": None}, 400, "target_required"),
        ({"item_name": "scroll", "quantity": 1, "target_user": "astronaut"}, 400, "validation"),
        ({"item_name": "scroll", "quantity": 1, "target_user": "gambler"}, 403, "feature_locked"),
        ({"item_name": "scroll", "quantity": 4, "target_user": "explorer"}, 400, "not_enough_items"),
        ({"item_name": "spade", "quantity": 1, "platform_id": "2", "username": "bob"}, 400, "user_not_found"),
    ]:
        with subtests.test(wish=wish, status=status):
            answer = call("POST", USE, ALICE | wish)

            assert (answer.status, answer.json["code"]) == (status, code)
            assert answer.json["error"]
            assert held(conn) == ITEMS
            assert uses(conn) == 0


def test_an_unknown_job_is_told_the_jobs_there_are(call: CallApi):
    answer = call("POST", USE, ALICE | {"item_name": "scroll", "quantity": 1, "target_user": "astronaut"})

    assert "explorer" in answer.json["error"]
    assert "scholar" in answer.json["error"]


def spades(quantity: Any) -> dict[str, Any]:
    return {"item_name": "spade", "quantity": quantity}


def test_what_is_required_is_missed(call: CallApi, conn: Connection, subtests: pytest.Subtests):
    for missing in ["platform", "platform_id", "username", "item_name", "quantity"]:
        with subtests.test(missing=missing):
            body = ALICE | spades(1)

            for absent in ({name: value for name, value in body.items() if name != missing}, body | {missing: None}):
                answer = call("POST", USE, absent)
                assert (answer.status, answer.json["code"], answer.json["fields"].keys()) == (
                    400,
                    "validation",
                    {missing},
                )
            assert uses(conn) == 0


def test_every_field_has_its_limits(call: CallApi, conn: Connection, subtests: pytest.Subtests):
    for change, code, field in [
        ({"platform": "myspace"}, "invalid_platform", "platform"),
        ({"platform_id": ""}, "validation", "platform_id"),
        ({"username": "x" * 101}, "validation", "username"),
        ({"item_name": ""}, "validation", "item_name"),
        ({"item_name": "x" * 101}, "validation", "item_name"),
        ({"quantity": 0}, "validation", "quantity"),
        ({"quantity": -1}, "validation", "quantity"),
        ({"quantity": 10_001}, "validation", "quantity"),
        ({"quantity": "many"}, "validation", "quantity"),
        ({"target_user": "x" * 101}, "validation", "target_user"),
        ({"target_user": "a\nb"}, "validation", "target_user"),
        ({"target_user": "a\x00b"}, "validation", "target_user"),
        ({"target_user": ["alice"]}, "validation", "target_user"),
        ({"target_user": {}}, "validation", "target_user"),
    ]:
        with subtests.test(change=change, code=code):
            answer = call("POST", USE, ALICE | spades(1) | change)

            assert (answer.status, answer.json["code"], answer.json["fields"].keys()) == (400, code, {field})
            assert uses(conn) == 0


@pytest.mark.parametrize("more", [{"target_user": ""}, {"target_user": None}, {"target_user": 7}, {"colour": "red"}])
def test_what_does_not_matter_is_not_minded(call: CallApi, conn: Connection, more: dict[str, Any]):
    answer = call("POST", USE, ALICE | {"platform": "TWITCH"} | spades("1") | more)

    assert answer.status == 200
    assert held(conn)["item_spade"] == 19


def test_an_account_is_known_by_its_id(call: CallApi, conn: Connection):
    """Whatever it calls itself today."""
    answer = call("POST", USE, ALICE | {"username": "alice_renamed"} | spades(1))

    assert answer.status == 200
    with transaction(conn) as tx:
        assert stored(tx, PlayerRef("twitch", "1")).username == "alice_renamed"
        assert holdings(tx, REF)["item_stick"] == 22
