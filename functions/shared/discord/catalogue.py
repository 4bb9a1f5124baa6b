"""Imports every module with commands, of all products, which declares them."""

from __future__ import annotations

from functions.community.admin import (
    exclusion_commands as admin_exclusions,
)
from functions.community.admin import (
    feature_commands as admin_features,
)
from functions.community.admin import (
    hero_commands as admin_hero,
)
from functions.community.admin import (
    player_commands as admin_players,
)
from functions.community.admin import (
    system_commands as admin_system,
)
from functions.community.admin import (
    tree_commands as admin_tree,
)
from functions.community.discord import help, info
from functions.community.economy import commands as economy
from functions.community.gamble import commands as gambling
from functions.community.linking import commands as linking
from functions.community.progression import commands as community
from functions.community.quests import commands as quests
from functions.community.stats import achievements_commands as achievements
from functions.community.stats import commands as standing
from functions.community.stats import hero_commands as hero
from functions.community.users import commands as things
from functions.community.users import privacy_commands as privacy
from functions.community.users import search_commands as players
from functions.shared.discord.settings import settings

if settings.discord_battles:
    from functions.shared.discord import battle_commands as battle_commands

__all__ = [
    "achievements",
    "admin_exclusions",
    "admin_features",
    "admin_hero",
    "admin_players",
    "admin_system",
    "admin_tree",
    "community",
    "economy",
    "gambling",
    "help",
    "hero",
    "info",
    "linking",
    "players",
    "privacy",
    "quests",
    "standing",
    "things",
]
