"""Reports on a period that ends now. Each report is one statement, and always exact.

Source: rules 15.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import get_args

from community.engagement import reports as engagement
from community.players import service as players
from community.players.models import Fact, PlayerRef
from community.stats import report_queries as queries
from community.stats.models import InvalidLimit, Period, Report, Standing, Streak
from community.stats.rules import current_days, start_of
from kernel.database import Cursor, Tx
from kernel.naming import NameIndex, key

MAX_PLACES = 1000
_PERIODS: Mapping[str, Period] = {period: period for period in get_args(Period)}
_COUNTS = "stats_counts"


def parse_period(word: str) -> Period:
    """Return the period of that name; an unknown one means daily."""
    return _PERIODS.get(key(word), "daily")


def user_stats(tx: Tx, ref: PlayerRef, period: Period) -> Report:
    """Report a player's counts within a period.

    Raises:
        NoSuchPlayer: no one has played under that identity yet.
    """
    start = start_of(period, tx.now)
    counts = Fact(_COUNTS, *queries.player_counts(period, start))
    player = players.get_player(tx, ref, counts, only=(Streak,))
    streak = current_days(player[Streak], tx.now.date())
    return Report(period, start, tx.now, _most_frequent_first(player.facts[_COUNTS] or {}), streak)


def system_stats(tx: Tx, period: Period) -> Report:
    start = start_of(period, tx.now)
    rows = queries.count_by_type(tx, period, start)
    counts = {row["event_type"]: row["how_often"] for row in rows}
    return Report(period, start, tx.now, _most_frequent_first(counts))


def leaderboard(tx: Tx, metric: str, period: Period, limit: int) -> list[Standing]:
    """List the players with the highest counts; of equals, the lower id first.

    Args:
        metric: an event type, or a key of `_NOW`, which shows current values regardless of the period.
        limit: places, at least 1; more than `MAX_PLACES` means that many.

    Raises:
        InvalidLimit: it is below 1.
    """
    if limit < 1:
        raise InvalidLimit
    places = min(limit, MAX_PLACES)
    current = _CURRENT.find(metric)
    if current is not None:
        return _NOW[current](tx, places)
    event_type = _EVENT_TYPES.get(key(metric), metric)
    return _ranked(queries.list_highest(tx, event_type, period, start_of(period, tx.now), places))


def _money(tx: Tx, limit: int) -> list[Standing]:
    return _ranked(queries.list_richest(tx, money=True, limit=limit))


def _items(tx: Tx, limit: int) -> list[Standing]:
    return _ranked(queries.list_richest(tx, money=False, limit=limit))


def _engagement(tx: Tx, limit: int) -> list[Standing]:
    return [Standing(each.user_id, each.username, each.score, each.rank) for each in engagement.leaderboard(tx, limit)]


_EVENT_TYPES = {"messages": "message_received"}
_NOW: Mapping[str, Callable[[Tx, int], list[Standing]]] = {
    "engagement_score": _engagement,
    "contribution": _engagement,
    "money": _money,
    "items": _items,
}


_CURRENT = NameIndex(str, [(name, name) for name in _NOW])


def _ranked(rows: Cursor) -> list[Standing]:
    return [
        Standing(row["user_id"], row["username"], int(row["amount"]), rank) for rank, row in enumerate(rows, start=1)
    ]


def _most_frequent_first(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))
