"""The sums of fights: how fast, how hard, and what a wound does. Pure; whole numbers throughout. Source: worlds 21."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from worlds.combat.content import THOUSAND, ActionName, EffectName, combat, thousandths
from worlds.combat.models import Ailment, Arm, Hurt, Protection
from worlds.generation.randomness import Stream
from worlds.items.content import Damage

SECOND: Final = 1_000
PARTS: Final = ("head", "chest", "arms", "legs")
_MILLION: Final = THOUSAND * THOUSAND


class Roll(Struct, frozen=True):
    """What the dice make of an attack."""

    number: int
    is_fumble: bool
    is_critical: bool


class Modifiers(Struct, frozen=True):
    """What changes a value: buffs and debuffs."""

    flat: int = 0
    percent: int = 0


def reaction(kind: ActionName, agility: int, effects: Iterable[EffectName] = ()) -> int:
    """Return the milliseconds until an action happens.

    Args:
        effects: that last; slow and haste both count.
    """
    timing = combat.document.timing
    time = combat.actions[kind].milliseconds * (100 * THOUSAND - thousandths(timing.agility) * agility)
    factor = THOUSAND
    for effect in effects:
        if effect in ("slow", "haste"):
            factor = factor * thousandths(timing.slow if effect == "slow" else timing.haste) // THOUSAND
    return max(timing.least_milliseconds, time * factor // (100 * _MILLION))


def critical_from(cunning: int, kind: ActionName) -> int:
    """Return the roll from which on a hit is critical."""
    hits = combat.document.hits
    return hits.critical - cunning // hits.cunning - combat.actions[kind].critical


def rolled(number: int, cunning: int, kind: ActionName) -> Roll:
    """Return what a roll of 1 to 100 means."""
    is_fumble = number <= combat.document.hits.fumble
    return Roll(number, is_fumble, not is_fumble and number >= critical_from(cunning, kind))


def die(stream: Stream) -> int:
    """Roll 1 to 100."""
    return 1 + stream.below(100)


def raw_damage(arm: Arm, kind: ActionName, roll: Roll, skill: int, attributes: Mapping[str, int]) -> int:
    """Return the damage of a hit before armour, rounded down."""
    if roll.is_fumble:
        return 0
    hits = combat.document.hits
    might, agility = attributes.get("Might", 0), attributes.get("Agility", 0)
    both = {"piercing": might + agility, "ranged": 2 * agility}.get(arm.kind, 2 * might)
    value = arm.base * (hits.skill + skill) * (2 * hits.attribute + both) * roll.number
    value *= wear_thousandths(arm.durability) * combat.actions[kind].damage_thousandths
    value *= hits.critical_damage if roll.is_critical else 1
    return value // (hits.skill * 2 * hits.attribute * 100 * _MILLION)


def wear_thousandths(durability: int) -> int:
    """Return which share of its damage a worn weapon still does."""
    if durability <= 0:
        return 0
    worn = combat.document.hits.worn
    return next((thousandths(factor) for below, factor in worn if durability < below), THOUSAND)


def reduction(armor: Protection | None, kind: Damage, *, is_critical: bool) -> int:
    """Return the share of the damage that armour keeps away, in hundred-millionths."""
    if armor is None:
        return 0
    half = thousandths(combat.document.hits.critical_armor) if is_critical else THOUSAND
    return combat.reductions[armor.kind, kind] * armor.durability * half


def final_damage(raw: int, armor: Protection | None, kind: Damage, *, is_critical: bool, is_defending: bool) -> int:
    """Return what of a hit gets through."""
    whole = 100 * _MILLION
    through = raw * (whole - reduction(armor, kind, is_critical=is_critical)) // whole
    return through // 2 if is_defending else through


def best_armor(worn: Iterable[Protection], kind: Damage) -> Protection | None:
    """Return the armour that counts: what protects best against this. A broken one protects from nothing."""
    known = [each for each in worn if each.durability > 0]
    return max(known, key=lambda each: reduction(each, kind, is_critical=False), default=None)


def interrupts(taken: int, maximum: int, by: ActionName) -> int:
    """Return the chance that wounds interrupt what someone is about to do, in millionths.

    Args:
        taken: hit points lost since it was queued.
        by: how the last blow was struck.
    """
    rule = combat.document.interruption
    if taken * THOUSAND <= maximum * thousandths(rule.above):
        return 0
    factor = combat.actions[by].interrupts
    return min(_MILLION, int(_MILLION * rule.chance * taken * factor / maximum))


def escapes(agility: int, fastest: int) -> int:
    """Return the chance to get away, in ten-thousandths.

    Args:
        fastest: the Agility of the fastest enemy.
    """
    return agility * (200 - fastest) // 2


def chances(arm: Arm, kind: ActionName, shot: str, part: str, *, is_critical: bool) -> dict[EffectName, int]:
    """Return {effect: the chance that a hit has it, in thousandths}."""
    found: dict[EffectName, int] = {}
    for each in combat.document.on_hit:
        fits = (
            each.item in (None, arm.item, shot)
            and each.action in (None, kind)
            and each.damage_type in (None, arm.kind)
            and each.critical in (None, is_critical)
            and each.part in (None, part)
        )
        if fits:
            found[each.effect] = found.get(each.effect, 0) + thousandths(each.chance)
    return found


def afflicted(before: Ailment | None, effect: EffectName, now: int) -> Ailment:
    """Return an effect after a hit has brought it once more."""
    rules = combat.document
    held = before if before is not None and before.until > now else None
    match effect:
        case "poison":
            poison = rules.poison
            until = now + poison.seconds * SECOND
            if held is None:
                return Ailment(until, 1, now + poison.every * SECOND)
            due = held.due if held.due is not None else now + poison.every * SECOND
            return replace(held, until=until, strength=min(poison.most, held.strength + 1), due=due)
        case "stun":
            length, most = rules.stun
            end = max(held.until if held else now, now) + length * SECOND
            return Ailment(min(end, now + most * SECOND))
        case "bleed":
            bleeding = rules.bleeding
            return Ailment(now + bleeding.seconds * SECOND, bleeding.damage, now + bleeding.every * SECOND)
        case "slow" | "haste":
            return Ailment(now + rules.slow * SECOND)


def after_tick(effect: EffectName, held: Ailment, stream: Stream, vitality: int) -> tuple[int, Ailment | None]:
    """Return what an effect that is due hurts, and how it stands then; None when it is over."""
    assert held.due is not None
    every = (combat.document.poison if effect == "poison" else combat.document.bleeding).every * SECOND
    hurts = held.strength * (combat.document.poison.damage if effect == "poison" else 1)
    due, strength = held.due + every, held.strength
    if effect == "poison" and vitality > combat.document.poison.resists_above:
        strength -= stream.unit() < combat.document.poison.resists
    if due > held.until or strength <= 0:
        return hurts, None
    return hurts, replace(held, due=due, strength=strength)


def moved(held: Ailment, steps: int = 1) -> Ailment | None:
    """Return a wound after steps, which close it; None when it bleeds no more."""
    each = combat.document.bleeding.moves
    moves = held.moves + steps
    strength = held.strength - (moves // each - held.moves // each)
    return replace(held, moves=moves, strength=strength) if strength > 0 else None


def modified(base: int, modifiers: Iterable[Modifiers]) -> int:
    """Return a value with buffs and debuffs: flat ones first, then the percentages, which add up; rounded down."""
    known = list(modifiers)
    flat, percent = sum(each.flat for each in known), sum(each.percent for each in known)
    return (base + flat) * (100 + percent) // 100


def healed(hurt: Hurt, now: int) -> Hurt:
    """Return hit points at a later moment: rest brings them back, slowly. In one step or in many, it is the same."""
    if hurt.points >= hurt.maximum:
        return replace(hurt, since=max(hurt.since, now))
    if now <= hurt.since or hurt.points <= 0:
        return hurt
    every = max(1, combat.document.healing.seconds * SECOND // hurt.maximum)
    earned = min((now - hurt.since) // every, hurt.maximum - hurt.points)
    points = hurt.points + earned
    return Hurt(points, hurt.maximum, now if points == hurt.maximum else hurt.since + earned * every)


def healed_at(hurt: Hurt) -> int:
    """Return when rest has brought all hit points back; for someone dead or whole, from when on it would."""
    if hurt.points <= 0 or hurt.points >= hurt.maximum:
        return hurt.since
    every = max(1, combat.document.healing.seconds * SECOND // hurt.maximum)
    return hurt.since + (hurt.maximum - hurt.points) * every


def wounded(hurt: Hurt, damage: int, now: int) -> Hurt:
    """Return hit points after a wound; it takes a while until they heal."""
    before = healed(hurt, now)
    rest = combat.document.healing.rest * SECOND
    return replace(before, points=max(0, before.points - damage), since=now + rest)


def restored(hurt: Hurt, points: int, now: int) -> Hurt:
    """Return hit points after something that brings some back at once."""
    before = healed(hurt, now)
    return replace(before, points=min(before.maximum, before.points + points))


def hit_xp(best_skill: int) -> int:
    """Return what a hit that hurts teaches.

    Args:
        best_skill: the target's highest skill in fighting.
    """
    return combat.document.experience.hit + best_skill // combat.document.experience.of_skill
