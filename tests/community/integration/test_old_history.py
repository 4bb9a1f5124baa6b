"""Old history is deleted once no report includes it."""

from __future__ import annotations

from datetime import timedelta

from community.jobs import retention as jobs
from community.jobs.awards import award_xp
from community.stats import reports, retention
from community.stats.recording import record
from community.stats.rollup import roll_up
from kernel.database import Tx
from tests.support.factories import make_player, unlock, xp


def archived(tx: Tx) -> int:
    return len(tx.execute("SELECT FROM stats_events WHERE event_type = 'slots_spin'").fetchall())


def test_a_stat_is_deleted_after_367_days_and_stays_in_the_total(tx: Tx):
    alice = make_player(tx)
    record(tx, alice, "slots_spin")
    roll_up(tx)

    for days, expected in [(367, 1), (1, 0)]:
        tx.now += timedelta(days=days)
        while roll_up(tx):
            pass
        retention.delete_old(tx)
        assert archived(tx) == expected

    assert reports.user_stats(tx, alice, "yearly").counts.get("slots_spin", 0) == 0
    assert reports.user_stats(tx, alice, "all").counts["slots_spin"] == 1


def test_a_stat_stays_while_the_sum_of_a_year_includes_it(tx: Tx):
    alice = make_player(tx)
    record(tx, alice, "slots_spin")
    roll_up(tx)
    tx.now += timedelta(days=400)  # no roll-up in the meantime

    retention.delete_old(tx)

    assert archived(tx) == 1


def test_records_of_experience_are_deleted_after_367_days_and_the_experience_stays(tx: Tx):
    unlock(tx, "job_explorer")
    alice = make_player(tx)
    for days in (0, 1, 367):
        tx.now += timedelta(days=days)
        award_xp(tx, alice, "explorer", 10, "test")
        jobs.delete_old(tx)

    earned = tx.execute("SELECT earned_at FROM job_xp_events ORDER BY xp_event_id").fetchall()
    assert [tx.now - row["earned_at"] for row in earned] == [timedelta(days=367), timedelta(0)]
    assert xp(tx, alice, "explorer") >= 30
