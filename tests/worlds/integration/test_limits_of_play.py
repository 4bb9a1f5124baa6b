"""What one account may do over sockets, and what it leaves behind. Source: worlds 3; architecture 5."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kernel.accounts import service as accounts
from kernel.database import Tx
from kernel.rate_limits import RateLimit, RateLimited
from tests.support.worlds import Player, code, come_to, come_to_lobby, connect, make_someone, make_world, texts
from worlds.acting.models import NotInGame, TooManyCommands
from worlds.entering import service as entering
from worlds.play import closing, leaving, limits
from worlds.play import service as play
from worlds.play.frames import ClientFrame
from worlds.posts import clock, envelopes
from worlds.posts import service as posts

DAY = timedelta(days=1)


def rows(tx: Tx, table: str, where: str = "true") -> int:
    row = tx.execute(f"SELECT count(*) AS n FROM worlds.{table} WHERE {where}").fetchone()  # pyright: ignore[reportArgumentType]
    assert row is not None
    return row["n"]


@pytest.mark.parametrize(
    "line", ["say " + "x" * 29_000, "xyzzy " * 100, "tell Nemo " + "x" * 900], ids=["too long", "unknown", "refused"]
)
def test_of_a_line_that_is_refused_no_text_is_kept(tx: Tx, line: str):
    ann = come_to_lobby(tx)

    code(ann.types(tx, line))

    stored = tx.execute("SELECT command, length(body::text) < 1000 AS is_short FROM worlds.answers").fetchone()
    assert stored == {"command": "", "is_short": True}


def test_what_a_day_leaves_behind_is_counted_for_the_account_over_all_its_characters(
    tx: Tx, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(limits, "KILOBYTES", RateLimit("world_kilobytes", 3, DAY))
    ann, bob = come_to_lobby(tx), come_to_lobby(tx)
    world = make_world(tx)
    watcher = entering.create(tx, ann.me, world.world_id, play_wish())
    as_watcher = connect(tx, ann.me, watcher.character_id)
    forget_what_is_left_behind(tx)
    for _ in range(2):
        ann.types(tx, "who")
    as_watcher.types(tx, "who", "the last")

    for player in (ann, as_watcher):
        with pytest.raises(RateLimited):
            player.types(tx, "who")
    assert texts(as_watcher.types(tx, "who", "the last"))  # a repeat leaves nothing behind
    assert texts(bob.types(tx, "who"))


def test_what_many_hear_and_what_stays_for_good_weighs_more(tx: Tx):
    ann = come_to_lobby(tx)
    for _ in range(9):
        come_to_lobby(tx)
    world = make_world(tx)
    cyd = come_to(tx, world.world_id, "Cyd")
    forget_what_is_left_behind(tx)

    ann.types(tx, "say " + "x" * 1_000)
    cyd.types(tx, "north")

    assert 10 <= spent(tx, ann) <= 20
    assert spent(tx, cyd) > limits.EVENT // 1024


def test_who_comes_and_goes_pays_for_all_who_hear_of_it(tx: Tx):
    for _ in range(9):
        come_to_lobby(tx)
    ann = come_to_lobby(tx)
    leaving.go(tx, ann.connection_id)
    forget_what_is_left_behind(tx)

    connect(tx, ann.me, ann.character_id)

    assert spent(tx, ann) >= 2 * (9 * limits.POST + limits.EVENT) // 1024


def test_a_map_that_is_posted_in_parts_is_paid_for_and_so_is_its_repeat(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    world = make_world(tx)
    who = make_someone(tx)
    watcher = entering.create(tx, who.identity, world.world_id, play_wish())
    high = connect(tx, who.identity, watcher.character_id)
    forget_what_is_left_behind(tx)

    high.types(tx, "fly 500", "up")
    first = spent(tx, high)
    high.types(tx, "fly 500", "up")
    again = spent(tx, high) - first

    assert again > 10
    assert first > again  # what stays costs as well
    monkeypatch.setattr(limits, "KILOBYTES", RateLimit("world_kilobytes", 1, DAY))
    with pytest.raises(RateLimited):
        high.types(tx, "fly 500", "up")


def forget_what_is_left_behind(tx: Tx) -> None:
    tx.execute("DELETE FROM kernel.rate_windows WHERE scope LIKE 'world_kilobytes%%'", ())


def spent(tx: Tx, player: Player) -> int:
    row = tx.execute(
        "SELECT requests FROM kernel.rate_windows WHERE scope = 'world_kilobytes' AND key = %s",
        (str(player.me.account_id),),
    ).fetchone()
    assert row is not None
    return row["requests"]


def test_what_a_day_leaves_behind_is_counted_for_all_accounts_of_an_address(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "KILOBYTES_OF_ADDRESS", RateLimit("world_kilobytes_address", 3, DAY, per="ip"))
    ann, bob, cyd = (come_to_lobby(tx) for _ in range(3))
    tx.execute(
        "UPDATE kernel.accounts SET signed_up_from = 'a network' WHERE account_id = ANY(%s)",
        ([ann.me.account_id, bob.me.account_id],),
    )
    forget_what_is_left_behind(tx)
    for player in (ann, bob, ann):
        player.types(tx, "who")

    with pytest.raises(RateLimited):
        bob.types(tx, "who")
    assert texts(cyd.types(tx, "who"))


def play_wish() -> entering.CharacterWish:
    return entering.CharacterWish(name="Eye", species="human", role="watcher")


def test_a_connection_that_is_gone_is_told_so_and_not_that_it_was_too_fast(tx: Tx):
    ann = come_to_lobby(tx)
    leaving.go(tx, ann.connection_id)

    with pytest.raises(NotInGame):
        ann.types(tx, "look")


def test_connects_of_an_account_are_counted(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(play, "CONNECTS", (RateLimit("world_connects", 2), RateLimit("world_connects_day", 9, DAY)))
    ann = come_to_lobby(tx)
    connect(tx, ann.me, ann.character_id)

    with pytest.raises(RateLimited):
        connect(tx, ann.me, ann.character_id)


def test_connects_of_an_address_are_counted(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(play, "CONNECTS_OF_ADDRESS", RateLimit("world_connects_address_day", 2, DAY, per="ip"))
    ann, bob = come_to_lobby(tx), come_to_lobby(tx)
    tx.execute("UPDATE kernel.accounts SET signed_up_from = 'a network'")
    for player in (ann, bob):
        connect(tx, player.me, player.character_id)

    with pytest.raises(RateLimited):
        connect(tx, ann.me, ann.character_id)


def test_what_is_sent_again_is_not_kept_however_often_someone_connects(tx: Tx):
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
    assert (spoken, again) == (5, 5)  # the last connect's are on their way
    assert rows(tx, "posts", mine + " AND envelope ->> 'type' <> 'game_message'") == 2  # its map and state, too
    deliver(tx)
    assert rows(tx, "posts", mine + " AND (envelope ? 'again' OR envelope ->> 'type' <> 'game_message')") == 0


def test_who_comes_back_reads_the_same_lines_in_the_same_order_each_time(tx: Tx):
    ann, bob = come_to_lobby(tx), come_to_lobby(tx)
    for number in range(5):
        ann.types(tx, f"say {number}")
    read: list[list[str]] = []
    for _ in range(3):
        bob = connect(tx, bob.me, bob.character_id)
        lines = documents_for(tx, bob)
        assert [each["seq"] for each in lines] == sorted(each["seq"] for each in lines)
        read.append([each["data"]["text"][-1:] for each in lines if each["data"].get("type") == "speech"])

    assert read == [["0", "1", "2", "3", "4"]] * 3


def documents_for(tx: Tx, player: Player) -> list[Any]:
    """Do what a pusher does; return what one of the players is sent."""
    frames = [frame for each in deliver(tx) if each.connection_id == player.connection_id for frame in each.frames]
    return [json.loads(document) for frame in frames for document in frame.split("\n")]


def test_of_much_that_waits_a_pusher_gets_as_much_as_a_function_may_answer_and_the_rest_next_time(
    tx: Tx, monkeypatch: pytest.MonkeyPatch
):
    ann, bob = come_to_lobby(tx), come_to_lobby(tx)
    deliver(tx)
    for player in (ann, bob):
        lines = [envelopes.game_message("system", f"{number:02}" + "x" * 700, tx.now) for number in range(60)]
        posts.post(tx, [(player.character_id, each) for each in lines])
    monkeypatch.setattr(posts, "BATCH_BYTES", 40_000)
    heard: dict[str, list[str]] = {ann.connection_id: [], bob.connection_id: []}

    rounds = 0
    while given := deliver(tx):
        rounds += 1
        frames = [frame for each in given for frame in each.frames]
        assert sum(len(frame) for frame in frames) <= 40_000
        assert all(len(frame) <= envelopes.FRAME_BYTES for frame in frames)
        for each in given:
            heard[each.connection_id] += [
                json.loads(line)["data"]["text"][:2] for frame in each.frames for line in frame.split("\n")
            ]

    assert rounds > 2
    assert set(map(tuple, heard.values())) == {tuple(f"{number:02}" for number in range(60))}


def test_a_map_that_no_one_has_fetched_is_replaced_by_the_next(tx: Tx):
    ann = come_to_lobby(tx)

    for _ in range(3):
        posts.post_map(
            tx, ann.character_id, [envelopes.other("map_update", {"chunk": each}, tx.now) for each in (1, 2)]
        )

    mine = f"character_id = '{ann.character_id}' AND envelope #> '{{data,chunk}}' IS NOT NULL"
    assert rows(tx, "posts", mine) == 2


def test_what_does_not_fit_into_a_message_is_posted_and_not_read_twice_by_who_comes_back(tx: Tx):
    ann = come_to_lobby(tx)
    deliver(tx)

    answer = play.play(tx, ann.connection_id, ClientFrame("command", "a", "look"), room=10)
    again = play.play(tx, ann.connection_id, ClientFrame("command", "a", "look"), room=100_000)

    assert (answer, len(again)) == ([], 1)
    [rest] = documents_for(tx, ann)
    assert (rest["command_id"], rest["data"]) == ("a", again[0]["data"])
    back = connect(tx, ann.me, ann.character_id)
    assert sum(each["data"].get("id") == rest["data"]["id"] for each in documents_for(tx, back)) == 1


def deliver(tx: Tx) -> list[posts.PostDelivery]:
    """Do what a pusher does; return what it was given."""
    deliveries = posts.claim(tx)
    posts.settle(tx, {each.character_id: posts.PostArrival(each.last_seq) for each in deliveries}, ())
    return deliveries


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

    assert ann.connection_id not in {each.connection_id for each in deliver(tx)}
    assert rows(tx, "connections", f"connection_id = '{ann.connection_id}' AND closing = 'session_ended'") == 1


def test_the_clock_closes_connections_of_ended_sessions_even_if_no_one_speaks(tx: Tx):
    ann, bob = come_to_lobby(tx), come_to_lobby(tx)
    deliver(tx)
    posts.fall_asleep(tx)
    due = f"SELECT {clock.OVERDUE.replace('%s', '%(now)s')} AS due"
    assert tx.execute(due, {"now": tx.now}).fetchone() == {"due": False}

    accounts.end_all_sessions(tx, ann.me)
    assert tx.execute(due, {"now": tx.now}).fetchone() == {"due": True}
    clock.wake_pusher(tx)

    assert [each.connection_id for each in closing.take(tx)] == [ann.connection_id]
    assert rows(tx, "connections", f"connection_id = '{bob.connection_id}'") == 1


def test_a_ping_of_an_ended_session_is_not_answered_and_closes_the_connection(tx: Tx):
    ann = come_to_lobby(tx)
    accounts.end_all_sessions(tx, ann.me)

    assert play.ping(tx, ann.connection_id) == []
    with pytest.raises(NotInGame):
        play.ping(tx, replace(ann).connection_id)
