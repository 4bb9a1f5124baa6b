"""All players press Join at the last moment, some twice: each enters once, and every answer is true."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from random import Random

import pytest
from msgspec.structs import replace
from nacl.signing import SigningKey

from community.gambles.models import GambleNotJoining, GambleTooLate
from doors.discord.actions import BUSY, UNCERTAIN
from doors.discord.replies import plain
from functions.shared.clock.app import handler as clock
from functions.shared.discord import app
from kernel.database import Connection, transaction
from tests.promises.environment_pool import environments
from tests.promises.preparation import choose_seed
from tests.support.discord_client import DiscordAnswer, DiscordClient, Person, command
from tests.support.factories import holdings, make_player, unlock

USERS = [Person(f"6000000000000000{number:02}", f"user{number}") for number in range(50)]
TWICE = USERS[:20]
STARTER = Person("600000000000000099", "starter")
CLOCKS = 2
RUSH_SECONDS = 1.0
"""So long they keep coming; in the middle of it the gamble closes."""

TOO_LATE = {plain(f"{kind.message}") for kind in (GambleTooLate, GambleNotJoining)}
KEPT = 6
"""The type of an answer that leaves everything as it is."""


@pytest.fixture
def discord(monkeypatch: pytest.MonkeyPatch) -> DiscordClient:
    client = DiscordClient(SigningKey.generate(), app.handler)
    monkeypatch.setattr(app, "settings", replace(app.settings, discord_public_keys=(client.public_key,)))
    return client


def wait_and(seconds: float, press: Callable[[], DiscordAnswer]) -> tuple[DiscordAnswer, float]:
    """With the seconds that the answer took."""
    time.sleep(seconds)
    at = time.monotonic()
    return press(), time.monotonic() - at


def hurry(conn: Connection) -> None:
    """The deadline is set when all have begun, so that some come in time however long it takes them to begin."""
    conn.execute("UPDATE gambles SET join_deadline = now() + make_interval(secs => %s)", (RUSH_SECONDS / 2,))


def tick() -> None:
    until = time.monotonic() + RUSH_SECONDS
    while time.monotonic() < until:
        clock({}, None)
        time.sleep(0.05)


def test_a_rush_before_a_gambles_deadline_makes_one_participant_each_with_truthful_answers(
    discord: DiscordClient, conn: Connection, database_url: str
):
    rng = Random(choose_seed())
    with transaction(conn) as tx:
        unlock(tx, "feature_economy", "feature_gamble")
        for each in (STARTER, *USERS):
            make_player(tx, each.username, platform="discord", platform_id=each.id, items={"lootbox_tier1": 5})
    with environments(database_url, len(USERS) + len(TWICE) + CLOCKS + 1) as together:
        button = together([partial(discord.command, STARTER, "gamble-start", item="lootbox", quantity=5)])[0].custom_id(
            "Join"
        )
        gamble_id = button.rpartition(":")[2]
        clicks = [*USERS, *TWICE]
        pressed = [
            partial(wait_and, rng.uniform(0, RUSH_SECONDS), partial(discord.press, each, button, asker=STARTER))
            for each in clicks
        ]
        answers = together([*pressed, partial(hurry, conn), *[tick] * CLOCKS])[: len(clicks)]
        conn.execute("UPDATE gambles SET join_deadline = now() WHERE state = 'Joining'")
        together([partial(clock, {}, None)] * CLOCKS)

    told = {each: [said for who, (said, _) in zip(clicks, answers, strict=True) if who is each] for each in USERS}
    staked = _entries(conn, gamble_id)
    joined = _announced(conn)
    assert {each for each in USERS if any(_says_joined(said) for said in told[each])} == {
        each for each in USERS if each.username in staked
    }
    for each, said in told.items():
        texts = [one.text if one.answer["type"] != KEPT else "" for one in said]
        entered = each.username in staked
        assert sum(_says_joined(one) for one in said) <= 1
        if not entered:
            assert set(texts) <= {*TOO_LATE, BUSY}, texts
        assert UNCERTAIN not in texts
    assert joined == Counter(staked - {STARTER.username})
    assert max(seconds for _, seconds in answers) < 3
    assert 0 < len(staked) <= len(USERS) + 1
    won = conn.execute("SELECT state FROM gambles").fetchall()
    assert [row["state"] for row in won] == ["Completed"]
    with transaction(conn) as tx:
        boxes = {each.username: holdings(tx, each.player).get("lootbox_tier1", 0) for each in USERS}
    assert all(count == 5 for name, count in boxes.items() if name not in staked)
    assert all(count == 0 for name, count in boxes.items() if name in staked)


def _says_joined(told: DiscordAnswer) -> bool:
    return told.answer["type"] != KEPT and told.text.startswith("Joined\n")


def _entries(conn: Connection, gamble_id: str) -> set[str]:
    rows = conn.execute(
        """
        SELECT l.username AS name FROM gamble_participants p JOIN user_platform_links l USING (user_id)
        WHERE p.gamble_id = %s
        """,
        (gamble_id,),
    ).fetchall()
    assert len(rows) == len({row["name"] for row in rows})
    return {row["name"] for row in rows}


def _announced(conn: Connection) -> Counter[str]:
    rows = conn.execute(
        """
        SELECT l.username AS name FROM events e JOIN user_platform_links l USING (user_id)
        WHERE e.event_type = 'gamble.joined'
        """
    ).fetchall()
    return Counter(row["name"] for row in rows)


def test_twenty_concurrent_copies_of_a_click_act_once(discord: DiscordClient, conn: Connection, database_url: str):
    with transaction(conn) as tx:
        unlock(tx, "feature_economy")
        make_player(tx, "alice", platform="discord", platform_id=STARTER.id, items={"item_spade": 100})
    payload = command(STARTER, "sell", item="spade", quantity=3)

    with environments(database_url, 20) as together:
        told: list[DiscordAnswer] = together([partial(discord.send, payload)] * 20)

    with transaction(conn) as tx:
        assert holdings(tx, STARTER.player)["item_spade"] == 97
    assert {each.text for each in told} <= {"Sold\nSold 3 × spades for 120 money.", BUSY}
    assert sum(each.text != BUSY for each in told) >= 1
    sold = conn.execute("SELECT count(*) AS n FROM events WHERE event_type = 'item.sold'").fetchone()
    assert sold == {"n": 1}
