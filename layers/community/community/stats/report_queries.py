"""Queries for reports on a period, which are exact at any time.

The sums start where a period started at the last rollup. A report adds the inbox, and corrects the sums by the archived
stats between that start and the current one: usually a minute's worth. The current start can be later or earlier,
because a month can start earlier than before.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, LiteralString

from msgspec import Struct

from community.ranking import Board
from kernel.database import Cursor, Tx

if TYPE_CHECKING:
    from community.stats.models import Period


class _Sums(Struct, frozen=True):
    """SQL for a period's sums: their column, and the time from which they count."""

    column: LiteralString
    since: LiteralString

    def fill_in(self, query: LiteralString) -> LiteralString:
        """Fill in a query's placeholders.

        `{column}` and `{since}` are the fields above. For an archived stat `e`, `{change}` is its correction, and
        `{uncertain}` whether it needs one, which takes the period's start as two parameters.
        """
        return query.format(
            column=self.column,
            change=_CHANGE.format(since=self.since),
            uncertain=_UNCERTAIN.format(since=self.since),
        )


_CHANGE: LiteralString = "CASE WHEN e.happened_at < {since} THEN 1 ELSE -1 END"
_UNCERTAIN: LiteralString = (
    "e.happened_at >= least({since}, %s::timestamptz) AND e.happened_at < greatest({since}, %s::timestamptz)"
)

_SUMS: Mapping[Period, _Sums] = {
    # There are no hourly sums: all stats are corrections.
    "hourly": _Sums("0::bigint", "'infinity'::timestamptz"),
    "daily": _Sums("daily", "(SELECT counted_since FROM stats_windows WHERE period = 'daily')"),
    "weekly": _Sums("weekly", "(SELECT counted_since FROM stats_windows WHERE period = 'weekly')"),
    "monthly": _Sums("monthly", "(SELECT counted_since FROM stats_windows WHERE period = 'monthly')"),
    "yearly": _Sums("yearly", "(SELECT counted_since FROM stats_windows WHERE period = 'yearly')"),
    "all": _Sums("total", "'-infinity'::timestamptz"),
}


def player_counts(period: Period, start: datetime) -> tuple[LiteralString, tuple[Any, ...]]:
    """Return SQL over `u`, a row of users, for {event type: count} as jsonb or null, and its parameters."""
    sql = _SUMS[period].fill_in(
        """
        SELECT jsonb_object_agg(event_type, how_often) FROM (
            SELECT event_type, sum(change)::bigint AS how_often FROM (
                SELECT event_type, {column} AS change FROM stats_standings s WHERE s.user_id = u.user_id
                UNION ALL
                SELECT e.event_type, {change} FROM stats_events e WHERE e.user_id = u.user_id AND {uncertain}
                UNION ALL
                SELECT e.event_type, 1 FROM stats_inbox e WHERE e.user_id = u.user_id AND e.happened_at >= %s
            ) AS parts GROUP BY event_type HAVING sum(change) > 0
        ) AS counts
        """
    )
    return sql, (start, start, start)


def count_by_type(tx: Tx, period: Period, start: datetime) -> Cursor:
    """Return rows with `event_type` and `how_often`, of all players together."""
    sql = _SUMS[period].fill_in(
        """
        SELECT event_type, sum(change)::bigint AS how_often FROM (
            SELECT event_type, {column} AS change FROM stats_totals
            UNION ALL
            SELECT e.event_type, {change} FROM stats_events e WHERE {uncertain}
            UNION ALL
            SELECT e.event_type, 1 FROM stats_inbox e WHERE e.happened_at >= %s
        ) AS parts GROUP BY event_type HAVING sum(change) > 0
        """
    )
    return tx.execute(sql, (start, start, start))


def board(event_type: str, period: Period, start: datetime) -> Board:
    """Return the leaderboard of an event type in a period that starts then."""
    sums = _SUMS[period]
    return Board(
        table="stats_standings",
        amount=sums.column,
        where="event_type = :event: AND " + sums.column + " > 0",
        before=_corrections(period),
        current="SELECT user_id, change AS value FROM corrections",
        now="coalesce(stored, 0) + value",
        values={"event": event_type, "start": start},
    )


@cache
def _corrections(period: Period) -> LiteralString:
    return _SUMS[period].fill_in(_CORRECTIONS).replace("%s", ":start:")


_CORRECTIONS: LiteralString = """
    corrections AS MATERIALIZED (
        SELECT user_id, sum(change)::bigint AS change FROM (
            SELECT e.user_id, {change} AS change FROM stats_events e WHERE e.event_type = :event: AND {uncertain}
            UNION ALL
            SELECT e.user_id, 1 FROM stats_inbox e WHERE e.event_type = :event: AND e.happened_at >= %s
        ) AS parts GROUP BY user_id
    ),
"""


def riches(*, money: bool) -> Board:
    """Return the leaderboard of money, or of all other items."""
    column: LiteralString = "money" if money else "items"
    return Board(table="user_inventory", amount=column, where=column + " > 0")
