"""What an account is called in messages about linking."""

from __future__ import annotations

from typing import Final

from community.players.models import PlayerRef
from kernel.texts import translate

WEB: Final = "web"
"""Where people have an account with an e-mail address: to linking codes a platform, but no one plays there."""


def shown(account: PlayerRef) -> str:
    """Return an account's name and platform. An id says nothing to people, so it never stands for a name."""
    if account.platform == WEB:
        if account.username:
            return translate("{name} on the website", name=account.username)
        return translate("an account without a name on the website")
    if account.username and account.username != account.platform_id:
        return translate("{name} on {platform}", name=account.username, platform=account.platform)
    return translate("an account without a name on {platform}", platform=account.platform)
