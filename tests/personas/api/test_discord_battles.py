"""/battle and its votes, as Discord sends them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest

from kernel import connections as database
from kernel.database import Connection, connect, transaction
from personas.battles import turns
from personas.battles.models import HOUSE_ACCOUNT
from personas.profiles import service as profiles
from tests.support.discord_client import DiscordAnswer, DiscordClient, Person, command, interaction
from tests.support.factories import make_player
from tests.support.outside import run_due
from tests.support.people import make_account
from tests.support.personas import make_persona
from tests.support.round_trips import counted

ALICE = Person("500000000000000001", "alice")
BOB = Person("500000000000000002", "bob")
TOPIC = "Should we ship *weekly*?"
THREADS = 4


@pytest.fixture(autouse=True)
def _public(environment: Connection) -> None:
    with transaction(environment) as tx:
        for name in ("Ada", "Bob_"):
            persona = make_persona(tx, make_account(tx), name)
            profiles.publish(tx, persona.account_id, persona.persona_id)


def owner_of(conn: Connection) -> UUID:
    with transaction(conn) as tx:
        row = tx.execute("SELECT account_id FROM personas.posts WHERE kind = 'BATTLE'").fetchone()
    assert row is not None
    return row["account_id"]


def speak(conn: Connection) -> UUID:
    """Let all turns be spoken; return the battle's id."""
    run_due(conn, [turns.TURN])
    with transaction(conn) as tx:
        row = tx.execute("SELECT post_id FROM personas.battles WHERE status = 'COMPLETED'").fetchone()
    assert row is not None
    return row["post_id"]


def votes(conn: Connection) -> dict[str, str]:
    with transaction(conn) as tx:
        rows = tx.execute("SELECT voter_id, side FROM personas.channel_votes").fetchall()
    return {row["voter_id"]: row["side"] for row in rows}


def test_everyone_sees_who_debates_what(discord: DiscordClient, environment: Connection):
    told = discord.command(ALICE, "battle", topic=TOPIC, pro="ada", con="bob")

    assert not told.private
    assert told.text.split("\n") == [
        r"Battle: Should we ship \*weekly\*?",
        r"**Ada** speaks for it, **Bob\_** against it. There are 6 turns. Then you decide who won.",
        "Everything the personas say is written by AI.",
    ]
    assert owner_of(environment) == HOUSE_ACCOUNT


def test_it_takes_two_round_trips_and_suggestions_one(
    discord: DiscordClient, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    with counted(database_url) as (conn, wire):
        monkeypatch.setattr(database._environment, "connection", conn)
        discord.command(BOB, "battle", topic=TOPIC)  # whose channel is another one

        def trips(act: Callable[[], object]) -> int:
            before = wire.round_trips()
            act()
            return wire.round_trips() - before

        begun = command(ALICE, "battle", topic=TOPIC, pro="ada") | {"channel_id": "1301"}
        assert trips(lambda: discord.send(begun)) == 2
        assert trips(lambda: discord.suggest(ALICE, "battle", "pro", "a")) == 1
        battle_id = speak(conn)
        assert trips(lambda: discord.press(ALICE, f"battle:vote:{battle_id}:pro")) == 2


def test_a_linked_player_owns_the_battle(discord: DiscordClient, environment: Connection):
    with transaction(environment) as tx:
        ref = make_player(tx, "alice", platform="discord", platform_id=ALICE.id)
        account_id = make_account(tx, "Alice")
        tx.execute(
            """
            INSERT INTO player_accounts (account_id, user_id)
            SELECT %s, user_id FROM user_platform_links WHERE platform_user_id = %s
            """,
            (account_id, ref.platform_id),
        )

    discord.command(ALICE, "battle", topic=TOPIC)

    assert owner_of(environment) == account_id


def test_the_same_interaction_starts_one_battle(discord: DiscordClient, environment: Connection):
    payload = command(ALICE, "battle", topic=TOPIC)

    assert discord.send(payload).text == discord.send(payload).text

    owner_of(environment)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"guild_id": None}, "Battles need an audience. Start one in a channel of a server."),
        ({"app_permissions": str(1 << 10 | 1 << 11)}, "Brandish may not write in this channel."),
    ],
)
def test_it_needs_a_channel_that_we_may_write_in(discord: DiscordClient, changed: dict[str, Any], said: str):
    told = discord.send(command(ALICE, "battle", topic=TOPIC) | changed)

    assert told.private
    assert told.text.startswith(said)


def test_personas_and_templates_are_suggested(discord: DiscordClient):
    assert discord.suggest(ALICE, "battle", "pro", "bo") == ["bob"]
    assert set(discord.suggest(ALICE, "battle", "con")) == {"ada", "bob"}
    assert len(discord.suggest(ALICE, "battle", "template", "claim")) == 1


def test_a_vote_is_told_to_its_voter_alone_and_may_be_changed(discord: DiscordClient, environment: Connection):
    discord.command(ALICE, "battle", topic=TOPIC, pro="ada", con="bob")
    battle_id = speak(environment)

    told = [discord.press(ALICE, f"battle:vote:{battle_id}:{side}") for side in ("pro", "con")]
    discord.press(BOB, f"battle:vote:{battle_id}:pro", asker=ALICE)

    assert all(each.private for each in told)
    assert r"You have voted for **Bob\_**. You can change your vote until it ends, <t:" in told[1].text
    assert votes(environment) == {ALICE.id: "CON", BOB.id: "PRO"}


@pytest.mark.parametrize(
    "arguments", ["", ":pro", ":x:pro", f":{HOUSE_ACCOUNT}:pro", f":{HOUSE_ACCOUNT}:draw", ":a:b:c"]
)
def test_a_button_of_no_vote_says_that_it_is_over(discord: DiscordClient, arguments: str):
    told = discord.press(ALICE, f"battle:vote{arguments}")

    assert told.private
    assert told.text == "This vote is over."


def at_once(database_url: str, *calls: Callable[[], DiscordAnswer]) -> list[DiscordAnswer]:
    """Make calls at the same moment, in environments of their own."""
    barrier = Barrier(len(calls))

    def environment(call: Callable[[], DiscordAnswer]) -> DiscordAnswer:
        with closing(connect(database_url)) as conn:
            database._environment.connection = conn
            barrier.wait(timeout=30)
            return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(environment, calls))


def test_of_battles_that_begin_in_a_channel_at_once_there_is_one(
    discord: DiscordClient, environment: Connection, database_url: str
):
    people = [Person(f"60000000000000000{number}", f"user{number}") for number in range(THREADS)]

    told = at_once(database_url, *[lambda who=who: discord.command(who, "battle", topic=TOPIC) for who in people])

    assert sorted(each.private for each in told) == [False, True, True, True]
    assert {each.text for each in told if each.private} == {
        "There is a battle in this channel already. Wait until its vote is over."
    }


def test_of_battles_that_one_person_begins_at_once_there_is_one(
    discord: DiscordClient, environment: Connection, database_url: str
):
    payloads = [command(ALICE, "battle", topic=TOPIC) | {"channel_id": f"130{number}"} for number in range(THREADS)]

    told = at_once(database_url, *[lambda each=each: discord.send(each) for each in payloads])

    assert sorted(each.private for each in told) == [False, True, True, True]
    assert {each.text for each in told if each.private} == {
        "You started a battle a short time ago. You can start another one in 5 min."
    }


def test_votes_of_one_person_at_once_are_one(discord: DiscordClient, environment: Connection, database_url: str):
    discord.command(ALICE, "battle", topic=TOPIC)
    battle_id = speak(environment)
    clicks = [
        interaction(3, BOB, {"custom_id": f"battle:vote:{battle_id}:{side}", "component_type": 2})
        for side in ("pro", "con") * (THREADS // 2)
    ]

    told = at_once(database_url, *[lambda each=each: discord.send(each) for each in clicks])

    assert all(each.text.startswith("You have voted for") for each in told)
    assert votes(environment).keys() == {BOB.id}


def test_a_switch_takes_the_command_away():
    listing = "import functions.shared.discord.catalogue; from doors.discord.commands import COMMANDS; print(*COMMANDS)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "DISCORD_BATTLES": "false"}

    printed = subprocess.run([sys.executable, "-c", listing], env=environment, capture_output=True, check=True).stdout

    assert "gamble-start" in printed.decode().split()
    assert "battle" not in printed.decode().split()
