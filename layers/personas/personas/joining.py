"""What Personas does when someone signs up."""

from __future__ import annotations

from uuid import UUID

from kernel.database import Tx
from personas.happenings import service as happenings


def signed_up(tx: Tx, account_id: UUID, share_slug: str) -> None:
    """Record that a public profile has led to a sign-up.

    Args:
        share_slug: the profile's; "" if none did.
    """
    if share_slug:
        happenings.record(tx, "signup_from_share", account_id, {"share_slug": share_slug, "source": "profile"})
