"""/my-data and /forget-me."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from community.players import service as players
from community.players.models import PlayerRef
from community.privacy.models import PlayerExport
from functions.community.users.privacy_commands import fitting
from kernel.database import Connection, transaction
from tests.support.discord_client import DiscordClient, Person
from tests.support.factories import announced, make_player

ALICE, BOB = Person("500000000000000001", "alice"), Person("500000000000000002", "bob")


@pytest.fixture
def _alice(environment: Connection) -> None:
    with transaction(environment) as tx:
        make_player(tx, "alice", platform="discord", platform_id=ALICE.id, money=5)


@pytest.mark.usefixtures("_alice")
def test_one_is_forgotten_after_a_question_that_only_the_caller_sees(discord: DiscordClient, conn: Connection):
    asked = discord.command(ALICE, "forget-me")
    button = asked.custom_id("Forget me")
    strangers = discord.press(BOB, button)
    done = discord.press(ALICE, button)

    assert asked.private
    assert "alice has and has done here will be deleted for good" in asked.text
    assert strangers.answer["type"] == 4
    assert "starts anew" in done.text
    with transaction(conn) as tx:
        assert len(announced(tx, "user.forgotten")) == 1


@pytest.mark.usefixtures("_alice")
def test_pressing_the_button_twice_forgets_once_and_says_so_twice(discord: DiscordClient, conn: Connection):
    button = discord.command(ALICE, "forget-me").custom_id("Forget me")
    answers = [discord.press(ALICE, button) for _ in range(2)]

    assert ["starts anew" in answer.text for answer in answers] == [True, True]
    with transaction(conn) as tx:
        tx.execute("DELETE FROM idempotency_keys")  # as after a day
    assert discord.press(ALICE, button).text == "Nothing is stored about you."
    with transaction(conn) as tx:
        assert players.load_all(tx, (PlayerRef("discord", ALICE.id),)) == [None]


def test_who_asks_what_is_stored_is_not_registered_for_it(discord: DiscordClient, conn: Connection):
    assert discord.command(BOB, "forget-me").text == "Nothing is stored about you."
    with transaction(conn) as tx:
        assert players.load_all(tx, (PlayerRef("discord", BOB.id),)) == [None]


def test_a_file_loses_the_oldest_entries_of_the_longest_lists():
    rows = [{"n": number} for number in range(100)]
    export = PlayerExport(UUID(int=1), "alice", datetime(2026, 11, 28, tzinfo=UTC), {"events": rows, "users": rows[:1]})

    whole, is_whole = fitting(export, 100_000)
    part, is_part_whole = fitting(export, 1_000)

    assert (is_whole, is_part_whole) == (True, False)
    assert json.loads(whole)["records"] == {"events": rows, "users": rows[:1]}
    kept = json.loads(part)["records"]["events"]
    assert kept == rows[: len(kept)]
    assert 0 < len(kept) < 100
    assert len(part) <= 1_000
