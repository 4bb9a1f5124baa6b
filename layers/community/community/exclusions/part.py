"""What exclusions do when a player's account gets another name."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from community.exclusions import queries
from community.exclusions.models import ListedAccount
from community.players.models import Link, Player
from community.players.part import Rows
from community.progression import service as progression
from kernel.database import Tx


def _accounts_changed(tx: Tx, player: Player, accounts: Mapping[str, Link]) -> None:
    """List accounts by their ids that take or give up a name that is listed: they stay excluded, or go on playing."""
    cover = player.state.exclusions.cover
    known = player.stored.links if player.stored else {}
    for platform, link in accounts.items():
        before = known.get(platform)
        if before is None or before.platform_id != link.platform_id:
            continue
        was_excluded = cover(platform, link.platform_id, before.username)
        if was_excluded != cover(platform, link.platform_id, link.username):
            account = ListedAccount(platform, link.platform_id, link.username)
            queries.insert_accounts(tx, [account], "administrator", excluded=was_excluded)
            progression.renew_state_version(tx)


def _move(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Move nothing: the list is of accounts, which stay what they are."""


EXCLUSIONS = Rows((), _move, accounts_changed=_accounts_changed)
