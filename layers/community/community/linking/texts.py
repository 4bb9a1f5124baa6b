"""Messages about linking and unlinking accounts."""

from __future__ import annotations

from collections import Counter

from community.catalog.content import items
from community.catalog.texts import counted
from community.linking.models import LinkedAccounts, LinkStatus, LinkToken, SeveralClaims
from community.linking.naming import shown
from community.linking.rules import TOKEN_LIFE, UNLINK_WINDOW, numbered
from community.players.models import PlayerRef
from kernel.texts import listed, translate, translate_n


def started(token: LinkToken) -> str:
    return translate_n(
        "Your code is {code}. Claim it on your other account within {n} minute.",
        "Your code is {code}. Claim it on your other account within {n} minutes.",
        TOKEN_LIFE.seconds // 60,
        code=token.token,
    )


def claimed(token: LinkToken) -> str:
    told = translate(
        "Claimed. If {account} confirms, everything of this account belongs to that player for good. Claim only codes"
        " that you started yourself. If you did not start this one, start linking on this account to withdraw."
        " Otherwise confirm on your {platform} account.",
        account=shown(token.source),
        platform=token.source.platform,
    )
    return f"{told} {number_told(token.claims[0].number)}"


def number_told(number: int) -> str:
    """Tell a claimer its number."""
    return translate("If you are asked for a number there, it is {number}.", number=number)


def claimed_by(token: LinkToken) -> str:
    """Ask the owner of a code that has been claimed."""
    if token.last_number > 1:
        return str(SeveralClaims(accounts=numbered(token.claims)))
    return asked(token.claims[0].account)


def asked(claimer: PlayerRef) -> str:
    """Ask whether to link an account."""
    return translate(
        "Your code is claimed by {account}. If that is you, confirm."
        " If that is not you, start again to get a new code.",
        account=shown(claimer),
    )


def linked(accounts: LinkedAccounts) -> str:
    done = translate(
        "Done, linked with {account}. You play from {platforms} now.",
        account=shown(accounts.claimer),
        platforms=", ".join(accounts.platforms),
    )
    if not accounts.waiting:
        return done
    quantities: Counter[str] = Counter()
    for item in accounts.waiting:
        quantities[item.item_name] += item.quantity
    things = listed([counted(items.stored_by_name(name), quantity) for name, quantity in quantities.items()])
    return f"{done} " + translate("Your stacks are full: {things} will follow as soon as there is room.", things=things)


def status(found: LinkStatus) -> str:
    if found.platforms:
        so_far = translate("You play from {platforms}.", platforms=", ".join(found.platforms))
    else:
        so_far = translate("This account has not played yet.")
    return f"{so_far} {claimed_by(found.token)}" if found.token and found.token.claims else so_far


def unlink_asked(platform: str, *, own: bool) -> str:
    """Ask for the confirmation, and say what stays where.

    Args:
        own: whether it is the account that asks.
    """
    asked = translate_n(
        "Confirm within {n} second to unlink your {platform} account.",
        "Confirm within {n} seconds to unlink your {platform} account.",
        UNLINK_WINDOW.seconds,
        platform=platform,
    )
    if own:
        return f"{asked} {translate('What you have stays with your other accounts.')}"
    return f"{asked} {translate('What you have stays with this account.')}"


def unlinked(platform: str) -> str:
    return translate("Your {platform} account is unlinked.", platform=platform)
