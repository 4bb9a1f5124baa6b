"""The event of a ballot. Source: rules 16."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from kernel.events.models import Event


class VoteRecorded(Event):
    """A player has voted. `vote_count` and `weighted_votes` are the option's, including this ballot.

    It is logged where the ballot is counted, with the counts after it, and not with the player.
    """

    type: ClassVar[str] = "progression.vote_recorded"
    logged: ClassVar[bool] = False
    session_id: int
    option_id: int
    node_key: str
    target_level: int
    vote_count: int
    weighted_votes: float
    user_id: UUID
