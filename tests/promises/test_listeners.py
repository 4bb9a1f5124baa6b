"""Listeners receive the whole log once and in order, although processes are restarted and killed."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from kernel.database import Connection, connect, transaction
from kernel.events import service as events
from local.demo.game import Game, Request
from local.stack.process import StackProcess
from tests.promises.listeners import Socketed, Streamed, heard, last_position, listening, to_hear
from tests.promises.nuisances import outer_process
from tests.promises.preparation import choose_seed, prepare_players
from tests.promises.traffic import background_traffic
from tests.promises.waiting import wait
from tests.support.announcements import post_admin
from tests.support.fake_discord import FakeDiscord
from tests.support.fake_streamerbot import FakeStreamerbot

CLIENTS = 8
SECONDS = 60.0
FEW = {"item.sold": "item.sold", "gamble.complete": "gamble.completed"}
"""{type: the name under which it is asked for}"""


@pytest.mark.slow
def test_no_listener_misses_an_event_during_a_minute_of_play_with_a_restart_and_a_crash(
    database_url: str, tmp_path: Path
):
    seed = choose_seed()
    with closing(connect(database_url)) as conn, StackProcess(database_url, state=tmp_path) as stack:
        prepare_players(conn, Random(seed))
        time.sleep(BEGINNING_SECONDS)
        everything, few = (Streamed(stack), Socketed(stack)), (Streamed(stack, names()), Socketed(stack, names()))
        listeners = (*everything, *few)
        begin = last_position(conn)
        with listening(listeners, wait):
            with background_traffic(stack, seed) as said:
                for end in (stack.stop, stack.kill):
                    time.sleep(SECONDS / 3)
                    end()
                    stack.start()
                    everything[0].move()
                    few[0].move()
                time.sleep(SECONDS / 3)
            stack_said = stack.output()
            all_of_it, few_of_it = to_hear(conn, begin), to_hear(conn, begin, FEW)
            for each in everything:
                wait(lambda each=each: all_of_it[-1] in heard(each), "the end")
            for each in few:
                wait(lambda each=each: few_of_it[-1] in heard(each), "the end")
            time.sleep(2)  # for what comes too often
        # Something more may have happened by itself since.
        all_of_it, few_of_it = to_hear(conn, begin), to_hear(conn, begin, FEW)

        assert said["2xx"] > 500, said
        assert said["5xx"] == 0, stack_said
        assert len(all_of_it) > 1000
        assert 20 < len(few_of_it) < len(all_of_it) / 2
        assert all(heard(each) == all_of_it[: len(heard(each))] for each in everything)
        assert all(heard(each) == few_of_it[: len(heard(each))] for each in few)
        assert [each.connections for each in listeners] == [3] * 4


def names() -> str:
    return ",".join(FEW.values())


BEGINNING_SECONDS = 3.0
"""For what a stack has to say at first: which vote is on, for one."""
FLOOD = 2000
"""events, with a second's time to write them"""
SLEEP_SECONDS = 20.0
MANY = 50
"""WebSockets"""
VISIBILITY_SECONDS = 60
"""What a process had in hand when it died comes again after so long."""
VIEWER = {"platform": "twitch", "platform_id": "1", "username": "viewer"}


@pytest.mark.slow
def test_slow_listeners_do_not_delay_others_and_get_all_events_later(stack_with_peers: StackProcess, conn: Connection):
    stack = stack_with_peers
    fast, slow = (Streamed(stack), Socketed(stack), Socketed(stack)), (Streamed(stack), Socketed(stack))
    time.sleep(BEGINNING_SECONDS)
    begin = last_position(conn)
    with listening((*fast, *slow), wait):
        for each in slow:
            each.awake.clear()
        begun = time.monotonic()
        for _ in range(20):
            with transaction(conn) as tx:
                for number in range(100):
                    events.broadcast(tx, "said", {"number": number, "text": "x" * 4000})
        wait(lambda: all(len(heard(each)) >= FLOOD for each in fast), "the fast")
        # The slow, who have not been woken, read nothing meanwhile: no one was held up.
        assert all(len(heard(each)) < FLOOD for each in slow)
        time.sleep(max(0.0, begun + SLEEP_SECONDS - time.monotonic()))
        with transaction(conn) as tx:
            events.broadcast(tx, "said", {"number": FLOOD})
        for each in slow:
            each.awake.set()
        all_of_it = to_hear(conn, begin)
        wait(lambda: all(heard(each)[-1:] == all_of_it[-1:] for each in (*fast, *slow)), "the slow")
        time.sleep(2)  # for what comes too often

    for each in (*fast, *slow):
        assert heard(each) == all_of_it


@pytest.mark.slow
def test_a_kill_of_the_delivering_process_loses_nothing(
    stack_with_peers: StackProcess, conn: Connection, discord_peer: FakeDiscord, streamerbot_peer: FakeStreamerbot
):
    """The process of the outer ring is killed during delivery.

    Discord recognises a message by its nonce and shows none twice. Streamer.bot does not, and may run the action again
    that was in flight. Listeners recognise an event by its id.
    """
    stack, discord, streamerbot = stack_with_peers, discord_peer, streamerbot_peer
    listeners = [Socketed(stack) for _ in range(MANY)]
    with Game(stack.url, stack.api_key) as game:
        post_admin(game, "/api/v1/user/register", VIEWER)
        time.sleep(BEGINNING_SECONDS)
        begin = last_position(conn)
        with listening(listeners, wait):
            for number in range(1, 101):
                post_admin(game, "/api/v1/admin/announce", {"title": f"{number}", "description": "It goes on"})
                timeout = {"platform": "twitch", "username": VIEWER["username"], "duration_seconds": number}
                assert game.ask(Request("PUT", "/api/v1/user/timeout", timeout)).ok
                if number == 50:
                    wait(lambda: len(discord.messages) > 20, "Discord to be told")
                    outer_process(stack).kill()
                time.sleep(0.05)
            patience = 2 * VISIBILITY_SECONDS
            all_of_it = to_hear(conn, begin)
            to_run = [id for id, type in all_of_it if type == "timeout.applied"]
            wait(lambda: discord.titles[-1:] == ["100"], "Discord", patience)
            wait(lambda: [ran.id for ran in streamerbot.ran][-1:] == to_run[-1:], "Streamer.bot", patience)
            for each in listeners:
                wait(lambda each=each: heard(each)[-1:] == all_of_it[-1:], "the end", patience)

    assert discord.titles == [f"{number}" for number in range(1, 101)]
    ran = [action.id for action in streamerbot.ran if action.id in to_run]
    assert list(dict.fromkeys(ran)) == to_run
    assert len(ran) <= len(to_run) + 1
    for each in listeners:
        assert list(dict.fromkeys(heard(each))) == all_of_it
    again = [len(heard(each)) - len(all_of_it) for each in listeners]
    assert max(again) < 100
