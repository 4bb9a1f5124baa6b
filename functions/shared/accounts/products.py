"""What each product stores about an account: for its export, and where deleting the account is not enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from kernel.accounts.leaving import Export
from kernel.database import Tx


def exports() -> Mapping[str, Sequence[Export]]:
    """Return the tables of each product: {product: tables}."""
    from community import leaving as community  # on first use: people log in far more often than they leave
    from personas import leaving as personas
    from worlds import leaving as worlds

    return {"community": community.EXPORTS, "personas": personas.EXPORTS, "worlds": worlds.EXPORTS}


def sessions_ended(tx: Tx, account_id: UUID) -> None:
    """Let each product end what goes on in sessions of someone that have just ended."""
    from worlds import leaving as worlds

    worlds.sessions_ended(tx, account_id)


def forget_part(tx: Tx, account_id: UUID) -> bool:
    """Let each product delete some of what it has a lot of from someone who leaves; return whether there is more."""
    from personas import leaving as personas

    return personas.forget_part(tx, account_id)


def forget(tx: Tx, account_id: UUID) -> None:
    """Let each product forget someone who leaves, in the transaction that deletes their account."""
    from personas import leaving as personas
    from worlds import leaving as worlds

    personas.forget(tx, account_id)
    worlds.forget(tx, account_id)
