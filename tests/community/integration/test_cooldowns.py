"""Cooldowns of one player and of everybody."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from threading import Thread
from uuid import UUID

import pytest
from msgspec.structs import replace

from community.cooldowns import retention
from community.cooldowns import service as cooldowns
from community.cooldowns.models import OnCooldown
from community.cooldowns.part import COOLDOWNS
from community.players import service as players
from community.players.models import NoSuchPlayer, PlayerRef
from kernel.database import Connection, Tx, connect, transaction
from tests.support.factories import announced, make_player, stored

MINUTE = timedelta(minutes=1)


def act(tx: Tx, ref: PlayerRef, action: str = "dance", duration: timedelta = MINUTE) -> None:
    player = players.load_or_create(tx, ref, cooldowns.cooldown_of(action, tx.now))
    cooldowns.require_ready(tx, player, action)
    players.save(tx, player)
    cooldowns.start(tx, player, action, duration)


def start_for_everyone(tx: Tx) -> None:
    tx.execute(
        """
        INSERT INTO cooldowns (user_id, action_key, created_at, expires_at)
        VALUES (NULL, 'expedition', %(now)s, %(now)s + interval '1 minute')
        """,
        {"now": tx.now},
    )


def rows(tx: Tx, user_id: UUID | None = None) -> dict[str, timedelta]:
    """{action: from now to its end}"""
    found = tx.execute("SELECT * FROM cooldowns WHERE user_id IS NOT DISTINCT FROM %s", (user_id,)).fetchall()
    return {row["action_key"]: row["expires_at"] - tx.now for row in found}


def test_who_has_acted_waits_until_the_cooldown_is_over(tx: Tx):
    alice = make_player(tx)
    act(tx, alice)

    tx.now += MINUTE - timedelta(milliseconds=1)
    with pytest.raises(OnCooldown):
        act(tx, alice)

    tx.now += timedelta(milliseconds=1)
    act(tx, alice)
    assert rows(tx, stored(tx, alice).id) == {"dance": MINUTE}


def test_a_cooldown_is_of_one_player_and_one_action(tx: Tx):
    alice, bob = make_player(tx), make_player(tx, "bob")
    act(tx, alice)

    act(tx, alice, "sing")
    act(tx, bob)

    assert rows(tx, stored(tx, alice).id).keys() == {"dance", "sing"}


def test_a_stranger_acts_and_then_waits(tx: Tx):
    stranger = PlayerRef("twitch", "never-seen", "stranger")

    act(tx, stranger)

    with pytest.raises(OnCooldown):
        act(tx, stranger)


def test_an_action_that_fails_leaves_no_cooldown(conn: Connection):
    with transaction(conn) as tx:
        alice = make_player(tx)

    with pytest.raises(ZeroDivisionError), transaction(conn) as tx:
        act(tx, alice)
        raise ZeroDivisionError

    with transaction(conn) as tx:
        act(tx, alice)


def test_of_racing_actions_of_a_player_one_succeeds(database_url: str):
    with closing(connect(database_url)) as conn, transaction(conn) as tx:
        alice = make_player(tx)
    outcomes: list[str] = []

    def race() -> None:
        with closing(connect(database_url)) as conn:
            try:
                with transaction(conn) as tx:
                    act(tx, alice)
                outcomes.append("done")
            except OnCooldown:
                outcomes.append("cooldown")

    at_once(race, 8)

    assert sorted(outcomes) == ["cooldown"] * 7 + ["done"]


def test_in_development_nobody_waits(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cooldowns, "settings", replace(cooldowns.settings, dev_mode=True))
    alice = make_player(tx)

    for _ in range(2):
        act(tx, alice)

    assert rows(tx, stored(tx, alice).id) == {}


def test_cooldowns_are_obeyed_unless_the_environment_says_otherwise():
    assert not cooldowns.settings.dev_mode


def test_an_administrator_ends_a_players_cooldown(tx: Tx):
    alice, bob = make_player(tx), make_player(tx, "bob")
    for ref in (alice, bob):
        act(tx, ref)
        act(tx, ref, "sing")

    assert cooldowns.reset(tx, alice, "dance")[1]

    act(tx, alice)
    with pytest.raises(OnCooldown):
        act(tx, alice, "sing")
    with pytest.raises(OnCooldown):
        act(tx, bob)
    user_id = str(stored(tx, alice).id)
    assert announced(tx, "cooldown.reset") == [
        {"user_id": user_id, "action": "dance", "timestamp": int(tx.now.timestamp())}
    ]


def test_an_administrator_ends_a_cooldown_for_everybody(tx: Tx):
    alice = make_player(tx)
    act(tx, alice, "expedition")
    start_for_everyone(tx)

    assert cooldowns.reset(tx, None, "expedition")[1]

    assert rows(tx) == {}
    assert rows(tx, stored(tx, alice).id) == {"expedition": MINUTE}
    assert [event["user_id"] for event in announced(tx, "cooldown.reset")] == [None]


def test_a_cooldown_that_is_over_needs_no_reset(tx: Tx):
    alice = make_player(tx)
    act(tx, alice)
    start_for_everyone(tx)
    tx.now += MINUTE

    assert not cooldowns.reset(tx, alice, "dance")[1]
    assert not cooldowns.reset(tx, alice, "sing")[1]
    assert not cooldowns.reset(tx, None, "expedition")[1]
    assert announced(tx, "cooldown.reset") == []


def test_a_reset_needs_a_player_who_is_there(tx: Tx):
    with pytest.raises(NoSuchPlayer):
        cooldowns.reset(tx, PlayerRef("twitch", username="nobody"), "dance")


def test_of_two_players_cooldowns_the_latest_ends_stay(tx: Tx):
    alice, bob = make_player(tx), make_player(tx, "bob")
    for ref, action, seconds in (
        (alice, "dance", 10),
        (bob, "dance", 20),
        (alice, "sing", 40),
        (bob, "sing", 30),
        (bob, "juggle", 50),
    ):
        act(tx, ref, action, timedelta(seconds=seconds))

    COOLDOWNS.move(tx, stored(tx, bob).id, stored(tx, alice).id)

    assert rows(tx, stored(tx, alice).id) == {
        "dance": timedelta(seconds=20),
        "sing": timedelta(seconds=40),
        "juggle": timedelta(seconds=50),
    }


def test_what_is_over_is_forgotten(tx: Tx):
    alice = make_player(tx)
    act(tx, alice)
    act(tx, alice, "sing", 2 * MINUTE)
    start_for_everyone(tx)
    tx.now += MINUTE

    retention.delete_expired(tx)

    assert rows(tx) == {}
    assert rows(tx, stored(tx, alice).id) == {"sing": MINUTE}


def at_once(race: Callable[[], None], times: int) -> None:
    threads = [Thread(target=race) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
