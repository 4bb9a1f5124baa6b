"""The announcements of a running stack in a Discord channel."""

from __future__ import annotations

import pytest

from local.demo.game import Game
from local.stack.postgres import Postgres
from tests.support.announcements import (
    evening,
    expected_messages,
    expected_of_players,
    invitations,
    is_gamble_over,
    logged_events,
    post_admin,
    posted_messages,
    stack_with,
    told_of_players,
    until,
)
from tests.support.fake_discord import DEV, FakeDiscord

PATIENCE = 60.0


@pytest.mark.slow
def test_over_a_bad_connection_every_announcement_arrives_once_and_in_order(
    postgres: Postgres, template_database: str, monkeypatch: pytest.MonkeyPatch
):
    # Limits as Discord has them, but a second long.
    unreliable = FakeDiscord(failing=0.1, losing=0.1, window=1.0)
    with stack_with(unreliable, postgres, template_database, monkeypatch) as (game, discord):
        tell_of_an_evening(game, discord)


def tell_of_an_evening(game: Game, discord: FakeDiscord) -> None:
    """event -> relay -> rule -> queue -> the process outside -> Discord."""
    evening(game)
    until(lambda: is_gamble_over(game), PATIENCE)
    post_admin(game, "/api/v1/admin/announce", {"title": "Tonight", "description": "At nine"})  # behind all others

    events = logged_events(game)
    until(
        lambda: "Tonight" in discord.titles and told_of_players(discord.messages) == expected_of_players(events),
        PATIENCE,
    )

    expected, posted = expected_messages(events), posted_messages(discord.messages)
    assert [each for each in posted if each[0] != DEV] == expected
    assert [each for each in posted if each[0] == DEV] == [(DEV, "Tonight", "At nine")]
    assert told_of_players(discord.messages) == expected_of_players(events)
    assert expected_of_players(events).total() > 5
    titles = [title for _, title, _ in expected]
    assert {"A new vote", "Everything is unlocked!", "A gamble!", "The gamble is decided"} <= {*titles}
    assert any(title.startswith("Unlocked: ") for title in titles)
    assert [message.buttons for message in invitations(discord)] == [[]]
    assert discord.statuses[500] + discord.statuses[0] > 0
    # Only a lost answer can hide that there is nothing left.
    assert discord.statuses[429] <= discord.statuses[0]
    assert discord.statuses[400] == 0
