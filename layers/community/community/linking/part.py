"""The account of a player: it stays through merges and unlinked platforms. It goes when the player is forgotten, and
when all that the code brought with it has left within the day."""

from __future__ import annotations

from community.linking import queries
from community.players.part import Rows

ACCOUNTS = Rows(("player_accounts",), queries.move_account, link_undone=queries.delete_account_linked_at)
