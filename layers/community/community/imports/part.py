"""How imported balances find their players."""

from __future__ import annotations

from collections.abc import Mapping

from community.imports import queries
from community.imports.crediting import credit_account
from community.players.models import Link, Player
from community.players.part import Rows
from kernel.database import Tx


def _accounts_changed(tx: Tx, player: Player, accounts: Mapping[str, Link]) -> None:
    """Credit what waits for accounts that are new to the player. A new name of a known account inherits nothing."""
    known = player.stored.links if player.stored else {}
    if player.excluded or not player.may_be_awaited:
        return
    for platform, link in accounts.items():
        if platform not in known or known[platform].platform_id != link.platform_id:
            credit_account(tx, player.id, platform, link)


IMPORTS = Rows(("import_entries",), queries.move_entries, accounts_changed=_accounts_changed)
