from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from community.linking.service import claim_link, confirm_link, confirm_unlink, request_unlink, start_link
from community.messages.service import handle_message
from community.players import service as players
from community.players.models import Player, PlayerRef, SeveralPlayers
from community.timeouts.retention import delete_expired
from community.timeouts.service import apply_timeout, clear_timeout, read_timeout, shorten_timeout, silence, silenced
from kernel.database import Connection, Tx, connect, transaction
from tests.support.factories import announced, make_player

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def rows(tx: Tx) -> int:
    row = tx.execute(
        "SELECT (SELECT count(*) FROM timeouts) + (SELECT count(*) FROM player_timeouts) AS rows"
    ).fetchone()
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


def test_the_timeouts_of_a_player_add_up(tx: Tx):
    tx.now = NOON
    troll = make_player(tx, "troll")
    apply_timeout(tx, troll, MINUTE)

    tx.now = NOON + timedelta(seconds=20)

    assert apply_timeout(tx, troll, 2 * MINUTE).remaining == timedelta(seconds=160)
    assert read_timeout(tx, troll).remaining == timedelta(seconds=160)


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


def player(tx: Tx, name: str) -> Player:
    return players.load(tx, make_player(tx, name), silenced(tx))


def left(tx: Tx, name: str, platform: str = "twitch") -> timedelta:
    return read_timeout(tx, PlayerRef(platform, username=name)).remaining


def linked(tx: Tx, keeper: PlayerRef, other: PlayerRef) -> None:
    claim_link(tx, start_link(tx, keeper).token, other)
    confirm_link(tx, keeper)


def test_a_reduction_is_only_announced_when_it_frees(tx: Tx):
    troll = player(tx, "Troll")
    silence(tx, troll, 3 * MINUTE, "spam")

    shorten_timeout(tx, troll, MINUTE, "tonic")
    assert left(tx, "troll") == 2 * MINUTE
    assert announced(tx, "timeout.cleared") == []

    shorten_timeout(tx, troll, 2 * MINUTE, "tonic")
    shorten_timeout(tx, troll, 2 * MINUTE, "one too many")
    assert left(tx, "troll") == timedelta(0)
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
    late, stranger = player(tx, "late"), player(tx, "stranger")
    silence(tx, late, MINUTE, "spam")
    tx.now = NOON + 2 * MINUTE

    for each in (late, stranger):
        shorten_timeout(tx, each, MINUTE, "tonic")
        assert left(tx, each.username) == timedelta(0)
    assert announced(tx, "timeout.cleared") == []


def test_a_timeout_is_announced_for_every_account_first_where_it_happened(tx: Tx):
    alice, away = make_player(tx, "alice"), make_player(tx, "Alice D.", platform="discord")
    linked(tx, alice, away)

    apply_timeout(tx, PlayerRef("twitch", username="alice"), MINUTE, "spam")

    assert [(event["platform"], event["username"]) for event in announced(tx, "timeout.applied")] == [
        ("twitch", "alice"),
        ("discord", "Alice D."),
    ]
    assert left(tx, "alice d.", "discord") == MINUTE
    assert clear_timeout(tx, away)[1]
    assert [event["platform"] for event in announced(tx, "timeout.cleared")] == ["discord", "twitch"]
    assert left(tx, "alice") == timedelta(0)


def test_a_timeout_survives_a_rename_and_the_next_of_that_name_does_not_inherit_it(tx: Tx):
    troll = make_player(tx, "troll")
    apply_timeout(tx, PlayerRef("twitch", username="troll"), MINUTE)

    handle_message(tx, replace(troll, username="angel"), "hello")
    make_player(tx, "troll")

    assert (left(tx, "angel"), left(tx, "troll")) == (MINUTE, timedelta(0))
    assert [(event["username"], event["duration_seconds"]) for event in announced(tx, "timeout.applied")] == [
        ("troll", 60),
        ("angel", 60),
    ]


def test_a_timeout_of_a_name_waits_for_its_player(tx: Tx):
    apply_timeout(tx, PlayerRef("twitch", username="Troll"), MINUTE)

    first = make_player(tx, "TROLL")
    handle_message(tx, replace(first, username="angel"), "hello")

    assert left(tx, "angel") == MINUTE
    assert rows(tx) == 1
    make_player(tx, "troll")
    assert left(tx, "troll") == timedelta(0)


def test_a_timeout_of_an_account_that_is_no_player_does_not_hit_its_name(tx: Tx):
    apply_timeout(tx, PlayerRef("twitch", "4711", "troll"), MINUTE)

    make_player(tx, "troll", platform_id="12")
    assert left(tx, "troll") == timedelta(0)
    make_player(tx, "angel", platform_id="4711")
    assert left(tx, "angel") == MINUTE


def test_unlinking_an_account_frees_neither(tx: Tx):
    alice, away = make_player(tx, "alice"), make_player(tx, "ally", platform="discord")
    linked(tx, alice, away)
    apply_timeout(tx, alice, MINUTE)

    request_unlink(tx, alice, "discord")
    confirm_unlink(tx, alice, "discord")
    make_player(tx, "ally", platform="discord", platform_id="of someone else")
    make_player(tx, "new name", platform="discord", platform_id=away.platform_id)

    assert (left(tx, "alice"), left(tx, "new name", "discord")) == (MINUTE, MINUTE)
    assert left(tx, "ally", "discord") == timedelta(0)


def test_of_two_who_become_one_the_longer_timeout_stays_on_both(tx: Tx):
    alice, away = make_player(tx, "alice"), make_player(tx, "ally", platform="discord")
    apply_timeout(tx, alice, MINUTE)
    apply_timeout(tx, away, 2 * MINUTE)

    linked(tx, alice, away)

    assert (left(tx, "alice"), left(tx, "ally", "discord")) == (2 * MINUTE, 2 * MINUTE)
    assert {"platform": "discord", "duration_seconds": 120}.items() <= announced(tx, "timeout.applied")[-1].items()


def test_of_two_players_of_a_name_none_is_silenced_by_it(tx: Tx):
    first, second = make_player(tx, "alex", platform="youtube"), make_player(tx, "Alex", platform="youtube")

    with pytest.raises(SeveralPlayers):
        apply_timeout(tx, PlayerRef("youtube", username="alex"), MINUTE)
    apply_timeout(tx, replace(second, username="alex"), MINUTE)

    assert read_timeout(tx, first).remaining == timedelta(0)
    assert read_timeout(tx, second).remaining == MINUTE


def test_clearing_is_announced_once(tx: Tx):
    apply_timeout(tx, PlayerRef("twitch", username="troll"), MINUTE)

    assert clear_timeout(tx, PlayerRef("twitch", username="TROLL"))[1]
    assert not clear_timeout(tx, PlayerRef("twitch", username="troll"))[1]
    assert len(announced(tx, "timeout.cleared")) == 1
    assert read_timeout(tx, PlayerRef("twitch", username="troll")).remaining == timedelta(0)


def test_clearing_what_is_over_is_no_news(tx: Tx):
    tx.now = NOON
    apply_timeout(tx, PlayerRef("twitch", username="troll"), MINUTE)

    tx.now = NOON + MINUTE
    assert not clear_timeout(tx, PlayerRef("twitch", username="troll"))[1]
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
    troll = player(tx, "Troll")
    silence(tx, troll, MINUTE, "a dart")
    silence(tx, troll, MINUTE, "another dart")

    assert left(tx, "TROLL") == 2 * MINUTE
    assert [
        (event["duration_seconds"], event["username"], event["reason"]) for event in announced(tx, "timeout.applied")
    ] == [(60, "Troll", "a dart"), (120, "Troll", "another dart")]


def departed(tx: Tx, name: str, added: timedelta) -> PlayerRef:
    """An account that has left its player with a timeout."""
    account = make_player(tx, name, platform="youtube")
    stays = make_player(tx, f"{account.platform_id} stays")
    linked(tx, stays, account)
    apply_timeout(tx, account, added)
    request_unlink(tx, stays, "youtube")
    confirm_unlink(tx, stays, "youtube")
    return account


def test_accounts_of_one_name_that_left_keep_each_their_own_timeout(tx: Tx):
    long, short = departed(tx, "Troll x", 9 * MINUTE), departed(tx, "troll X", MINUTE)

    for account, remaining in ((short, MINUTE), (long, 9 * MINUTE)):
        assert read_timeout(tx, account).remaining == remaining
        handle_message(tx, account, "hello")
        assert read_timeout(tx, account).remaining == remaining


def test_a_name_that_several_timed_out_accounts_have_is_refused(tx: Tx):
    first, second = departed(tx, "Troll x", 9 * MINUTE), departed(tx, "troll X", MINUTE)
    name = PlayerRef("youtube", username="troll x")

    with pytest.raises(SeveralPlayers):
        apply_timeout(tx, name, MINUTE)
    with pytest.raises(SeveralPlayers):
        clear_timeout(tx, name)
    assert clear_timeout(tx, first)[1]
    assert apply_timeout(tx, name, MINUTE).remaining == 2 * MINUTE  # which is now that of the second only

    handle_message(tx, make_player(tx, "troll x", platform="youtube"), "hello")
    assert left(tx, "troll x", "youtube") == timedelta(0)
    handle_message(tx, second, "hello")
    assert read_timeout(tx, second).remaining == 2 * MINUTE


def test_an_account_that_leaves_takes_no_timeout_from_a_name_that_waits(tx: Tx):
    apply_timeout(tx, PlayerRef("youtube", username="troll"), 9 * MINUTE)
    account = PlayerRef("youtube", "y-1", "Troll")

    timeout = apply_timeout(tx, account, MINUTE)

    assert timeout.remaining == read_timeout(tx, account).remaining == 10 * MINUTE
    assert announced(tx, "timeout.applied")[-1]["duration_seconds"] == 600
    handle_message(tx, PlayerRef("youtube", "y-2", "troll"), "hello")
    handle_message(tx, replace(account, username="Other"), "hello")
    assert (left(tx, "troll", "youtube"), left(tx, "other", "youtube")) == (9 * MINUTE, 10 * MINUTE)
