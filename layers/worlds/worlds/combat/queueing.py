"""What someone in a fight sets about: it is queued, and happens when its time has come. Pure. Source: worlds 21.1."""

from __future__ import annotations

from uuid import UUID

from msgspec.structs import replace

from kernel.texts import decimal
from worlds.combat import rules
from worlds.combat.bodies import FightingBody
from worlds.combat.content import ActionName, combat
from worlds.combat.models import (
    ActionPending,
    ActionTooSoon,
    Fight,
    FightDeath,
    Fighter,
    FightState,
    OutOfBreath,
    QueuedAction,
    Stunned,
    moment,
)
from worlds.combat.settling import free_at
from worlds.movement import rules as movement


def queued(
    fight: Fight,
    fighter: Fighter,
    body: FightingBody,
    kind: ActionName,
    now: int,
    *,
    target: UUID | None = None,
    item: UUID | None = None,
) -> Fight:
    """Return the fight, which is settled, in which someone is about to do something.

    Raises:
        FightDeath, ActionPending, Stunned, ActionTooSoon, OutOfBreath
    """
    require_able(fighter, now)
    if fighter.action is not None:
        raise ActionPending(seconds=seconds(fighter.action.execute_at - now))
    if fighter.has("stun", now):
        raise Stunned(seconds=seconds(fighter.ailments["stun"].until - now))
    if now < free_at(fighter):
        raise ActionTooSoon(seconds=1)
    cost = combat.actions[kind].stamina
    if body.stamina is not None and (points := movement.settle(body.stamina, moment(now)).points) < cost:
        raise OutOfBreath(cost=cost, points=points)
    ready = now + rules.reaction(kind, body.agility, fighter.pace(now))
    action = QueuedAction(kind, fight.next_number, now, ready, target, item, skills=body.fighting_skills)
    state = FightState.FLEEING if kind == "flee" else fighter.state
    return replace(fight.having(replace(fighter, action=action, state=state)), next_number=fight.next_number + 1)


def require_able(fighter: Fighter, now: int) -> None:
    """Refuse what a defeated one cannot do.

    Raises:
        FightDeath
    """
    if fighter.state == FightState.DEFEATED:
        raise FightDeath(seconds=seconds((fighter.up_at or now) - now))


def engaged(fight: Fight, attacker: UUID, target: UUID, now: int) -> Fight:
    """Return a fight in which two of it are enemies."""
    both = [fight.fighters[attacker], fight.fighters[target]]
    return fight.having(
        *(
            replace(
                each,
                state=each.state if each.is_fighting else FightState.IN_COMBAT,
                hostile_at=now,
                foes=each.foes | {other.fighter_id},
                safe_until=None if each.fighter_id == attacker else each.safe_until,
            )
            for each, other in zip(both, reversed(both), strict=True)
        )
    )


def joined(mine: Fight, other: Fight) -> Fight:
    """Return one fight of two, because someone of one attacks someone of the other."""
    number = max(mine.next_number, other.next_number)
    return replace(mine, next_number=number, fighters={**mine.fighters, **other.fighters})


def seconds(milliseconds: int) -> str:
    """Write how long something takes, to the hundredth of a second, rounded up."""
    return decimal(-(-max(0, milliseconds) // 10) / 100, 2)
