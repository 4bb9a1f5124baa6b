"""Messages about linking and unlinking accounts."""

from __future__ import annotations

from collections.abc import Sequence

from community.linking.models import LinkToken
from community.linking.rules import TOKEN_LIFE, UNLINK_WINDOW


def started(token: LinkToken) -> str:
    minutes = TOKEN_LIFE.seconds // 60
    return f"Your code is {token.token}. Claim it on your other account within {minutes} minutes."


def claimed(token: LinkToken) -> str:
    return f"Claimed. Now confirm on your {token.source.platform} account."


def linked(platforms: Sequence[str]) -> str:
    return f"Done. You play from {', '.join(platforms)} now."


def unlink_asked(platform: str) -> str:
    return f"Confirm within {UNLINK_WINDOW.seconds} seconds to unlink your {platform} account."


def unlinked(platform: str) -> str:
    return f"Your {platform} account is unlinked."
