"""Messages about linking and unlinking accounts."""

from __future__ import annotations

from collections import Counter

from community.catalog.content import items
from community.catalog.texts import counted
from community.linking.models import LinkedAccounts, LinkToken
from community.linking.rules import TOKEN_LIFE, UNLINK_WINDOW
from kernel.texts import listed, translate


def started(token: LinkToken) -> str:
    minutes = TOKEN_LIFE.seconds // 60
    return f"Your code is {token.token}. Claim it on your other account within {minutes} minutes."


def claimed(token: LinkToken) -> str:
    return f"Claimed. Now confirm on your {token.source.platform} account."


def linked(accounts: LinkedAccounts) -> str:
    done = f"Done. You play from {', '.join(accounts.platforms)} now."
    if not accounts.waiting:
        return done
    quantities: Counter[str] = Counter()
    for item in accounts.waiting:
        quantities[item.item_name] += item.quantity
    things = listed([counted(items.by_name[name], quantity) for name, quantity in quantities.items()])
    return f"{done} " + translate("Your stacks are full: {things} will follow as soon as there is room.", things=things)


def unlink_asked(platform: str) -> str:
    return f"Confirm within {UNLINK_WINDOW.seconds} seconds to unlink your {platform} account."


def unlinked(platform: str) -> str:
    return f"Your {platform} account is unlinked."
