"""The command search: looking for ore in the ground. Source: worlds 11.5, Discovery."""

from __future__ import annotations

from typing import Final

from kernel.texts import listed, translate
from worlds.acting.models import CommandOutcome, GameMessage, Scene
from worlds.acting.needs import Needs
from worlds.acting.offering import site_around
from worlds.acting.sheet import stamina_of
from worlds.characters.events import StaminaChanged
from worlds.characters.practice import practised
from worlds.commands.models import Parsed
from worlds.daytime.words import duration
from worlds.ground.models import Terrain
from worlds.minerals.content import minerals
from worlds.minerals.models import Vein
from worlds.minerals.planets import planet_of
from worlds.minerals.rules import veins_near
from worlds.movement import rules as movement
from worlds.prospecting import rules
from worlds.prospecting.events import FoundVein, SearchBegun, VeinsFound
from worlds.prospecting.models import NothingToSearch, Search, SearchOnLand
from worlds.skills.models import Skill
from worlds.time.rules import HOUR

SEARCHING: Final = Needs(ground=True, prospect=True)
XP: Final = 10
"""What a find is worth, in mining and in perception."""


def search(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Begin to search the ground around, or see what has come of it until now.

    Raises:
        NothingToSearch, SearchOnLand, InsufficientStamina, TilesMissing
    """
    terrain, begun = scene.ground, scene.prospect.search
    if terrain is None:
        raise NothingToSearch(name=scene.world.name)
    if begun is None or not rules.goes_on(begun, scene.world.space, scene.me.position):
        return _begin(scene, terrain)
    return _result(scene, terrain, begun)


def _begin(scene: Scene, terrain: Terrain) -> CommandOutcome:
    me = scene.me
    if terrain.cover(me.position).water:
        raise SearchOnLand
    before = stamina_of(me, scene.now)
    left = movement.spend(before, rules.COST)
    begun = SearchBegun(
        character_id=me.character_id,
        world_id=scene.world.world_id,
        position=me.position._replace(z=0),
        game_time=scene.world.time.at(scene.now),
    )
    spent = StaminaChanged(character_id=me.character_id, old=before.parts, new=left.parts, reason="searched")
    text = translate(
        "You begin to search the ground for ore. Stay here, and write search again later: the longer you search, the"
        " more you find."
    )
    points = translate("Stamina {points}/{most}.", points=left.points, most=left.maximum)
    return CommandOutcome(events=[begun, spent], messages=[GameMessage("action", f"{text} {points}")])


def _result(scene: Scene, terrain: Terrain, begun: Search) -> CommandOutcome:
    me, world = scene.me, scene.world
    planet = planet_of(world.generation)
    veins = veins_near(planet, world.space, begun.position, rules.REACH, site_around(planet, terrain))
    hours = rules.hours_of(begun, world.time.at(scene.now))
    skill = me.skills.get(Skill.MINING, 0) + me.skills.get(Skill.PERCEPTION, 0)
    found = rules.found_by(me.character_id, veins, skill, hours)
    new = [each for each in found if each.key not in scene.prospect.found]
    found_now = VeinsFound(
        character_id=me.character_id,
        world_id=world.world_id,
        veins=tuple(FoundVein(vein=each.key, deposit=each.deposit, position=each.position) for each in new),
    )
    learned = [practised(me, each, XP, "search", scene.now) for each in (Skill.MINING, Skill.PERCEPTION)]
    searched = translate("You have searched for {time}.", time=duration(round(hours * HOUR)))
    if new:
        told = translate("You find: {veins}.", veins=listed([_described(each) for each in new]))
        told = " ".join([told, *(each.text for each in learned if each.text)])
    elif found:
        told = translate("You find nothing more than before.")
    else:
        told = translate("You have found nothing yet.")
    events = [found_now, *(event for each in learned for event in each.events)] if new else []
    return CommandOutcome(events=events, messages=[GameMessage("action", f"{searched} {told}")])


def _described(vein: Vein) -> str:
    name = minerals.deposits[vein.deposit].name
    if vein.depth < 1:
        return translate("{name} ({size}, at the surface)", name=name, size=translate(vein.size))
    return translate("{name} ({size}, {metres} m deep)", name=name, size=translate(vein.size), metres=round(vein.depth))
