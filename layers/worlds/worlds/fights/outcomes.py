"""What a settled fight leaves behind: events of characters, and of the fight itself. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID, uuid4, uuid5

from msgspec import Struct
from msgspec.structs import replace

from kernel.texts import translate
from worlds.acting.carrying import changed
from worlds.carrying.events import ItemConsumed, ItemDropped, ItemDurabilityChanged
from worlds.characters.events import CharacterLeft, CharacterRespawned, HealthChanged, NpcCame, NpcSlain, StaminaChanged
from worlds.characters.evolution import evolve
from worlds.characters.models import Character
from worlds.characters.practice import practised
from worlds.combat.bodies import meat_of
from worlds.combat.content import combat
from worlds.combat.events import (
    CombatActionExecuted,
    CreatureCame,
    CreatureRanAway,
    CreatureSlain,
    CreatureWounded,
    FighterDefeated,
)
from worlds.combat.models import Fight, Nature, moment
from worlds.combat.settling import BodyChange, FightHappening, Settled
from worlds.ecosystem.creatures import MS_PER_TICK, SLAIN
from worlds.entities.models import ITEM
from worlds.items import rules as items
from worlds.items.content import items as things
from worlds.items.models import Held
from worlds.log.models import Recorded, WorldEvent
from worlds.skills.models import Skill
from worlds.world.events import ThingPlaced, ThingRemoved
from worlds.world.models import World

BODY: Final = "body"
DONE: Final = frozenset({"hit", "fumble", "failed", "defend", "fled", "caught", "ran", "used"})


class FightOutcome(Struct, frozen=True):
    """Events of characters, in their order, and those of the fight."""

    of_characters: Mapping[UUID, Sequence[WorldEvent]]
    of_fight: Sequence[WorldEvent]


def outcome_of(
    before: Fight,
    settled: Settled,
    characters: Mapping[UUID, Character],
    world: World,
    witnesses: Sequence[UUID],
) -> FightOutcome:
    """Return what has happened, as events.

    Args:
        characters: those of the fight, as they were before.
        witnesses: those of the game's own people who have seen it.
    """
    people = dict(characters)
    events: dict[UUID, list[WorldEvent]] = {}
    bodies: list[WorldEvent] = []
    for each in settled.changes:
        me = people.get(each.who)
        if me is None:
            continue  # what a creature suffers is kept with its fight
        found = [*_events(each, me, world, witnesses, bodies)]
        events.setdefault(each.who, []).extend(found)
        if each.inventory is not None:
            people[each.who] = replace(me, inventory=each.inventory)
    done = [event for each in settled.happenings for event in _of_fight(each, before, world)]
    return FightOutcome(
        {key: each for key, each in events.items() if each}, [*done, *bodies, *_wounded(before, settled, world)]
    )


def practice_of(
    happenings: Iterable[FightHappening], characters: Mapping[UUID, Character]
) -> tuple[Mapping[UUID, Sequence[WorldEvent]], Mapping[tuple[int, UUID], str]]:
    """Return what players learn in a fight: the events, and {(which of the happenings, player): what they read of it}.

    Who is hit learns to dodge, or to stand it where they wear armour. The game's own people have learned what they can.
    """
    people = {key: each for key, each in characters.items() if not each.is_npc}
    events: dict[UUID, list[WorldEvent]] = {}
    lines: dict[tuple[int, UUID], str] = {}
    for place, each in enumerate(happenings):
        if each.kind != "hit" or not each.damage or each.target is None:
            continue
        hurt = combat.document.experience.hurt
        for key, skill, xp in ((each.who, each.skill, each.xp), (each.target, each.defense, hurt)):
            if key not in people:
                continue
            learned = practised(people[key], Skill(skill), xp, "fight", moment(each.at))
            for event in learned.events:
                recorded = Recorded(key, people[key].version, moment(each.at), event)
                people[key] = evolve(people[key], recorded)
            events.setdefault(key, []).extend(learned.events)
            if learned.text:
                lines[place, key] = learned.text
    return events, lines


def _events(
    change: BodyChange,
    me: Character,
    world: World,
    witnesses: Sequence[UUID],
    bodies: list[WorldEvent],
) -> Iterable[WorldEvent]:
    who, at = change.who, moment(change.at)
    match change.kind:
        case "health":
            yield HealthChanged(
                character_id=who,
                old=change.old,
                new=change.new,
                reason=change.reason,
                at=at,
                since=moment(change.since),
                by=change.by,
            )
        case "stamina":
            yield StaminaChanged(character_id=who, old=change.old, new=change.new, reason=change.reason, at=at)
        case "worn":
            assert change.inventory is not None
            assert change.moved is not None
            known = changed(me, change.inventory, change.moved)
            yield ItemDurabilityChanged(old=change.old, new=change.new, reason=change.reason, **known)
        case "consumed":
            assert change.inventory is not None
            assert change.moved is not None
            yield ItemConsumed(**changed(me, change.inventory, change.moved))
        case "up":
            assert change.position is not None
            yield CharacterRespawned(
                character_id=who, position=change.position, hp=change.new, stamina=change.old, at=at
            )
        case "died":
            assert change.position is not None
            seen = tuple(each for each in witnesses if each != who)
            yield NpcSlain(
                character_id=who,
                position=change.position,
                at=at,
                day=world.time.at(at) // world.time.day_length,
                by=change.by,
                witnesses=seen,
            )
            bodies.append(_body(change, me, world))
        case "came":
            assert change.position is not None
            yield NpcCame(character_id=who, position=change.position, at=at)
        case "fallen":
            yield from _fallen(change, me, world)
            bodies.append(ThingRemoved(world_id=world.world_id, entity_id=_body_id(who)))
        case _:
            yield CharacterLeft(character_id=who, reason=change.reason)


def _body(change: BodyChange, me: Character, world: World) -> ThingPlaced:
    assert change.position is not None
    things = ", ".join(f"{each.name} × {each.quantity}" for each in me.inventory.held)
    return ThingPlaced(
        world_id=world.world_id,
        entity_id=_body_id(change.who),
        kind="static",
        name=translate("body of {name}", name=me.name),
        description=translate("{name} lies here, dead.", name=me.name),
        details=things,
        position=change.position,
        locked=True,
    )


def _body_id(who: UUID) -> UUID:
    """Return the entity that someone's body is; one dies once."""
    return uuid5(who, BODY)


def _fallen(change: BodyChange, me: Character, world: World) -> Iterable[WorldEvent]:
    """Let all that a dead one had lie where they died."""
    assert change.position is not None
    for each in me.inventory.held:
        after, dropped = items.take(me.inventory, each.holding_id, each.quantity, uuid4)  # whole: it keeps its id
        yield ItemDropped(
            world_id=world.world_id,
            entity_id=uuid5(each.holding_id, "fallen"),
            durability=dropped.durability,
            quality=dropped.quality,
            position=change.position,
            **changed(me, after, dropped),
        )
        me = replace(me, inventory=after)


def _meat(fight: Fight, who: UUID, nature: Nature, world: World) -> ThingPlaced:
    """Return what a creature leaves to the one who takes it first; it dies once in a fight."""
    key, quantity = meat_of(nature)
    item = things.by_key[key]
    new = Held.new(uuid5(fight.fight_id, f"meat/{who}"), item, quantity)
    return ThingPlaced(
        world_id=world.world_id,
        entity_id=new.holding_id,
        kind=ITEM,
        name=item.written_name,
        description=item.written_description,
        position=nature.position,
        item=key,
        quantity=quantity,
        durability=new.durability,
        quality=new.quality,
    )


def _wounded(before: Fight, settled: Settled, world: World) -> Iterable[WorldEvent]:
    """Yield the wounds of creatures whose fight is over and who live: a body that nothing holds any more heals."""
    for key, each in before.fighters.items():
        hurt = settled.bodies[key].hurt
        if each.nature is not None and key not in settled.fight.fighters and 0 < hurt.points < hurt.maximum:
            yield CreatureWounded(world_id=world.world_id, number=each.nature.number, hp=hurt.points, since=hurt.since)


def _of_fight(happening: FightHappening, fight: Fight, world: World) -> Iterable[WorldEvent]:
    at = moment(happening.at)
    nature = fight.fighters[happening.who].nature if happening.who in fight.fighters else None
    if happening.kind in DONE and happening.action is not None:
        yield CombatActionExecuted(
            fight_id=fight.fight_id,
            source_id=happening.who,
            target_id=happening.target,
            action=happening.action,
            result=happening.kind,
            at=at,
            roll=happening.roll,
            damage=happening.damage,
            critical=happening.critical,
            interrupted=happening.interrupted,
            effects=happening.effects,
            reason=happening.reason,
            skill=happening.skill,
            xp=happening.xp,
        )
    if happening.kind in ("defeated", "died"):
        yield FighterDefeated(fight_id=fight.fight_id, fighter_id=happening.who, by=happening.target, at=at)
    if nature is not None and happening.kind == "died":
        tick = world.time.at(at) // MS_PER_TICK
        yield CreatureSlain(world_id=world.world_id, number=nature.number, tick=tick, cause=SLAIN)
        yield _meat(fight, happening.who, nature, world)
    if nature is not None and happening.kind == "comes":
        assert happening.position is not None
        yield CreatureCame(world_id=world.world_id, number=nature.number, position=happening.position)
    if nature is not None and happening.kind == "ran":
        assert happening.position is not None
        yield CreatureRanAway(world_id=world.world_id, number=nature.number, position=happening.position)
