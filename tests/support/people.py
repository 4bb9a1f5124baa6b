"""People with accounts, for the tests of what they sign in to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from kernel.accounts import tokens
from kernel.accounts.key_ring import ring
from kernel.accounts.models import Identity
from kernel.database import Tx
from kernel.naming import folded


@dataclass(frozen=True, slots=True)
class Someone:
    """Someone who is signed in.

    Attributes:
        headers: those of their requests.
    """

    identity: Identity
    headers: dict[str, str]

    @property
    def account_id(self) -> UUID:
        return self.identity.account_id


def make_account(tx: Tx, name: str = "", roles: tuple[str, ...] = ()) -> UUID:
    """Store an account that no one can log in to by its password."""
    account_id = uuid4()
    tx.execute(
        """
        INSERT INTO kernel.accounts (account_id, email, user_name, user_name_key, password_hash, roles, created_at)
        VALUES (%s, %s, %s, %s, '-', %s, %s)
        """,
        (
            account_id,
            f"{name.lower() or account_id}@example.org",
            name or None,
            folded(name) or None,
            list(roles),
            tx.now,
        ),
    )
    return account_id


def sign_in(tx: Tx, account_id: UUID, name: str = "", roles: tuple[str, ...] = ()) -> Someone:
    """Open a session for an account."""
    identity = Identity(account_id, uuid4(), name, frozenset(roles))
    tx.execute(
        "INSERT INTO kernel.sessions (session_id, account_id, began_at, expires_at) VALUES (%s, %s, %s, %s)",
        (identity.session_id, account_id, tx.now, tx.now + timedelta(days=30)),
    )
    token = tokens.issue_access(ring(tokens.ACCESS)[0], identity, datetime.now(UTC))
    return Someone(identity, {"Authorization": f"Bearer {token}"})


def make_someone(tx: Tx, name: str = "", roles: tuple[str, ...] = ()) -> Someone:
    """Store an account and sign in to it."""
    return sign_in(tx, make_account(tx, name, roles), name, roles)
