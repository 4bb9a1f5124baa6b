"""`make discord-register` and its error messages."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from doors.discord.registration import payload
from functions.shared.discord import catalogue as catalogue  # declares every command
from local.tools import discord_register
from tests.support.fake_discord import APPLICATION, GUILD, TOKEN, FakeDiscord, fake_discord
from tests.support.outer_ring import clear_caches, use_settings


@pytest.fixture
def discord() -> Iterator[FakeDiscord]:
    with fake_discord() as peer:
        yield peer


@dataclass(frozen=True)
class Ended:
    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Ended]


@pytest.fixture
def run(discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """`run("--dry-run", discord_guild_id="1")`: in this process; a new one would import for a second."""
    clear_caches()

    def run(*arguments: str, **changed: str) -> Ended:
        known = {"discord_application_id": APPLICATION, "discord_bot_token": TOKEN, "discord_api_url": discord.url}
        with monkeypatch.context() as here:
            use_settings(here, **known | {"discord_guild_id": ""} | changed)
            here.setattr(sys, "argv", ["discord_register", *arguments])
            returncode = discord_register.main()
        said = capsys.readouterr()
        return Ended(returncode, said.out, said.err)

    yield run
    clear_caches()


def methods(discord: FakeDiscord) -> list[str]:
    return [method for method, _, _ in discord.requests]


def test_the_commands_are_registered_once(discord: FakeDiscord, run: Run):
    first, second = run(), run()

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert first.stdout.startswith("Commands on all servers are up to date now: added: ")
    assert second.stdout == "Commands on all servers are up to date: nothing differs, and nothing was sent.\n"
    assert methods(discord) == ["GET", "PUT", "GET"]
    registered = discord.commands[f"/applications/{APPLICATION}/commands"]
    assert [command["name"] for command in registered] == [command["name"] for command in payload()]


def test_a_check_changes_nothing(discord: FakeDiscord, run: Run):
    looked = run("--guild", GUILD, "--dry-run")

    assert looked.returncode == 0, looked.stderr
    assert looked.stdout.startswith(f"Commands on server {GUILD}: added: ")
    assert methods(discord) == ["GET"]


def test_missing_settings_are_named(discord: FakeDiscord, run: Run):
    said = run(discord_application_id="", discord_bot_token="")

    assert said.returncode == 1
    assert [line.split()[0] for line in said.stderr.splitlines()] == ["DISCORD_APPLICATION_ID", "DISCORD_BOT_TOKEN"]
    assert discord.requests == []


@pytest.mark.parametrize(
    ("changed", "arguments", "named"),
    [
        ({"discord_application_id": "my app"}, (), "DISCORD_APPLICATION_ID"),
        ({"discord_guild_id": "My server"}, (), "DISCORD_GUILD_ID"),
        ({"discord_guild_id": GUILD}, ("--guild", "../.."), "--guild"),
    ],
)
def test_an_id_that_is_not_a_number_is_refused_by_name(
    discord: FakeDiscord, run: Run, changed: dict[str, str], arguments: tuple[str, ...], named: str
):
    said = run(*arguments, **changed)

    assert said.returncode == 1
    assert said.stderr.startswith(f"{named} is not a number")
    assert discord.requests == []


def test_a_server_that_does_not_matter_may_be_called_anything(run: Run):
    assert run("--global", "--dry-run", discord_guild_id="My server").returncode == 0


def test_a_wrong_token_prints_a_sentence_and_no_traceback(run: Run):
    said = run(discord_bot_token="wrong-one")

    assert said.returncode == 1
    assert said.stderr.startswith("Discord refuses: HTTP 401")
    assert "wrong-one" not in said.stderr
