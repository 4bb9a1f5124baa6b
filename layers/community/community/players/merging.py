"""Two players become one; or an account leaves its player."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from community.achievements.models import Progress
from community.blasts import service as blasts
from community.cooldowns import service as cooldowns
from community.crafting import unlocks as recipes
from community.deliveries import service as deliveries
from community.engagement import service as engagement
from community.gambles import merging as gambles
from community.jobs import rules as job_rules
from community.jobs import service as jobs
from community.jobs.models import JobProgress
from community.messages import service as messages
from community.players import queries
from community.players.models import Player
from community.progression.rules import modified
from community.shields import service as shields
from community.stats import service as stats
from community.stats.models import Streak
from community.traps import service as traps
from community.voting import ballots
from kernel.database import Tx

_CARRIED = frozenset({"user_achievements", "user_inventory", "user_jobs", "user_platform_links", "user_streaks"})
"""Tables whose rows a `Player` carries."""

_MOVED = {
    "active_chatters": messages.move,
    "armed_blasts": blasts.move,
    "ballots": ballots.move,
    "cooldowns": cooldowns.move,
    "deliveries": deliveries.move,
    "engagement_inbox": engagement.move,
    "engagement_scores": engagement.move,
    "engagement_totals": engagement.move,
    "gamble_opened_items": gambles.move,
    "gamble_participants": gambles.move,
    "gambles": gambles.move,
    "job_xp_events": jobs.move,
    "shields": shields.move,
    "stats_events": stats.move,
    "stats_inbox": stats.move,
    "stats_standings": stats.move,
    "traps": traps.move,
    "user_unlocked_recipes": recipes.move,
    "voting_weights": ballots.move,
}
"""{table: what moves its rows, once for all it moves}"""

MERGED_TABLES = _CARRIED | _MOVED.keys()
"""Every table with rows of a player. A test holds it against the schema: whoever adds such a table says here what
becomes of its rows."""


def merge(tx: Tx, keeper: Player, other: Player) -> Player:
    """Queue the end of `other`; the answer has everything of both and is to be saved.

    Both are locked and have their jobs loaded, and `keeper` has a row. What a `Player` carries is merged as a
    value in `merged`. Rows it does not carry move here, with an UPDATE ahead of the DELETE, which takes along
    what is left.

    Source: rules 1.1.
    """
    for move in dict.fromkeys(_MOVED.values()):
        move(tx, other.id, keeper.id)
    # Ahead of the save: an identity cannot belong to both.
    tx.execute("DELETE FROM users WHERE user_id = %s", (other.id,))
    return merged(keeper, other)


def merged(keeper: Player, other: Player) -> Player:
    """The keeper with all the other has. Where both know a platform the keeper's link stays; a stack stops at
    its limit."""
    level_cap = int(modified(keeper.world, "job_level_cap", job_rules.LEVEL_CAP))
    return replace(
        keeper,
        links={**other.links, **keeper.links},
        inventory=keeper.inventory.merge(other.inventory),
        jobs=_merged_jobs(keeper.jobs, other.jobs, level_cap),
        streak=_joined(keeper.streak, other.streak),
        achievements=_merged_achievements(keeper.achievements, other.achievements),
        # What was due to the other is among their things by now.
        events=(*keeper.events, *other.events),
        received={**keeper.received, **other.received},
    )


def _joined(one: Streak | None, other: Streak | None) -> Streak | None:
    """The days of both, as far as they are in a row up to the latest."""
    if one is None or other is None:
        return one or other
    earlier, later = sorted((one, other), key=lambda streak: streak.last_on)
    if earlier.last_on < later.first_on - timedelta(days=1):
        return later
    return Streak((later.last_on - min(earlier.first_on, later.first_on)).days + 1, later.last_on)


def _merged_jobs(
    jobs: Mapping[str, JobProgress], others: Mapping[str, JobProgress], level_cap: int
) -> dict[str, JobProgress]:
    shared = {key: _merged_progress(jobs[key], others[key], level_cap) for key in jobs.keys() & others.keys()}
    return {**jobs, **others, **shared}


def _merged_progress(one: JobProgress, other: JobProgress, level_cap: int) -> JobProgress:
    """Added up; what was earned on an earlier game day counts no longer against today's allowance."""
    xp = one.xp + other.xp
    today = max(one.daily_xp_on, other.daily_xp_on)
    return JobProgress(
        xp=xp,
        # As when XP is earned, a cap that was lowered since takes no level away.
        level=max(job_rules.level_for(xp, level_cap), one.level, other.level),
        daily_xp=sum(each.daily_xp for each in (one, other) if each.daily_xp_on == today),
        daily_xp_on=today,
    )


def _merged_achievements(one: Mapping[str, Progress], other: Mapping[str, Progress]) -> dict[str, Progress]:
    """What either has unlocked is unlocked, since the earlier; the rest adds up, and the next event finds it done."""
    merged = {**other, **one}
    for key in one.keys() & other.keys():
        unlocked = [each for each in (one[key], other[key]) if each.unlocked_at]
        merged[key] = min(
            unlocked or [Progress(one[key].count + other[key].count)], key=lambda each: each.unlocked_at or datetime.max
        )
    return merged


def detach(tx: Tx, player: Player, platform: str) -> Player:
    """Queue the end of a link. The account there becomes a stranger; the player keeps everything else."""
    queries.delete_link(tx, player.id, platform)
    return replace(player, links={name: link for name, link in player.links.items() if name != platform})
