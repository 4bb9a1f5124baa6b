"""/achievements: what there is to achieve, and how far a player is."""

from __future__ import annotations

from community.achievements import reports
from community.achievements.content import Achievement, achievements
from community.achievements.models import AchievementProgress
from community.players.models import PlayerRef
from community.text_contexts import ACHIEVEMENT, DESCRIPTION
from doors.discord.commands import command, component, member
from doors.discord.interaction import Interaction
from doors.discord.paging import page_of, paged
from doors.discord.replies import DiscordReply, plain
from functions.community.discord.players import player_of
from kernel.database import Tx
from kernel.texts import number, term, translate


@command(
    "achievements", "What there is to achieve, and how far a player is.", member("user", "Who; you when left out.")
)
def show_achievements(call: Interaction, tx: Tx) -> DiscordReply:
    return _list(tx, player_of(call.member_or_caller("user")), 0, update=False)


@component("achievements", own=True)
def achievements_page(call: Interaction, tx: Tx) -> DiscordReply:
    return _list(tx, PlayerRef("discord", (*call.arguments, "")[0]), page_of(call), update=True)


def _list(tx: Tx, ref: PlayerRef, page: int, *, update: bool) -> DiscordReply:
    """The achievements: those that are unlocked, then the others with the nearest to completion first."""
    progress = reports.achieved_by(tx, ref)
    rows = [(each, progress.get(each.key, AchievementProgress(0))) for each in achievements.by_key.values()]
    done = [row for row in rows if row[1].unlocked_at]
    open_ones = sorted(
        (row for row in rows if not row[1].unlocked_at), key=lambda row: row[1].count / row[0].count, reverse=True
    )
    return paged(
        translate("Achievements: {done} of {all}", done=len(done), all=len(rows)),
        [_line(*row) for row in (*done, *open_ones)],
        page,
        f"achievements:{ref.platform_id}",
        empty=translate("There is nothing to achieve yet."),
        update=update,
    )


def _line(achievement: Achievement, progress: AchievementProgress) -> str:
    name, description = term(ACHIEVEMENT, achievement.name), term(DESCRIPTION, achievement.description)
    about = f"**{plain(name)}**: {plain(description)}"
    if progress.unlocked_at:
        return f"🏆 {about}"
    return f"🔒 {about} ({number(min(progress.count, achievement.count))}/{number(achievement.count)})"
