"""Shields and the outcomes of attacks."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from community.players.models import Player

Kind = Literal["block", "reflect"]


class AttackOutcome(Struct, frozen=True):
    """The outcome of an attack for one target.

    Attributes:
        username: on the platform of the attack.
        stopped_by: the shield that stopped the attack and was used up; None for a hit.
    """

    player: Player
    username: str
    stopped_by: Kind | None
