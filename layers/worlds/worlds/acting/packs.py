"""Creatures as they come into fights: with their pack, or while their herd runs away. Pure. Source: worlds 15.2, 21."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from worlds.acting.joining import about_to_join, newcomer
from worlds.acting.models import Scene
from worlds.acting.wildlife import creature_id
from worlds.combat import rules
from worlds.combat.bodies import hit_points
from worlds.combat.content import combat
from worlds.combat.events import CreatureRanAway
from worlds.combat.models import Fighter, Hurt, Nature
from worlds.ecosystem.creatures import EATS_AT, KEPT_TRAITS, Creature, Fauna, food_of, needs_at
from worlds.ecosystem.models import MEAT_EATER, PLANT_EATER
from worlds.ecosystem.models import name_of as species_name
from worlds.generation.randomness import Stream
from worlds.space.models import METRE, Position
from worlds.space.rules import offset, place_at, squared_distance
from worlds.time.models import milliseconds

_SIZE: Final = KEPT_TRAITS.index("size")


def fighter_of_creature(scene: Scene, fauna: Fauna, each: Creature) -> Fighter:
    """Return a creature as it comes into a fight, with the wounds that it has kept."""
    traits = dict(zip(KEPT_TRAITS, each.traits, strict=True))
    most = hit_points(traits["size"])
    hurt = rules.healed(Hurt(most if each.hp is None else each.hp, most, each.hp_since), milliseconds(scene.now))
    nature = Nature(
        number=each.number,
        name=species_name(fauna.seed, each.species, each.kind),
        position=Position(*each.position),
        size=traits["size"],
        speed=traits["speed"],
        fights=_fights(each) and each.is_grown(fauna.at),
        hungry=_is_hungry(fauna, each),
        hp=hurt.points,
        since=hurt.since,
    )
    return newcomer(scene, creature_id(scene.world.world_id, each.number), decides=True, nature=nature)


def attacks_first(fauna: Fauna, each: Creature) -> bool:
    """Tell whether a creature attacks those who come near: grown hunters that are hungry, or bold by nature."""
    if each.kind != MEAT_EATER or not each.is_grown(fauna.at):
        return False
    temper = Stream(fauna.seed, f"temper/{each.number}").unit()
    return temper < combat.document.prowling.bold or _is_hungry(fauna, each)


def pack_of(scene: Scene, fauna: Fauna, one: Creature) -> Sequence[Creature]:
    """Return who comes when a hunter fights: grown ones of its species that are near, and in no fight yet."""
    if one.kind != MEAT_EATER:
        return []
    near = [each for each in _others(scene, fauna, one) if each.is_grown(fauna.at)]
    return near[: combat.document.helping.most]


def flight_of_herd(scene: Scene, fauna: Fauna, one: Creature) -> Sequence[CreatureRanAway]:
    """Return how others of a species of plant eaters that are near run away from who attacks one of them."""
    if one.kind != PLANT_EATER:
        return []
    far, space = combat.document.creatures.flight * METRE, scene.world.space
    runs = []
    for each in _others(scene, fauna, one):
        east, north, _ = offset(space, scene.me.position, each.position)
        length = max(1, round((east * east + north * north) ** 0.5))
        place = place_at(space, each.position[0] + east * far // length, each.position[1] + north * far // length)
        if place is not None:
            runs.append(CreatureRanAway(world_id=scene.world.world_id, number=each.number, position=place))
    return runs


def _others(scene: Scene, fauna: Fauna, one: Creature) -> list[Creature]:
    far, space = combat.document.helping.pack * METRE, scene.world.space
    found = [
        (squared_distance(space, one.position, each.position), each.number, each)
        for each in fauna.living()
        if each.species == one.species and each.number != one.number and each.number not in scene.fighting
    ]
    return [each for squared, _, each in sorted(found, key=lambda each: each[:2]) if squared <= far * far]


def _fights(each: Creature) -> bool:
    return each.kind == MEAT_EATER or each.traits[_SIZE] >= combat.document.creatures.grazers_stand


def _is_hungry(fauna: Fauna, each: Creature) -> bool:
    return needs_at(each, fauna.at, has_food=(each.kind, each.biome) in food_of(fauna)).hunger > EATS_AT


def called(scene: Scene, fauna: Fauna, one: Creature, against: UUID) -> list[Fighter]:
    """Return the pack of a creature, as it comes to turn on someone."""
    pack = [fighter_of_creature(scene, fauna, each) for each in pack_of(scene, fauna, one)]
    return about_to_join(scene, pack, against, combat.document.helping.seconds)
