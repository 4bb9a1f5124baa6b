"""What one account may do over sockets, and what it leaves behind. Source: worlds 3; architecture 5."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from kernel.accounts import service as accounts
from kernel.database import Tx
from kernel.rate_limits import RateLimit, RateLimited
from tests.support.worlds import Player, code, come_to, come_to_lobby, connect, make_world, texts
from worlds.acting.models import NotInGame, TooManyCommands
from worlds.entering import service as entering
from worlds.play import service as play
from worlds.posts import service as posts

DAY = timedelta(days=1)


def rows(tx: Tx, table: str, where: str = "true") -> int:
    row = tx.execute(f"SELECT count(*) AS n FROM worlds.{table} WHERE {where}").fetchone()  # pyright: ignore[reportArgumentType]
    assert row is not None
    return row["n"]


def test_of_a_line_that_is_too_long_nothing_more_is_kept_than_a_line_has(tx: Tx):
    ann = come_to_lobby(tx)

    assert code(ann.types(tx, "say " + "x" * 29_000)) == "INVALID_COMMAND"

    stored = tx.execute("SELECT length(command) AS length FROM worlds.answers").fetchone()
    assert stored == {"length": 1_024}


def test_commands_of_a_day_are_counted_for_the_account_over_all_its_characters(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(play, "COMMANDS", RateLimit("world_commands", 3, DAY))
    ann, bob = come_to_lobby(tx), come_to_lobby(tx)
    world = make_world(tx)
    watcher = entering.create(tx, ann.me, world.world_id, play_wish())
    as_watcher = connect(tx, ann.me, watcher.character_id)
    for _ in range(2):
        ann.types(tx, "look")
    as_watcher.types(tx, "look")

    for player in (ann, as_watcher):
        with pytest.raises(RateLimited):
            player.types(tx, "look")
    assert texts(bob.types(tx, "look"))


def test_commands_of_a_day_are_counted_for_all_accounts_of_an_address(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(play, "COMMANDS_OF_ADDRESS", RateLimit("world_commands_address", 3, DAY, per="ip"))
    ann, bob, cyd = (come_to_lobby(tx) for _ in range(3))
    tx.execute(
        "UPDATE kernel.accounts SET signed_up_from = 'a network' WHERE account_id = ANY(%s)",
        ([ann.me.account_id, bob.me.account_id],),
    )
    for player in (ann, bob, ann):
        player.types(tx, "look")

    with pytest.raises(RateLimited):
        bob.types(tx, "look")
    assert texts(cyd.types(tx, "look"))


def play_wish() -> entering.CharacterWish:
    return entering.CharacterWish(name="Eye", species="human", role="watcher")


def test_a_connection_that_is_gone_is_told_so_and_not_that_it_was_too_fast(tx: Tx):
    ann = come_to_lobby(tx)
    play.go(tx, ann.connection_id)

    with pytest.raises(NotInGame):
        ann.types(tx, "look")


def test_connects_of_an_account_are_counted(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(play, "CONNECTS", (RateLimit("world_connects", 2), RateLimit("world_connects_day", 9, DAY)))
    ann = come_to_lobby(tx)
    connect(tx, ann.me, ann.character_id)

    with pytest.raises(RateLimited):
        connect(tx, ann.me, ann.character_id)


def test_what_is_sent_again_is_kept_once_however_often_someone_connects(tx: Tx):
    ann, bob = come_to_lobby(tx), come_to_lobby(tx)
    for number in range(5):
        ann.types(tx, f"say {number}")
    deliver(tx)

    for _ in range(4):
        bob = connect(tx, bob.me, bob.character_id)
        deliver(tx)
        connect(tx, bob.me, bob.character_id)

    mine = f"character_id = '{bob.character_id}'"
    spoken = rows(tx, "posts", mine + " AND NOT envelope ? 'again' AND envelope #>> '{data,type}' = 'speech'")
    again = rows(tx, "posts", mine + " AND envelope ? 'again' AND envelope #>> '{data,type}' = 'speech'")
    assert (spoken, again) == (5, 5)


def deliver(tx: Tx) -> list[str]:
    """Do what a pusher does; return the connections for which there was something."""
    deliveries = posts.claim(tx)
    posts.settle(tx, {each.character_id: posts.PostArrival(each.last_seq) for each in deliveries}, ())
    return [each.connection_id for each in deliveries]


def test_pings_count_among_the_twenty_of_a_second(tx: Tx):
    ann = come_to_lobby(tx)
    ann.types(tx, "look")
    for _ in range(19):
        assert [each["type"] for each in play.ping(tx, ann.connection_id)] == ["pong", "state_update"]

    with pytest.raises(TooManyCommands):
        play.ping(tx, ann.connection_id)


@pytest.mark.parametrize(
    "end",
    [
        lambda tx, ann: accounts.end_session(tx, ann.me, ann.me.session_id),
        lambda tx, ann: accounts.end_all_sessions(tx, ann.me),
    ],
    ids=["log-out", "everywhere"],
)
def test_who_has_logged_out_hears_nothing_more(tx: Tx, end: Callable[[Tx, Player], object]):
    world = make_world(tx)
    ann, bob = come_to(tx, world.world_id, "Ann"), come_to(tx, world.world_id, "Bob")
    deliver(tx)

    end(tx, ann)
    bob.types(tx, "whisper Ann the key is under the mat")

    assert ann.connection_id not in deliver(tx)
    assert rows(tx, "connections", f"connection_id = '{ann.connection_id}' AND closing = 'session_ended'") == 1


def test_a_ping_of_an_ended_session_is_not_answered_and_closes_the_connection(tx: Tx):
    ann = come_to_lobby(tx)
    accounts.end_all_sessions(tx, ann.me)

    assert play.ping(tx, ann.connection_id) == []
    with pytest.raises(NotInGame):
        play.ping(tx, replace(ann).connection_id)
