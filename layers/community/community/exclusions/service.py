"""The list of excluded accounts: common bots, the community's own, and those that an administrator adds."""

from __future__ import annotations

from collections.abc import Sequence

from community.account_hashes import account_hash
from community.exclusions import queries
from community.exclusions.content import excluded
from community.exclusions.models import AccountNeeded, ExcludedAccount, ListedAccount, NotExcluded, Source
from community.exclusions.settings import settings
from community.messages import service as messages
from community.progression import service as progression
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

    Raises:
        AccountNeeded: it has neither id nor name.
    """
    _require_identity(account)
    progression.lock_community_state(tx)
    if not queries.insert_accounts(tx, [account], "administrator").fetchall():
        queries.set_excluded(tx, account, excluded=True)
    messages.remove_account(tx, account.platform, account.platform_id, account.name_key)
    progression.renew_state_version(tx)


def include(tx: Tx, account: ListedAccount) -> None:
    """Let an excluded account play again.

    Raises:
        AccountNeeded: it has neither id nor name.
        NotExcluded: the account is not listed, in that form.
    """
    _require_identity(account)
    progression.lock_community_state(tx)
    deleted = queries.delete_added(tx, account).fetchall()
    if account.platform_id:
        deleted += queries.include_forgotten(tx, account_hash(account.platform, account.platform_id)).fetchall()
    if not deleted and not queries.set_excluded(tx, account, excluded=False).fetchall():
        raise NotExcluded(name=account.label)
    progression.renew_state_version(tx)


def sync(tx: Tx) -> None:
    """Bring the list up to date with the content and the setting. What administrators have decided stays."""
    content = [ListedAccount(row.platform, row.id, row.name) for row in excluded.all]
    changed = _sync(tx, content, "content")
    if _sync(tx, settings.own_bots, "setting") or changed:
        progression.renew_state_version(tx)


def _sync(tx: Tx, accounts: Sequence[ListedAccount], source: Source) -> bool:
    deleted = queries.delete_unlisted(tx, accounts, source).fetchall()
    return bool(queries.insert_accounts(tx, accounts, source).fetchall() or deleted)


def _require_identity(account: ListedAccount) -> None:
    if not (account.platform_id or account.username):
        raise AccountNeeded
