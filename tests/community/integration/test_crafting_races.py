"""Real connections and commits: several hands on what is in the works, in the moment in which it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from community.crafting.models import CraftingJob, NoSuchJob
from community.crafting.service import upgrade_item
from community.crafting.timed_crafting import cancel, jobs_of
from community.deliveries.clock import deliver_due
from community.inventory.service import add_item
from community.linking.models import LinkedAccounts
from community.linking.service import claim_link, confirm_link, start_link
from community.players.models import PlayerRef
from kernel.database import Connection, Tx, connect, transaction
from kernel.errors import DomainError, TryAgain
from tests.support.factories import announced, holdings, make_player, unlock, xp
from tests.support.races import PATIENCE, Race, UseCase, attempt, race_of, wait_for_a_lock

ROUNDS = 12
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DONE = NOON + timedelta(seconds=20)
JUST_BEFORE = DONE - timedelta(microseconds=1)


@pytest.fixture
def race(database_url: str) -> Iterator[Race]:
    with race_of(4, database_url) as race:
        yield race


def at(now: datetime, deed: UseCase) -> Callable[[Connection], object]:
    """At this time by its own clock."""
    return partial(attempt, use_case=deed, now=now)


@pytest.fixture
def conn(conn: Connection) -> Connection:
    """To a community that makes things."""
    with transaction(conn) as tx:
        unlock(tx, "feature_upgrade", "job_blacksmith")
    return conn


def start_craft(conn: Connection, number: int, platform: str = "twitch") -> tuple[PlayerRef, CraftingJob]:
    """Someone who has put two firepots into the works at noon, and has nothing left."""
    with transaction(conn, now=NOON) as tx:
        cook = make_player(tx, f"cook{number}", platform=platform, money=300, items={"item_stick": 6})
        job = upgrade_item(tx, cook, "firepot", 2).job
        assert job is not None
        return cook, job


def lines(conn: Connection) -> tuple[int, int]:
    """How many have been made and how many called off, in all."""
    with transaction(conn) as tx:
        return len(announced(tx, "item.upgraded")), len(announced(tx, "crafting.cancelled"))


def outcome(conn: Connection, cook: PlayerRef) -> str:
    """Delivered or refunded, never both and never neither."""
    with transaction(conn, now=DONE) as tx:
        held = holdings(tx, cook)
        assert jobs_of(tx, cook) == []
        assert tx.execute("SELECT FROM deliveries").fetchall() == []
        held.pop("item_spade", None)
        if "item_firepot" in held:
            assert held.keys() == {"item_firepot"}
            assert 2 <= held["item_firepot"] <= 4
            assert xp(tx, cook, "blacksmith") in (20, 40)  # with an epiphany
            return "delivered"
        assert held == {"money": 300, "item_stick": 6}
        assert xp(tx, cook, "blacksmith") == 0
        return "refunded"


def spade(cook: PlayerRef) -> Callable[[Tx], object]:
    return partial(add_item, owner=cook, item_name="spade", quantity=1)


def test_two_clocks_and_two_actions_at_once_deliver_once(conn: Connection, race: Race):
    for number in range(ROUNDS):
        cook, _ = start_craft(conn, number)

        answers = race.run(at(DONE, deliver_due), at(DONE, deliver_due), at(DONE, spade(cook)), at(DONE, spade(cook)))

        assert not [answer for answer in answers if isinstance(answer, DomainError)]
        assert outcome(conn, cook) == "delivered"
        with transaction(conn) as tx:
            assert holdings(tx, cook)["item_spade"] == 2
        assert lines(conn) == (number + 1, 0)


def test_called_off_in_the_moment_it_is_done_it_is_delivered_or_refunded(conn: Connection, race: Race):
    refunds = 0
    for number in range(ROUNDS):
        cook, job = start_craft(conn, number)
        cancels = partial(cancel, ref=cook, job_id=job.job_id)

        *_, called_off = race.run(at(DONE, deliver_due), at(DONE, spade(cook)), at(JUST_BEFORE, cancels))

        refunded = not isinstance(called_off, DomainError)
        refunds += refunded
        assert refunded or isinstance(called_off, NoSuchJob)
        assert outcome(conn, cook) == ("refunded" if refunded else "delivered")
        assert lines(conn) == (number + 1 - refunds, refunds)


def test_called_off_twice_at_once_it_is_refunded_once(conn: Connection, race: Race):
    for number in range(ROUNDS):
        cook, job = start_craft(conn, number)
        cancels = partial(cancel, ref=cook, job_id=job.job_id)

        answers = race.run(*[at(JUST_BEFORE, cancels)] * 3)

        assert [type(answer) for answer in answers if isinstance(answer, DomainError)] == [NoSuchJob] * 2
        assert outcome(conn, cook) == "refunded"
        assert lines(conn) == (0, number + 1)


def test_who_calls_off_too_late_by_a_commit_finds_it_done(conn: Connection, database_url: str):
    cook, job = start_craft(conn, 1)
    with closing(connect(database_url)) as other, ThreadPoolExecutor(1) as threads:
        with transaction(conn, now=DONE) as tx:
            assert deliver_due(tx) == 1
            holdings(tx, cook)  # everything is written, and nothing committed
            late = threads.submit(attempt, other, partial(cancel, ref=cook, job_id=job.job_id), JUST_BEFORE)
            with closing(connect(database_url)) as watcher:
                wait_for_a_lock(watcher)
        assert isinstance(late.result(PATIENCE), NoSuchJob)

    assert outcome(conn, cook) == "delivered"
    assert lines(conn) == (1, 0)


@pytest.mark.parametrize("by_clock", [True, False])
def test_a_clock_or_an_action_that_waited_for_the_refund_finds_nothing(
    conn: Connection, database_url: str, by_clock: bool
):
    cook, _ = start_craft(conn, 1)
    with closing(connect(database_url)) as other, ThreadPoolExecutor(1) as threads:
        with transaction(conn, now=JUST_BEFORE) as tx:
            cancel(tx, cook)
            holdings(tx, cook)  # everything is written, and nothing committed
            late = threads.submit(attempt, other, deliver_due if by_clock else spade(cook), DONE)
            with closing(connect(database_url)) as watcher:
                wait_for_a_lock(watcher)
        assert not isinstance(late.result(PATIENCE), DomainError)

    assert outcome(conn, cook) == "refunded"
    assert lines(conn) == (0, 1)


def test_an_action_that_is_refused_leaves_it_for_the_next(conn: Connection):
    cook, job = start_craft(conn, 1)

    refused = attempt(conn, partial(cancel, ref=cook, job_id=job.job_id), DONE)
    assert isinstance(refused, NoSuchJob)
    assert lines(conn) == (0, 0)

    attempt(conn, deliver_due, DONE)
    assert outcome(conn, cook) == "delivered"


def test_an_environment_that_dies_in_mid_delivery_has_delivered_nothing(conn: Connection, database_url: str):
    cook, _ = start_craft(conn, 1)
    with pytest.raises(TryAgain), closing(connect(database_url)) as dying, transaction(dying, now=DONE) as tx:
        assert deliver_due(tx) == 1
        holdings(tx, cook)
        dying.close()
        tx.execute("SELECT 1")
    assert lines(conn) == (0, 0)

    with closing(connect(database_url)) as restarted:
        assert attempt(restarted, deliver_due, DONE + timedelta(days=1)) == 1
    assert outcome(conn, cook) == "delivered"
    assert lines(conn) == (1, 0)


def test_who_becomes_one_with_somebody_in_that_moment_loses_nothing(conn: Connection, race: Race):
    for number in range(ROUNDS):
        alice, _ = start_craft(conn, 2 * number)
        bob, _ = start_craft(conn, 2 * number + 1, "discord")
        with transaction(conn, now=NOON) as tx:
            claim_link(tx, start_link(tx, alice).token, bob)

        _, _, linked, _ = race.run(
            at(DONE, deliver_due),
            at(DONE, deliver_due),
            at(DONE, partial(confirm_link, source=alice)),
            at(DONE, spade(bob)),
        )

        assert isinstance(linked, LinkedAccounts)
        with transaction(conn, now=DONE) as tx:
            held = holdings(tx, alice)
            assert held.keys() == {"item_firepot", "item_spade"}
            assert 4 <= held["item_firepot"] <= 8
            assert tx.execute("SELECT FROM deliveries").fetchall() == []
        assert lines(conn) == (2 * (number + 1), 0)
