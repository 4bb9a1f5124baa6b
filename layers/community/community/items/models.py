"""Using items."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Self
from uuid import UUID

from msgspec import Struct, field
from msgspec.structs import replace

from community.catalog.content import Item
from community.inventory.models import Quality, Slot, average_quality
from community.players.models import Crowd, Fact, Player, PlayerRef
from kernel.errors import Refused
from kernel.quantities import Wanted

MOST_HIT = 100
"""How many players a share of someone's items may hit."""
MENTION = re.compile(r"<@!?([0-9]{1,20})>")
"""How Discord encodes an @name that a user has selected."""


class NoEffect(Refused):
    code = "no_effect"
    message = "{item} has no effect."


class TargetRequired(Refused):
    code = "target_required"
    message = "{item} needs a target: name a player."


class JobRequired(TargetRequired):
    message = "{item} needs a target: name a job."


class EffectRequired(TargetRequired):
    message = "{item} needs a target: name {effects}."


class TargetImmune(Refused):
    code = "no_effect"
    message = "{name} is protected here: {item} would have no effect."


class OneAtATime(Refused):
    code = "validation"
    message = "Use one {item} at a time: a second would be wasted."


class NoTargets(Refused):
    code = "no_targets"
    message = "Nobody is there to be hit: wait until someone says something."


class UseRequest(Struct, frozen=True):
    """A request to use an item, before any player is loaded.

    Attributes:
        target: a player's name, a job or an effect, depending on the item's handler; None for none.
        quality: use only items of this quality; None for any.
        target_account: the player's account, which wins over a name.
    """

    item: Item
    user: PlayerRef
    quantity: Wanted
    target: str | None
    quality: Quality | None = None
    target_account: PlayerRef | None = None

    @property
    def most(self) -> int:
        """The most that a share may come to for an item that hits as many players."""
        return self.quantity if isinstance(self.quantity, int) else MOST_HIT

    @property
    def player(self) -> PlayerRef | None:
        """The target as a player. A name must be borne by one player only, because items are about silence."""
        if self.target_account is not None:
            return self.target_account
        if not self.target:
            return None
        mention = MENTION.fullmatch(self.target.strip()) if self.user.platform == "discord" else None
        if mention:
            return PlayerRef("discord", mention[1])
        return PlayerRef(self.user.platform, username=self.target, sole=True)


class Targeting(Struct, frozen=True):
    """The players an item may affect besides its user; they are locked and loaded together.

    Attributes:
        named: a player who must exist.
    """

    named: PlayerRef | None = None
    crowd: Crowd | None = None
    facts: tuple[Fact, ...] = ()


class ItemUse(Struct, frozen=True):
    """The use of an item, with all players loaded.

    Attributes:
        taken: the items, in the order in which they are used up: the lowest quality first.
        user: the user without these items.
        target: the named player; perhaps the user.
        crowd: in no particular order; the user may be among them.
        players: all affected players by id, with the changes so far; the three above are unchanged.
    """

    request: UseRequest
    taken: tuple[Slot, ...]
    user: Player
    target: Player | None = None
    crowd: tuple[Player, ...] = ()
    players: Mapping[UUID, Player] = field(default_factory=dict[UUID, Player])

    @property
    def item(self) -> Item:
        return self.request.item

    @property
    def quantity(self) -> int:
        """How many are used."""
        return sum(slot.quantity for slot in self.taken)

    @property
    def quality(self) -> Quality:
        """The average quality of the items, for effects that they have together."""
        return average_quality(self.taken)

    def now(self, player: Player) -> Player:
        """Return the player with the changes so far."""
        return self.players[player.id]

    def changed(self, player: Player) -> Self:
        return replace(self, players={**self.players, player.id: player})


class UseResult(Struct, frozen=True):
    """The result of using an item.

    Attributes:
        players: all players to save.
        consumed: how many were used up; the rest returns to the inventory.
        message: the message to the user.
        public_message: takes the user's name and returns the message to everyone; None when it is private.
    """

    players: Mapping[UUID, Player]
    consumed: int
    message: str
    public_message: Callable[[str], str] | None = None
