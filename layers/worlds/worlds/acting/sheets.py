"""Commands that show what one is, and what the world is: score, skills, world info. Source: worlds 5, 7 and 22."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from kernel.texts import number, translate
from worlds.acting import ageing, looking
from worlds.acting.models import CommandOutcome, GameMessage, Scene
from worlds.acting.needs import Needs
from worlds.acting.sheet import state_of
from worlds.bodies.models import ATTRIBUTE_GROUPS
from worlds.characters.models import Character
from worlds.characters.practice import points
from worlds.commands.models import Parsed
from worlds.skills.models import SKILL_CATEGORIES
from worlds.skills.rules import HIGHEST, cost
from worlds.space.models import METRE, Space
from worlds.world.models import World

VITALS = {"Health": ("hp", "maxHP"), "Stamina": ("stamina", "maxStamina"), "Focus": ("focus", "maxFocus")} | {
    "Mana": ("mana", "maxMana"),
    "Nerve": ("nerve", "maxNerve"),
}
"""{name: what it is and the most that it can be, in a state_update}"""
MOST_SKILLS: Final = 5
"""Skills that `score` names."""


def score(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Show one's attributes, and how one is."""
    me = scene.me
    if not me.attributes:
        return _told(translate("You have no body here, so nothing can be measured. Enter a world to have one."))
    state = state_of(me, scene.now)
    lines = [
        f"{me.name}, {me.species}",
        ", ".join(f"{name} {state[now]}/{state[most]}" for name, (now, most) in VITALS.items()),
        *(
            f"{group}: {', '.join(f'{each} {me.attributes.get(each, 0)}' for each in names)}"
            for group, names in ATTRIBUTE_GROUPS.items()
        ),
    ]
    best = sorted(((level, each) for each, level in me.skills.items() if level), key=lambda each: (-each[0], each[1]))
    if best:
        known = ", ".join(f"{each} {level}" for level, each in best[:MOST_SKILLS])
        lines.append(translate("Best skills: {skills}.", skills=known))
    return _told("\n".join(lines))


def skills(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Show what one has learned, and what is missing to the next level of each skill."""
    lines = []
    for category, names in SKILL_CATEGORIES.items():
        known = [_standing(scene.me, each) for each in names if scene.me.skills.get(each) or scene.me.xp.get(each)]
        if known:
            lines.append(f"{category}: {', '.join(known)}")
    return _told("\n".join(lines) or translate("You have not learned anything yet."))


def _standing(me: Character, skill: str) -> str:
    level = me.skills.get(skill, 0)
    if level == HIGHEST:
        return f"{skill} {level}"
    missing = points(cost(level + 1) - me.xp.get(skill, 0))
    return translate(
        "{skill} {level} ({missing} XP to {next})", skill=skill, level=level, missing=missing, next=level + 1
    )


def world(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Show what the world is like, or do what its owner wants with its deep time."""
    return _OF_THE_WORLD[parsed.words[0]](scene, parsed)


def _info(scene: Scene, parsed: Parsed) -> CommandOutcome:
    here = scene.world
    lines = [
        f"{here.name}: {_size(here.space)}",
        translate("Open to: {whom}.", whom=_open_to(here)),
        _inside(here, 1 + scene.destinations[0].admission.inside),
        _pace(here),
    ]
    if here.time.is_paused:
        lines.append(translate("Its time stands still."))
    lines += ageing.age(here)
    return _told("\n".join(lines), {"world_id": str(here.world_id)})


def of_the_world(parsed: Parsed) -> Needs:
    """Return the needs of a command about the world."""
    option = parsed.words[0]
    return Needs(here=option == "info", atlas=option == "map", world=option in ageing.CHANGES)


def _size(space: Space) -> str:
    if space.shape == "spherical":
        return translate("a sphere, {metres} m around", metres=number(space.circumference // METRE))
    if space.shape == "bounded_cube":
        width, length = (
            number((high - low) // METRE) for low, high in zip(space.lowest[:2], space.highest, strict=False)
        )
        return translate("a world with walls, {width} m by {length} m", width=width, length=length)
    return translate("a world without end")


def _open_to(here: World) -> str:
    match here.privacy:
        case "public":
            return translate("everyone")
        case "invite":
            return translate("those who are invited, though everyone knows of it")
        case _:
            return translate("those who are invited")


def _pace(here: World) -> str:
    hours = here.time.hours_per_day
    if here.time.dilation == 1:
        return translate("Its time passes as fast as real time. A day has {hours} hours.", hours=hours)
    dilation = f"{here.time.dilation.normalize():f}"
    return translate(
        "Its time passes {dilation} times as fast as real time. A day has {hours} hours.",
        dilation=dilation,
        hours=hours,
    )


def _inside(here: World, inside: int) -> str:
    if here.seats is None:
        return translate("People here now: {count}.", count=inside)
    return translate("People here now: {count} of {seats}.", count=inside, seats=here.seats)


def _told(text: str, metadata: dict[str, str] | None = None) -> CommandOutcome:
    return CommandOutcome(messages=[GameMessage("info", text, metadata or {})])


_OF_THE_WORLD: Final[Mapping[str, Callable[[Scene, Parsed], CommandOutcome]]] = {
    "info": _info,
    "map": looking.world_map,
    "simulate": ageing.simulate,
    "run": ageing.run,
    "pause": ageing.pause,
    "speed": ageing.speed,
    "reset": ageing.reset,
    "intervene": ageing.intervene,
    "vote": ageing.vote,
}
"""{first word after `world`: what it does}"""
