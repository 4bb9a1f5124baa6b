from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta

from community.players.models import PlayerRef
from community.timeouts.retention import delete_expired
from community.timeouts.service import apply_timeout, clear_timeout, read_timeout, shorten_timeout, silence
from kernel.database import Connection, Tx, connect, transaction
from tests.support.factories import announced

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def rows(tx: Tx) -> int:
    row = tx.execute("SELECT count(*) AS rows FROM timeouts").fetchone()
    assert row is not None
    return row["rows"]


def test_timeouts_add_up(tx: Tx):
    tx.now = NOON
    apply_timeout(tx, PlayerRef("twitch", username="Troll"), MINUTE, "spam")

    tx.now = NOON + timedelta(seconds=20)
    timeout = apply_timeout(tx, PlayerRef("twitch", username="troll"), 2 * MINUTE, "more spam")

    assert timeout.remaining == timedelta(seconds=160)
    assert [
        (event["username"], event["action"], event["duration_seconds"], event["reason"])
        for event in announced(tx, "timeout.applied")
    ] == [("Troll", "applied", 60, "spam"), ("troll", "applied", 160, "more spam")]
    assert announced(tx, "timeout.applied")[0]["timestamp"] == int(NOON.timestamp())


def test_what_is_over_does_not_add_up(tx: Tx):
    tx.now = NOON
    apply_timeout(tx, PlayerRef("twitch", username="troll"), MINUTE)

    tx.now = NOON + 5 * MINUTE
    assert read_timeout(tx, PlayerRef("twitch", username="troll")).remaining == timedelta(0)
    assert apply_timeout(tx, PlayerRef("twitch", username="troll"), MINUTE).remaining == MINUTE


def test_a_name_is_silent_on_its_platform_in_any_case(tx: Tx):
    apply_timeout(tx, PlayerRef("twitch", username="Troll"), MINUTE)

    assert read_timeout(tx, PlayerRef("twitch", username="TROLL")).remaining == MINUTE
    assert read_timeout(tx, PlayerRef("discord", username="Troll")).remaining == timedelta(0)


def test_the_last_moment_is_over(tx: Tx):
    tx.now = NOON
    apply_timeout(tx, PlayerRef("twitch", username="troll"), MINUTE)

    tx.now = NOON + MINUTE - timedelta(microseconds=1)
    assert read_timeout(tx, PlayerRef("twitch", username="troll")).remaining == timedelta(microseconds=1)
    tx.now = NOON + MINUTE
    assert read_timeout(tx, PlayerRef("twitch", username="troll")).remaining == timedelta(0)


def test_a_reduction_is_only_announced_when_it_frees(tx: Tx):
    apply_timeout(tx, PlayerRef("twitch", username="troll"), 3 * MINUTE)

    shorten_timeout(tx, "twitch", "Troll", MINUTE, "tonic")
    assert read_timeout(tx, PlayerRef("twitch", username="troll")).remaining == 2 * MINUTE
    assert announced(tx, "timeout.cleared") == []

    shorten_timeout(tx, "twitch", "Troll", 2 * MINUTE, "tonic")
    shorten_timeout(tx, "twitch", "Troll", 2 * MINUTE, "one too many")
    assert read_timeout(tx, PlayerRef("twitch", username="troll")).remaining == timedelta(0)
    assert announced(tx, "timeout.cleared") == [
        {
            "platform": "twitch",
            "username": "Troll",
            "action": "cleared",
            "duration_seconds": 0,
            "reason": "tonic",
            "timestamp": int(tx.now.timestamp()),
        }
    ]
    assert rows(tx) == 0


def test_a_reduction_of_nothing_changes_nothing(tx: Tx):
    tx.now = NOON
    apply_timeout(tx, PlayerRef("twitch", username="late"), MINUTE)
    tx.now = NOON + 2 * MINUTE

    for name in ("late", "stranger"):
        shorten_timeout(tx, "twitch", name, MINUTE, "tonic")
        assert read_timeout(tx, PlayerRef("twitch", username=name)).remaining == timedelta(0)
    assert announced(tx, "timeout.cleared") == []


def test_clearing_is_announced_once(tx: Tx):
    apply_timeout(tx, PlayerRef("twitch", username="troll"), MINUTE)

    assert clear_timeout(tx, PlayerRef("twitch", username="TROLL"))
    assert not clear_timeout(tx, PlayerRef("twitch", username="troll"))
    assert len(announced(tx, "timeout.cleared")) == 1
    assert read_timeout(tx, PlayerRef("twitch", username="troll")).remaining == timedelta(0)


def test_clearing_what_is_over_is_no_news(tx: Tx):
    tx.now = NOON
    apply_timeout(tx, PlayerRef("twitch", username="troll"), MINUTE)

    tx.now = NOON + MINUTE
    assert not clear_timeout(tx, PlayerRef("twitch", username="troll"))
    assert announced(tx, "timeout.cleared") == []


def test_only_what_is_over_is_forgotten(tx: Tx):
    tx.now = NOON
    apply_timeout(tx, PlayerRef("twitch", username="short"), MINUTE)
    apply_timeout(tx, PlayerRef("twitch", username="long"), 3 * MINUTE)

    tx.now = NOON + 2 * MINUTE
    delete_expired(tx)

    assert rows(tx) == 1
    assert read_timeout(tx, PlayerRef("twitch", username="long")).remaining == MINUTE


def test_no_second_is_lost_between_moderators(database_url: str, conn: Connection):
    def moderate(number: int) -> None:
        with closing(connect(database_url)) as own:
            for second in range(25):
                with transaction(own, now=NOON + timedelta(milliseconds=number)) as tx:
                    apply_timeout(tx, PlayerRef("twitch", username="Troll" if second % 2 else "troll"), MINUTE)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(moderate, range(4)))

    with transaction(conn, now=NOON) as tx:
        # Whoever came first put the start at their own clock.
        remaining = read_timeout(tx, PlayerRef("twitch", username="troll")).remaining - 100 * MINUTE
        totals = sorted(event["duration_seconds"] for event in announced(tx, "timeout.applied"))
    assert timedelta(0) <= remaining <= timedelta(milliseconds=3)
    assert len(totals) == len(set(totals)) == 100


def test_who_need_not_know_the_sum_reads_it_in_the_log(tx: Tx):
    silence(tx, "twitch", "Troll", MINUTE, "a dart")
    silence(tx, "twitch", "troll", MINUTE, "another dart")

    assert read_timeout(tx, PlayerRef("twitch", username="TROLL")).remaining == 2 * MINUTE
    assert [
        (event["duration_seconds"], event["username"], event["reason"]) for event in announced(tx, "timeout.applied")
    ] == [(60, "Troll", "a dart"), (120, "troll", "another dart")]
