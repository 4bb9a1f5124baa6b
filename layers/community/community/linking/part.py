"""The account of a player: it stays through merges and unlinked platforms, and goes when the player is forgotten."""

from __future__ import annotations

from community.linking import queries
from community.players.part import Rows

ACCOUNTS = Rows(("player_accounts",), queries.move_account)
