"""A battle on Discord on a running stack: from the command to the card."""

from __future__ import annotations

import json
from typing import Any

import pytest
import urllib3
from nacl.signing import SigningKey

from local.demo.game import Game
from local.stack.postgres import Postgres
from tests.support.announcements import stack_with, until
from tests.support.discord_client import DiscordClient, Person, command, interaction
from tests.support.fake_discord import FakeDiscord

CHANNEL = "1300"
ALICE = Person("500000000000000001", "alice")
PATIENCE = 90.0


def send(client: DiscordClient, game: Game, payload: Any) -> Any:
    """Send an interaction as Discord does."""
    event = client.event(json.dumps(payload))
    answer = urllib3.request("POST", game.url + event["path"], body=event["body"], headers=event["headers"])
    assert answer.status == 200, answer.data
    return answer.json()


@pytest.mark.slow
def test_a_channel_reads_a_battle_votes_and_sees_the_card(
    postgres: Postgres, template_database: str, monkeypatch: pytest.MonkeyPatch
):
    key = SigningKey.generate()
    monkeypatch.setenv("DISCORD_PUBLIC_KEY", key.verify_key.encode().hex())
    monkeypatch.setenv("DISCORD_BATTLE_VOTE_MINUTES", "0.1")
    peer = FakeDiscord(failing=0.1, losing=0.1, window=1.0, others=(CHANNEL,))
    with stack_with(peer, postgres, template_database, monkeypatch) as (game, discord):
        client = DiscordClient(key, None)
        begun = send(client, game, command(ALICE, "battle", topic="Should we ship weekly?") | {"channel_id": CHANNEL})
        assert "House" in json.dumps(begun)

        until(lambda: "Who won?" in discord.titles, PATIENCE)
        [vote] = [message for message in discord.messages if message.title == "Who won?"]
        voted = send(client, game, interaction(3, ALICE, {"custom_id": vote.buttons[0], "component_type": 2}))
        assert "You have voted for" in json.dumps(voted)
        until(lambda: any(title.startswith("The battle is decided") for title in discord.titles), PATIENCE)

        told = [message for message in discord.messages if message.channel_id == CHANNEL]
        assert [message.title.partition(" speaks ")[0] for message in told[:6]] == ["House Pro", "House Con"] * 3
        assert len(told) == 8
        assert vote.buttons == []
        result = told[-1].body["embeds"][0]
        assert [field["value"] for field in result["fields"][:2]] == ["1 vote", "0 votes"]
        assert result["image"]["url"].startswith(game.url)
        assert result["image"]["url"].endswith("/card.png")
