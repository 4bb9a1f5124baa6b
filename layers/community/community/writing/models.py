"""What players do as authors of AI personas, in the product of that name; here it earns experience."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from kernel.events.models import Event


class PlayerPostApproved(Event):
    """A player has approved a post of one of their personas."""

    type: ClassVar[str] = "writing.post_approved"
    logged: ClassVar[bool] = False
    user_id: UUID


class PlayerDebateWon(Event):
    """A persona of a player has won a debate."""

    type: ClassVar[str] = "writing.debate_won"
    logged: ClassVar[bool] = False
    user_id: UUID
