"""Who cannot be attacked because of their role in the chat."""

from __future__ import annotations

from community.players.models import Player
from community.shields.settings import settings


def is_immune(player: Player) -> bool:
    """Tell whether one of the player's accounts has a role that cannot be attacked.

    A hit silences all accounts of a player, so a role on one platform protects them on every platform.
    """
    return any(not settings.immune_roles.isdisjoint(link.roles) for link in player.links.values())


def immune_roles() -> list[str]:
    """Return the roles that cannot be attacked, for queries."""
    return sorted(settings.immune_roles)
