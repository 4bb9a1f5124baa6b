"""People of the game who come to help in a fight: kin, neighbours and friends, if they dare. Pure.

Source: worlds 19, 21.
"""

from __future__ import annotations

from uuid import UUID

from worlds.acting.joining import about_to_join, newcomer
from worlds.acting.models import Bystander, Scene, SeenPerson
from worlds.acting.villagers import is_child
from worlds.combat.bodies import courage_of
from worlds.combat.content import combat
from worlds.combat.models import Fighter
from worlds.npcs.rounds import Habit
from worlds.space.models import METRE, Position
from worlds.space.rules import is_within


def defenders(scene: Scene, target: UUID, at: Position) -> list[Fighter]:
    """Return those who come to help one of the game's own people against who acts."""
    known = {each.character_id: each for each in scene.bystanders}
    attacked = known.get(target)
    if attacked is None:
        return []
    return _coming(scene, scene.me.character_id, at, [each for each in known.values() if _defends(each, attacked)])


def friends(scene: Scene, target: UUID, at: Position) -> list[Fighter]:
    """Return those who come to help who acts against a creature."""
    rule = combat.document.helping
    brave = [
        each
        for each in scene.bystanders
        if each.affection >= rule.liked and courage_of(each.personality) >= rule.friend
    ]
    return _coming(scene, target, at, brave)


def _defends(each: Bystander, attacked: Bystander) -> bool:
    if each.character_id == attacked.character_id:
        return False
    rule, courage = combat.document.helping, courage_of(each.personality)
    if each.is_kin_of(attacked):
        return courage >= rule.kin
    return each.village == attacked.village and courage >= rule.neighbour and each.affection < rule.liked


def _coming(scene: Scene, against: UUID, at: Position, willing: list[Bystander]) -> list[Fighter]:
    """Return those who are able to come, the nearest of them."""
    rule, wanted = combat.document.helping, {each.character_id for each in willing}
    able = [
        each
        for each in scene.people
        if each.character_id in wanted
        and is_within(scene.world.space, each.position, at, rule.sight * METRE)
        and _is_able(scene, each)
    ]
    coming = [newcomer(scene, each.character_id, decides=True) for each in able[: rule.most]]
    return about_to_join(scene, coming, against, rule.seconds)


def _is_able(scene: Scene, person: SeenPerson) -> bool:
    return person.doing != Habit.SLEEPS and not is_child(scene, person)
