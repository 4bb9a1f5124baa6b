"""Everything that is stored with a player: the table of parts, in the order in which they are written."""

from __future__ import annotations

from community.achievements.part import ACHIEVEMENTS
from community.blasts.part import BLASTS
from community.contributions.part import CONTRIBUTIONS
from community.cooldowns.part import COOLDOWNS
from community.crafting.part import RECIPES
from community.deliveries.part import DELIVERIES
from community.engagement.part import ENGAGEMENT
from community.exclusions.part import EXCLUSIONS
from community.gambles.part import GAMBLES
from community.heroes.part import HEROES
from community.imports.part import IMPORTS
from community.inventory.part import INVENTORY
from community.jobs.part import JOBS, XP_EVENTS
from community.linking.part import ACCOUNTS
from community.messages.part import CHATTERS
from community.players.part import Parts
from community.privacy.part import DEPARTED_ACCOUNTS
from community.quests.part import QUESTS
from community.recent_activity.part import RECENT_ACTIVITY
from community.search.part import SEARCHES
from community.shields.part import SHIELDS
from community.stats.part import STATS, STREAK
from community.timeouts.part import TIMEOUTS
from community.traps.part import TRAPS
from community.voting.part import BALLOTS

PARTS = Parts(
    INVENTORY,
    JOBS,
    XP_EVENTS,
    ACHIEVEMENTS,
    QUESTS,
    RECIPES,
    DELIVERIES,
    IMPORTS,
    ACCOUNTS,
    CHATTERS,
    HEROES,
    BLASTS,
    BALLOTS,
    COOLDOWNS,
    SEARCHES,
    GAMBLES,
    SHIELDS,
    TRAPS,
    TIMEOUTS,
    EXCLUSIONS,
    DEPARTED_ACCOUNTS,
    RECENT_ACTIVITY,
    STREAK,
    STATS,
    ENGAGEMENT,
    CONTRIBUTIONS,
)
