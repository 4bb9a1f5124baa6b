"""What products do when someone signs up or logs in, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from kernel.accounts.models import Device, Identity
from kernel.database import Tx
from personas import joining as personas
from worlds.notices import service as notices

SIGN_UP_HOOKS: Final[tuple[Callable[[Tx, UUID, str], None], ...]] = (personas.signed_up,)
"""Each gets the account and the slug of the public profile that led to it, "" if none did."""
LOG_IN_HOOKS: Final[tuple[Callable[[Tx, Identity, Device], None], ...]] = (notices.tell_of_sign_in,)
"""Each gets who has a new session, and what they began it with."""
