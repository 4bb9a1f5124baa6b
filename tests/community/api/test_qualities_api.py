"""Asking for a quality, on every path that takes items, and with Discord's option."""

from __future__ import annotations

from typing import Any

import pytest

from community.catalog.content import items
from community.inventory.models import Inventory, Quality
from community.players import service as players
from community.players.models import PlayerRef
from kernel.database import Connection, transaction
from tests.support.api import CallApi
from tests.support.discord_client import DiscordClient, Person
from tests.support.factories import make_player, stacks_of, unlock

ALICE = Person("500000000000000001", "alice")
CALLER = {"platform": "discord", "platform_id": ALICE.id, "username": "alice"}
GIFT = {
    "owner_platform": "discord",
    "owner_platform_id": ALICE.id,
    "owner": "alice",
    "receiver_platform": "discord",
    "receiver": "bob",
}
BETS = CALLER | {"bets": [{"item_name": "lootbox", "quantity": 1}]}
LEFT_BY_ONE = {Quality.RARE: 5, Quality.EPIC: 4}
"""An epic one is gone, not one of the lower quality."""


@pytest.fixture
def alice(conn: Connection) -> PlayerRef:
    with transaction(conn) as tx:
        unlock(tx, "feature_economy", "feature_upgrade", "feature_disassemble", "feature_gamble", "item_lootbox1")
        make_player(tx, "bob", platform="discord")
        ref = make_player(tx, "alice", platform="discord", platform_id=ALICE.id, money=9000)
        player = players.load(tx, ref)
        inventory = player[Inventory]
        for name in ("item_spade", "lootbox_tier1"):
            for quality in LEFT_BY_ONE:
                inventory = inventory.give(items.by_name[name].item_id, 5, quality)
        players.save(tx, player.having(inventory))
    return ref


@pytest.mark.parametrize(
    ("path", "body", "item"),
    [
        ("/user/item/use", CALLER | {"item_name": "lootbox", "quantity": 1}, "lootbox_tier1"),
        ("/user/item/give", GIFT | {"item_name": "spade", "quantity": 1}, "item_spade"),
        ("/user/item/remove", CALLER | {"item_name": "spade", "quantity": 1}, "item_spade"),
        ("/economy/sell", CALLER | {"item_name": "spade", "quantity": 1}, "item_spade"),
        ("/user/item/disassemble", CALLER | {"item": "lootbox", "quantity": 1}, "lootbox_tier1"),
        ("/gamble/start", BETS, "lootbox_tier1"),
    ],
)
def test_the_quality_that_is_asked_for_is_taken(
    call: CallApi, conn: Connection, alice: PlayerRef, path: str, body: dict[str, Any], item: str
):
    unknown = call("POST", f"/api/v1{path}", body | {"quality_level": "shiny"})
    done = call("POST", f"/api/v1{path}", body | {"quality": "epic"})

    assert (unknown.status, unknown.json["fields"].keys()) == (400, {"quality_level"})
    assert "legendary" in unknown.json["error"]
    assert done.status in (200, 201), done.text
    with transaction(conn) as tx:
        assert stacks_of(tx, alice, item) == LEFT_BY_ONE


def test_a_quality_is_read_as_the_game_shows_it(call: CallApi, conn: Connection, alice: PlayerRef):
    sold = call("POST", "/api/v1/economy/sell", CALLER | {"item_name": "spade", "quantity": 1, "quality": " Épico "})

    odd = call("POST", "/api/v1/economy/sell", CALLER | {"item_name": "spade", "quantity": 1, "quality": ["epic"]})

    assert sold.status == 200, sold.text
    assert (odd.status, odd.json["error"]) == (400, "quality: must be text")
    with transaction(conn) as tx:
        assert stacks_of(tx, alice, "item_spade") == LEFT_BY_ONE


def test_an_upgrade_and_a_player_who_joins_may_ask_for_a_quality_too(call: CallApi, conn: Connection, alice: PlayerRef):
    upgraded = call(
        "POST", "/api/v1/user/item/upgrade", CALLER | {"item": "strongbox", "quantity": 1, "quality": "EPIC"}
    )
    with transaction(conn) as tx:
        make_player(tx, "carl", platform="twitch", platform_id="1", items={"lootbox_tier1": 1})
    other = {"platform": "twitch", "platform_id": "1", "username": "carl"}
    call("POST", "/api/v1/gamble/start", BETS | other)
    joined = call("POST", "/api/v1/gamble/join", CALLER | {"quality_level": "EPIC"})

    assert (upgraded.status, joined.status) == (200, 200), (upgraded.text, joined.text)
    with transaction(conn) as tx:
        assert stacks_of(tx, alice, "lootbox_tier1") == {Quality.RARE: 5, Quality.EPIC: 1}


@pytest.mark.usefixtures("alice")
def test_on_discord_it_is_an_option(discord: DiscordClient, conn: Connection):
    sold = discord.command(ALICE, "sell", item="spade", quantity=1, quality="EPIC")
    missing = discord.command(ALICE, "sell", item="spade", quality="LEGENDARY")

    assert "Sold 1 × spade" in sold.text
    assert "You do not have any spade of the quality legendary." in missing.text
    with transaction(conn) as tx:
        assert stacks_of(tx, ALICE.player, "item_spade") == LEFT_BY_ONE
