"""Hunters that are hungry, or bold, warn those who come near, and attack who stays. Pure. Source: worlds 15.2, 21.

It is decided when someone moves: nothing watches them meanwhile. A growl puts both into a fight in which nothing has
happened yet, and the attack is due in it like a blow: it comes to nothing if they are far enough away by then.
"""

from __future__ import annotations

from typing import Final
from uuid import uuid4

from msgspec import Struct
from msgspec.structs import replace

from kernel.texts import translate
from worlds.acting.fighting import fight_of
from worlds.acting.joining import about_to_join, newcomer
from worlds.acting.models import CommandOutcome, GameMessage, Scene
from worlds.acting.packs import attacks_first, fighter_of_creature, pack_of
from worlds.acting.wildlife import fauna_of
from worlds.characters.events import PlayerMoved
from worlds.combat.content import combat
from worlds.combat.models import Fight
from worlds.ecosystem.creatures import Creature, Fauna
from worlds.ecosystem.models import MEAT_EATER, name_of
from worlds.entering.making import entrance_of
from worlds.ground.seeing import side_of
from worlds.ground.words import side
from worlds.movement.models import Mode
from worlds.space.models import METRE, Direction, Position
from worlds.space.rules import is_within, offset, squared_distance
from worlds.time.models import milliseconds

FLIGHT: Final = 20
"""Metres that one is told to run."""


class Menace(Struct, frozen=True):
    """A hunter that attacks who comes near it.

    Attributes:
        metres: how far away it is.
        where: it is, in words.
        away: the direction that leads away from it.
    """

    fauna: Fauna
    creature: Creature
    name: str
    metres: int
    where: str
    away: str


def nearest_menace(scene: Scene, here: Position, within: int) -> Menace | None:
    """Return the nearest hunter that attacks who comes near it, and that is in no fight.

    Args:
        within: decimetres.
    """
    if not any(each.kind == MEAT_EATER for each in scene.creatures):
        return None
    fauna, space = fauna_of(scene), scene.world.space
    near = [
        (squared, each.number, each)
        for each in fauna.living()
        if each.kind == MEAT_EATER
        and each.number not in scene.fighting
        and (squared := squared_distance(space, here, each.position)) <= within * within
        and attacks_first(fauna, each)
    ]
    if not near:
        return None
    found = min(near, key=lambda each: each[:2])[-1]
    return _menace(scene, here, fauna, found)


def about_to_attack(scene: Scene) -> Menace | None:
    """Return a creature that has growled at who acts, and waits for them to get away."""
    me = scene.me
    fight = fight_of(scene, me.character_id)
    hunters = [each for each in fight.fighters.values() if each.against == me.character_id] if fight else []
    numbers = [each.nature.number for each in hunters if each.nature is not None]
    if not numbers or not scene.creatures:
        return None
    fauna = fauna_of(scene)
    found = fauna.creatures.get(min(numbers))
    return None if found is None else _menace(scene, me.position, fauna, found)


def _menace(scene: Scene, here: Position, fauna: Fauna, found: Creature) -> Menace:
    east, north, _ = offset(scene.world.space, here, found.position)
    return Menace(
        fauna=fauna,
        creature=found,
        name=name_of(fauna.seed, found.species, found.kind),
        metres=round((east * east + north * north) ** 0.5 / METRE),
        where=side(east, north) if east or north else translate("beside you"),
        away=way_from(east, north),
    )


def way_from(east: int, north: int) -> str:
    """Return the name of the direction that leads away from what lies as far to the east and to the north."""
    wanted = side_of(-east, -north) if east or north else (0, 1)
    return next(each.name.lower() for each in Direction if each.value == (*wanted, 0))


def with_prowlers(scene: Scene, outcome: CommandOutcome) -> CommandOutcome:
    """Return an outcome in which a hunter growls at someone who has come near it."""
    steps = [each for each in outcome.events if isinstance(each, PlayerMoved)]
    me = scene.me
    if not steps or not scene.creatures or not me.attributes or me.is_flying or scene.world.is_lobby:
        return outcome
    fight = outcome.fight or fight_of(scene, me.character_id)
    fighter = fight.fighters.get(me.character_id) if fight else None
    now, here = milliseconds(scene.now), Position(*steps[-1].to)
    if fighter is not None and (fighter.is_fighting or fighter.is_safe(now)):
        return outcome
    prowling = combat.document.prowling
    notices = prowling.notices * METRE
    menace = nearest_menace(scene, here, notices // 2 if steps[-1].mode == Mode.SNEAK else notices)
    if menace is None:
        return outcome
    is_new_here = is_within(scene.world.space, here, Position(*entrance_of(scene.world)), prowling.entrance * METRE)
    seconds = prowling.seconds_there if is_new_here else prowling.seconds
    pack = [menace.creature, *pack_of(scene, menace.fauna, menace.creature)]
    growling = [fighter_of_creature(scene, menace.fauna, each) for each in pack]
    hunters = about_to_join(scene, growling, me.character_id, seconds)
    mine = fight or Fight(uuid4(), scene.world.world_id)
    known = fighter or newcomer(scene, me.character_id)
    return replace(
        outcome,
        fight=mine.having(known, *hunters),
        messages=[*outcome.messages, _growl(menace, len(hunters) - 1)],
    )


def _growl(menace: Menace, others: int) -> GameMessage:
    run = f"run {menace.away} {FLIGHT}"
    numbers = {"name": menace.name, "metres": menace.metres, "where": menace.where, "command": run}
    if others:
        text = translate(
            "{name} growls, {metres} m from you, {where}, and {others} more of the pack look at you."
            " Get away from them, or they attack. Write: {command}",
            others=others,
            **numbers,
        )
    else:
        text = translate(
            "{name} growls at you, {metres} m away, {where}. Get away from it, or it attacks. Write: {command}",
            **numbers,
        )
    return GameMessage("combat", text, {"hints": [{"command": run, "why": translate("It is about to attack.")}]})
