"""Messages about linking and unlinking accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from community.catalog.content import items
from community.catalog.texts import counted
from community.linking.models import LinkedAccounts, LinkToken
from community.linking.rules import TOKEN_LIFE, UNLINK_WINDOW
from kernel.texts import listed, translate, translate_n


def started(token: LinkToken) -> str:
    return translate_n(
        "Your code is {code}. Claim it on your other account within {n} minute.",
        "Your code is {code}. Claim it on your other account within {n} minutes.",
        TOKEN_LIFE.seconds // 60,
        code=token.token,
    )


def claimed(token: LinkToken) -> str:
    return translate("Claimed. Now confirm on your {platform} account.", platform=token.source.platform)


def linked(accounts: LinkedAccounts) -> str:
    done = translate("Done. You play from {platforms} now.", platforms=", ".join(accounts.platforms))
    if not accounts.waiting:
        return done
    quantities: Counter[str] = Counter()
    for item in accounts.waiting:
        quantities[item.item_name] += item.quantity
    things = listed([counted(items.stored_by_name(name), quantity) for name, quantity in quantities.items()])
    return f"{done} " + translate("Your stacks are full: {things} will follow as soon as there is room.", things=things)


def linked_so_far(platforms: Sequence[str]) -> str:
    if not platforms:
        return translate("This account has not played yet.")
    return translate("You play from {platforms}.", platforms=", ".join(platforms))


def unlink_asked(platform: str) -> str:
    return translate_n(
        "Confirm within {n} second to unlink your {platform} account.",
        "Confirm within {n} seconds to unlink your {platform} account.",
        UNLINK_WINDOW.seconds,
        platform=platform,
    )


def unlinked(platform: str) -> str:
    return translate("Your {platform} account is unlinked.", platform=platform)
