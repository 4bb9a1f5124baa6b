"""Players whose accounts are linked, and whom the community may follow through worlds."""

from __future__ import annotations

from uuid import UUID

from community.heroes import following
from community.players.models import PlayerRef
from kernel.database import Tx
from tests.support.factories import make_player


def link(tx: Tx, account_id: UUID, username: str = "alice") -> None:
    """Link an account with a player."""
    tx.execute(
        "INSERT INTO player_accounts (account_id, user_id) SELECT %s, user_id FROM users WHERE username = %s",
        (account_id, username),
    )


def agree(tx: Tx, account_id: UUID) -> None:
    """Let the community follow someone, as `follow on` does."""
    tx.execute("INSERT INTO worlds.followed (account_id, shown_at) VALUES (%s, %s)", (account_id, tx.now))


def disagree(tx: Tx, account_id: UUID) -> None:
    """Let the community follow someone no longer, as `follow off` does; the community has not heard of it yet."""
    tx.execute("DELETE FROM worlds.followed WHERE account_id = %s", (account_id,))


def follow(tx: Tx, account_id: UUID) -> PlayerRef:
    """Let the community follow an account's hero, if they agree; return their player, who is new."""
    player = make_player(tx, "alice")
    link(tx, account_id)
    following.follow(tx, player)
    return player
