"""Messages to administrators about excluded accounts."""

from __future__ import annotations

from community.exclusions.models import Account


def excluded(account: Account) -> str:
    return f"{account.label} takes no part in the game any more."


def included(account: Account) -> str:
    return f"{account.label} may play."
