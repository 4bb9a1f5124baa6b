"""The clock: once a minute it asks one question, and does what is due. A chore that fails stops no other.

A gamble's own schedule invokes it as well.
"""

from __future__ import annotations

from doors.start import ready  # first: see there

import logging
from collections.abc import Callable, Mapping
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from community import stored_times
from community.blasts import clock as blasts
from community.deliveries import clock as deliveries
from community.engagement import rollup as engagement
from community.gambles import clock as gambles
from community.jobs import daily_reset
from community.quests import clock as quests
from community.stats import rollup as stats
from community.voting import clock as voting
from community.voting import pace_clock, poll_clock
from doors.backlog import report
from kernel.action import look, run_in_parts
from kernel.database import Tx
from kernel.events import clock as log_clock
from kernel.events import service as events
from kernel.exclusive import ExclusiveLock
from kernel.outside import clock as outside
from kernel.switches.models import GameFrozen
from kernel.switches.queries import POSITIONS
from kernel.switches.service import is_frozen_at
from personas.battles import clock as battles
from personas.channels import clock as channels
from personas.digests import clock as digests
from personas.happenings import clock as happenings
from worlds.daytime import clock as daytime
from worlds.fights import clock as fights
from worlds.posts import clock as posts
from worlds.weather import clock as weather

log = logging.getLogger("brandish")

Work = Callable[[Tx], int]
"""Does a part of the work and returns how much."""

MIN_ROWS = 1000
"""A rollup that finds fewer rows than this leaves the rest to the next minute."""

ready()


class Chore(NamedTuple):
    """Something that may be due.

    Attributes:
        due: SQL expression that tells whether it is. Every parameter in it is the current time.
        at_least: the work is repeated until it returns less than this.
    """

    due: LiteralString
    work: Work
    at_least: int = 1


def execute_gambles(tx: Tx, gamble_id: UUID | None = None) -> int:
    return len(gambles.execute_due(tx, gamble_id))


def report_dead_events(tx: Tx) -> int:
    report(events.backlog(tx))  # so that the alarm lasts as long as they are there
    return 0


# Deliveries, rollups and digests last, so that a backlog of them cannot delay the others.
CHORES: Mapping[str, Chore] = {
    "wrong times": Chore(stored_times.DUE, stored_times.repair),
    "gambles": Chore(gambles.DUE, execute_gambles),
    "blasts": Chore(blasts.DUE, blasts.explode_due),
    "relay": Chore(log_clock.OVERDUE, log_clock.wake_relay),
    "pusher": Chore(posts.OVERDUE, posts.wake_pusher),
    "fights": Chore(fights.OVERDUE, fights.wake),
    "outside": Chore(outside.DUE, outside.send_due, outside.AT_ONCE),
    "dead events": Chore(log_clock.DEAD, report_dead_events),
    "battles": Chore(battles.DUE, battles.close_overdue),
    "channels": Chore(channels.DUE, channels.count_votes),
    "polls": Chore(poll_clock.DUE, poll_clock.close_due),
    "voting": Chore(voting.DUE, voting.unlock_reached),
    "quests": Chore(quests.DUE, quests.reset_due),
    "pace": Chore(pace_clock.DUE, pace_clock.measure_due),
    "daily reset": Chore(daily_reset.DUE, daily_reset.reset_due),
    "time in worlds": Chore(daytime.DUE, daytime.tell_due, daytime.AT_ONCE),
    "weather in worlds": Chore(weather.DUE, weather.tell_due, weather.AT_ONCE),
    "deliveries": Chore(deliveries.DUE, deliveries.deliver_due),
    "windows ahead": Chore(stats.AHEAD, stats.reopen_windows),
    "stats": Chore(stats.DUE, stats.roll_up, MIN_ROWS),
    "engagement": Chore(engagement.DUE, engagement.roll_up, MIN_ROWS),
    "engagement with battles": Chore(happenings.DUE, happenings.forget_expired),
    "daily digests": Chore(digests.DAILY_DUE, digests.write_daily, digests.ONE_RUN),
    "weekly digests": Chore(digests.WEEKLY_DUE, digests.refresh_weekly, digests.ONE_RUN),
}
QUESTION: LiteralString = f"SELECT ARRAY[{', '.join(chore.due for chore in CHORES.values())}] AS due, {POSITIONS}"


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Do what is due; returns how much of each chore was done.

    Args:
        event: the minute schedule's, or `{"gamble_id"}` from a gamble's own schedule. Its clock and ours may differ
            a little, so such a gamble is executed without asking whether it is due.
    """
    if gamble_id := event.get("gamble_id"):
        try:
            return {"gambles": run_in_parts(lambda tx: execute_gambles(tx, UUID(gamble_id)), name="gambles")}
        except GameFrozen:
            return {}  # the chore finds it once the game goes on
    due = look(list_due)
    if not due:
        return {}
    # Every chore may run twice at once, because it claims what it works on. But a rollup waits for another one, and if
    # that takes longer than a minute, the second clock would only wait until it fails.
    lock = ExclusiveLock("clock")
    if not lock.acquire():
        return {}
    try:
        return do_all(due)
    finally:
        lock.release()


def list_due(tx: Tx) -> list[str]:
    """Return the names of the chores that are due: none while the game is frozen."""
    row = tx.execute(QUESTION, [tx.now] * QUESTION.count("%s")).fetchone()
    assert row is not None
    if is_frozen_at(row["positions"]):
        return []
    return [name for name, due in zip(CHORES, row["due"], strict=True) if due]


def do_all(names: list[str]) -> dict[str, int]:
    """Do the chores, even when some fail. While the game is frozen, they stay due.

    Raises:
        ExceptionGroup: the failures, after all chores have been tried.
    """
    done: dict[str, int] = {}
    errors: list[Exception] = []
    for name in names:
        try:
            done[name] = run_in_parts(CHORES[name].work, name=name, at_least=CHORES[name].at_least)
        except GameFrozen:
            break
        except Exception as error:  # no failure may stop the other chores
            log.exception("chore failed: %s", name)
            errors.append(error)
    if errors:
        raise ExceptionGroup("some chores failed", errors)
    return done
