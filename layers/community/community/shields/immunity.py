"""Who cannot be attacked because of their role in the chat."""

from __future__ import annotations

from datetime import datetime

from community.players.models import ROLES_LAST, Player
from community.shields.settings import settings


def is_immune(player: Player, now: datetime) -> bool:
    """Tell whether one of the player's accounts has a role that cannot be attacked.

    A hit silences all accounts of a player, so a role on one platform protects them on every platform.
    """
    return any(
        not settings.immune_roles.isdisjoint(link.roles)
        and link.roles_at is not None
        and now - link.roles_at < ROLES_LAST
        for link in player.links.values()
    )


def immune_roles(now: datetime) -> tuple[list[str], datetime]:
    """Return for queries the roles that cannot be attacked, and since when an account must have been seen with one."""
    return sorted(settings.immune_roles), now - ROLES_LAST
