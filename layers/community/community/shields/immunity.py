"""Who cannot be attacked because of their role in the chat."""

from __future__ import annotations

from community.players.models import Player
from community.shields.settings import settings


def is_immune(player: Player, platform: str) -> bool:
    """Tell whether the player's account on the platform has a role that cannot be attacked."""
    link = player.links.get(platform)
    return link is not None and not settings.immune_roles.isdisjoint(link.roles)


def immune_roles() -> list[str]:
    """Return the roles that cannot be attacked, for queries."""
    return sorted(settings.immune_roles)
