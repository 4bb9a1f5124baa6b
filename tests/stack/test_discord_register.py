"""`make discord-register` and its error messages."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from doors.discord.registration import payload
from functions.community.discord import catalogue as catalogue  # declares every command
from tests.support.fake_discord import APPLICATION, GUILD, TOKEN, FakeDiscord, fake_discord


@pytest.fixture
def discord() -> Iterator[FakeDiscord]:
    with fake_discord() as peer:
        yield peer


def run(discord: FakeDiscord, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {"DISCORD_APPLICATION_ID": APPLICATION, "DISCORD_BOT_TOKEN": TOKEN, "DISCORD_API_URL": discord.url}
    return subprocess.run(
        [sys.executable, "-m", "local.tools.discord_register", *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **known, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def methods(discord: FakeDiscord) -> list[str]:
    return [method for method, _, _ in discord.requests]


def test_the_commands_are_registered_once(discord: FakeDiscord):
    first, second = run(discord), run(discord)

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert first.stdout.startswith("Commands on all servers are up to date now: added: ")
    assert second.stdout == "Commands on all servers are up to date: nothing differs, and nothing was sent.\n"
    assert methods(discord) == ["GET", "PUT", "GET"]
    registered = discord.commands[f"/applications/{APPLICATION}/commands"]
    assert [command["name"] for command in registered] == [command["name"] for command in payload()]


def test_a_check_changes_nothing(discord: FakeDiscord):
    looked = run(discord, "--guild", GUILD, "--dry-run")

    assert looked.returncode == 0, looked.stderr
    assert looked.stdout.startswith(f"Commands on server {GUILD}: added: ")
    assert methods(discord) == ["GET"]


def test_missing_settings_are_named(discord: FakeDiscord):
    said = run(discord, DISCORD_APPLICATION_ID="", DISCORD_BOT_TOKEN="")

    assert said.returncode == 1
    assert [line.split()[0] for line in said.stderr.splitlines()] == ["DISCORD_APPLICATION_ID", "DISCORD_BOT_TOKEN"]
    assert discord.requests == []


@pytest.mark.parametrize(
    ("environment", "arguments", "named"),
    [
        ({"DISCORD_APPLICATION_ID": "my app"}, (), "DISCORD_APPLICATION_ID"),
        ({"DISCORD_GUILD_ID": "My server"}, (), "DISCORD_GUILD_ID"),
        ({"DISCORD_GUILD_ID": GUILD}, ("--guild", "../.."), "--guild"),
    ],
)
def test_an_id_that_is_not_a_number_is_refused_by_name(
    discord: FakeDiscord, environment: dict[str, str], arguments: tuple[str, ...], named: str
):
    said = run(discord, *arguments, **environment)

    assert said.returncode == 1
    assert said.stderr.startswith(f"{named} is not a number")
    assert "Traceback" not in said.stderr
    assert discord.requests == []


def test_a_server_that_does_not_matter_may_be_called_anything(discord: FakeDiscord):
    assert run(discord, "--global", "--dry-run", DISCORD_GUILD_ID="My server").returncode == 0


def test_a_wrong_token_prints_a_sentence_and_no_traceback(discord: FakeDiscord):
    said = run(discord, DISCORD_BOT_TOKEN="wrong-one")

    assert said.returncode == 1
    assert said.stderr.startswith("Discord refuses: HTTP 401")
    assert "wrong-one" not in said.stderr
