"""Commands that show what one is, and what the world is: score, skills, world info. Source: worlds 5, 7 and 22."""

from __future__ import annotations

from kernel.texts import number, translate
from worlds.acting.models import CommandOutcome, GameMessage, NotYet, Scene
from worlds.acting.needs import NOTHING, Needs
from worlds.acting.sheet import state_of
from worlds.bodies.models import ATTRIBUTE_GROUPS
from worlds.commands.models import Parsed
from worlds.skills.models import SKILL_CATEGORIES
from worlds.space.models import METRE, Space
from worlds.world.models import World

VITALS = {"Health": ("hp", "maxHP"), "Stamina": ("stamina", "maxStamina"), "Focus": ("focus", "maxFocus")} | {
    "Mana": ("mana", "maxMana"),
    "Nerve": ("nerve", "maxNerve"),
}
"""{name: what it is and the most that it can be, in a state_update}"""


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
    return _told("\n".join(lines))


def skills(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Show what one has learned."""
    known = scene.me.skills
    lines = [
        f"{category}: {', '.join(f'{each} {known[each]}' for each in names if known.get(each))}"
        for category, names in SKILL_CATEGORIES.items()
        if any(known.get(each) for each in names)
    ]
    return _told("\n".join(lines) or translate("You have not learned anything yet."))


def world(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Show what the world is like."""
    if parsed.words[0] != "info":
        raise NotYet(command=f"world {parsed.words[0]}")
    here = scene.world
    lines = [
        f"{here.name}: {_size(here.space)}",
        translate("Open to: {whom}.", whom=_open_to(here)),
        _inside(here, 1 + scene.destinations[0].admission.inside),
        _pace(here),
    ]
    if here.time.is_paused:
        lines.append(translate("Its time stands still."))
    return _told("\n".join(lines), {"world_id": str(here.world_id)})


def of_the_world(parsed: Parsed) -> Needs:
    """Return the needs of a command about the world."""
    return Needs(here=True) if parsed.words[0] == "info" else NOTHING


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
