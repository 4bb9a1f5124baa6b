"""What one sees of villages and of their people: what they are doing, and where smoke rises. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any, Final

from kernel.texts import to_translate, translate
from worlds.acting.models import Scene, SeenPerson, SoundAsleep
from worlds.daytime.words import duration
from worlds.ground.words import side
from worlds.npcs.appearance import LifeStage, stage_at
from worlds.npcs.personality import Personality
from worlds.npcs.rounds import awake_at, day_of
from worlds.space.models import METRE
from worlds.space.rules import offset
from worlds.villages.models import Village

INSIDE: Final = 70 * METRE
"""How far from its middle one is still in a village."""

DOING: Final[Mapping[str, str]] = {
    "sleeps": to_translate("{name} ({species}) is asleep."),
    "eats": to_translate("{name} ({species}) is having a meal."),
    "meets": to_translate("{name} ({species}) is talking with the others at the well."),
    "rests": to_translate("{name} ({species}) is at home, resting."),
    "strolls": to_translate("{name} ({species}) is out for a walk."),
    "plays": to_translate("{name} ({species}) is playing by the well."),
    "works:farmer": to_translate("{name} ({species}) is tending the field."),
    "works:merchant": to_translate("{name} ({species}) is minding the stall."),
    "works:smith": to_translate("{name} ({species}) is working at the forge."),
    "works:herbalist": to_translate("{name} ({species}) is gathering herbs."),
    "works:woodcutter": to_translate("{name} ({species}) is felling a tree."),
    "works:hunter": to_translate("{name} ({species}) is setting snares."),
    "works:miner": to_translate("{name} ({species}) is breaking stone in the pit."),
    "works:fisher": to_translate("{name} ({species}) is fishing from the bank."),
}
"""{what someone does, as `worlds.npcs.doing` has it: how one sees it}"""
WORKPLACES: Final[Mapping[str, str]] = {
    "farmer": to_translate("field"),
    "merchant": to_translate("stall"),
    "smith": to_translate("forge"),
    "herbalist": to_translate("herb patch"),
    "woodcutter": to_translate("clearing"),
    "hunter": to_translate("snares"),
    "miner": to_translate("pit"),
    "fisher": to_translate("bank"),
}
"""{trade: where people of a village work in it}"""


def is_busy(person: SeenPerson) -> bool:
    """Tell whether one sees what someone is doing."""
    return person.doing in DOING


def doing(person: SeenPerson) -> str:
    """Return what one sees someone do."""
    return translate(DOING[person.doing], name=person.name, species=person.species)


def is_child(scene: Scene, person: SeenPerson) -> bool:
    """Tell whether one sees a child of the game's own people."""
    if person.born is None:
        return False
    return is_young(scene, person.born, person.species)


def is_young(scene: Scene, born: int, species: str) -> bool:
    """Tell whether one of the game's own people is a child now."""
    return _stage(scene, born, species) is LifeStage.CHILD


def sound_asleep(scene: Scene, name: str, species: str, born: int, personality: Personality) -> SoundAsleep:
    """Return the refusal of one of the game's own people who sleeps; it says for how much longer."""
    time = scene.world.time
    now = time.at(scene.now)
    left = awake_at(day_of(personality, _stage(scene, born, species)), now, time.hours_per_day) - now
    return SoundAsleep(name=name, time=duration(left))


def _stage(scene: Scene, born: int, species: str) -> LifeStage:
    time = scene.world.time
    return stage_at(born, time.at(scene.now), time.hours_per_day, species)


def smoke(scene: Scene) -> str:
    """Return where the nearest village is; "" if none is in sight."""
    if not scene.villages:
        return ""
    return where(scene, scene.villages[0])


def where(scene: Scene, village: Village) -> str:
    """Return where a village is whose smoke one sees."""
    east, north, _ = offset(scene.world.space, scene.me.position, village.site.centre)
    away = sqrt(east * east + north * north)
    if away <= INSIDE:
        return translate("You are in {village}.", village=village.name)
    metres = round(away / METRE / 10) * 10
    return translate(
        "Smoke rises {metres} m {side}: {village}.", metres=metres, side=side(east, north), village=village.name
    )


def as_json(village: Village) -> dict[str, Any]:
    """Return a village as programs read it: metres."""
    x, y, _ = village.site.centre
    return {"name": village.name, "position": {"x": x / METRE, "y": y / METRE}}
