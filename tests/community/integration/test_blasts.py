"""Blasts that wait for a quiet moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from threading import Barrier

import pytest

from community.blasts import retention
from community.blasts.clock import DUE, explode_due
from community.blasts.models import AlreadyArmed
from community.inventory.models import Quality
from community.items.models import OneAtATime
from community.items.service import use_item
from community.linking.service import claim_link, confirm_link, confirm_unlink, request_unlink, start_link
from community.messages import service as messages
from community.messages.service import handle_message
from community.players.models import PlayerRef
from kernel.database import Connection, Tx, connect, transaction
from kernel.errors import TryAgain
from tests.support.factories import announced, holdings, make_player, stored, unlock
from tests.support.races import PATIENCE

QUIET = timedelta(seconds=5)


def demolisher(
    tx: Tx, name: str = "alice", *, platform: str = "twitch", quality: Quality = Quality.COMMON
) -> PlayerRef:
    unlock(tx, "item_barrel", "item_buckler", "item_mirror")
    return make_player(tx, name, items={"blast_barrel": 9}, platform=platform, quality=quality)


def make_viewers(tx: Tx, number: int, platform: str = "twitch") -> list[PlayerRef]:
    return [make_player(tx, f"viewer{index}", platform=platform) for index in range(number)]


def talk(tx: Tx, *refs: PlayerRef) -> None:
    for ref in refs:
        handle_message(tx, ref, "hello")


def due(tx: Tx) -> bool:
    row = tx.execute("SELECT " + DUE + " AS due", (tx.now,)).fetchone()
    assert row is not None
    return row["due"]


def silenced(tx: Tx) -> dict[str, int]:
    """{name: seconds}."""
    rows = tx.execute(
        "SELECT username, expires_at FROM player_timeouts JOIN users USING (user_id) ORDER BY 1"
    ).fetchall()
    return {row["username"]: int((row["expires_at"] - tx.now).total_seconds()) for row in rows}


def test_a_blast_waits_for_five_chatters_and_five_quiet_seconds(tx: Tx):
    alice = demolisher(tx)
    viewers = make_viewers(tx, 5)
    use_item(tx, alice, "barrel", 1)
    assert not due(tx)
    talk(tx, *viewers[:4], *viewers[:4])
    tx.now += QUIET
    assert not due(tx)
    talk(tx, viewers[4])
    tx.now += QUIET - timedelta(seconds=1)
    assert not due(tx)
    assert explode_due(tx) == 0
    tx.now += timedelta(seconds=1)
    assert due(tx)

    assert explode_due(tx) == 1

    assert silenced(tx) == {f"viewer{index}": 60 for index in range(5)}
    assert messages.list_active_chatters(tx) == []
    (event,) = announced(tx, "blast.exploded")
    assert event == {
        "platform": "twitch",
        "setter_id": str(stored(tx, alice).id),
        "usernames": [f"viewer{index}" for index in range(5)],
        "silenced_count": 5,
        "duration_seconds": 60,
        "timestamp": int(tx.now.timestamp()),
    }
    assert (due(tx), explode_due(tx)) == (False, 0)


def test_of_a_big_crowd_the_news_names_only_some(tx: Tx):
    alice = demolisher(tx)
    viewers = make_viewers(tx, 30)
    use_item(tx, alice, "barrel", 1)
    talk(tx, *viewers)
    tx.now += QUIET

    explode_due(tx)

    assert len(silenced(tx)) == 30
    (event,) = announced(tx, "blast.exploded")
    assert event["silenced_count"] == 30
    assert event["usernames"] == sorted(f"viewer{index}" for index in range(30))[:25]


def test_it_hits_whoever_has_spoken_since_and_its_setter_too(tx: Tx):
    alice = demolisher(tx)
    viewers = make_viewers(tx, 7)
    talk(tx, viewers[0])
    tx.now += timedelta(seconds=1)
    use_item(tx, alice, "barrel", 1)
    talk(tx, alice, *viewers[1:])
    talk(tx, *make_viewers(tx, 2, platform="discord"))
    tx.now += QUIET

    explode_due(tx)

    assert silenced(tx) == {"alice": 60} | {f"viewer{index}": 60 for index in range(1, 7)}
    assert {(chatter.username, chatter.platform) for chatter in messages.list_active_chatters(tx)} == {
        ("viewer0", "twitch"),
        ("viewer0", "discord"),
        ("viewer1", "discord"),
    }


def test_shields_stop_it_and_mirrors_send_it_to_the_setter(tx: Tx):
    alice = demolisher(tx)
    viewers = make_viewers(tx, 5)
    for ref, kind in ((viewers[0], "block"), (viewers[1], "reflect"), (viewers[2], "reflect")):
        tx.execute("INSERT INTO shields VALUES (%s, %s, 1)", (stored(tx, ref).id, kind))
    use_item(tx, alice, "barrel", 1)
    talk(tx, *viewers)
    tx.now += QUIET

    explode_due(tx)

    assert silenced(tx) == {"alice": 120, "viewer3": 60, "viewer4": 60}
    assert tx.execute("SELECT sum(charges) AS left FROM shields").fetchone() == {"left": 0}
    (event,) = announced(tx, "blast.exploded")
    assert event["usernames"] == ["viewer3", "viewer4"]
    assert messages.list_active_chatters(tx) == []


def test_a_setter_who_has_left_the_platform_is_silenced_where_they_are(tx: Tx):
    alice = demolisher(tx)
    away = PlayerRef("discord", "a-discord", "alice")
    claim_link(tx, start_link(tx, alice).token, away)
    confirm_link(tx, alice)
    viewers = make_viewers(tx, 5)
    tx.execute("INSERT INTO shields VALUES (%s, 'reflect', 1)", (stored(tx, viewers[0]).id,))
    use_item(tx, alice, "barrel", 1)
    request_unlink(tx, alice, "twitch")
    confirm_unlink(tx, alice, "twitch")
    talk(tx, *viewers)
    tx.now += QUIET

    explode_due(tx)

    assert silenced(tx) == {"alice": 60} | {f"viewer{index}": 60 for index in range(1, 5)}
    assert {"platform": "discord", "username": "alice"}.items() <= announced(tx, "timeout.applied")[-1].items()


@pytest.mark.parametrize(("quality", "seconds"), [(Quality.CURSED, 30), (Quality.LEGENDARY, 100)])
def test_a_better_barrel_silences_longer(tx: Tx, quality: Quality, seconds: int):
    alice = demolisher(tx, quality=quality)
    viewers = make_viewers(tx, 5)

    used = use_item(tx, alice, "barrel", 1)
    talk(tx, *viewers)
    tx.now += QUIET
    explode_due(tx)

    assert set(silenced(tx).values()) == {seconds}
    assert holdings(tx, alice)["blast_barrel"] == 8
    assert used.message == "You light the fuse of a barrel. Once 5 have talked, silence sets it off."


def test_a_second_barrel_is_not_wasted_on_the_same_bang(tx: Tx):
    alice = demolisher(tx)

    with pytest.raises(OneAtATime):
        use_item(tx, alice, "barrel", 2)

    assert holdings(tx, alice)["blast_barrel"] == 9


def test_one_fuse_burns_on_a_platform(tx: Tx):
    alice, bob = demolisher(tx), demolisher(tx, "bob")
    elsewhere = demolisher(tx, "bob", platform="youtube")
    use_item(tx, alice, "barrel", 1)
    use_item(tx, elsewhere, "barrel", 1)

    for ref in (alice, bob):
        with pytest.raises(AlreadyArmed):
            use_item(tx, ref, "barrel", 1)

    assert (holdings(tx, alice)["blast_barrel"], holdings(tx, bob)["blast_barrel"]) == (8, 9)
    talk(tx, *make_viewers(tx, 5))
    tx.now += QUIET
    explode_due(tx)
    use_item(tx, bob, "barrel", 1)
    assert {row["platform"] for row in tx.execute("SELECT platform FROM armed_blasts").fetchall()} == {
        "twitch",
        "youtube",
    }


def test_a_fuse_that_nobody_heard_burns_out(tx: Tx):
    alice, bob = demolisher(tx), demolisher(tx, "bob")
    use_item(tx, alice, "barrel", 1)

    tx.now += retention.EXPIRES_AFTER
    retention.delete_expired(tx)
    with pytest.raises(AlreadyArmed):
        use_item(tx, bob, "barrel", 1)

    tx.now += timedelta(seconds=1)
    retention.delete_expired(tx)
    use_item(tx, bob, "barrel", 1)


def test_blasts_of_two_platforms_go_off_one_after_the_other(tx: Tx):
    for platform in ("twitch", "youtube"):
        use_item(tx, demolisher(tx, platform=platform), "barrel", 1)
        talk(tx, *make_viewers(tx, 5, platform))
        tx.now += timedelta(seconds=1)
    tx.now += QUIET

    assert [explode_due(tx) for _ in range(3)] == [1, 1, 0]

    assert [event["platform"] for event in announced(tx, "blast.exploded")] == ["twitch", "youtube"]


def test_the_fuse_of_a_player_who_is_merged_burns_on(tx: Tx):
    alice = make_player(tx, platform="discord")
    setter = demolisher(tx, "bob")
    use_item(tx, setter, "barrel", 1)
    claim_link(tx, start_link(tx, alice).token, setter)
    confirm_link(tx, alice)
    talk(tx, *make_viewers(tx, 5))
    tx.now += QUIET

    explode_due(tx)

    (event,) = announced(tx, "blast.exploded")
    assert event["setter_id"] == str(stored(tx, alice).id)


# Several at once


def arm_and_wait(conn: Connection) -> datetime:
    """The moment at which it is due."""
    with transaction(conn) as tx:
        alice = demolisher(tx)
        viewers = make_viewers(tx, 5)
        use_item(tx, alice, "barrel", 1)
        talk(tx, *viewers)
        return tx.now + QUIET


def test_three_clocks_at_once_make_one_bang(conn: Connection, database_url: str):
    moment = arm_and_wait(conn)
    line = Barrier(3)

    def fire() -> int:
        with closing(connect(database_url)) as clock:
            line.wait(PATIENCE)
            with transaction(clock, now=moment) as tx:
                return explode_due(tx)

    with ThreadPoolExecutor(3) as threads:
        fired = [running.result(PATIENCE) for running in [threads.submit(fire) for _ in range(3)]]

    assert sorted(fired) == [0, 0, 1]
    with transaction(conn, now=moment) as tx:
        assert silenced(tx) == {f"viewer{index}": 60 for index in range(5)}
        assert len(announced(tx, "blast.exploded")) == 1


def test_of_two_who_light_a_fuse_at_once_one_keeps_the_barrel(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        refs = [demolisher(tx, "alice"), demolisher(tx, "bob")]
    line = Barrier(2)

    def light(ref: PlayerRef) -> bool:
        with closing(connect(database_url)) as other:
            line.wait(PATIENCE)
            for _ in range(5):
                try:
                    with transaction(other) as tx:
                        use_item(tx, ref, "barrel", 1)
                        return True
                except AlreadyArmed:
                    return False
                except TryAgain:
                    continue
        raise AssertionError("never got through")

    with ThreadPoolExecutor(2) as threads:
        lit = list(threads.map(light, refs))

    assert sorted(lit) == [False, True]
    with transaction(conn) as tx:
        assert sorted(holdings(tx, ref)["blast_barrel"] for ref in refs) == [8, 9]
