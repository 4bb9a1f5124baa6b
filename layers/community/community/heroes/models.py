"""What players do in worlds, in the product of that name; here it earns experience and achievements."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar
from uuid import UUID

from msgspec import Struct, field

from kernel.events.models import Event


class HeroFeat(Event):
    """A player has achieved a feat in a world; `feat` is its key in the content of Worlds."""

    type: ClassVar[str] = "hero.feat"
    logged: ClassVar[bool] = False
    user_id: UUID
    feat: str


class RewardedFeats(Struct, frozen=True):
    """What a player was rewarded for already.

    Attributes:
        feats: {feat: the last day on which it was}.
        today: the experience for all that was rewarded today.
    """

    feats: Mapping[str, date] = field(default_factory=dict)
    today: int = 0
