"""Shields and the outcomes of attacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from community.players.models import Player

Kind = Literal["block", "reflect"]


@dataclass(frozen=True, slots=True)
class AttackOutcome:
    """The outcome of an attack for one target.

    Attributes:
        username: on the platform of the attack.
        stopped_by: the shield that stopped the attack and was used up; None for a hit.
    """

    player: Player
    username: str
    stopped_by: Kind | None
