"""Items that do things."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self
from uuid import UUID

from community.catalog.content import Item
from community.inventory.models import Slot
from community.players.models import Crowd, Fact, Player, PlayerRef
from kernel.errors import Refused
from kernel.events.models import Event

_MENTION = re.compile(r"<@!?([0-9]{1,20})>")
"""What Discord makes of an @name that somebody picks while typing."""


class ItemUsed(Event):
    """`target` as the user named it."""

    type: ClassVar[str] = "item.used"
    user_id: UUID
    item_name: str
    quantity: int
    target: str | None = None
    timestamp: int


class NoEffect(Refused):
    code = "no_effect"
    message = "{item} has no effect."


class TargetRequired(Refused):
    code = "target_required"
    message = "{item} needs a target: name {who}."


class OneAtATime(Refused):
    code = "validation"
    message = "Use one {item} at a time: a second would be wasted."


class NoTargets(Refused):
    code = "no_targets"
    message = "Nobody is there to be hit: wait until somebody says something."


@dataclass(frozen=True, slots=True)
class UseRequest:
    """What somebody wants to do with an item, before anything is known about them.

    Attributes:
        target: of the item; None for none. A player's name, a job or an effect: the item's handler knows.
    """

    item: Item
    user: PlayerRef
    quantity: int
    target: str | None

    @property
    def player(self) -> PlayerRef | None:
        """Whoever the target is, when it is a player."""
        if not self.target:
            return None
        mention = _MENTION.fullmatch(self.target) if self.user.platform == "discord" else None
        if mention:
            return PlayerRef("discord", mention[1])
        return PlayerRef(self.user.platform, username=self.target)


@dataclass(frozen=True, slots=True)
class Targeting:
    """Whom an item may concern besides its user; they are locked and read together with them.

    Attributes:
        named: must be known.
    """

    named: PlayerRef | None = None
    crowd: Crowd | None = None
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemUse:
    """An item at work.

    Attributes:
        slot: the stack it is taken from, as it was.
        user: without the items, which are in use.
        target: the named player; perhaps the user.
        crowd: in no particular order; the user may be among them.
        players: everybody concerned by id, as this use leaves them; the three above are how it found them.
    """

    request: UseRequest
    slot: Slot
    user: Player
    target: Player | None = None
    crowd: tuple[Player, ...] = ()
    players: Mapping[UUID, Player] = field(default_factory=dict[UUID, Player])

    @property
    def item(self) -> Item:
        return self.request.item

    @property
    def quantity(self) -> int:
        return self.request.quantity

    def now(self, player: Player) -> Player:
        """The player as this use has left them so far."""
        return self.players[player.id]

    def changed(self, player: Player) -> Self:
        return replace(self, players={**self.players, player.id: player})


@dataclass(frozen=True, slots=True)
class UseResult:
    """What came of it.

    Attributes:
        players: everybody who is to be saved.
        consumed: how many were used up; the rest goes back where it came from.
        message: for whoever used it.
        told: the same for everybody, from what the user is called; None for what is nobody else's affair.
    """

    players: Mapping[UUID, Player]
    consumed: int
    message: str
    public_message: Callable[[str], str] | None = None
