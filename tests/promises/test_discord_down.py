"""During an outage of Discord for two minutes nothing is lost or doubled, and the game goes on."""

from __future__ import annotations

import time

import pytest

from local.demo.game import Game
from local.stack.postgres import Postgres
from tests.support.announcements import (
    BOX,
    PLAYERS,
    Announcement,
    evening,
    expected_messages,
    expected_of_players,
    gamble,
    invitations,
    is_gamble_over,
    logged_events,
    post_admin,
    posted_messages,
    stack_with,
    told_of_players,
    until,
)
from tests.support.fake_discord import DEV, NEWS, FakeDiscord

AWAY_SECONDS = 120
PATIENCE = 240.0  # the queue hands out again each minute, and five failures cost another


@pytest.mark.slow
def test_an_outage_of_discord_for_two_minutes_loses_nothing(
    postgres: Postgres, template_database: str, monkeypatch: pytest.MonkeyPatch
):
    with stack_with(FakeDiscord(), postgres, template_database, monkeypatch) as (game, discord):
        miss_two_minutes(game, discord)


def miss_two_minutes(game: Game, discord: FakeDiscord) -> None:
    discord.down = True
    begun = time.monotonic()
    evening(game)
    until(lambda: is_gamble_over(game), 60)
    assert is_gamble_over(game)
    slowest = 0.0
    while time.monotonic() < begun + AWAY_SECONDS:
        at = time.monotonic()
        post_admin(game, "/api/v1/user/item/add", PLAYERS[0] | BOX)
        slowest = max(slowest, time.monotonic() - at)
        time.sleep(0.5)
    assert (discord.messages, slowest < 1) == ([], True)
    assert len(discord.requests) < 30  # after five failures it is left alone

    discord.down = False
    for player in PLAYERS:
        post_admin(game, "/api/v1/user/item/add", player | BOX)
    gamble(game)
    until(lambda: [event["type"] for event in logged_events(game)].count("gamble.complete") == 2, 60)
    post_admin(game, "/api/v1/admin/announce", {"title": "Back", "description": "Again"})  # behind all others
    events = logged_events(game)
    until(
        lambda: "Back" in discord.titles and told_of_players(discord.messages) == expected_of_players(events), PATIENCE
    )

    expected = [*expected_messages(events), (DEV, "Back", "Again")]
    assert without_invitations(posted_messages(discord.messages)) == without_invitations(expected)
    assert told_of_players(discord.messages) == expected_of_players(events)
    # The first gamble was over when Discord was back; whether the second one was depends on when it is asked again.
    assert [message.buttons for message in invitations(discord)] in ([], [[]])
    assert {message.channel_id for message in discord.messages} == {NEWS, DEV}
    assert discord.statuses[429] == 0


def without_invitations(announcements: list[Announcement]) -> list[Announcement]:
    return [each for each in announcements if each[1] != "A gamble!"]
