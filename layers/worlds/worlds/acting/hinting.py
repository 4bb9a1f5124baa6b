"""What someone could do next, by what is near, what they carry and what they have learned. Source: worlds 27."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from kernel.texts import translate
from worlds.acting import bargaining, crafting
from worlds.acting.carrying import limit_of
from worlds.acting.fighting import fighter_of
from worlds.acting.looking import name_of
from worlds.acting.models import CommandOutcome, GameMessage, Scene, SeenPerson
from worlds.acting.needs import REACH, SIGHT, TALK, Needs
from worlds.acting.offering import Offer, offered
from worlds.acting.prowling import FLIGHT, about_to_attack, nearest_menace
from worlds.acting.sheet import hp_of, stamina_of
from worlds.acting.villagers import INSIDE, WORKPLACES, is_child
from worlds.acting.workshop import is_at, product_name
from worlds.characters.models import NPC
from worlds.combat.bodies import hurt_of
from worlds.commands.models import Parsed
from worlds.crafting.models import WorkKind
from worlds.entities.models import ITEM, Entity
from worlds.items.content import items as catalogue
from worlds.npcs.rounds import Habit
from worlds.resources.models import ResourceGround
from worlds.skills.models import SKILL_CATEGORIES, Skill
from worlds.space.models import Position
from worlds.space.rules import is_within
from worlds.time.models import PartOfDay

MOST_HINTS: Final = 3
FIRST_KINDS: Final = 6
"""Kinds of things that a newcomer picks up before they are sent on."""
TIRED: Final = 0.2
"""Of one's stamina, below which one should rest."""
HEALERS: Final = ("healing_herb",)
HINTING: Final = Needs(
    things=SIGHT, people=SIGHT, ground=True, prospect=True, crafting=True, partners=True, market=True, living=True
)


class Hint(Struct, frozen=True):
    """Something to do next.

    Attributes:
        command: to type, as it is.
        why: in a sentence.
    """

    command: str
    why: str


def hint(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Say what one could do next."""
    return CommandOutcome(messages=[message(scene)])


def message(scene: Scene) -> GameMessage:
    """Return what one could do next, and the commands for it, which a page shows as buttons."""
    found = hints(scene)
    lines = [translate("{why} Write: {command}", why=each.why, command=each.command) for each in found]
    shown = [{"command": each.command, "why": each.why} for each in found]
    return GameMessage("info", "\n".join(lines), {"hints": shown})


def hints(scene: Scene) -> list[Hint]:
    """Return what one could do next, the most useful first; at least one.

    Raises:
        TilesMissing
    """
    if scene.world.is_lobby:
        found = [*_in_the_lobby(scene)]
    elif not scene.me.attributes:
        found = [
            Hint("look", translate("You can see all, and touch nothing.")),
            Hint("fly", translate("From above, you see farther.")),
            Hint("map", translate("There is a map of the whole world.")),
        ]
    else:
        found = [each for rule in _RULES for each in rule(scene)]
        if _is_out_of_breath(scene):
            rest = Hint("score", translate("You are out of breath: stamina comes back while you stand still."))
            found = [rest, *(each for each in found if not each.command.startswith("go "))]
    return found[:MOST_HINTS]


def _in_the_lobby(scene: Scene) -> Iterator[Hint]:
    portal = next((each for each in scene.things if each.portal_to is not None), None)
    if portal is not None:
        yield Hint(f"enter {portal.name}", translate("A world is behind the {portal}.", portal=portal.name))
    yield Hint("worlds", translate("There is a list of all worlds."))
    yield Hint("tell statue", translate("The statue makes a world of your own."))


def _fight(scene: Scene) -> Iterator[Hint]:
    fighter = fighter_of(scene)
    if fighter is None or not fighter.is_fighting:
        return
    if _is_hurt(scene):
        yield Hint("flee", translate("You are badly hurt."))
    else:
        yield Hint("attack", translate("You are in a fight."))
        yield Hint("defend", translate("If you are on your guard, hits hurt half as much."))


def _get_away(scene: Scene) -> Iterator[Hint]:
    """Run from a hunter that is about to attack, or would; or strike first."""
    fighter = fighter_of(scene)
    if fighter is not None and fighter.is_fighting:
        return
    menace = about_to_attack(scene) or nearest_menace(scene, scene.me.position, SIGHT)
    if menace is None:
        return
    near = translate(
        "{name} is {metres} m away, {where}, and attacks who comes near.",
        name=menace.name,
        metres=menace.metres,
        where=menace.where,
    )
    yield Hint(f"run {menace.away} {FLIGHT}", near)
    if not _is_hurt(scene):
        yield Hint(f"attack {menace.name}", translate("Or you strike first: {name}.", name=menace.name))


def _heal(scene: Scene) -> Iterator[Hint]:
    healer = next((each for each in scene.me.inventory.held if each.item.key in HEALERS), None)
    if healer is not None and _is_hurt(scene):
        yield Hint(f"use {healer.item.name}", translate("You are hurt, and carry something that heals."))


def _go_on_working(scene: Scene) -> Iterator[Hint]:
    work = scene.crafts.work
    if work is not None and is_at(work, WorkKind.CRAFT, work.subject):
        yield Hint("craft", translate("You have begun something."))


def _meet(scene: Scene) -> Iterator[Hint]:
    """Talk with someone who is awake, then trade with them."""
    has_talked = _has_practised(scene, Skill.PERSUASION)
    has_traded = _has_practised(scene, Skill.BARTERING)
    awake = [each for each in scene.people if _is_awake_and_grown(scene, each)]
    nearest = awake[0] if awake else None
    if nearest is not None and not has_talked:
        if _is_within(nearest, TALK):
            yield Hint(f"talk {nearest.name} hello", translate("{name} lives here, and answers.", name=nearest.name))
        else:
            yield Hint(f"go to {nearest.name}", translate("{name} lives here.", name=nearest.name))
    elif nearest is not None and not has_traded:
        deals = (bargaining.possible_deal(scene, each.character_id) for each in awake if _is_within(each, REACH))
        deal = next(filter(None, deals), None)
        farther = next((each for each in awake if not _is_within(each, REACH)), None)
        if deal is not None:
            yield Hint(deal, translate("People buy what you carry."))
        elif farther is not None:
            yield Hint(f"go to {farther.name}", translate("{name} may buy what you carry.", name=farther.name))


def _pick_up(scene: Scene) -> Iterator[Hint]:
    """Take one of each kind that lies around, as far as one can carry it."""
    carried = {each.item.key for each in scene.me.inventory.held}
    if len(carried) >= FIRST_KINDS:
        return
    room = limit_of(scene.me) - scene.me.inventory.grams
    for each in scene.things:
        if each.kind == ITEM and each.item and not each.locked and each.item not in carried:
            item = catalogue.by_key[each.item]
            if item.grams <= room:
                yield _up_to(each, item.name, f"get {item.name}", translate("Something lies here that you can use."))
                return


def _gather(scene: Scene) -> Iterator[Hint]:
    if any(_has_practised(scene, each) for each in SKILL_CATEGORIES["Gathering"]):
        return
    for each in offered(scene):
        source = each.source
        if not isinstance(source, ResourceGround) or each.is_empty or source.kind.level > 0:
            continue
        if source.kind.skill in (Skill.LOGGING, Skill.HERBALISM):
            yield _up_to(each, each.name, f"gather {each.name}", translate("Things grow here that you can gather."))
            return


def _craft(scene: Scene) -> Iterator[Hint]:
    """Make the first thing of one's own: a tool if possible."""
    if scene.crafts.proficiency:
        return
    possible = crafting.possible_now(scene)
    recipe = next((each for each in possible if each.category == "tool"), None)
    recipe = recipe or next(iter(possible), None)
    if recipe is not None:
        yield Hint(f"craft {product_name(recipe)}", translate("You carry all that this takes."))


def _find_people(scene: Scene) -> Iterator[Hint]:
    """Go to the nearest village, and from one place in it to the next until someone is there."""
    if _has_practised(scene, Skill.PERSUASION) and _has_practised(scene, Skill.BARTERING):
        return
    for village in scene.villages[:1]:
        if not _is_near(scene, village.site.centre, INSIDE):
            yield Hint(f"go to {village.name}", translate("People live in {village}.", village=village.name))
        elif scene.world.time.moment(scene.now).part is PartOfDay.NIGHT:
            yield Hint("look", translate("People are asleep at this hour. They get up in the morning."))
        elif places := [each for each in village.site.places if each in WORKPLACES]:
            here = next((each for each in places if _is_near(scene, village.site.places[each], SIGHT)), places[-1])
            place = translate(WORKPLACES[places[(places.index(here) + 1) % len(places)]])
            yield Hint(f"go to {place}", translate("People are at work: {place}.", place=place))


def _is_near(scene: Scene, place: Position, decimetres: int) -> bool:
    return is_within(scene.world.space, scene.me.position, place, decimetres)


def _later(scene: Scene) -> Iterator[Hint]:
    yield Hint("skills", translate("You can see what you have learned."))
    yield Hint("recipes", translate("There is more that you could make."))
    yield Hint("look", translate("Look around: there is always something to do."))


_RULES: Final[Sequence[Callable[[Scene], Iterator[Hint]]]] = (
    _fight,
    _get_away,
    _heal,
    _go_on_working,
    _meet,
    _pick_up,
    _gather,
    _craft,
    _find_people,
    _later,
)


def _is_awake_and_grown(scene: Scene, person: SeenPerson) -> bool:
    """Tell whether someone is one of the game's own people with whom one can deal now."""
    return person.role == NPC and person.doing != Habit.SLEEPS and not is_child(scene, person)


def _is_out_of_breath(scene: Scene) -> bool:
    """Tell whether one should rest before one walks on."""
    stamina = stamina_of(scene.me, scene.now)
    return stamina.points < TIRED * stamina.maximum


def _up_to(goal: Entity | Offer, name: str, command: str, why: str) -> Hint:
    """Return the hint to use something that is within reach, or else to go there."""
    if goal.squared_distance <= REACH * REACH:
        return Hint(command, why)
    return Hint(f"go to {name}", translate("You see: {name}.", name=name_of(goal)))


def _is_within(person: SeenPerson, decimetres: int) -> bool:
    return person.squared_distance is not None and person.squared_distance <= decimetres * decimetres


def _is_hurt(scene: Scene) -> bool:
    return hp_of(scene.me, scene.now) < hurt_of(scene.me).maximum / 2


def _has_practised(scene: Scene, skill: Skill) -> bool:
    return bool(scene.me.skills.get(skill) or scene.me.xp.get(skill))
