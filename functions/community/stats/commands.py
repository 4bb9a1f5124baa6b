"""/engagement, /stats, /jobs, /leaderboard, /rank and /check-timeout: players' standings."""

from __future__ import annotations

from community.engagement import reports as engagement_reports
from community.jobs import reports as job_reports
from community.jobs import rules as job_rules
from community.jobs.models import JobStanding
from community.players.models import PlayerRef
from community.ranking import MAX_COUNTED, Standing
from community.stats import reports as stats_reports
from community.stats import texts
from community.timeouts import service as timeouts
from community.timeouts.texts import in_words
from doors.discord.commands import command, component, integer, member, text
from doors.discord.interaction import Interaction
from doors.discord.paging import page_of, paged
from doors.discord.replies import Choice, DiscordReply, Field, card, plain
from functions.community.discord.players import player_of
from kernel.database import Tx
from kernel.texts import number, speaking, translate, translate_n

_WHO = member("user", "Who; you when left out.")
_METRICS = {
    "engagement_score": "Engagement",
    "money": "Money",
    "items": "Items",
    "messages": "Messages",
    "contribution": "Contribution",
}
_METRIC = text(
    "metric", "In what; engagement when left out.", choices=[Choice(name, key) for key, name in _METRICS.items()]
)
_NEIGHBOURS = 3
_MOST_PLACES = 100


@command("engagement", "A player's engagement in the community.", _WHO)
def engagement(call: Interaction, tx: Tx) -> DiscordReply:
    who = call.member_or_caller("user")
    breakdown = engagement_reports.breakdown(tx, player_of(who))
    counts = breakdown.by_type
    return card(
        translate("Engagement"),
        translate_n(
            "{name} has made {n} point for the community.",
            "{name} has made {n} points for the community.",
            breakdown.score,
            name=who.mention,
        ),
        Field(translate("Messages"), str(counts.get("message", 0)), inline=True),
        Field(translate("Commands"), str(counts.get("command", 0)), inline=True),
        Field(translate("Items crafted"), str(counts.get("item_crafted", 0)), inline=True),
        Field(translate("Items used"), str(counts.get("item_used", 0)), inline=True),
    )


@command("stats", "A player's statistics.", _WHO)
def stats(call: Interaction, tx: Tx) -> DiscordReply:
    who = call.member_or_caller("user")
    report = stats_reports.user_stats(tx, player_of(who), "all")
    lines = [who.mention, *(f"{plain(name)}: {number(n)}" for name, n in texts.of_player(report.counts).items())]
    return card(
        translate("Stats"),
        "\n".join(lines),
        Field(translate("Days in a row"), str(report.streak or 0), inline=True),
    )


@command("jobs", "A player's level in every job.", _WHO)
def jobs(call: Interaction, tx: Tx) -> DiscordReply:
    who = call.member_or_caller("user")
    _, standings = job_reports.jobs_of(tx, player_of(who))
    primary = job_rules.primary(standings)
    if not standings:
        return card(translate("Jobs"), translate("The community has not unlocked any job yet."))
    return card(translate("Jobs"), who.mention, *(_job(each, star=each is primary) for each in standings))


def _job(standing: JobStanding, *, star: bool) -> Field:
    name = standing.job.display_name
    level = translate("Level {level} of {most}", level=standing.level, most=standing.max_level)
    if standing.xp_to_next:
        xp = translate("{xp} XP, {missing} to go", xp=standing.xp, missing=standing.xp_to_next)
    else:
        xp = translate("{xp} XP", xp=standing.xp)
    return Field(f"⭐ {name}" if star else name, f"{level}\n{xp}", inline=True)


@command(
    "leaderboard",
    "Who is ahead.",
    _METRIC,
    integer("limit", "How many places; ten when left out.", least=1, most=_MOST_PLACES),
    public=True,
)
def leaderboard(call: Interaction, tx: Tx) -> DiscordReply:
    return _leaders(tx, call.text("metric", "engagement_score"), call.integer("limit", 10), 0, update=False)


@component("leaderboard", own=True)
def leaderboard_page(call: Interaction, tx: Tx) -> DiscordReply:
    metric, limit = (*call.arguments, "", "")[:2]
    metric = metric if metric in _METRICS else "engagement_score"
    places = int(limit) if limit.isdecimal() and len(limit) < 4 else _MOST_PLACES
    return _leaders(tx, metric, min(max(places, 1), _MOST_PLACES), page_of(call), update=True)


def _leaders(tx: Tx, metric: str, limit: int, page: int, *, update: bool) -> DiscordReply:
    standings = stats_reports.leaderboard(tx, metric, "all", limit)
    lines = [_line(each) for each in standings]
    with speaking():
        title = translate("Leaderboard: {metric}", metric=texts.name_of(metric))
        empty = translate("Nobody yet.")
    return paged(title, lines, page, f"leaderboard:{metric}:{limit}", empty=empty, update=update)


def _line(standing: Standing) -> str:
    rank = f"{number(standing.rank)}." if standing.rank else f"> {number(MAX_COUNTED)}"
    return f"**{rank}** {plain(standing.username)}: {number(standing.count)}"


@command("rank", "Where a player stands, and who is right ahead and behind.", _METRIC, _WHO, public=True)
def rank(call: Interaction, tx: Tx) -> DiscordReply:
    who, metric = call.member_or_caller("user"), call.text("metric", "engagement_score")
    _, found = stats_reports.rank_of(tx, player_of(who), metric, "all", _NEIGHBOURS)
    with speaking():
        title = translate("Rank: {metric}", metric=texts.name_of(metric))
        none = translate("{name} has none yet.", name=who.mention)
    if found.own is None:
        return card(title, none)
    lines = [_line(each) + (" ◀" if each is found.own else "") for each in found.places]
    return card(title, "\n".join([who.mention, *lines]))


@command("check-timeout", "Whether someone has a timeout, and for how long.", _WHO)
def check_timeout(call: Interaction, tx: Tx) -> DiscordReply:
    who = call.member_or_caller("user")
    timeout = timeouts.read_timeout(tx, PlayerRef("discord", who.id, who.username))
    if timeout.remaining_seconds < 1:
        return card(translate("Timeout"), translate("No, {name} may talk.", name=who.mention))
    time = in_words(timeout.remaining)
    return card(translate("Timeout"), translate("Yes, {name} must be silent for {time}.", name=who.mention, time=time))
