"""What time makes of a fight: all that is due, in its order. Pure.

What happens follows from the stored moments alone: a fight that is settled late, or in many pieces, ends as one that is
settled at once. Each action has dice of its own: those of its fighter, and of its number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isqrt
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from worlds.combat import rules
from worlds.combat.bodies import SKILL_OF, FightingBody, ammunition_of, arm_of, protections, reach_of
from worlds.combat.content import ActionName, EffectName, combat
from worlds.combat.models import (
    ATTACKS,
    Ailment,
    Arm,
    Fight,
    Fighter,
    FightState,
    Hurt,
    QueuedAction,
    moment,
)
from worlds.generation.randomness import Stream
from worlds.items import rules as items
from worlds.items.models import Belongings, Held, Wear
from worlds.movement import rules as movement
from worlds.movement.models import PARTS, Stamina
from worlds.skills.models import Skill
from worlds.space.models import METRE, Position, Space
from worlds.space.rules import offset, place_at, squared_distance

ASKED: Final = 60 * rules.SECOND
"""How long someone may agree to a fight."""
_ORDER: Final = ("tick", "action", "up", "calm", "falls", "joins", "decide")
"""What comes first of what is due at the same moment."""
Due = tuple[int, int, str, str, UUID]
"""(moment, place in _ORDER, which, fighter as text, fighter)"""


class FightSurroundings(Struct, frozen=True):
    """Where a fight takes place.

    Attributes:
        entrance: where the defeated get up.
        body_lies: milliseconds for which a body keeps its things.
    """

    space: Space
    entrance: Position
    body_lies: int


class FightHappening(Struct, frozen=True, kw_only=True):
    """Something that those in a fight see.

    Attributes:
        kind: hit, fumble, failed, defend, fled, caught, used, hurt, interrupted, broken, defeated, died, ran, up, calm,
            fallen, left, joins, desists or comes.
        who: did it, or whom it has happened to.
        action: what was done.
        reason: why it failed, what hurts, or who joins: a creature or a person.
        effects: that a hit has brought.
        is_first: of a hit that does damage: the first one of the two in this fight.
        defended: whom the target of such a first hit had hurt in this fight, and who hits has not.
        hp, max_hp: of the target of a hit, or of who is hurt.
        skill: that was used, and what it has taught: `xp`; `defense`: the skill in which the target has learned.
        position: where it happens, or where someone runs.
        item: that was used, or has broken.
    """

    at: int
    kind: str
    who: UUID
    target: UUID | None = None
    action: ActionName | None = None
    roll: int = 0
    damage: int = 0
    critical: bool = False
    interrupted: bool = False
    is_first: bool = False
    defended: tuple[UUID, ...] = ()
    reason: str = ""
    effects: tuple[EffectName, ...] = ()
    hp: int = 0
    max_hp: int = 0
    skill: str = ""
    xp: int = 0
    defense: str = ""
    position: Position | None = None
    item: str = ""


class BodyChange(Struct, frozen=True, kw_only=True):
    """A step of what a fight does to a body, in its order.

    Attributes:
        kind: health, stamina, worn, consumed, up, died, left or came.
        old, new: hit points, parts of stamina, or durability.
        since: from when on rest heals.
        inventory: as it is after that.
        moved: what of it has changed.
    """

    at: int
    kind: str
    who: UUID
    reason: str = ""
    old: int = 0
    new: int = 0
    since: int = 0
    inventory: Belongings | None = None
    moved: Held | None = None
    position: Position | None = None
    by: UUID | None = None


class Settled(Struct, frozen=True):
    """A fight as it is at a moment, and what has happened until then."""

    fight: Fight
    bodies: Mapping[UUID, FightingBody]
    happenings: tuple[FightHappening, ...] = ()
    changes: tuple[BodyChange, ...] = ()


def settle(fight: Fight, bodies: Mapping[UUID, FightingBody], where: FightSurroundings, now: int) -> Settled:
    """Return what a fight has come to.

    Args:
        bodies: of all fighters, as they are stored.
    """
    course = _Course(fight, bodies, where)
    course.run(now)
    return course.settled(now)


def due_at(fight: Fight) -> int | None:
    """Return when the next thing happens in a fight by itself; None for nothing."""
    dues = [due[0] for each in fight.fighters.values() for due in _dues(each)]
    return min(dues, default=None)


def _dues(fighter: Fighter) -> Iterator[tuple[int, str, str]]:
    """Yield (moment, what, which) of all that is due for a fighter."""
    for effect, held in fighter.ailments.items():
        if held.due is not None:
            yield held.due, "tick", effect
    if fighter.action is not None:
        yield fighter.action.execute_at, "action", f"{fighter.action.number:09}"
    if fighter.up_at is not None:
        yield fighter.up_at, "up", ""
    if fighter.falls_at is not None:
        yield fighter.falls_at, "falls", ""
    if fighter.is_fighting:
        yield fighter.hostile_at + combat.document.timing.calm * rules.SECOND, "calm", ""
    if fighter.leaving is not None and fighter.state == FightState.IDLE and fighter.action is None:
        yield max((each.until for each in fighter.ailments.values()), default=fighter.hostile_at), "calm", ""
    if fighter.joins_at is not None:
        yield fighter.joins_at, "joins", ""
    if fighter.decides and fighter.action is None and fighter.is_fighting:
        yield max(free_at(fighter), fighter.hostile_at), "decide", ""


def free_at(fighter: Fighter) -> int:
    """Return from when on a fighter can do something again."""
    ended = 0 if fighter.ended_at is None else fighter.ended_at + combat.document.timing.pause
    stun = fighter.ailments.get("stun")
    return max(ended, stun.until if stun else 0)


class _Course:
    """The course of a fight while it is settled."""

    def __init__(self, fight: Fight, bodies: Mapping[UUID, FightingBody], where: FightSurroundings) -> None:
        self.fight = fight
        self.fighters = dict(fight.fighters)
        self.bodies = dict(bodies)
        self.where = where
        self.number = fight.next_number
        self.at = 0
        self.happenings: list[FightHappening] = []
        self.changes: list[BodyChange] = []
        self.broken: list[tuple[UUID, str]] = []
        """What has just broken, of whom: told after what broke it."""
        self.dues: dict[UUID, Due] = {}
        for each in self.fighters.values():
            self._note_due(each)

    # ------------------------------------------------------------------ the order of things

    def run(self, now: int) -> None:
        """Let all happen that is due."""
        while True:
            due = min(self.dues.values(), default=None)
            if due is None or due[0] > now:
                return
            self.at, what, which, _, key = due
            self._happens(self.fighters[key], _ORDER[what], which)

    def settled(self, now: int) -> Settled:
        """Return the fight without those whom it does not concern any more."""
        wanted = {each.against for each in self.fighters.values()}
        kept = {key: each for key, each in self.fighters.items() if key in wanted or not _is_out(each, now)}
        fight = replace(self.fight, next_number=self.number, fighters=kept)
        return Settled(fight, self.bodies, tuple(self.happenings), tuple(self.changes))

    def _happens(self, fighter: Fighter, what: str, which: str) -> None:
        match what:
            case "tick":
                self._tick(fighter, which)
            case "action":
                self._execute(fighter)
            case "up":
                self._get_up(fighter)
            case "falls":
                self._fall(fighter)
            case "decide":
                self._decide(fighter)
            case "joins":
                self._join(fighter)
            case _:
                self._calm_down(fighter)

    def _put(self, fighter: Fighter) -> Fighter:
        self.fighters[fighter.fighter_id] = fighter
        self._note_due(fighter)
        return fighter

    def _forget(self, key: UUID) -> None:
        del self.fighters[key]
        self.dues.pop(key, None)

    def _note_due(self, fighter: Fighter) -> None:
        key = fighter.fighter_id
        found = [(at, _ORDER.index(what), which, key.hex, key) for at, what, which in _dues(fighter)]
        if found:
            self.dues[key] = min(found)
        else:
            self.dues.pop(key, None)

    def _tell(self, kind: str, who: UUID, **details: Any) -> None:
        self.happenings.append(FightHappening(at=self.at, kind=kind, who=who, **details))
        broken = [FightHappening(at=self.at, kind="broken", who=owner, item=item) for owner, item in self.broken]
        self.happenings += broken
        self.broken.clear()

    # ------------------------------------------------------------------ bodies

    def _wound(self, key: UUID, damage: int, reason: str, by: UUID | None = None) -> None:
        body = self.bodies[key]
        before = rules.healed(body.hurt, self.at)
        after = rules.wounded(body.hurt, damage, self.at)
        if body.stamina is not None and after.points < before.points:
            stamina = replace(movement.settle(body.stamina, moment(self.at)), damaged_at=moment(self.at))
            self.bodies[key] = replace(body, stamina=stamina)
        self._set_hurt(key, before, after, reason, by)

    def _spend(self, key: UUID, points: int, reason: str) -> None:
        """Take as much stamina as is there."""
        stamina = self.bodies[key].stamina
        if stamina is None or points <= 0:
            return
        before = movement.settle(stamina, moment(self.at))
        self._set_stamina(key, before, movement.spend(before, min(points, before.points)), reason)

    def _set_hurt(self, key: UUID, before: Hurt, after: Hurt, reason: str, by: UUID | None = None) -> None:
        self.bodies[key] = replace(self.bodies[key], hurt=after)
        if after.points != before.points:
            self._change("health", key, before.points, after.points, reason, since=after.since, by=by)

    def _set_stamina(self, key: UUID, before: Stamina, after: Stamina, reason: str) -> None:
        self.bodies[key] = replace(self.bodies[key], stamina=after)
        if after.parts != before.parts:
            self._change("stamina", key, before.parts, after.parts, reason)

    def _points(self, key: UUID) -> int | None:
        stamina = self.bodies[key].stamina
        return None if stamina is None else movement.settle(stamina, moment(self.at)).points

    def _wear(self, key: UUID, holding_id: UUID | None, points: int, reason: str) -> None:
        if holding_id is None or points <= 0:
            return
        body = self.bodies[key]
        held = next((each for each in body.inventory.held if each.holding_id == holding_id), None)
        if held is None or held.durability == 0:
            return
        worn = replace(held, durability=max(0, held.durability - points))
        inventory = Belongings(tuple(worn if each is held else each for each in body.inventory.held))
        self.bodies[key] = replace(body, inventory=inventory)
        self._change("worn", key, held.durability, worn.durability, reason, inventory=inventory, moved=worn)
        if worn.is_broken:
            self.broken.append((key, held.item.key))

    def _consume(self, key: UUID, held: Held, reason: str) -> None:
        body = self.bodies[key]
        rest = held.of(held.quantity - 1) if held.quantity > 1 else None
        stacks = (rest if each is held else each for each in body.inventory.held)
        inventory = Belongings(tuple(each for each in stacks if each is not None))
        self.bodies[key] = replace(body, inventory=inventory)
        self._change("consumed", key, 0, 0, reason, inventory=inventory, moved=held.of(1))

    def _change(self, kind: str, who: UUID, old: int, new: int, reason: str, **details: Any) -> None:
        self.changes.append(BodyChange(at=self.at, kind=kind, who=who, reason=reason, old=old, new=new, **details))

    # ------------------------------------------------------------------ actions

    def _execute(self, fighter: Fighter) -> None:
        action = fighter.action
        assert action is not None
        key = fighter.fighter_id
        state = FightState.IN_COMBAT if fighter.state == FightState.FLEEING else fighter.state
        done = replace(
            fighter, action=None, ended_at=self.at, actions=fighter.actions + 1, defending=False, state=state
        )
        fighter = self._put(done)
        cost = combat.actions[action.kind].stamina
        points = self._points(key)
        if points is not None and points < cost:
            self._fail(fighter, action, "breath")
            return
        if fighter.stamina_lacks:
            fighter = self._put(replace(fighter, stamina_lacks=False))
        stream = Stream(fighter.seed, f"action/{fighter.actions}")
        if action.kind in ATTACKS:
            self._attack(fighter, action, stream, cost)
        elif action.kind == "defend":
            self._spend(key, cost, "defend")
            self._put(replace(fighter, defending=True))
            self._tell("defend", key, action="defend")
        elif action.kind == "flee":
            self._flee(fighter, stream, cost)
        else:
            self._use(fighter, action, cost)

    def _fail(self, fighter: Fighter, action: QueuedAction, reason: str) -> None:
        """Close an action that cannot be done any more: who wanted it is free for another."""
        is_told = not (self.bodies[fighter.fighter_id].is_npc or (reason == "breath" and fighter.stamina_lacks))
        if reason == "breath":
            self._put(replace(fighter, stamina_lacks=True))
        if is_told:
            self._tell("failed", fighter.fighter_id, target=action.target, action=action.kind, reason=reason)

    def _attack(self, fighter: Fighter, action: QueuedAction, stream: Stream, cost: int) -> None:
        key, target = fighter.fighter_id, self.fighters.get(action.target) if action.target else None
        body = self.bodies[key]
        arm = arm_of(body)
        if target is None or not self._is_up(target.fighter_id) or target.is_safe(self.at):
            self._fail(fighter, action, "gone")
            return
        other = self.bodies[target.fighter_id]
        away = squared_distance(self.where.space, body.position, other.position)
        if away > reach_of(arm) ** 2 and self._follows(fighter, away):
            fighter = self._come(fighter, other.position)
            body, away = self.bodies[key], 0
        if away > reach_of(arm) ** 2:
            self._fail(fighter, action, "reach")
            return
        shot = ammunition_of(body) if arm.kind == "ranged" else None
        if arm.kind == "ranged" and shot is None:
            self._fail(fighter, action, "arrows")
            return
        self._spend(key, cost, action.kind)
        if shot is not None:
            self._consume(key, shot, "shot")
        fighter = self._put(replace(fighter, hostile_at=self.at))
        target = self._put(replace(target, hostile_at=self.at))
        roll = rules.rolled(rules.die(stream), body.attributes.get("Cunning", 0), action.kind)
        part = rules.PARTS[stream.below(len(rules.PARTS))]
        if roll.is_fumble:
            more = combat.document.hits.fumble_stamina
            self._spend(key, int(cost * more) - cost, "fumble")
            self._wear(key, arm.holding_id, items.WEAR[Wear.FUMBLE], "fumble")
            self._tell("fumble", key, target=target.fighter_id, action=action.kind, roll=roll.number)
            return
        self._hit(fighter, target, action, arm, roll, part, shot.item.key if shot else "", stream)

    def _hit(
        self,
        fighter: Fighter,
        target: Fighter,
        action: QueuedAction,
        arm: Arm,
        roll: rules.Roll,
        part: str,
        shot: str,
        stream: Stream,
    ) -> None:
        key, other_key, kind = fighter.fighter_id, target.fighter_id, action.kind
        body, other = self.bodies[key], self.bodies[other_key]
        skill = SKILL_OF[arm.kind]
        raw = rules.raw_damage(arm, kind, roll, action.skills.get(skill, 0), body.attributes)
        armor = rules.best_armor(protections(other), arm.kind)
        damage = rules.final_damage(raw, armor, arm.kind, is_critical=roll.is_critical, is_defending=target.defending)
        wear = Wear.HEAVY_HIT if kind == "heavy" else Wear.HIT
        self._wear(key, arm.holding_id, items.WEAR[wear], wear)
        if armor is not None:
            self._wear(other_key, armor.holding_id, items.WEAR[Wear.HIT_TAKEN], Wear.HIT_TAKEN)
        self._wound(other_key, damage, "hit", by=key)
        is_first = damage > 0 and other_key not in fighter.struck
        defended = tuple(sorted(target.struck - fighter.struck - {key})) if is_first else ()
        if is_first:
            self._put(replace(fighter, struck=fighter.struck | {other_key}))
        hurt = self.bodies[other_key].hurt
        wanted = rules.chances(arm, kind, shot, part, is_critical=roll.is_critical)
        brought: list[EffectName] = [each for each, chance in wanted.items() if stream.below(1_000) < chance]
        effects: tuple[EffectName, ...] = tuple(brought) if damage and hurt.points else ()
        interrupted = False
        if hurt.points:
            interrupted = self._suffer(target, damage, kind, effects, stream)
        xp = rules.hit_xp(other.best_skill) if damage else 0
        self._tell(
            "hit",
            key,
            target=other_key,
            action=kind,
            roll=roll.number,
            damage=damage,
            critical=roll.is_critical,
            interrupted=interrupted,
            is_first=is_first,
            defended=defended,
            effects=effects,
            hp=hurt.points,
            max_hp=hurt.maximum,
            skill=skill.value,
            xp=xp,
            defense=Skill.DODGE.value if armor is None else Skill.DEFENSE.value,
        )
        if not hurt.points:
            self._defeat(self.fighters[other_key], by=key)

    def _suffer(
        self, target: Fighter, damage: int, by: ActionName, effects: tuple[EffectName, ...], stream: Stream
    ) -> bool:
        """Let a hit do to someone what it does besides; return whether their action is lost."""
        ailments = dict(target.ailments)
        for effect in effects:
            ailments[effect] = rules.afflicted(ailments.get(effect), effect, self.at)
        action, lost = target.action, False
        if action is not None:
            action = replace(action, taken=action.taken + damage)
            chance = rules.interrupts(action.taken, self.bodies[target.fighter_id].hurt.maximum, by)
            lost = stream.below(1_000_000) < chance or "stun" in effects
        state = FightState.IN_COMBAT if lost and target.state == FightState.FLEEING else target.state
        self._put(
            replace(
                target,
                ailments=ailments,
                action=None if lost else action,
                ended_at=self.at if lost else target.ended_at,
                defending=target.defending and "stun" not in effects,
                state=state,
            )
        )
        return lost

    def _flee(self, fighter: Fighter, stream: Stream, cost: int) -> None:
        key = fighter.fighter_id
        self._spend(key, cost, "flee")
        enemies = [self.bodies[each].agility for each in fighter.foes if self._is_up(each)]
        if stream.below(10_000) >= rules.escapes(self.bodies[key].agility, max(enemies, default=0)):
            self._tell("caught", key, action="flee")
            return
        self._part(fighter)
        if fighter.nature is None:
            self._tell("fled", key, action="flee")
            return
        place = self._run_away(fighter.nature.position, stream)
        self._forget(key)
        self._tell("ran", key, action="flee", position=place)

    def _run_away(self, start: Position, stream: Stream) -> Position:
        far = combat.document.creatures.flight * METRE
        for _ in range(8):
            east, north = stream.below(2 * far + 1) - far, stream.below(2 * far + 1) - far
            place = place_at(self.where.space, start.x + east, start.y + north, start.z)
            if place is not None and east * east + north * north > (far // 2) ** 2:
                return place
        return start

    def _use(self, fighter: Fighter, action: QueuedAction, cost: int) -> None:
        key = fighter.fighter_id
        body = self.bodies[key]
        held = next((each for each in body.inventory.held if each.holding_id == action.item), None)
        if held is None or held.item.effect is None:
            self._fail(fighter, action, "item")
            return
        self._spend(key, cost, "use")
        self._consume(key, held, "used")
        effect, body = held.item.effect, self.bodies[key]
        match effect.kind:
            case "restore_hp":
                before = rules.healed(body.hurt, self.at)
                self._set_hurt(key, before, rules.restored(body.hurt, effect.amount, self.at), "used")
            case "restore_stamina" if body.stamina is not None:
                rested = movement.settle(body.stamina, moment(self.at))
                self._set_stamina(key, rested, movement.restore(rested, effect.amount), "used")
            case "end_bleeding" | "end_poison":
                ended = "bleed" if effect.kind == "end_bleeding" else "poison"
                left = {name: each for name, each in fighter.ailments.items() if name != ended}
                self._put(replace(fighter, ailments=left))
            case _:
                pass
        hurt = self.bodies[key].hurt
        self._tell("used", key, action="use", item=held.item.key, hp=hurt.points, max_hp=hurt.maximum)

    # ------------------------------------------------------------------ what comes by itself

    def _tick(self, fighter: Fighter, which: str) -> None:
        effect: EffectName = "poison" if which == "poison" else "bleed"
        key, held = fighter.fighter_id, fighter.ailments[effect]
        body = self.bodies[key]
        stream = Stream(fighter.seed, f"{effect}/{held.due}")
        hurts, after = rules.after_tick(effect, held, stream, body.attributes.get("Vitality", 0))
        left: dict[EffectName, Ailment] = {name: each for name, each in fighter.ailments.items() if name != effect}
        if after is not None:
            left[effect] = after
        fighter = self._put(replace(fighter, ailments=left))
        self._wound(key, hurts, effect)
        hurt = self.bodies[key].hurt
        self._tell("hurt", key, damage=hurts, reason=effect, hp=hurt.points, max_hp=hurt.maximum)
        if not hurt.points:
            self._defeat(fighter, by=None)

    def _defeat(self, fighter: Fighter, by: UUID | None) -> None:
        key, body = fighter.fighter_id, self.bodies[fighter.fighter_id]
        self._part(fighter, FightState.DEFEATED)
        fighter = self.fighters[key]
        if fighter.nature is not None:
            self._forget(key)
            self._tell("died", key, target=by, position=body.position)
            return
        wear = combat.document.defeat.wear
        for each in body.inventory.held:
            if each.slot is not None:
                self._wear(key, each.holding_id, wear, "defeat")
        if body.is_npc:
            self._change("died", key, 0, 0, "defeat", position=body.position, by=by)
            self._put(replace(fighter, falls_at=self.at + self.where.body_lies))
            self._tell("died", key, target=by, position=body.position)
            return
        self._put(replace(fighter, up_at=self.at + combat.document.defeat.respawn * rules.SECOND))
        self._tell("defeated", key, target=by, position=body.position)

    def _get_up(self, fighter: Fighter) -> None:
        key, body = fighter.fighter_id, self.bodies[fighter.fighter_id]
        rule = combat.document.defeat
        hurt = replace(body.hurt, points=int(body.hurt.maximum * rule.share), since=self.at)
        stamina = body.stamina
        if stamina is not None:
            parts = int(stamina.maximum * PARTS * rule.share)
            stamina = replace(stamina, parts=parts, settled_at=moment(self.at), damaged_at=None)
        self.bodies[key] = replace(body, hurt=hurt, stamina=stamina, position=self.where.entrance)
        self._change(
            "up",
            key,
            stamina.parts if stamina else 0,
            hurt.points,
            "respawn",
            since=hurt.since,
            position=self.where.entrance,
        )
        safe_until = self.at + rule.safe * rules.SECOND
        self._put(
            replace(
                fighter, state=FightState.IDLE, up_at=None, safe_until=safe_until, hostile_at=self.at, ended_at=None
            )
        )
        self._tell("up", key, hp=hurt.points, max_hp=hurt.maximum, position=self.where.entrance)

    def _fall(self, fighter: Fighter) -> None:
        key, body = fighter.fighter_id, self.bodies[fighter.fighter_id]
        self._change("fallen", key, 0, 0, "decayed", inventory=body.inventory, position=body.position)
        self._forget(key)
        self._tell("fallen", key, position=body.position)

    def _calm_down(self, fighter: Fighter) -> None:
        if fighter.is_fighting:
            self._part(fighter)
            self._tell("calm", fighter.fighter_id)
            return
        self._change("left", fighter.fighter_id, 0, 0, fighter.leaving or "left")
        self._put(replace(fighter, leaving=None))
        self._tell("left", fighter.fighter_id)

    def _part(self, fighter: Fighter, state: FightState = FightState.IDLE) -> None:
        """Let a fight be over for someone, and for all whose last enemy they were."""
        key = fighter.fighter_id
        ailments = {} if state == FightState.DEFEATED else fighter.ailments
        self._put(
            replace(
                fighter,
                state=state,
                action=None,
                defending=False,
                foes=frozenset(),
                agreed=frozenset(),
                ailments=ailments,
                against=None,
                joins_at=None,
            )
        )
        for other in list(self.fighters.values()):
            if key not in other.foes:
                continue
            foes, agreed = other.foes - {key}, other.agreed - {key}
            if foes or not other.is_fighting:
                self._put(replace(other, foes=foes, agreed=agreed))
                continue
            self._put(
                replace(
                    other,
                    state=FightState.IDLE,
                    action=None if other.action and other.action.kind != "use" else other.action,
                    defending=False,
                    foes=foes,
                    agreed=agreed,
                )
            )
            self._tell("calm", other.fighter_id)

    def _is_up(self, key: UUID) -> bool:
        """Whether someone can be fought; who has died of age meanwhile cannot."""
        return key in self.fighters and self.fighters[key].is_fighting and self.bodies[key].hurt.points > 0

    # ------------------------------------------------------------------ who joins

    def _join(self, fighter: Fighter) -> None:
        """Let someone turn on another whom they have warned, or who fights their own; unless that one is gone."""
        key, aim = fighter.fighter_id, fighter.against
        fighter = self._put(replace(fighter, against=None, joins_at=None))
        target = self.fighters.get(aim) if aim is not None else None
        if target is not None and target.fighter_id in fighter.foes:
            return  # they have been attacked first
        if target is None or not self._joins(fighter, target):
            self._tell("desists", key, target=aim)
            return
        fighter = self._come(fighter, self.bodies[target.fighter_id].position)
        for each, other in ((fighter, target), (target, fighter)):
            state = each.state if each.is_fighting else FightState.IN_COMBAT
            self._put(replace(each, state=state, hostile_at=self.at, foes=each.foes | {other.fighter_id}))
        self._tell("joins", key, target=aim, reason="creature" if fighter.nature else "person")

    def _joins(self, fighter: Fighter, target: Fighter) -> bool:
        body, other = self.bodies[fighter.fighter_id], self.bodies[target.fighter_id]
        if FightState.DEFEATED in (fighter.state, target.state) or target.is_safe(self.at):
            return False
        if not (body.hurt.points and other.hurt.points and body.is_here and other.is_here):
            return False
        if fighter.nature is None and not target.is_fighting:
            return False  # it is over already
        rules = combat.document
        far = (rules.prowling.leaps if fighter.nature else rules.helping.sight) * METRE
        return squared_distance(self.where.space, body.position, other.position) <= far * far

    def _follows(self, fighter: Fighter, squared: int) -> bool:
        """Tell whether a creature comes after someone who steps back, as far away as that."""
        far = combat.document.prowling.follows * METRE
        return fighter.nature is not None and fighter.nature.fights and squared <= far * far

    def _come(self, fighter: Fighter, to: Position) -> Fighter:
        """Let someone come a metre near to where another one is."""
        key, body = fighter.fighter_id, self.bodies[fighter.fighter_id]
        east, north, _ = offset(self.where.space, to, body.position)
        length = isqrt(east * east + north * north)
        if length <= METRE:
            return fighter
        beside = place_at(self.where.space, to.x + east * METRE // length, to.y + north * METRE // length, to.z)
        place = beside or to
        self.bodies[key] = replace(body, position=place)
        if fighter.nature is None:
            self._change("came", key, 0, 0, "fight", position=place)
            return fighter
        self._tell("comes", key, position=place)
        return self._put(replace(fighter, nature=replace(fighter.nature, position=place)))

    # ------------------------------------------------------------------ who decides for themselves

    def _decide(self, fighter: Fighter) -> None:
        """Let a creature, or one of the game's own people, choose what to do."""
        key, body = fighter.fighter_id, self.bodies[fighter.fighter_id]
        foes = sorted((self._away(body, each), str(each), each) for each in fighter.foes if self._is_up(each))
        if not foes or not self._is_up(key):
            self._part(fighter)
            return
        stream = Stream(fighter.seed, f"choice/{fighter.actions}")
        kind: ActionName = "flee" if self._runs(fighter, body) else _blow(stream.below(10))
        points = self._points(key)
        if points is not None and points < combat.actions[kind].stamina:
            kind = "quick" if points >= combat.actions["quick"].stamina else "defend"
        target = None if kind in ("flee", "defend") else foes[0][2]
        at = max(self.at, free_at(fighter))
        state = FightState.FLEEING if kind == "flee" else FightState.IN_COMBAT
        ready = at + rules.reaction(kind, body.agility, fighter.pace(at))
        self._put(
            replace(
                fighter,
                action=QueuedAction(kind, self.number, at, ready, target, skills=body.fighting_skills),
                state=state,
            )
        )
        self.number += 1

    def _runs(self, fighter: Fighter, body: FightingBody) -> bool:
        hurt = rules.healed(body.hurt, self.at)
        if fighter.nature is not None:
            low = hurt.points < hurt.maximum * combat.document.creatures.stands
            return not fighter.nature.fights or (low and not fighter.nature.hungry)
        # The timid run at the first blow; the brave only when they can hardly stand.
        return hurt.points * 100 < hurt.maximum * (100 - body.courage)

    def _away(self, body: FightingBody, other: UUID) -> float:
        return squared_distance(self.where.space, body.position, self.bodies[other].position)


def _blow(dice: int) -> ActionName:
    return "quick" if dice < 3 else "normal" if dice < 8 else "heavy"


def _is_out(fighter: Fighter, now: int) -> bool:
    """Whether a fight does not concern someone any more."""
    return (
        not fighter.is_busy(now)
        and fighter.leaving is None
        and fighter.joins_at is None
        and not fighter.is_safe(now)
        and not any(now < at + ASKED for at in fighter.asked.values())
    )
