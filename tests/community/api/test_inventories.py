"""Inventories over HTTP. Source: wire 4."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from community.inventory.models import STACK_LIMIT, Quality
from kernel.database import Connection, transaction
from tests.support.api import CallApi
from tests.support.factories import holdings, make_player

OWN = "/api/v1/user/inventory"
BY_NAME = "/api/v1/user/inventory-by-username"
ADD = "/api/v1/user/item/add"
REMOVE = "/api/v1/user/item/remove"
GIVE = "/api/v1/user/item/give"
ALICE = {"platform": "twitch", "platform_id": "a", "username": "alice"}


def apply_reactions(
    conn: Connection, name: str = "alice", *, platform: str = "twitch", items: Mapping[str, int] | None = None
) -> None:
    """A player whose platform id is the first letter of the name."""
    with transaction(conn) as tx:
        make_player(tx, name, platform=platform, platform_id=name[0], items=items)


def held(call: CallApi, name: str, platform: str = "twitch") -> dict[str, int]:
    answer = call("GET", BY_NAME, query={"platform": platform, "username": name})
    return {item["item_name"]: item["quantity"] for item in answer.json["items"]}


def on(name: str, item_name: str = "spade", **more: Any) -> dict[str, Any]:
    return {"platform": "twitch", "username": name, "item_name": item_name} | more


# ---------------------------------------------------------------- looking


def test_a_player_sees_what_they_have(call: CallApi, conn: Connection):
    with transaction(conn) as tx:
        make_player(tx, platform_id="a", items={"item_spade": 2}, quality=Quality.RARE)

    answer = call("GET", OWN, query=ALICE)

    assert answer.status == 200
    assert answer.json["items"] == [
        {"item_name": "item_spade", "public_name": "spade", "quantity": 2, "quality_level": "RARE"}
    ]
    assert answer.json["user"].keys() == {"id", "username"}
    assert answer.json["user"]["username"] == "alice"


def test_a_stranger_has_nothing_and_no_id(call: CallApi):
    answer = call("GET", OWN, query=ALICE)

    assert (answer.status, answer.json) == (200, {"items": [], "user": {"username": "alice"}})


def test_a_stranger_with_an_impossible_wish_does_not(call: CallApi, conn: Connection):
    answer = call("GET", OWN, query=ALICE | {"filter": "best"})

    assert (answer.status, answer.json["code"]) == (400, "invalid_filter")
    assert conn.execute("SELECT FROM users").fetchall() == []


@pytest.mark.parametrize("path", [OWN + "/Alice", OWN + "/Alice/", BY_NAME], ids=["path", "trailing slash", "query"])
def test_anybody_sees_what_a_name_has(call: CallApi, conn: Connection, path: str):
    apply_reactions(conn, platform="discord", items={"item_spade": 2})
    apply_reactions(conn)
    name = {"username": "ALICE"} if path == BY_NAME else {}

    on_discord = call("GET", path, query=name)
    on_twitch = call("GET", path, query={"platform": "Twitch"} | name)

    assert (on_discord.status, on_twitch.status) == (200, 200)
    assert [item["quantity"] for item in on_discord.json["items"]] == [2]
    assert on_twitch.json["items"] == []


@pytest.mark.parametrize("path", [OWN + "/nobody", BY_NAME])
def test_an_unknown_name_is_not_found(call: CallApi, path: str):
    answer = call("GET", path, query={"username": "nobody"})

    assert (answer.status, answer.json["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", [OWN, OWN + "/alice", BY_NAME])
def test_filters_are_checked_everywhere(call: CallApi, conn: Connection, path: str):
    apply_reactions(conn, items={"item_spade": 2})

    unknown = call("GET", path, query=ALICE | {"filter": "best"})
    locked = call("GET", path, query=ALICE | {"filter": "sellable"})
    empty = call("GET", path, query=ALICE | {"filter": ""})

    assert (unknown.status, unknown.json["code"]) == (400, "invalid_filter")
    assert (locked.status, locked.json["code"]) == (403, "filter_locked")
    assert (empty.status, len(empty.json["items"])) == (200, 1)


def test_missing_parameters_are_named(call: CallApi):
    answer = call("GET", OWN, query={"platform": "twitch"})

    assert answer.status == 400
    assert answer.json["code"] == "missing_parameter"
    assert answer.json["fields"] == {"platform_id": "is required", "username": "is required"}


# ---------------------------------------------------------------- adding and removing


def test_items_are_added_and_removed(call: CallApi, conn: Connection):
    apply_reactions(conn)

    added = call("POST", ADD, on("alice", quantity=5))
    one_more = call("POST", ADD, on("@ALICE", "item_spade"))
    removed = call("POST", REMOVE, on("alice", quantity=4))
    one_less = call("POST", REMOVE, on("alice", quantity=None))

    assert [answer.status for answer in (added, one_more, removed, one_less)] == [200] * 4
    assert added.json == {"message": "Added 5 × spades to alice's inventory."}
    # The player's own name, not what was typed.
    assert one_more.json == {"message": "Added 1 × spade to alice's inventory."}
    assert removed.json == {"message": "Removed 4 × spades from alice's inventory.", "removed": 4}
    assert one_less.json["removed"] == 1
    assert held(call, "alice") == {"item_spade": 1}


def test_no_more_is_removed_than_there_is(call: CallApi, conn: Connection):
    apply_reactions(conn, items={"item_spade": 3})

    answer = call("POST", REMOVE, on("alice", quantity=10))

    assert (answer.status, answer.json["removed"]) == (200, 3)
    assert held(call, "alice") == {}


def test_refusals_have_their_codes(call: CallApi, conn: Connection):
    apply_reactions(conn, items={"money": STACK_LIMIT})

    refusals = [
        call("POST", REMOVE, on("alice")),
        call("POST", ADD, on("alice", "money")),
        call("POST", ADD, on("alice", "sapde")),
        call("POST", ADD, on("nobody")),
        call("POST", REMOVE, on("nobody")),
        call("POST", ADD, on("alice") | {"platform": "myspace"}),
        call("POST", ADD, on("alice", quantity=0)),
        call("POST", ADD, on("alice", quantity=10_001)),
    ]

    assert {answer.status for answer in refusals} == {400}
    assert [answer.json["code"] for answer in refusals] == [
        "not_in_inventory",
        "inventory_full",
        "item_not_found",
        "user_not_found",
        "user_not_found",
        "invalid_platform",
        "validation",
        "validation",
    ]
    assert held(call, "alice") == {"money": STACK_LIMIT}


# ---------------------------------------------------------------- giving

OURS = {
    "owner_platform": "twitch",
    "owner_platform_id": "a",
    "owner": "alice",
    "receiver_platform": "discord",
    "receiver": "BOB",
    "item_name": "spade",
    "quantity": 2,
}
THEIRS = {
    "from_platform": "twitch",
    "from_platform_id": "a",
    "from_username": "alice",
    "to_platform": "discord",
    "to_platform_id": "b",
    "to_username": "whoever",
    "item_name": "spade",
    "quantity": 2,
}
BY_NAMES_ALONE = OURS | {"owner_platform_id": None}


@pytest.mark.parametrize("body", [OURS, THEIRS, BY_NAMES_ALONE], ids=["ours", "theirs", "names alone"])
def test_a_gift_arrives_under_every_name(call: CallApi, conn: Connection, body: dict[str, Any]):
    apply_reactions(conn, items={"item_spade": 3})
    apply_reactions(conn, "bob", platform="discord")

    answer = call("POST", GIVE, body)

    assert answer.status == 200
    assert answer.json == {"message": "alice gave 2 × spades to bob."}
    assert held(call, "alice") == {"item_spade": 1}
    assert held(call, "bob", "discord") == {"item_spade": 2}


def test_a_gift_needs_no_names_where_there_are_ids_which_may_be_numbers(call: CallApi, conn: Connection):
    apply_reactions(conn, items={"item_spade": 3})
    with transaction(conn) as tx:
        make_player(tx, "bob", platform="discord", platform_id="2048")
    giver = {"from_platform": "twitch", "from_platform_id": " a\u200b"}
    ids = giver | {"to_platform": "discord", "to_platform_id": 2048.0}

    answer = call("POST", GIVE, ids | {"item_name": "Spades", "quantity": "all"})

    assert answer.json == {"message": "alice gave 3 × spades to bob."}
    refused = call("POST", GIVE, ids | {"from_platform_id": None, "item_name": "spade", "quantity": 1})
    assert refused.json["fields"] == {"owner": "is required"}


def test_our_names_win(call: CallApi, conn: Connection):
    apply_reactions(conn, items={"item_spade": 3})
    apply_reactions(conn, "bob", platform="discord")
    apply_reactions(conn, "carol", platform="discord")

    answer = call("POST", GIVE, OURS | {"to_username": "carol", "from_platform": "nonsense"})

    assert answer.status == 200
    assert held(call, "bob", "discord") == {"item_spade": 2}


def test_the_platform_id_beats_the_name(call: CallApi, conn: Connection):
    apply_reactions(conn, items={"item_spade": 3})
    apply_reactions(conn, "bob", platform="discord")
    apply_reactions(conn, "carol", platform="discord")

    answer = call("POST", GIVE, THEIRS | {"to_username": "carol"})

    assert answer.json == {"message": "alice gave 2 × spades to bob."}
    assert held(call, "bob", "discord") == {"item_spade": 2}


def test_refused_gifts_have_their_codes(call: CallApi, conn: Connection):
    apply_reactions(conn, items={"item_spade": 3, "weapon_cannon": 1})
    apply_reactions(conn, "bob", platform="discord", items={"item_stick": STACK_LIMIT})
    with transaction(conn) as tx:
        make_player(tx, "carol", platform_id="c", items={"item_stick": 1})

    from_carol = OURS | {"owner": "carol", "owner_platform_id": "c", "item_name": "stick", "quantity": 1}
    refusals = [
        call("POST", GIVE, OURS | {"quantity": 4}),
        call("POST", GIVE, OURS | {"item_name": "stick"}),
        call("POST", GIVE, OURS | {"item_name": "sapde"}),
        call("POST", GIVE, OURS | {"item_name": "cannon", "quantity": 1}),
        call("POST", GIVE, OURS | {"receiver_platform": "twitch", "receiver": "Alice"}),
        call("POST", GIVE, OURS | {"receiver": "nobody"}),
        call("POST", GIVE, OURS | {"owner_platform_id": "9"}),
        call("POST", GIVE, from_carol),
        call("POST", GIVE, OURS | {"quantity": None}),
        call("POST", GIVE, {key: value for key, value in OURS.items() if key != "receiver"}),
    ]

    assert {answer.status for answer in refusals} == {400}
    assert [answer.json["code"] for answer in refusals] == [
        "not_enough_items",
        "not_in_inventory",
        "item_not_found",
        "validation",
        "self_gift",
        "user_not_found",
        "user_not_found",
        "inventory_full",
        "validation",
        "validation",
    ]
    assert refusals[-1].json["fields"] == {"receiver": "is required"}
    with transaction(conn) as tx:
        assert holdings(tx, make_player(tx, platform_id="a")) == {"item_spade": 3, "weapon_cannon": 1}


def test_the_name_on_a_gift_does_not_stick_to_the_receiver(call: CallApi, conn: Connection):
    apply_reactions(conn, items={"item_spade": 3})
    apply_reactions(conn, "bob", platform="discord")

    call("POST", GIVE, THEIRS)

    assert call("GET", BY_NAME, query={"username": "bob"}).json["user"]["username"] == "bob"


# ---------------------------------------------------------------- who may
