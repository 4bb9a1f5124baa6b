"""Commands of fights: attack, defend, flee, and using something in between. Source: worlds 5, 21.

Players fight each other only if both want to: who attacks another one asks them, and the fight begins when they attack,
too. The spec is silent about it; what cannot be undone should not be done to someone who only walks by.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast
from uuid import UUID, uuid4

from msgspec import Struct
from msgspec.structs import replace

from kernel.texts import to_translate, translate
from worlds.acting.carrying import held_named, use
from worlds.acting.joining import newcomer
from worlds.acting.looking import name_of, too_far
from worlds.acting.models import CommandOutcome, GameMessage, PlayerPost, Scene
from worlds.acting.needs import EARSHOT, Needs
from worlds.acting.packs import called, fighter_of_creature, flight_of_herd
from worlds.acting.siding import defenders, friends
from worlds.acting.villagers import is_child
from worlds.acting.wildlife import CREATURE, fauna_of, with_creatures
from worlds.characters.events import PlayerMoved
from worlds.characters.models import NPC
from worlds.combat import rules
from worlds.combat.bodies import ammunition_of, arm_of, body_of, reach_of
from worlds.combat.content import ActionName
from worlds.combat.events import CombatActionQueued
from worlds.combat.models import (
    ATTACKS,
    AttackYourself,
    Fight,
    Fighter,
    FightState,
    IsAChild,
    IsSafe,
    NoArrows,
    NoFightHere,
    NotAttackable,
    NotFighting,
    moment,
)
from worlds.combat.queueing import engaged, joined, queued, require_able, seconds
from worlds.combat.settling import ASKED
from worlds.commands.matching import find
from worlds.commands.models import Parsed
from worlds.ecosystem.creatures import Creature, Fauna
from worlds.ecosystem.models import PLANT
from worlds.entities.models import Entity
from worlds.items.models import NotUsable
from worlds.log.models import WorldEvent
from worlds.space.models import Position
from worlds.time.models import milliseconds

SWINGS: Final = {
    "quick": to_translate("Quick blow ready in {seconds} s ..."),
    "normal": to_translate("Blow ready in {seconds} s ..."),
    "heavy": to_translate("Heavy swing ready in {seconds} s ..."),
    "defend": to_translate("On your guard in {seconds} s ..."),
    "flee": to_translate("You try to get away: {seconds} s ..."),
    "use": to_translate("You reach for {item}: {seconds} s ..."),
}
LEAVING: Final = frozenset({"lobby", "enter", "watcher"})
"""Commands that lead out of a world: in a fight, one flees first."""
STILL_POSSIBLE: Final = frozenset(
    (
        *("look", "help", "hint", "who", "score", "skills", "inventory", "map", "weather", "worlds", "lobby"),
        *("say", "whisper", "tell", "reply", "ignore", "report"),
    )
)
"""What one can do who lies defeated."""


class Opponent(Struct, frozen=True):
    """Someone, or something, that one may attack.

    Attributes:
        kind: player, npc, creature, or another kind of entity.
        hears_me: a player who does not ignore who acts.
        creature: what it is, for a creature.
    """

    fighter_id: UUID
    name: str
    kind: str
    squared_distance: float
    position: Position
    hears_me: bool = True
    creature: Creature | None = None


def attacking(parsed: Parsed) -> Needs:
    """Return the needs of an attack: who and what is around, and their fights."""
    return Needs(things=EARSHOT, people=EARSHOT, creatures=True, fights=EARSHOT, bystanders=EARSHOT)


def attack(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Strike at someone who is near, as soon as one is ready."""
    if scene.world.is_lobby:
        raise NoFightHere
    kind, typed = _how(parsed.target)
    now, me = milliseconds(scene.now), scene.me.character_id
    opponent = _opponent(scene, typed)
    if opponent.fighter_id == me:
        raise AttackYourself
    if opponent.kind not in ("player", NPC, CREATURE) or (opponent.creature and opponent.creature.kind == PLANT):
        raise NotAttackable(name=opponent.name)
    _require_grown(scene, opponent)
    theirs = fight_of(scene, opponent.fighter_id)
    # Who comes into a fight joins it: were it taken over by a new one, all who wait for it would have to begin anew.
    mine = fight_of(scene, me) or theirs or Fight(uuid4(), scene.world.world_id)
    mine = mine if me in mine.fighters else mine.having(newcomer(scene, me))
    require_able(mine.fighters[me], now)
    target = (theirs or mine).fighters.get(opponent.fighter_id) or _opposing(scene, opponent)
    if target.is_safe(now):
        raise IsSafe(name=opponent.name, seconds=seconds((target.safe_until or now) - now))
    if target.state == FightState.DEFEATED:
        raise NotAttackable(name=opponent.name)
    arm = arm_of(body_of(scene.me))
    if opponent.squared_distance > reach_of(arm) ** 2:
        raise too_far(opponent.name, opponent.squared_distance, reach_of(arm))
    if arm.kind == "ranged" and ammunition_of(body_of(scene.me)) is None:
        raise NoArrows(item=opponent.name)
    if opponent.kind == "player" and not _agree(mine.fighters[me], target, now):
        return _challenge(scene, mine, opponent, now)
    taken_over = theirs if theirs is not None and theirs.fight_id != mine.fight_id else None
    both = joined(mine, taken_over) if taken_over else mine
    is_new = opponent.fighter_id not in both.fighters
    both = both.having(target) if is_new else both
    both = queued(both, both.fighters[me], body_of(scene.me), kind, now, target=opponent.fighter_id)
    both = engaged(both, me, opponent.fighter_id, now)
    if opponent.kind == "player":
        both = _agreed(both, me, opponent.fighter_id)
    coming, runs = _joining(scene, opponent) if is_new else ([], ())
    both = both.having(*(each for each in coming if each.fighter_id not in both.fighters))
    outcome = _about_to(scene, both, kind, target=opponent.fighter_id, taken_over=taken_over)
    return replace(outcome, fight_events=[*outcome.fight_events, *runs])


def defend(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Be on one's guard: what hits hurts half as much until one does something else."""
    return _in_a_fight(scene, "defend")


def flee(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Try to get away."""
    return _in_a_fight(scene, "flee")


def use_item(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Use something up: at once, or in a fight when one gets to it."""
    fight = fight_of(scene, scene.me.character_id)
    fighter = fight.fighters[scene.me.character_id] if fight else None
    if fight is None or fighter is None or not (fighter.is_fighting or fighter.ailments):
        return use(scene, parsed)
    held = held_named(scene.me, parsed.target)
    if held.item.effect is None:
        raise NotUsable(item=held.name)
    after = queued(fight, fighter, body_of(scene.me), "use", milliseconds(scene.now), item=held.holding_id)
    return _about_to(scene, after, "use", item=held.item.name)


def leads_out(scene: Scene, parsed: Parsed) -> bool:
    """Tell whether a command would lead someone out of the world in the middle of a fight."""
    fighter = fighter_of(scene)
    return parsed.command.name in LEAVING and fighter is not None and fighter.is_fighting


def require_standing(scene: Scene, parsed: Parsed) -> None:
    """Refuse what one cannot do who lies defeated.

    Raises:
        FightDeath
    """
    fighter = fighter_of(scene)
    if fighter is not None and parsed.command.name not in STILL_POSSIBLE:
        require_able(fighter, milliseconds(scene.now))


def with_wounds(scene: Scene, outcome: CommandOutcome) -> CommandOutcome:
    """Return an outcome in which steps close a bleeding wound."""
    fight, fighter = fight_of(scene, scene.me.character_id), fighter_of(scene)
    steps = sum(isinstance(each, PlayerMoved) for each in outcome.events)
    if not steps or fight is None or fighter is None or "bleed" not in fighter.ailments or outcome.fight is not None:
        return outcome
    wound = rules.moved(fighter.ailments["bleed"], steps)
    left = {name: each for name, each in fighter.ailments.items() if name != "bleed"}
    if wound is not None:
        left["bleed"] = wound
    return replace(outcome, fight=fight.having(replace(fighter, ailments=left)))


def fight_of(scene: Scene, fighter_id: UUID) -> Fight | None:
    """Return the fight that someone is in, as far as it is seen."""
    return next((each for each in scene.fights if fighter_id in each.fighters), None)


def fighter_of(scene: Scene) -> Fighter | None:
    """Return how who acts stands in a fight; None outside of one."""
    fight = fight_of(scene, scene.me.character_id)
    return fight.fighters[scene.me.character_id] if fight else None


def _require_grown(scene: Scene, opponent: Opponent) -> None:
    """Refuse to fight a child.

    Raises:
        IsAChild
    """
    person = next((each for each in scene.people if each.character_id == opponent.fighter_id), None)
    if person is not None and is_child(scene, person):
        raise IsAChild(name=opponent.name)


def _how(target: str) -> tuple[ActionName, str]:
    """Return how to strike, and whom: `wolf heavy`."""
    name, _, last = target.rpartition(" ")
    if last.lower() in ATTACKS:
        return cast(ActionName, last.lower()), name
    return "normal", target


def _opponent(scene: Scene, typed: str) -> Opponent:
    """Return whom a name means; without one, the nearest enemy.

    Raises:
        NotFighting, TargetNotFound, TargetUnclear
    """
    around = _around(scene)
    if not typed:
        fighter = fighter_of(scene)
        foes = [each for each in around if fighter is not None and each.fighter_id in fighter.foes]
        if not foes:
            raise NotFighting
        return min(foes, key=lambda each: each.squared_distance)
    return find(around, typed, lambda each: (each.name,))


def _around(scene: Scene) -> Sequence[Opponent]:
    seen = with_creatures(scene)
    fauna = fauna_of(scene) if scene.creatures else None
    people = [
        Opponent(
            each.character_id,
            each.name,
            NPC if each.role == NPC else "player" if each.species else "watcher",
            each.squared_distance or 0,
            each.position,
            each.hears_me,
        )
        for each in scene.people
        if each.role != "watcher"
    ]
    things = [
        Opponent(
            each.entity_id,
            name_of(each),
            each.kind,
            each.squared_distance,
            each.position,
            creature=_creature(fauna, each),
        )
        for each in seen.things
    ]
    me = scene.me
    known = [*people, *things, Opponent(me.character_id, me.name, "player", 0, me.position)]
    return sorted(known, key=lambda each: each.squared_distance)


def _creature(fauna: Fauna | None, entity: Entity) -> Creature | None:
    return fauna.creatures[entity.metadata["number"]] if fauna and entity.kind == CREATURE else None


def _opposing(scene: Scene, opponent: Opponent) -> Fighter:
    """Return someone who comes into a fight."""
    if opponent.creature is None:
        return newcomer(scene, opponent.fighter_id, decides=opponent.kind == NPC)
    return fighter_of_creature(scene, fauna_of(scene), opponent.creature)


def _joining(scene: Scene, opponent: Opponent) -> tuple[list[Fighter], Sequence[WorldEvent]]:
    """Return who comes to help, on either side, when someone is attacked; and the flight of their herd."""
    if opponent.kind == NPC:
        return defenders(scene, opponent.fighter_id, opponent.position), ()
    if opponent.creature is None:
        return [], ()
    fauna, me = fauna_of(scene), scene.me.character_id
    pack = called(scene, fauna, opponent.creature, me)
    helping = friends(scene, opponent.fighter_id, opponent.position)
    return [*pack, *helping], flight_of_herd(scene, fauna, opponent.creature)


def _agree(me: Fighter, other: Fighter, now: int) -> bool:
    """Return whether two players want to fight each other."""
    asked = other.asked.get(me.fighter_id)
    return other.fighter_id in me.agreed or (asked is not None and now < asked + ASKED)


def _agreed(fight: Fight, me: UUID, other: UUID) -> Fight:
    both = [fight.fighters[me], fight.fighters[other]]
    return fight.having(
        *(
            replace(
                each,
                agreed=each.agreed | {against.fighter_id},
                asked={key: at for key, at in each.asked.items() if key != against.fighter_id},
            )
            for each, against in zip(both, reversed(both), strict=True)
        )
    )


def _challenge(scene: Scene, fight: Fight, opponent: Opponent, now: int) -> CommandOutcome:
    """Ask a player to fight."""
    me = fight.fighters[scene.me.character_id]
    asked = fight.having(replace(me, asked={**me.asked, opponent.fighter_id: now}))
    own = translate("You challenge {name}. The fight is on if they attack you within a minute.", name=opponent.name)
    told = translate("{name} challenges you to a fight. To accept it: attack {name}", name=scene.me.name)
    posts = [PlayerPost(opponent.fighter_id, GameMessage("combat", told))] if opponent.hears_me else []
    return CommandOutcome(messages=[GameMessage("combat", own)], posts=posts, fight=asked)


def _in_a_fight(scene: Scene, kind: ActionName) -> CommandOutcome:
    fight, fighter = fight_of(scene, scene.me.character_id), fighter_of(scene)
    if fight is None or fighter is None or not fighter.is_fighting:
        raise NotFighting
    return _about_to(scene, queued(fight, fighter, body_of(scene.me), kind, milliseconds(scene.now)), kind)


def _about_to(
    scene: Scene,
    fight: Fight,
    kind: ActionName,
    *,
    target: UUID | None = None,
    item: str = "",
    taken_over: Fight | None = None,
) -> CommandOutcome:
    """Return the outcome of a command that queues an action: a client may ask again once it has happened."""
    action = fight.fighters[scene.me.character_id].action
    assert action is not None
    event = CombatActionQueued(
        fight_id=fight.fight_id,
        character_id=scene.me.character_id,
        action=kind,
        target_id=target,
        execute_at=moment(action.execute_at),
    )
    wait = action.execute_at - action.queued_at
    text = translate(SWINGS[kind], seconds=seconds(wait), item=item)
    message = GameMessage("combat", text, {"ready_in_ms": wait})
    return CommandOutcome(messages=[message], fight=fight, fight_events=[event], taken_over=taken_over)
