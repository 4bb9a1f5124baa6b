"""People who become one, or part, while their accounts play: real connections and commits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from functools import partial

import pytest

from community.jobs.awards import award_xp
from community.jobs.rules import DAILY_CAP, DailyCapReached
from community.linking.registration import register
from community.linking.retention import settle
from community.linking.service import claim_link, confirm_link, confirm_unlink, request_unlink, start_link
from community.messages.service import handle_message
from community.players import queries
from community.players import service as players
from community.players.models import PlayerRef
from kernel.database import Connection, Tx, connect, transaction
from kernel.errors import DomainError
from tests.support.factories import announced, hold_target, stored, unlock
from tests.support.races import PATIENCE, UseCase, attempt, wait_for_a_lock

TWITCH, DISCORD, YOUTUBE = (PlayerRef(name, f"{name[0]}1", f"on {name}") for name in ("twitch", "discord", "youtube"))
OTHER = PlayerRef("twitch", "t2", "another person")
JOB = "merchant"


def link(tx: Tx, source: PlayerRef, target: PlayerRef) -> None:
    claim_link(tx, start_link(tx, source).token, target)
    confirm_link(tx, source)


def unlink(tx: Tx, caller: PlayerRef, platform: str) -> None:
    request_unlink(tx, caller, platform)
    confirm_unlink(tx, caller, platform)


@pytest.fixture
def conn(database_url: str) -> Iterator[Connection]:
    with closing(connect(database_url)) as connection:
        with transaction(connection) as tx:
            hold_target(tx)
            unlock(tx, f"job_{JOB}")
        yield connection


def part(tx: Tx) -> None:
    """Leave two accounts of one person: Twitch's with the player, Discord's yet to play again."""
    register(tx, TWITCH, DISCORD)
    unlink(tx, TWITCH, DISCORD.platform)


@contextmanager
def all_people_busy(url: str) -> Iterator[None]:
    with closing(connect(url)) as connection, transaction(connection) as tx:
        rows = tx.execute("SELECT person_id FROM users UNION SELECT person_id FROM forgotten_accounts").fetchall()
        queries.lock_people(tx, [row["person_id"] for row in rows if row["person_id"]])
        tx.execute("SELECT").fetchall()  # it is sent, and locks
        yield


def in_turn(url: str, use_cases: Sequence[UseCase], now: datetime | None = None) -> None:
    """Begin use cases one after the other while all people are busy: when they no longer are, all go on at once."""
    with closing(connect(url)) as watcher, ThreadPoolExecutor(len(use_cases)) as pool:
        begun: list[Future[object]] = []
        with all_people_busy(url):
            for use_case in use_cases:
                begun.append(pool.submit(run, url, use_case, now))
                wait_for_a_lock(watcher, len(begun))
        for each in begun:
            assert not isinstance(each.result(PATIENCE), DomainError)


def run(url: str, use_case: UseCase, now: datetime | None) -> object:
    with closing(connect(url)) as connection:
        return attempt(connection, use_case, now)


def assert_one_person(conn: Connection, *accounts: PlayerRef, now: datetime | None = None) -> None:
    """Every account's day of work is over when one of them has done it."""
    with transaction(conn, now=now) as tx:
        for account in accounts:
            register(tx, account, account)
        award_xp(tx, accounts[0], JOB, DAILY_CAP, "test")
    for account in accounts:
        with transaction(conn, now=now) as tx, pytest.raises(DailyCapReached):
            award_xp(tx, account, JOB, 1, "test")


def test_an_action_of_two_players_of_a_person_waits_for_what_either_does(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        part(tx)
        register(tx, DISCORD, DISCORD)
        first, second = sorted((TWITCH, DISCORD), key=lambda account: stored(tx, account).id)

    in_turn(
        database_url,
        [partial(players.load_all, refs=(first, second)), partial(handle_message, chatter=second, text="hello")],
    )


@pytest.fixture
def a_day_later(conn: Connection) -> datetime:
    """When a link of YouTube's player to Discord's is a day old: Discord's and Twitch's are of one person."""
    with transaction(conn) as tx:
        part(tx)
        register(tx, DISCORD, DISCORD)
        register(tx, YOUTUBE, YOUTUBE)
        link(tx, YOUTUBE, DISCORD)
        return tx.now + timedelta(days=1)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_people_become_one_while_one_of_their_players_is_busy(
    conn: Connection, database_url: str, a_day_later: datetime, order: Sequence[int]
):
    use_cases = [settle, partial(handle_message, chatter=TWITCH, text="hello")]

    in_turn(database_url, [use_cases[each] for each in order], now=a_day_later)

    assert_one_person(conn, YOUTUBE, TWITCH, now=a_day_later)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_account_that_leaves_when_its_day_is_over_stays_the_persons(
    conn: Connection, database_url: str, a_day_later: datetime, order: Sequence[int]
):
    with transaction(conn, now=a_day_later) as tx:
        request_unlink(tx, YOUTUBE, DISCORD.platform)
    use_cases = [settle, partial(confirm_unlink, caller=YOUTUBE, platform=DISCORD.platform)]

    in_turn(database_url, [use_cases[each] for each in order], now=a_day_later)

    assert_one_person(conn, YOUTUBE, DISCORD, TWITCH, now=a_day_later)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_player_who_is_linked_when_an_earlier_days_link_is_over_is_the_person_of_that_one(
    conn: Connection, database_url: str, a_day_later: datetime, order: Sequence[int]
):
    with transaction(conn, now=a_day_later) as tx:
        register(tx, OTHER, OTHER)
        claim_link(tx, start_link(tx, OTHER).token, YOUTUBE)
    use_cases = [settle, partial(confirm_link, source=OTHER)]

    in_turn(database_url, [use_cases[each] for each in order], now=a_day_later)

    with transaction(conn, now=a_day_later) as tx:
        for account in (YOUTUBE, DISCORD):
            unlink(tx, OTHER, account.platform)
    assert_one_person(conn, TWITCH, YOUTUBE, DISCORD, now=a_day_later)
    with transaction(conn, now=a_day_later) as tx:
        award_xp(tx, OTHER, JOB, DAILY_CAP, "test")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_account_writes_its_first_line_again_while_it_is_linked(
    conn: Connection, database_url: str, order: Sequence[int]
):
    with transaction(conn) as tx:
        part(tx)
        register(tx, YOUTUBE, YOUTUBE)
        claim_link(tx, start_link(tx, YOUTUBE).token, DISCORD)
    use_cases = [partial(handle_message, chatter=DISCORD, text="hello"), partial(confirm_link, source=YOUTUBE)]

    in_turn(database_url, [use_cases[each] for each in order])

    with transaction(conn) as tx:
        assert stored(tx, DISCORD).id == stored(tx, YOUTUBE).id
        assert len(announced(tx, "user.merged")) == (order[0] == 0)
        unlink(tx, YOUTUBE, DISCORD.platform)
    assert_one_person(conn, TWITCH, DISCORD)
    with transaction(conn) as tx:
        award_xp(tx, YOUTUBE, JOB, DAILY_CAP, "test")
