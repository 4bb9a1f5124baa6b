"""/engagement, /stats, /jobs, /leaderboard and /check-timeout: players' standings."""

from __future__ import annotations

from community.engagement import reports as engagement_reports
from community.jobs import reports as job_reports
from community.jobs import rules as job_rules
from community.jobs.models import JobStanding
from community.players.models import PlayerRef
from community.stats import reports as stats_reports
from community.timeouts import service as timeouts
from community.timeouts.rules import in_words
from doors.discord.commands import command, component, integer, member, text
from doors.discord.interaction import Interaction
from doors.discord.paging import page_of, paged
from doors.discord.replies import Choice, Field, Reply, card, plain
from functions.community.discord.players import player_of
from kernel.database import Tx

_WHO = member("user", "Who; you when left out.")
_METRICS = {
    "engagement_score": "Engagement",
    "money": "Money",
    "items": "Items",
    "messages": "Messages",
    "contribution": "Contribution",
}
_MOST_PLACES = 100


@command("engagement", "A player's engagement in the community.", _WHO)
def engagement(call: Interaction, tx: Tx) -> Reply:
    who = call.member_or_caller("user")
    breakdown = engagement_reports.breakdown(tx, player_of(who))
    counts = breakdown.by_type
    return card(
        "Engagement",
        f"{who.mention} has made {breakdown.score} points for the community.",
        Field("Messages", str(counts.get("message", 0)), inline=True),
        Field("Commands", str(counts.get("command", 0)), inline=True),
        Field("Items crafted", str(counts.get("item_crafted", 0)), inline=True),
        Field("Items used", str(counts.get("item_used", 0)), inline=True),
    )


@command("stats", "A player's statistics.", _WHO)
def stats(call: Interaction, tx: Tx) -> Reply:
    who = call.member_or_caller("user")
    report = stats_reports.user_stats(tx, player_of(who), "all")
    lines = [who.mention, *(f"{plain(_words(kind))}: {count}" for kind, count in report.counts.items())]
    return card(
        "Stats",
        "\n".join(lines),
        Field("Together", str(sum(report.counts.values())), inline=True),
        Field("Days in a row", str(report.streak or 0), inline=True),
    )


def _words(kind: str) -> str:
    return kind.replace("_", " ").replace(".", " ")


@command("jobs", "A player's level in every job.", _WHO)
def jobs(call: Interaction, tx: Tx) -> Reply:
    who = call.member_or_caller("user")
    _, standings = job_reports.jobs_of(tx, player_of(who))
    primary = job_rules.primary(standings)
    if not standings:
        return card("Jobs", "The community has not unlocked any job yet.")
    return card("Jobs", who.mention, *(_job(each, star=each is primary) for each in standings))


def _job(standing: JobStanding, *, star: bool) -> Field:
    name = standing.job.display_name
    missing = f", {standing.xp_to_next} to go" if standing.xp_to_next else ""
    level = f"Level {standing.level} of {standing.max_level}"
    return Field(f"⭐ {name}" if star else name, f"{level}\n{standing.xp} XP{missing}", inline=True)


@command(
    "leaderboard",
    "Who is ahead.",
    text("metric", "In what; engagement when left out.", choices=[Choice(name, key) for key, name in _METRICS.items()]),
    integer("limit", "How many places; ten when left out.", least=1, most=_MOST_PLACES),
    public=True,
)
def leaderboard(call: Interaction, tx: Tx) -> Reply:
    return _leaders(tx, call.text("metric", "engagement_score"), call.integer("limit", 10), 0, update=False)


@component("leaderboard", own=True)
def leaderboard_page(call: Interaction, tx: Tx) -> Reply:
    metric, limit = (*call.arguments, "", "")[:2]
    metric = metric if metric in _METRICS else "engagement_score"
    places = int(limit) if limit.isdecimal() and len(limit) < 4 else _MOST_PLACES
    return _leaders(tx, metric, min(max(places, 1), _MOST_PLACES), page_of(call), update=True)


def _leaders(tx: Tx, metric: str, limit: int, page: int, *, update: bool) -> Reply:
    standings = stats_reports.leaderboard(tx, metric, "all", limit)
    lines = [f"**{each.rank}.** {plain(each.username)}: {each.count}" for each in standings]
    title = f"Leaderboard: {_METRICS[metric]}"
    return paged(title, lines, page, f"leaderboard:{metric}:{limit}", empty="Nobody yet.", update=update)


@command("check-timeout", "Whether someone has a timeout, and for how long.", _WHO)
def check_timeout(call: Interaction, tx: Tx) -> Reply:
    who = call.member_or_caller("user")
    timeout = timeouts.read_timeout(tx, PlayerRef("discord", who.id, who.username))
    if timeout.remaining_seconds < 1:
        return card("Timeout", f"No, {who.mention} may talk.")
    return card("Timeout", f"Yes, {who.mention} must be silent for {in_words(timeout.remaining)}.")
