"""The shop on Discord."""

from __future__ import annotations

import pytest

from community.inventory.service import add_item
from kernel.database import Connection, transaction
from tests.support.discord_client import DiscordClient, Person
from tests.support.factories import holdings, make_player, unlock

ALICE = Person("500000000000000001", "alice")
BOB = Person("500000000000000002", "bob")


@pytest.fixture(autouse=True)
def _opened(environment: Connection) -> None:
    with transaction(environment) as tx:
        unlock(tx, "feature_economy")
        for person in (ALICE, BOB):
            make_player(
                tx, person.username, platform="discord", platform_id=person.id, money=1000, items={"item_spade": 5}
            )


def have(conn: Connection, who: Person) -> dict[str, int]:
    with transaction(conn) as tx:
        return holdings(tx, who.player)


def test_selling_turns_items_into_money_and_tells_the_seller_alone(discord: DiscordClient, conn: Connection):
    told = discord.command(ALICE, "sell", item="spade", quantity=3)

    assert told.private
    assert "Sold 3 × spades for 120 money." in told.text
    assert have(conn, ALICE) == {"money": 1120, "item_spade": 2}


def test_an_interaction_that_comes_twice_acts_once_and_is_answered_alike(discord: DiscordClient, conn: Connection):
    first = discord.command(ALICE, "sell", id="77", item="spade", quantity=1)

    second = discord.command(ALICE, "sell", id="77", item="spade", quantity=1)

    assert first.answer == second.answer
    assert have(conn, ALICE) == {"money": 1040, "item_spade": 4}


def test_a_stranger_becomes_a_player_by_trying(discord: DiscordClient, conn: Connection):
    carol = Person("500000000000000003", "carol")

    told = discord.command(carol, "sell", item="spade")

    assert told.private
    assert "You do not have any spade" in told.text
    assert have(conn, carol) == {}


def test_what_can_be_sold_is_suggested(discord: DiscordClient):
    assert discord.suggest(ALICE, "sell", "item", "zzz") == []
    assert discord.suggest(ALICE, "give", "item", "SPA") == ["spade"]


def test_a_thing_is_suggested_by_all_its_names_and_first_by_its_whole_name(discord: DiscordClient, conn: Connection):
    with transaction(conn) as tx:
        add_item(tx, ALICE.player, "strongbox", 2)

    assert discord.suggest(ALICE, "give", "item", "Geld")[0] == "money"
    assert discord.suggest(ALICE, "give", "item", "garden sp") == ["spade"]
    assert discord.suggest(ALICE, "give", "item", "Geldk") == ["strongbox"]


def test_who_gets_a_gift_is_not_known_by_name_while_it_is_typed(discord: DiscordClient):
    """Discord tells more of a member only when the command is sent."""
    assert discord.suggest(ALICE, "give", "item", "SPA", user=BOB) == ["spade"]


def test_a_gift_is_announced_to_everybody(discord: DiscordClient, conn: Connection):
    told = discord.command(ALICE, "give", user=BOB, item="spade", quantity=2)

    assert not told.private
    assert f"<@{ALICE.id}> gave 2 × spades to <@{BOB.id}>." in told.text
    assert have(conn, BOB)["item_spade"] == 7
