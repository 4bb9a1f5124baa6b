"""What stands between a player and an attack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from community.players.models import Player

Kind = Literal["block", "reflect"]


@dataclass(frozen=True, slots=True)
class AttackOutcome:
    """Someone an attack was aimed at.

    Attributes:
        username: on the platform of the attack.
        met: the shield it met and used up; None for a hit.
    """

    player: Player
    username: str
    stopped_by: Kind | None
