"""What people read about statistics: the names of what is counted, and reports as sentences for a chat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from community.ranking import MAX_COUNTED, Neighbourhood, Standing
from community.stats.models import Period, Report
from community.stats.reports import NOW, metric_called
from kernel.texts import number, to_translate, translate, translate_n

_MAX_TOLD = 5
"""Counts and places in one sentence: a message on Twitch has 500 characters."""

_NAMES: Mapping[str, str] = {
    "contribution": to_translate("Contribution"),
    "crafting_critical_success": to_translate("Masterworks"),
    "crafting_perfect_salvage": to_translate("Perfect salvages"),
    "daily_streak": to_translate("Active days"),
    "engagement_score": to_translate("Engagement"),
    "gamble_critical_fail": to_translate("Gambles lost badly"),
    "gamble_near_miss": to_translate("Gambles nearly won"),
    "gamble_participated": to_translate("Gambles"),
    "gamble_tie_break_lost": to_translate("Gambles lost by a tie-break"),
    "item_added": to_translate("Gifts from the community"),
    "item_bought": to_translate("Purchases"),
    "item_crafted": to_translate("Things crafted"),
    "item_removed": to_translate("Things taken away"),
    "item_sold": to_translate("Sales"),
    "item_transferred": to_translate("Gifts to others"),
    "item_used": to_translate("Things used"),
    "items": to_translate("Items"),
    "job_level_up": to_translate("Levels gained"),
    "job_xp_critical": to_translate("Lucky lessons"),
    "lootbox_big_win": to_translate("Big wins from boxes"),
    "lootbox_jackpot": to_translate("Jackpots from boxes"),
    "message_received": to_translate("Messages"),
    "money": to_translate("Money"),
    "search": to_translate("Searches"),
    "search_critical_fail": to_translate("Searches that went wrong"),
    "search_critical_success": to_translate("Lucky searches"),
    "search_near_miss": to_translate("Searches that nearly succeeded"),
    "trap.placed": to_translate("Traps set"),
    "trap.self_triggered": to_translate("Own traps stepped into"),
    "trap.triggered": to_translate("Traps stepped into"),
    "user_registered": to_translate("New players"),
}

_PERIODS: Mapping[Period, str] = {
    "hourly": to_translate("in the last hour"),
    "daily": to_translate("in the last 24 hours"),
    "weekly": to_translate("in the last 7 days"),
    "monthly": to_translate("in the last month"),
    "yearly": to_translate("in the last year"),
    "all": to_translate("so far"),
}


def name_of(metric: str) -> str:
    """Return what people call an event type or another metric of a leaderboard."""
    known = _NAMES.get(metric) or _NAMES.get(metric_called(metric))
    if known is not None:
        return translate(known)
    words = metric.replace("_", " ").replace(".", " ").strip()  # reported by a client
    return words[:1].upper() + words[1:]


def of_player(counts: Mapping[str, int]) -> dict[str, int]:
    """Return {name: count} of what a player did, without what is the same for everyone."""
    return {name_of(each): count for each, count in counts.items() if each not in ("daily_streak", "user_registered")}


def counted(event_type: str) -> str:
    return translate("Counted: {what}.", what=name_of(event_type))


def told(report: Report) -> str:
    """Return a report as a sentence: of a player if it has a name, else of everyone together."""
    counts = of_player(report.counts) if report.username else {name_of(key): n for key, n in report.counts.items()}
    shown = ", ".join(f"{name}: {number(count)}" for name, count in list(counts.items())[:_MAX_TOLD])
    sentence = translate(
        "{who}, {period}: {counts}.",
        who=report.username or translate("All players together"),
        period=translate(_PERIODS[report.period]),
        counts=shown or translate("nothing yet"),
    )
    if not report.streak:
        return sentence
    streak = translate_n("Active for {n} day in a row.", "Active for {n} days in a row.", report.streak)
    return f"{sentence} {streak}"


def leaders(metric: str, period: Period, standings: Sequence[Standing]) -> str:
    shown = ", ".join(f"{each.rank}. {each.username} ({number(each.count)})" for each in standings[:_MAX_TOLD])
    return translate("{board}: {places}.", board=_board(metric, period), places=shown or translate("no one yet"))


def rank(username: str, metric: str, period: Period, found: Neighbourhood) -> str:
    board, own = _board(metric, period), found.own
    if own is None:
        return translate("{board}: {name} has none yet.", board=board, name=username)
    if own.rank is None:
        sentences = [
            translate(
                "{board}: {name} has {count}, and more than {ahead} are ahead.",
                board=board,
                name=username,
                count=number(own.count),
                ahead=number(MAX_COUNTED),
            )
        ]
    else:
        sentences = [
            translate(
                "{board}: {name} is number {rank} with {count}.",
                board=board,
                name=username,
                rank=number(own.rank),
                count=number(own.count),
            )
        ]
    if found.ahead:
        ahead = found.ahead[-1]
        sentences.append(translate("Right ahead: {name} ({count}).", name=ahead.username, count=number(ahead.count)))
    if found.behind:
        behind = found.behind[0]
        sentences.append(translate("Right behind: {name} ({count}).", name=behind.username, count=number(behind.count)))
    return " ".join(sentences)


def _board(metric: str, period: Period) -> str:
    if metric_called(metric) in NOW:
        return name_of(metric)
    return translate("{metric} {period}", metric=name_of(metric), period=translate(_PERIODS[period]))
