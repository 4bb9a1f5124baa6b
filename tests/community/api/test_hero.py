"""The followed hero, over HTTP and on Discord."""

from __future__ import annotations

from uuid import UUID

import pytest

from community.heroes import following
from kernel.database import Connection, transaction
from tests.support.api import CallApi
from tests.support.discord_client import DiscordClient, Person
from tests.support.factories import make_player
from tests.support.heroes import agree, link
from tests.support.people import make_account

ALICE = Person("500000000000000001", "alice")
BOB = Person("500000000000000002", "bob")


@pytest.fixture(autouse=True)
def account(environment: Connection) -> UUID:
    """Alice's account."""
    with transaction(environment) as tx:
        for person in (ALICE, BOB):
            make_player(tx, person.username, platform="discord", platform_id=person.id)
        account_id = make_account(tx, "Ann")
        link(tx, account_id)
        agree(tx, account_id)
    return account_id


def is_seen(conn: Connection, account_id: UUID, *lines: str) -> None:
    with transaction(conn) as tx:
        following.sight(
            tx,
            {
                "account_id": str(account_id),
                "hero": "Ann *the* Bold",
                "world": "Temperate",
                "world_id": None,
                "map_x": None,
                "map_y": None,
                "place": "Millbrook",
                "hp": 45,
                "most_hp": 50,
                "people": ["Maren"],
                "creatures": [],
                "players": 1,
                "lines": lines or ["You go east."],
                "seen_at": tx.now.isoformat(),
            },
        )


def test_a_bot_reads_where_the_hero_is_whom_an_administrator_has_chosen(
    call: CallApi, environment: Connection, account: UUID
):
    assert (call("GET", "/api/v1/hero").status, call("GET", "/api/v1/hero").json["code"]) == (404, "not_found")
    alice = {"platform": "discord", "platform_id": ALICE.id}
    chosen = call("PUT", "/api/v1/admin/hero", alice, role="admin")
    assert chosen.json["message"].startswith("We follow alice through worlds now.")
    assert call("GET", "/api/v1/hero").json.keys() == {"message", "player"}

    is_seen(environment, account)

    answer = call("GET", "/api/v1/hero").json
    assert answer["message"] == (
        "Ann *the* Bold is in Temperate: Millbrook. Hit points: 45 of 50. Near: Maren and 1 other player."
    )
    assert (answer["people"], answer["players"], answer["lines"]) == (["Maren"], 1, ["You go east."])
    assert call("POST", "/api/v1/admin/hero/remove", {}, role="admin").status == 200
    assert call("GET", "/api/v1/hero").status == 404


def test_only_administrators_choose_and_only_who_has_an_account(call: CallApi):
    bob = {"platform": "discord", "platform_id": BOB.id}

    assert call("PUT", "/api/v1/admin/hero", bob, role="bot").status == 403
    refused = call("PUT", "/api/v1/admin/hero", bob, role="admin")
    assert (refused.status, refused.json["code"]) == (400, "validation")


def test_discord_tells_everyone_where_the_hero_is(discord: DiscordClient, environment: Connection, account: UUID):
    assert "No one is followed through worlds" in discord.command(BOB, "world").text
    assert "alice" in discord.command(BOB, "admin-follow", user=ALICE, admin=True).text
    assert "Heroes show themselves by writing follow on in Worlds." in discord.command(BOB, "world").text

    is_seen(environment, account)
    told = discord.command(BOB, "world")

    [embed] = told.data["embeds"]
    assert not told.private
    assert embed["title"] == "Our hero in worlds"
    assert embed["description"] == r"Ann \*the\* Bold is in Temperate\: Millbrook."
    assert {field["name"]: field["value"] for field in embed["fields"]} == {
        "Player": "alice",
        "Hit points": "45 / 50",
        "Near": "Maren and 1 other player",
        "Lately": "You go east.",
    }
    assert "We follow no one" in discord.command(BOB, "admin-follow", admin=True).text


def test_discord_shows_each_line_by_itself_and_the_last_ones_where_not_all_fit(
    discord: DiscordClient, environment: Connection, account: UUID
):
    discord.command(BOB, "admin-follow", user=ALICE, admin=True)

    def lately(*lines: str) -> list[str]:
        is_seen(environment, account, *lines)
        [embed] = discord.command(BOB, "world").data["embeds"]
        return embed["fields"][-1]["value"].split("\n")

    assert lately("You go east.", "You see @everyone.") == ["You go east.", r"You see \@everyone."]
    long = [f"{number}" + "*" * 190 for number in range(4)]
    assert [each[0] for each in lately(*long)] == ["2", "3"]
