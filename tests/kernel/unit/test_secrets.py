"""What is kept in Secrets Manager, played by moto."""

from __future__ import annotations

import json
from collections.abc import Iterator

import boto3
import pytest

from doors import secrets
from doors.discord import api
from doors.discord.messages import Embed, message
from doors.llm.service import complete
from doors.outbound import Unavailable
from functions.community.notify_streamerbot import app as streamerbot
from functions.community.notify_streamerbot.protocol import AuthenticatedSession
from kernel.outside.prompts import Prompt
from tests.support.fake_discord import NEWS, TOKEN, fake_discord
from tests.support.fake_streamerbot import FakeStreamerbot
from tests.support.llm_peer import answering, llm_peer
from tests.support.outer_ring import played_by_moto, use_settings


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Its name; there is nothing in it."""
    with played_by_moto(monkeypatch):
        secrets.store.cache_clear()
        name = boto3.client("secretsmanager").create_secret(Name="destinations")["Name"]
        use_settings(monkeypatch, secrets_id=name, discord_bot_token="", streamerbot_password="")
        yield name
    secrets.store.cache_clear()


def fill_in(name: str, text: str) -> None:
    boto3.client("secretsmanager").put_secret_value(SecretId=name, SecretString=text)


def test_each_is_found_under_its_name(secret: str):
    fill_in(secret, '{"discord_bot_token": "t", "streamerbot_password": "p"}')

    assert (api.bot_token(), streamerbot.password()) == ("t", "p")


def test_a_secret_that_is_not_set_is_empty(secret: str):
    fill_in(secret, '{"discord_bot_token": ""}')

    assert (api.bot_token(), streamerbot.password()) == ("", "")


@pytest.mark.parametrize("text", ["", "discord_bot_token=hidden"])
def test_as_long_as_it_cannot_be_read_everything_waits(secret: str, text: str):
    """And is not sent to the dead letters: it works again as soon as the secret has been corrected."""
    if text:
        fill_in(secret, text)

    with pytest.raises(Unavailable) as caught:
        secrets.find_secret("discord_bot_token")

    assert "hidden" not in str(caught.value)
    fill_in(secret, '{"discord_bot_token": "t"}')
    assert secrets.find_secret("discord_bot_token") == "t"


def test_a_replaced_token_is_used_as_soon_as_discord_refuses_the_old_one(secret: str):
    """Discord knows only one token at a time: messages wait until the new one is stored, and then need not wait."""
    with fake_discord() as discord:
        fill_in(secret, json.dumps({"discord_bot_token": TOKEN}))
        client = api.DiscordApi(discord.url, api.bot_token)
        client.post(NEWS, message(Embed("Hello")), "1")
        discord.token = "reset"
        with pytest.raises(Unavailable):
            client.post(NEWS, message(Embed("Hello")), "2")

        fill_in(secret, json.dumps({"discord_bot_token": "reset"}))
        client.post(NEWS, message(Embed("Hello")), "2")

    assert len(discord.messages) == 2


def test_a_replaced_password_is_used_as_soon_as_streamerbot_refuses_the_old_one(secret: str):
    with FakeStreamerbot("old") as fake:
        fill_in(secret, '{"streamerbot_password": "old"}')
        AuthenticatedSession.open(fake.url, streamerbot.password, seconds=5).close()
        fake.password = "new"
        with pytest.raises(Unavailable):
            AuthenticatedSession.open(fake.url, streamerbot.password, seconds=5)

        fill_in(secret, '{"streamerbot_password": "new"}')
        AuthenticatedSession.open(fake.url, streamerbot.password, seconds=5).close()


def test_a_replaced_key_is_used_as_soon_as_the_provider_refuses_the_old_one(
    secret: str, monkeypatch: pytest.MonkeyPatch
):
    prompt = Prompt("turn", "You debate.", "The topic", 200, "An offline answer.")
    with llm_peer() as peer:
        use_settings(monkeypatch, provider="openai", openai_base_url=peer.url, openai_api_key="")
        peer.steps = [answering("Yes."), 401, answering("No.")]
        fill_in(secret, '{"llm_api_key": "old"}')
        complete(prompt, 5)
        fill_in(secret, '{"llm_api_key": "new"}')
        complete(prompt, 5, wait=lambda _: None)

    assert [headers["Authorization"] for _, headers, _ in peer.asked] == ["Bearer old", "Bearer old", "Bearer new"]


def test_the_environment_comes_first(secret: str, monkeypatch: pytest.MonkeyPatch):
    use_settings(monkeypatch, discord_bot_token="t", secrets_id="")

    assert (api.bot_token(), streamerbot.password()) == ("t", "")
