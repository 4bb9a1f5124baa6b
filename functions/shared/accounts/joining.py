"""What products do when someone signs up, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from kernel.database import Tx
from personas import joining as personas

HOOKS: Final[tuple[Callable[[Tx, UUID, str], None], ...]] = (personas.signed_up,)
"""Each gets the account and the slug of the public profile that led to it, "" if none did."""
