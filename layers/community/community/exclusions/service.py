"""The list of excluded accounts: common bots, the community's own, and those that an administrator adds."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from community.account_hashes import account_hashes
from community.exclusions import queries
from community.exclusions.content import excluded
from community.exclusions.models import (
    AccountNeeded,
    ExcludedAccount,
    ExcludedWhenForgotten,
    ListedAccount,
    NotExcluded,
    Source,
)
from community.exclusions.settings import settings
from community.messages import service as messages
from community.players import service as players
from community.players.models import Player, PlayerRef, SeveralPlayers
from community.progression import service as progression
from community.recent_activity.models import RecentActivity
from kernel.database import Tx


def list_accounts(tx: Tx) -> list[ExcludedAccount]:
    """Return the whole list, with the accounts that an administrator lets play."""
    return [
        ExcludedAccount(
            ListedAccount(row["platform"], row["platform_id"], row["username"]), row["source"], row["excluded"]
        )
        for row in queries.list_accounts(tx)
    ]


def exclude(tx: Tx, account: ListedAccount) -> None:
    """Exclude an account from the game, in every environment. Repeating it changes nothing.

    Its player's other accounts are excluded with it, or the player would be free again once it is unlinked. Accounts of
    players are listed with their ids: a name can be changed, and then belong to someone else. A name that no player
    has is listed as such, for everyone who comes with it.

    Raises:
        AccountNeeded: it has neither id nor name.
        SeveralPlayers: it is a name that is not listed as such, and that several players have.
    """
    _require_identity(account)
    progression.lock_community_state(tx)
    listing = queries.set_excluded(tx, account, excluded=True)
    player, several = _player_of(tx, account)
    if several and not listing.fetchall():
        raise several
    for each in _accounts_of(player) or [account]:
        if not queries.insert_accounts(tx, [each], "administrator").fetchall():
            queries.set_excluded(tx, each, excluded=True)
        messages.remove_account(tx, each.platform, each.platform_id, each.name_key)
    progression.renew_state_version(tx)


def include(tx: Tx, account: ListedAccount) -> None:
    """Let an excluded account play again, with its player's other accounts that an administrator has excluded.

    A name that is listed as such is for everyone who came with it, so it does not matter how many players have it.

    Raises:
        AccountNeeded: it has neither id nor name.
        SeveralPlayers: it is a name that is not listed as such, and that several players have.
        NotExcluded: the account is not listed, in that form.
    """
    _require_identity(account)
    progression.lock_community_state(tx)
    changing = [queries.delete_added(tx, account), queries.set_excluded(tx, account, excluded=False)]
    player, several = _player_of(tx, account)
    changed = [row for cursor in changing for row in cursor]
    if several and not changed:
        raise several
    others = _accounts_of(player)
    changing = [queries.delete_added(tx, each) for each in others]
    hashes = [
        account_hash
        for each in (account, *others)
        if each.platform_id
        for account_hash in account_hashes(each.platform, each.platform_id)
    ]
    changing.append(queries.include_forgotten(tx, hashes))
    if not (changed or [row for cursor in changing for row in cursor]):
        unknown = player is None and not account.platform_id
        forgotten = unknown and progression.current_state(tx).exclusions.hashes
        raise (ExcludedWhenForgotten if forgotten else NotExcluded)(name=account.label)
    progression.renew_state_version(tx)


def exclude_together(tx: Tx, hashes: Sequence[str]) -> None:
    """Note that forgotten accounts were excluded as one player's: they may play again together."""
    queries.note_excluded_with(tx, hashes, uuid4())


def sync(tx: Tx) -> None:
    """Bring the list up to date with the content and the setting. What administrators have decided stays."""
    content = [ListedAccount(row.platform, row.id, row.name) for row in excluded.all]
    changed = _sync(tx, content, "content")
    if _sync(tx, settings.own_bots, "setting") or changed:
        progression.renew_state_version(tx)


def _sync(tx: Tx, accounts: Sequence[ListedAccount], source: Source) -> bool:
    deleted = queries.delete_unlisted(tx, accounts, source).fetchall()
    return bool(queries.insert_accounts(tx, accounts, source).fetchall() or deleted)


def _player_of(tx: Tx, account: ListedAccount) -> tuple[Player | None, SeveralPlayers | None]:
    """Return the player with the account, and what to refuse if several players have the name."""
    ref = PlayerRef(account.platform, account.platform_id or None, account.username, sole=True)
    try:
        return players.peek(tx, ref, only=(RecentActivity,))[0], None
    except SeveralPlayers as several:
        return None, several


def _accounts_of(player: Player | None) -> list[ListedAccount]:
    links = player.links.items() if player else ()
    return [ListedAccount(name, link.platform_id, link.username) for name, link in links]


def _require_identity(account: ListedAccount) -> None:
    if not (account.platform_id or account.username):
        raise AccountNeeded
