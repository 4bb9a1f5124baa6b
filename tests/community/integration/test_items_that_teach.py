"""Scrolls: experience for a job of one's choice."""

from __future__ import annotations

import pytest

from community.items.handlers.xp import UnknownLesson
from community.items.models import TargetRequired, UseResult
from community.items.service import use_item
from community.jobs.awards import award_xp
from community.jobs.models import Jobs
from community.players.models import PlayerRef
from community.progression.models import FeatureLocked
from kernel.database import Connection, Tx, transaction
from tests.support.dice import Dice
from tests.support.factories import announced, holdings, make_player, stored, unlock, xp

PLAIN, EPIPHANY = Dice(0.5), Dice(0.0)


@pytest.fixture
def tx(tx: Tx) -> Tx:
    tx.rng = PLAIN
    unlock(tx, "item_scroll", "job_explorer", "job_merchant")
    return tx


def read(tx: Tx, ref: PlayerRef, quantity: int, job: str | None) -> UseResult:
    return use_item(tx, ref, "scroll", quantity, job)


@pytest.mark.parametrize("target", ["explorer", "job_explorer", "Explorer", " explorer "])
def test_a_scroll_teaches_the_job_that_is_named(tx: Tx, target: str):
    alice = make_player(tx, items={"scroll_study": 3})

    used = read(tx, alice, 2, target)

    assert xp(tx, alice, "explorer") == 1000
    assert holdings(tx, alice) == {"scroll_study": 1}
    assert used.message == "You study 2 × scrolls and gain 1000 XP as Explorer. That makes level 3!"
    rows = tx.execute("SELECT job_key, xp, source FROM job_xp_events").fetchall()
    assert rows == [{"job_key": "explorer", "xp": 1000, "source": "xp_item"}]
    assert [event["new_level"] for event in announced(tx, "job.level_up")] == [1, 2, 3]


def test_a_scroll_is_worth_its_experience_on_a_day_that_has_used_up_its_own(tx: Tx):
    alice = make_player(tx, items={"scroll_study": 10})
    award_xp(tx, alice, "explorer", 250, "test")

    read(tx, alice, 1, "explorer")
    read(tx, alice, 9, "explorer")

    assert xp(tx, alice, "explorer") == 250 + 500 + 4500
    assert stored(tx, alice)[Jobs].progress["explorer"].daily_xp == 250 + 500 + 4500


def test_no_day_is_too_short_for_all_the_scrolls_there_are(tx: Tx):
    alice = make_player(tx, items={"scroll_study": 2})
    read(tx, alice, 1, "explorer")
    tx.execute("UPDATE user_jobs SET xp = %(all)s, daily_xp = %(all)s", {"all": 2**31 - 1})

    read(tx, alice, 1, "explorer")

    assert xp(tx, alice, "explorer") == stored(tx, alice)[Jobs].progress["explorer"].daily_xp == 2**31 - 1 + 500


def test_an_epiphany_doubles_a_lesson(tx: Tx):
    alice = make_player(tx, items={"scroll_study": 1})
    tx.rng = EPIPHANY

    used = read(tx, alice, 1, "merchant")

    assert xp(tx, alice, "merchant") == 1000
    assert used.message.startswith("You study a scroll and gain 1000 XP as Merchant.")


def test_a_lesson_is_about_a_job(tx: Tx):
    alice = make_player(tx, items={"scroll_study": 1})

    with pytest.raises(TargetRequired) as refusal:
        read(tx, alice, 1, None)

    assert str(refusal.value) == "scroll needs a target: name a job."
    assert holdings(tx, alice) == {"scroll_study": 1}


def test_a_lesson_in_no_job_names_the_jobs_there_are(tx: Tx):
    alice = make_player(tx, items={"scroll_study": 1})

    with pytest.raises(UnknownLesson) as refusal:
        read(tx, alice, 1, "astronaut")

    assert str(refusal.value) == (
        "There is no job called astronaut: choose blacksmith, explorer, merchant, gambler or scholar."
    )
    assert holdings(tx, alice) == {"scroll_study": 1}


def test_a_locked_job_cannot_be_studied(conn: Connection):
    with transaction(conn) as tx:
        unlock(tx, "item_scroll")
        alice = make_player(tx, items={"scroll_study": 1})

    with pytest.raises(FeatureLocked), transaction(conn) as tx:
        use_item(tx, alice, "scroll", 1, "gambler")

    with transaction(conn) as tx:
        assert holdings(tx, alice) == {"scroll_study": 1}
        assert xp(tx, alice, "gambler") == 0
        assert announced(tx, "item.used") == []
