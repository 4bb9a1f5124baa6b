"""Accounts that left a player: what says who they are goes with the player when they are forgotten."""

from __future__ import annotations

from community.players.part import Rows
from community.privacy import queries

DEPARTED_ACCOUNTS = Rows(
    ("departed_accounts",), queries.move_departed_accounts, account_left=queries.insert_departed_account
)
