"""What administrators see, and what they cannot do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from kernel.accounts.models import Identity
from kernel.errors import Conflict

USER: Final = "user"
LOG: Final = "log"
"""Types of aggregates."""
THE_LOG: Final = UUID(int=1)
"""The aggregate of what happens to the log itself."""


class WorldBeingMade(Conflict):
    """The world is not made yet, or could not be."""

    code = "conflict"
    message = "{name} is being made, or could not be: there is nothing in it to wipe. Delete it instead."


def by_administrator(me: Identity) -> Mapping[str, str]:
    """Return the metadata of an event: who did it, and in which capacity."""
    return {"actor": str(me.account_id), "capacity": "administrator"}
