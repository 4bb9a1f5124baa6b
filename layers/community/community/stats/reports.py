"""Reports on a period that ends now. Each report is one statement, and always exact.

Source: rules 15.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from community.engagement import reports as engagement
from community.players import service as players
from community.players.models import Fact, Player, PlayerRef
from community.ranking import MAX_PLACES, Board, Neighbourhood, Standing, neighbourhood, ranked
from community.stats import report_queries as queries
from community.stats import streaks
from community.stats.models import InvalidLimit, Period, Report, Streak
from community.stats.rules import start_of
from kernel.database import Tx
from kernel.naming import NameIndex, key

_PERIODS: Mapping[str, Period] = {period: period for period in get_args(Period)}
_COUNTS = "stats_counts"
_RANK = "stats_rank"


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
    streak = streaks.days_at(player[Streak], tx.now)
    return Report(period, start, tx.now, _most_frequent_first(player.facts[_COUNTS] or {}), streak, player.username)


def system_stats(tx: Tx, period: Period) -> Report:
    start = start_of(period, tx.now)
    rows = queries.count_by_type(tx, period, start)
    counts = {row["event_type"]: row["how_often"] for row in rows}
    return Report(period, start, tx.now, _most_frequent_first(counts))


def leaderboard(tx: Tx, metric: str, period: Period, limit: int) -> list[Standing]:
    """List the players with the highest counts; equals share a rank, and the lower id comes first.

    Args:
        metric: an event type, or a key of `NOW`, which shows current values regardless of the period.
        limit: places, at least 1; more than `MAX_PLACES` means that many.

    Raises:
        InvalidLimit: it is below 1.
    """
    if limit < 1:
        raise InvalidLimit
    places = min(limit, MAX_PLACES)
    metric = metric_called(metric)
    if metric in _ENGAGEMENT:
        return engagement.leaderboard(tx, places)
    return ranked(tx.execute(*_board(tx, metric, period).highest(places)), places)


def rank_of(tx: Tx, ref: PlayerRef, metric: str, period: Period, neighbours: int) -> tuple[Player, Neighbourhood]:
    """Return the player, and their place on a leaderboard with those right ahead and right behind.

    Args:
        metric: as for `leaderboard`.
        neighbours: how many to show on either side, at most `MAX_NEIGHBOURS`.

    Raises:
        NoSuchPlayer: no one has played under that identity yet.
    """
    metric = metric_called(metric)
    board = engagement.BOARD if metric in _ENGAGEMENT else _board(tx, metric, period)
    sql, params = board.around()
    player = players.get_player(tx, ref, Fact(_RANK, sql, tuple(params)), only=(Streak,))
    return player, neighbourhood(player.facts[_RANK], player.id, neighbours)


def _board(tx: Tx, metric: str, period: Period) -> Board:
    if metric in _RICHES:
        return queries.riches(money=metric == "money")
    return queries.board(metric, period, start_of(period, tx.now))


EVENT_TYPES = {"messages": "message_received"}
"""{metric: the event type that it counts}"""

_ENGAGEMENT = ("engagement_score", "contribution")
_RICHES = ("money", "items")
NOW = (*_ENGAGEMENT, *_RICHES)
"""Metrics that show current values, regardless of a period."""

_CURRENT = NameIndex(str, [(name, name) for name in NOW])


def metric_called(name: str) -> str:
    """Return what is meant by the name of a metric: one of `NOW`, else an event type."""
    return _CURRENT.find(name) or EVENT_TYPES.get(key(name), name)


def _most_frequent_first(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))
