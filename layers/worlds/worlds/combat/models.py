"""What fights are made of: who is in one, what they are about to do, and what ails them. And the refusals.

All moments are milliseconds since 1970: whole numbers, so that it makes no difference when something is computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from msgspec import Struct, field
from msgspec.structs import replace

from kernel.errors import Conflict, NotAllowed, Refused, TooSoon
from worlds.combat.content import ActionName, EffectName
from worlds.items.content import Armor, Damage
from worlds.space.models import Position
from worlds.time.models import EPOCH

AGGREGATE: Final = "fight"
ATTACKS: Final = frozenset({"quick", "normal", "heavy"})
_PACE: Final[tuple[EffectName, ...]] = ("slow", "haste")
_MILLISECOND: Final = timedelta(milliseconds=1)


def moment(at: int) -> datetime:
    """Return the time of a moment."""
    return EPOCH + at * _MILLISECOND


class FightState(StrEnum):
    """How someone stands in a fight."""

    IDLE = "idle"
    IN_COMBAT = "in_combat"
    FLEEING = "fleeing"
    DEFEATED = "defeated"


NEXT_STATES: Final[Mapping[FightState, frozenset[FightState]]] = {
    FightState.IDLE: frozenset({FightState.IN_COMBAT}),
    FightState.IN_COMBAT: frozenset({FightState.FLEEING, FightState.DEFEATED, FightState.IDLE}),
    FightState.FLEEING: frozenset({FightState.IN_COMBAT, FightState.IDLE, FightState.DEFEATED}),
    FightState.DEFEATED: frozenset({FightState.IDLE}),
}
"""{state: what may follow it}; a defeated one is idle when it gets up again. One who flees can be struck down, too."""


class QueuedAction(Struct, frozen=True):
    """What someone is about to do.

    Attributes:
        number: in its fight, for those that happen at the same moment.
        target: whom it is meant for.
        item: the holding that is used.
        taken: hit points lost since it was queued.
        skills: in fighting, when it was queued: what one learns until it happens counts from the next one on.
    """

    kind: ActionName
    number: int
    queued_at: int
    execute_at: int
    target: UUID | None = None
    item: UUID | None = None
    taken: int = 0
    skills: Mapping[str, int] = field(default_factory=dict)


class Ailment(Struct, frozen=True):
    """An effect that lasts.

    Attributes:
        strength: doses of a poison, or what a wound bleeds each time.
        until: when it ends; what is due at that moment is still paid.
        due: when it hurts next; None for one that does not hurt.
        moves: steps since it began.
    """

    until: int
    strength: int = 1
    due: int | None = None
    moves: int = 0


class Nature(Struct, frozen=True):
    """What a fighter is who is no character.

    Attributes:
        number: of the creature in its world.
        size, speed: traits, 0 to 10.
        fights: has teeth, or is large, and does not simply run away.
        hungry: fights on when it should run.
        hp: what it has left; `since`: from when on rest brings some back, in milliseconds.
    """

    number: int
    name: str
    position: Position
    size: float
    speed: float
    fights: bool
    hungry: bool
    hp: int
    since: int = 0


class Fighter(Struct, frozen=True, kw_only=True):
    """Someone in a fight.

    Attributes:
        seed: of their dice; `actions`: how many they have rolled for.
        ended_at: when their last action was over.
        hostile_at: when they last attacked someone, or were attacked.
        foes: whom they fight.
        agreed: other players who may be attacked, because both want to.
        asked: {another player who is asked to agree: when}.
        struck: whom they have hurt in this fight.
        ailments: {effect: how it stands}.
        stamina_lacks: whether an action has failed for want of breath: said once.
        up_at: when a defeated player gets up.
        safe_until: no one may attack them before.
        falls_at: when the body of a dead one decays, and its things fall.
        leaving: why their player is gone; they leave as soon as it is safe.
        against: whom they are about to turn on, and `joins_at`: when.
        decides: for themselves, as creatures and the game's own people do.
        nature: of a creature; None for a character.
    """

    fighter_id: UUID
    seed: int
    state: FightState = FightState.IDLE
    actions: int = 0
    action: QueuedAction | None = None
    ended_at: int | None = None
    hostile_at: int = 0
    foes: frozenset[UUID] = frozenset()
    agreed: frozenset[UUID] = frozenset()
    asked: Mapping[UUID, int] = field(default_factory=dict)
    struck: frozenset[UUID] = frozenset()
    defending: bool = False
    ailments: Mapping[EffectName, Ailment] = field(default_factory=dict)
    stamina_lacks: bool = False
    up_at: int | None = None
    safe_until: int | None = None
    falls_at: int | None = None
    leaving: str | None = None
    against: UUID | None = None
    joins_at: int | None = None
    decides: bool = False
    nature: Nature | None = None

    def has(self, effect: EffectName, at: int) -> bool:
        """Whether an effect lasts at a moment."""
        return effect in self.ailments and self.ailments[effect].until > at

    def pace(self, at: int) -> list[EffectName]:
        """Return what makes them slower, or faster, at a moment."""
        return [each for each in _PACE if self.has(each, at)]

    def is_safe(self, at: int) -> bool:
        """Whether no one may attack them."""
        return self.safe_until is not None and at < self.safe_until

    @property
    def is_fighting(self) -> bool:
        return self.state in (FightState.IN_COMBAT, FightState.FLEEING)

    def is_busy(self, at: int) -> bool:
        """Whether a fight is not over for them at a moment: they stand in it, do something, or something ails them."""
        lasting = any(each.until > at for each in self.ailments.values())
        return self.state != FightState.IDLE or self.action is not None or lasting


class Fight(Struct, frozen=True):
    """A fight, as far as it is settled.

    Attributes:
        next_number: of the next action.
    """

    fight_id: UUID
    world_id: UUID
    version: int = 0
    next_number: int = 1
    fighters: Mapping[UUID, Fighter] = field(default_factory=dict)

    def having(self, *changed: Fighter) -> Fight:
        """Return the fight in which some stand differently."""
        return replace(self, fighters={**self.fighters, **{each.fighter_id: each for each in changed}})


class Arm(Struct, frozen=True):
    """What someone strikes with.

    Attributes:
        holding_id: None for bare hands and teeth.
        item: the key of the weapon.
        durability: hundredths of a new one's.
    """

    kind: Damage
    base: int
    holding_id: UUID | None = None
    item: str = ""
    durability: int = 100


class Protection(Struct, frozen=True):
    """Armour that someone wears.

    Attributes:
        durability: hundredths of a new one's.
    """

    holding_id: UUID
    kind: Armor
    durability: int


class Hurt(Struct, frozen=True):
    """Hit points, as they were at a moment.

    Attributes:
        since: from when on rest brings them back.
    """

    points: int
    maximum: int
    since: int


class FightDeath(Conflict):
    """One lies defeated."""

    code = "conflict"
    message = "You lie defeated. In {seconds} s you get up, at the place where everyone arrives."


class NoFightHere(Refused):
    """The lobby is no place for it."""

    code = "invalid_command"
    message = "No one fights in the lobby."


class NotFighting(Refused):
    """One is in no fight."""

    code = "invalid_command"
    message = "You are not in a fight."


class ActionPending(Conflict):
    """One thing after the other."""

    code = "conflict"
    message = "You are about to do something already. It happens in {seconds} s."


class ActionTooSoon(TooSoon):
    """The last action was only just over."""

    code = "action_cooldown"
    message = "You have only just acted. Wait a moment."


class Stunned(Conflict):
    """One cannot do anything."""

    code = "conflict"
    message = "You are stunned for another {seconds} s."


class OutOfBreath(Refused):
    """Too little stamina for an action."""

    code = "insufficient_stamina"
    message = "That costs {cost} stamina and you have {points}. Rest a little, or do something easier: defend"


class NotAttackable(Refused):
    """Something that no one fights."""

    code = "invalid_command"
    message = "You cannot fight {name}."


class IsAChild(NotAllowed):
    """Someone who is too young to fight."""

    code = "forbidden"
    message = "{name} is a child. No one fights children here."


class AttackYourself(Refused):
    code = "invalid_command"
    message = "You cannot attack yourself."


class IsSafe(NotAllowed):
    """Someone who has only just got up."""

    code = "forbidden"
    message = "{name} has only just got up and is safe for another {seconds} s."


class NoArrows(Refused):
    """A bow without arrows."""

    code = "item_not_found"
    message = "You have nothing to shoot with: {item}. Put it away with unequip, or find arrows."
