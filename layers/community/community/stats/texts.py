"""What people read about statistics: the names of what is counted, and reports as sentences for a chat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from community.ranking import MAX_COUNTED, Neighbourhood, Standing
from community.stats.models import Period, Report
from community.stats.reports import EVENT_TYPES, NOW

_MAX_TOLD = 5
"""Counts and places in one sentence: a message on Twitch has 500 characters."""

_NAMES: Mapping[str, str] = {
    "contribution": "Contribution",
    "crafting_critical_success": "Masterworks",
    "crafting_perfect_salvage": "Perfect salvages",
    "daily_streak": "Active days",
    "engagement_score": "Engagement",
    "gamble_critical_fail": "Gambles lost badly",
    "gamble_near_miss": "Gambles nearly won",
    "gamble_participated": "Gambles",
    "gamble_tie_break_lost": "Gambles lost by a tie-break",
    "item_added": "Gifts from the community",
    "item_bought": "Purchases",
    "item_crafted": "Things crafted",
    "item_removed": "Things taken away",
    "item_sold": "Sales",
    "item_transferred": "Gifts to others",
    "item_used": "Things used",
    "items": "Items",
    "job_level_up": "Levels gained",
    "job_xp_critical": "Lucky lessons",
    "lootbox_big_win": "Big wins from boxes",
    "lootbox_jackpot": "Jackpots from boxes",
    "message_received": "Messages",
    "money": "Money",
    "search": "Searches",
    "search_critical_fail": "Searches that went wrong",
    "search_critical_success": "Lucky searches",
    "search_near_miss": "Searches that nearly succeeded",
    "trap.placed": "Traps set",
    "trap.self_triggered": "Own traps stepped into",
    "trap.triggered": "Traps stepped into",
    "user_registered": "New players",
}

_PERIODS: Mapping[Period, str] = {
    "hourly": "in the last hour",
    "daily": "in the last 24 hours",
    "weekly": "in the last 7 days",
    "monthly": "in the last month",
    "yearly": "in the last year",
    "all": "so far",
}


def name_of(metric: str) -> str:
    """Return what people call an event type or another metric of a leaderboard."""
    metric = EVENT_TYPES.get(metric, metric)
    known = _NAMES.get(metric)
    if known is None:  # reported by a client
        words = metric.replace("_", " ").replace(".", " ").strip()
        return words[:1].upper() + words[1:]
    return known


def of_player(counts: Mapping[str, int]) -> dict[str, int]:
    """Return {name: count} of what a player did, without what is the same for everyone."""
    return {name_of(each): count for each, count in counts.items() if each not in ("daily_streak", "user_registered")}


def told(report: Report) -> str:
    """Return a report as a sentence: of a player if it has a name, else of everyone together."""
    counts = of_player(report.counts) if report.username else {name_of(key): n for key, n in report.counts.items()}
    who, when = report.username or "Everyone together", _PERIODS[report.period]
    shown = ", ".join(f"{name}: {count:,}" for name, count in list(counts.items())[:_MAX_TOLD])
    sentence = f"{who} {when}: {shown or 'nothing yet'}."
    if report.streak:
        sentence += f" Active for {report.streak} {'day' if report.streak == 1 else 'days'} in a row."
    return sentence


def leaders(metric: str, period: Period, standings: Sequence[Standing]) -> str:
    shown = ", ".join(f"{each.rank}. {each.username} ({each.count:,})" for each in standings[:_MAX_TOLD])
    return f"{_board(metric, period)}: {shown or 'nobody yet'}."


def rank(username: str, metric: str, period: Period, found: Neighbourhood) -> str:
    if found.own is None:
        return f"{_board(metric, period)}: {username} has none yet."
    sentence = f"{_board(metric, period)}: {username} is {place(found.own)} with {found.own.count:,}."
    if found.ahead:
        sentence += f" Next ahead: {found.ahead[-1].username} ({found.ahead[-1].count:,})."
    if found.behind:
        sentence += f" Next behind: {found.behind[0].username} ({found.behind[0].count:,})."
    return sentence


def place(standing: Standing) -> str:
    return f"number {standing.rank:,}" if standing.rank else f"beyond number {MAX_COUNTED:,}"


def _board(metric: str, period: Period) -> str:
    return name_of(metric) if metric in NOW else f"{name_of(metric)} {_PERIODS[period]}"
