"""Gambles on Discord."""

from __future__ import annotations

import pytest

from kernel.database import Connection, transaction
from tests.support.discord_client import DiscordAnswer, DiscordClient, Person
from tests.support.factories import announced, holdings, make_player, unlock

ALICE = Person("500000000000000001", "alice")
BOB = Person("500000000000000002", "bob")


@pytest.fixture(autouse=True)
def _opened(environment: Connection) -> None:
    with transaction(environment) as tx:
        unlock(tx, "feature_gamble")
        for person in (ALICE, BOB):
            make_player(tx, person.username, platform="discord", platform_id=person.id, items={"lootbox_tier1": 5})


def boxes(conn: Connection, who: Person) -> int:
    with transaction(conn) as tx:
        return holdings(tx, who.player).get("lootbox_tier1", 0)


def start(discord: DiscordClient) -> DiscordAnswer:
    return discord.command(ALICE, "gamble-start", item="lootbox", quantity=2)


def test_everybody_sees_a_gamble_and_can_join_with_a_button(discord: DiscordClient, conn: Connection):
    told = start(discord)

    joined = discord.press(BOB, told.custom_id("Join"), asker=ALICE)

    assert not told.private
    assert f"<@{ALICE.id}> starts a gamble with 2 × lootboxes each" in told.text
    assert not joined.private
    assert f"<@{BOB.id}> joins" in joined.text
    assert (boxes(conn, ALICE), boxes(conn, BOB)) == (3, 3)


def test_a_double_click_joins_once_and_says_nothing_twice(discord: DiscordClient, conn: Connection):
    button = start(discord).custom_id("Join")

    first, second = (discord.press(BOB, button, asker=ALICE) for _ in range(2))

    assert "joins" in first.text
    assert second.answer == {"type": 6}
    assert boxes(conn, BOB) == 3
    with transaction(conn) as tx:
        assert len(announced(tx, "gamble.joined")) == 1


def test_the_button_that_notifiers_post_is_understood(discord: DiscordClient, conn: Connection):
    start(discord)
    with transaction(conn) as tx:
        gamble_id = announced(tx, "gamble.started")[0]["id"]

    assert "joins" in discord.press(BOB, f"gamble:join:{gamble_id}").text


def test_one_joins_with_a_command_too_with_an_id_or_without(discord: DiscordClient, conn: Connection):
    carol = Person("500000000000000003", "carol")
    with transaction(conn) as tx:
        make_player(tx, "carol", platform="discord", platform_id=carol.id, items={"lootbox_tier1": 2})
    gamble_id = start(discord).custom_id("Join").split(":")[2]

    assert "joins" in discord.command(BOB, "gamble-join").text
    assert "joins" in discord.command(carol, "gamble-join", gamble_id=gamble_id).text


def test_who_cannot_join_is_told_why_alone(discord: DiscordClient):
    start(discord)

    told = discord.command(ALICE, "gamble-join")

    assert told.private
    assert "in this gamble already" in told.text


@pytest.mark.parametrize("gamble_id", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_there_is_no_joining_what_there_is_not(discord: DiscordClient, gamble_id: str):
    assert "There is no gamble to join." in discord.command(BOB, "gamble-join", gamble_id=gamble_id).text
    assert "There is no gamble to join." in discord.press(BOB, f"gamble:join:{gamble_id}").text
    assert "There is no gamble to join." in discord.press(BOB, "gamble:join").text


def test_boxes_are_suggested(discord: DiscordClient):
    assert discord.suggest(ALICE, "gamble-start", "item") == ["lootbox"]
