"""What a character could do next, for players who do not know yet. Pure. Source: worlds 27."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from math import sqrt
from typing import Final
from uuid import UUID

from msgspec import Struct

from kernel.texts import translate
from worlds.acting import crafting, villagers
from worlds.acting.carrying import limit_of
from worlds.acting.fighting import fighter_of
from worlds.acting.looking import name_of
from worlds.acting.models import CommandOutcome, GameMessage, Scene, SeenPerson
from worlds.acting.moving import FARTHEST
from worlds.acting.needs import REACH, SIGHT, TALK, Needs
from worlds.acting.offering import Offer, offered
from worlds.acting.sheet import hp_of, stamina_of
from worlds.acting.wildlife import with_creatures
from worlds.acting.workshop import product_name
from worlds.characters.models import NPC
from worlds.combat.bodies import hurt_of
from worlds.commands.models import Parsed
from worlds.ground.words import side
from worlds.items.content import items
from worlds.npcs.rounds import Habit
from worlds.resources.models import ResourceGround
from worlds.skills.models import Skill
from worlds.space.models import METRE
from worlds.space.rules import offset

HINTING: Final = Needs(things=SIGHT, people=SIGHT, ground=True, prospect=True, living=True, crafting=True)
MOST: Final = 3
TIRED: Final = 0.1
"""Of one's stamina, below which one should rest."""
HURT: Final = 0.5
"""Of one's hit points."""
LOADED: Final = 0.9
"""Of what one can carry, from which one should leave something behind."""
ENOUGH: Final = 10
"""Of a kind of thing, to carry."""


class Hint(Struct, frozen=True):
    """Something that one could do now: a sentence that ends in the command for it; "" where there is none."""

    text: str
    command: str = ""


def hint(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Say what one could do next."""
    return CommandOutcome(messages=[message(with_creatures(scene))])


def message(scene: Scene) -> GameMessage:
    """Return what one could do next, and the commands for it, which a page shows as buttons."""
    found = hints(scene)
    lines = [f"{each.text} {each.command}".strip() for each in found]
    return GameMessage("info", "\n".join(lines), {"commands": [each.command for each in found if each.command]})


def hints(scene: Scene) -> list[Hint]:
    """Return what one could do next, what matters most first; never nothing.

    Raises:
        TilesMissing
    """
    if scene.world.is_lobby:
        rules = (_enter, _make_a_world)
    elif not scene.me.attributes:
        rules = (_visit, _watch)
    elif (fighter := fighter_of(scene)) is not None and fighter.is_fighting:
        rules = (_fight,)
    else:
        rules = (_recover, _craft, _gather, _talk, _visit, _wander)
    return [each for rule in rules for each in rule(scene)][:MOST]


Rule = Callable[[Scene], Iterator[Hint]]


def _enter(scene: Scene) -> Iterator[Hint]:
    portal = next((each for each in scene.things if each.portal_to is not None), None)
    if portal is not None:
        yield Hint(translate("Go through a portal into a world:"), f"enter {portal.name}")


def _make_a_world(scene: Scene) -> Iterator[Hint]:
    yield Hint(translate("Have a world made as you wish it; the statue asks you about it:"), "create world")


def _watch(scene: Scene) -> Iterator[Hint]:
    yield Hint(translate("You have no body here. Rise above it all:"), "fly up")


def _fight(scene: Scene) -> Iterator[Hint]:
    fighter = fighter_of(scene)
    foes = fighter.foes if fighter else frozenset[UUID]()
    people = (each for each in scene.people if each.character_id in foes)
    beasts = (each for each in scene.things if each.entity_id in foes)
    foe = next(chain(people, beasts), None)
    if foe is not None:
        yield Hint(translate("You are in a fight. Strike back:"), f"attack {name_of(foe)}")
    yield Hint(translate("Ward off the next blow:"), "defend")
    yield Hint(translate("Or get away:"), "flee")


def _recover(scene: Scene) -> Iterator[Hint]:
    me = scene.me
    if hp_of(me, scene.now) < HURT * hurt_of(me).maximum:
        yield Hint(translate("You are hurt. Keep away from fights for a while: wounds close by themselves."))
    stamina = stamina_of(me, scene.now)
    if stamina.points < TIRED * stamina.maximum:
        yield Hint(translate("You are out of breath. Stand still for a moment: stamina comes back by itself."))


def _craft(scene: Scene) -> Iterator[Hint]:
    """Something that one does not have yet."""
    carried = {each.item.key for each in scene.me.inventory.held}
    new = next((each for each in crafting.craftable(scene) if each.key not in carried), None)
    if new is not None:
        yield Hint(translate("With what you carry, you could make something:"), f"craft {product_name(new)}")


def _gather(scene: Scene) -> Iterator[Hint]:
    if scene.me.inventory.grams > LOADED * limit_of(scene.me):
        yield Hint(translate("You carry almost as much as you can. See what you could leave here:"), "inventory")
    wanted = crafting.wanted(scene)
    suiting = [
        each
        for each in offered(scene)
        if not each.is_empty and _suits(scene, each) and (_product(each) in wanted or _is_near(each))
    ]
    # The sort keeps the nearest first among those that are as good.
    place = min(suiting, key=lambda each: (not _is_easy(scene, each), _product(each) not in wanted), default=None)
    if place is None:
        return
    if place.squared_distance <= REACH * REACH:
        yield Hint(translate("There is something to gather here:"), f"gather {place.name}")
    elif _has_breath(scene, sqrt(place.squared_distance)):
        metres = round(sqrt(place.squared_distance) / METRE)
        there = translate("{metres} m {side} there is something to gather:", metres=metres, side=side(*place.away))
        yield Hint(there, f"go {place.name}")


def _suits(scene: Scene, place: Offer) -> bool:
    """Tell whether one gets there, and has too little of what there is; ore is for those who have learned to mine."""
    if scene.ground is None or scene.ground.cover(place.position).water:
        return False
    if place.kind != "resource" and not scene.me.skills.get(Skill.MINING, 0):
        return False
    inventory, product = scene.me.inventory, items.by_key[_product(place)]
    return inventory.count(product) < ENOUGH and inventory.grams + product.grams <= limit_of(scene.me)


def _is_near(place: Offer) -> bool:
    return place.squared_distance <= FARTHEST * FARTHEST


def _has_breath(scene: Scene, away: float) -> bool:
    """Tell whether one gets that far with one command, or as far as that leads."""
    return stamina_of(scene.me, scene.now).points > min(away, FARTHEST) / METRE


def _product(place: Offer) -> str:
    """Return the key of the item that one gets at a place."""
    return place.source.kind.product if isinstance(place.source, ResourceGround) else place.source.mineral


def _is_easy(scene: Scene, place: Offer) -> bool:
    """Tell whether one is skilled enough not to go away with nothing."""
    source = place.source
    return isinstance(source, ResourceGround) and source.level <= scene.me.skills.get(source.kind.skill, 0)


def _talk(scene: Scene) -> Iterator[Hint]:
    someone = next((each for each in scene.people if _may_be_asked(each)), None)
    if someone is None:
        return
    if someone.squared_distance is not None and someone.squared_distance <= TALK * TALK:
        yield Hint(translate("You could ask {name} something:", name=someone.name), f"talk {name_of(someone)} hello")
        yield Hint(translate("See what people here want and have:"), "prices")
    else:
        yield Hint(translate("{name} lives here. Go nearer to talk:", name=someone.name), f"go {name_of(someone)}")


def _may_be_asked(someone: SeenPerson) -> bool:
    return someone.role == NPC and someone.doing not in (Habit.SLEEPS, Habit.PLAYS)


def _visit(scene: Scene) -> Iterator[Hint]:
    """The nearest village, as long as one is not in it."""
    if not scene.villages:
        return
    east, north, _ = offset(scene.world.space, scene.me.position, scene.villages[0].site.centre)
    away = sqrt(east * east + north * north)
    if away > villagers.INSIDE and (not scene.me.attributes or _has_breath(scene, away)):
        text = translate("People live {metres} m {side}:", metres=round(away / METRE), side=side(east, north))
        yield Hint(text, f"go {scene.villages[0].name}")


def _wander(scene: Scene) -> Iterator[Hint]:
    yield Hint(translate("See where you are:"), "look")
    yield Hint(translate("See what you know and what you could learn:"), "skills")
