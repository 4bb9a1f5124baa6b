"""Messages to administrators about excluded accounts."""

from __future__ import annotations

from community.exclusions.models import ListedAccount
from kernel.texts import translate


def excluded(account: ListedAccount) -> str:
    return translate("{name} takes no part in the game any more.", name=account.label)


def included(account: ListedAccount) -> str:
    return translate("{name} may play.", name=account.label)
