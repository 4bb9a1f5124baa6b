"""The command gather: taking what grows, lives or lies at a place. Source: worlds 22, 23.1 and 27."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Final
from uuid import uuid4

from msgspec import Struct
from msgspec.structs import replace

from kernel.quantities import resolve
from kernel.texts import alternatives, to_translate, translate
from worlds.acting.carrying import changed, limit_of, stored, told_broken
from worlds.acting.looking import too_far
from worlds.acting.models import CommandOutcome, GameMessage, Scene
from worlds.acting.needs import REACH, Needs
from worlds.acting.offering import THIN, Offer, offered, stock_of
from worlds.acting.sheet import stamina_of
from worlds.carrying.events import ItemDurabilityChanged, ItemGathered
from worlds.characters.events import StaminaChanged
from worlds.characters.models import Character
from worlds.characters.practice import practised
from worlds.commands.matching import find
from worlds.commands.models import Parsed
from worlds.items import rules as items
from worlds.items.content import WorldItem
from worlds.items.content import items as catalogue
from worlds.items.models import CarryLimitReached, Held, Wear
from worlds.log.models import WorldEvent
from worlds.minerals.content import minerals
from worlds.minerals.models import HANDS, Vein
from worlds.minerals.models import TOOLS as HARDNESS
from worlds.minerals.rules import digging_seconds, is_broken_by, mined_share, mining_level
from worlds.movement import rules as movement
from worlds.movement.models import Stamina
from worlds.resources import gathering as rules
from worlds.resources.events import ResourceGathered
from worlds.resources.models import NothingLeft, NothingToGather, TooHardToMine, WorkedOut, key_of_vein
from worlds.skills.models import Skill
from worlds.time.rules import HOUR

GATHERING: Final = Needs(ground=True, prospect=True, grounds=REACH)

_TAKEN: Final[Mapping[Skill, str]] = {
    Skill.LOGGING: to_translate("You cut {number} {things}."),
    Skill.HERBALISM: to_translate("You gather {number} {things}."),
    Skill.HUNTING: to_translate("You hunt, and get {number} {things}."),
    Skill.FISHING: to_translate("You fish out {number} {things}."),
    Skill.MINING: to_translate("You dig out {number} {things}."),
}
_THINNER: Final[Mapping[Skill, str]] = {
    Skill.LOGGING: to_translate("The stand looks thinner."),
    Skill.HERBALISM: to_translate("Less is left here than there was."),
    Skill.HUNTING: to_translate("The tracks have become fewer."),
    Skill.FISHING: to_translate("Less stirs in the water than before."),
    Skill.MINING: to_translate("The seam has become thinner."),
}


class Workplace(Struct, frozen=True, kw_only=True):
    """A place where one gathers, as the rules see it.

    Attributes:
        key: under which what is left of it is stored.
        kind: the key of its kind.
        required: the level of the skill, that one should have.
        share: of the yield that one gets; below 1 in mines.
        rest_hours: after each attempt.
        quantity: that it has now; `most`: when no one has gathered there.
        tool: the best one that the character has for it; None for bare hands.
        effort: points of stamina for each unit.
    """

    key: str
    kind: str
    product: WorldItem
    skill: Skill
    required: int
    share: float
    rest_hours: int
    quantity: float
    most: float
    tool: Held | None
    effort: float


def gather(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Gather at a place within reach: the nearest, or the one that is named.

    Raises:
        NothingToGather, TargetNotFound, TargetUnclear, TargetOutOfRange, NothingLeft, WorkedOut, TooHardToMine
        CarryLimitReached, InsufficientStamina, TilesMissing
    """
    me, offer = scene.me, _chosen(scene, parsed)
    place = _workplace(scene, offer)
    before = stamina_of(me, scene.now)
    room, strength = _room(me, place.product), _endurance(before, place)
    level = me.skills.get(place.skill, 0)
    got = there = 0
    if scene.rng.random() >= rules.failure(place.required, level):
        luck = scene.rng.uniform(*rules.LUCK)
        there = rules.harvest(place.quantity, level, place.share * _tool_factor(place.tool), luck)
        if parsed.quantity is not None:
            there = min(there, resolve(parsed.quantity, int(place.quantity)))
        got = min(there, room, strength)
    learned = practised(
        me,
        place.skill,
        rules.experience(place.required, is_success=got > 0),
        f"gather/{place.kind}",
        scene.now,
    )
    left = place.quantity - got
    carried = _carried(me, place, got)
    events = [
        _gathered(scene, offer, place, got, left),
        *carried,
        *learned.events,
        _tired(me, before, min(before.points, rules.EFFORT + ceil(got * place.effort))),
    ]
    said = [_taken(place, got), learned.text, _remains(place, got, left)]
    if got < there:
        said.append(translate("You cannot carry more.") if got == room else translate("You are too tired for more."))
    if place.tool is not None and any(isinstance(each, ItemDurabilityChanged) and not each.new for each in carried):
        said.append(told_broken(place.tool.name))
    text = " ".join(filter(None, said))
    return CommandOutcome(
        events=events,
        messages=[GameMessage("action", text, {"item": place.product.key, "quantity": got})],
    )


def _chosen(scene: Scene, parsed: Parsed) -> Offer:
    offers = offered(scene)
    if parsed.target:
        found = find(offers, parsed.target, _names)
        if found.squared_distance > REACH * REACH:
            raise too_far(found.name, found.squared_distance, REACH)
        return found
    if not offers or offers[0].squared_distance > REACH * REACH:
        raise NothingToGather
    return offers[0]


def _names(offer: Offer) -> Sequence[str]:
    product = _product(offer)
    return (offer.name, product.name, product.plural)


def _product(offer: Offer) -> WorldItem:
    source = offer.source
    kind = minerals.by_key[source.mineral] if isinstance(source, Vein) else source.kind
    return catalogue.by_key[kind.product]


def _workplace(scene: Scene, offer: Offer) -> Workplace:
    """Return a place as the rules see it.

    Raises:
        NothingLeft, WorkedOut, TooHardToMine
    """
    source, product = offer.source, _product(offer)
    quantity = stock_of(scene, source).quantity
    if isinstance(source, Vein):
        if quantity < 1:
            raise WorkedOut(name=offer.name)
        tool = _best_tool(scene.me, Skill.MINING, source.hardness)
        if tool is None and not is_broken_by(source.hardness, HANDS):
            fitting = [translate(each) for each in HARDNESS if is_broken_by(source.hardness, each)]
            raise TooHardToMine(name=offer.name, materials=alternatives(fitting))
        return Workplace(
            key=key_of_vein(source.key),
            kind=source.deposit,
            product=product,
            skill=Skill.MINING,
            required=mining_level(source.depth, source.grade),
            share=mined_share(source.depth, source.grade),
            rest_hours=0,
            quantity=quantity,
            most=source.quantity,
            tool=tool,
            effort=digging_seconds(source.hardness, _tool_factor(tool)) / rules.DIGGING,
        )
    if quantity < 1:
        raise NothingLeft(name=offer.name)
    return Workplace(
        key=source.key,
        kind=source.kind.key,
        product=product,
        skill=source.kind.skill,
        required=source.level,
        share=1,
        rest_hours=source.kind.rest_hours,
        quantity=quantity,
        most=source.most,
        tool=_best_tool(scene.me, source.kind.skill),
        effort=product.grams / 1_000,
    )


def _best_tool(me: Character, skill: Skill, hardness: float = 0) -> Held | None:
    """Return the best tool that someone carries for some work, worn or not; None without one that is whole."""
    fitting = [
        each
        for each in me.inventory.held
        if each.item.tool is not None
        and skill in each.item.tool.skills
        and not each.is_broken
        and is_broken_by(hardness, each.item.tool.material)
    ]
    return max(fitting, key=lambda each: (each.quality, each.durability), default=None)


def _tool_factor(tool: Held | None) -> float:
    return rules.BARE_HANDS if tool is None else rules.TOOLS[tool.quality]


def _room(me: Character, product: WorldItem) -> int:
    """Return how many more someone can carry.

    Raises:
        CarryLimitReached: not one.
    """
    limit, carried = limit_of(me), me.inventory.grams
    room = (limit - carried) // product.grams
    if room < 1:
        raise CarryLimitReached(
            item=product.name, weight=items.kilograms(carried + product.grams), limit=items.kilograms(limit)
        )
    return room


def _endurance(stamina: Stamina, place: Workplace) -> int:
    """Return how many units someone has the strength for.

    Raises:
        InsufficientStamina: not for one.
    """
    movement.spend(stamina, rules.EFFORT + ceil(place.effort))
    return int((stamina.points - rules.EFFORT) / place.effort)


def _gathered(scene: Scene, offer: Offer, place: Workplace, got: int, left: float) -> ResourceGathered:
    now = scene.world.time.at(scene.now)
    return ResourceGathered(
        character_id=scene.me.character_id,
        world_id=scene.world.world_id,
        ground=place.key,
        resource=place.kind,
        position=offer.position,
        quantity=got,
        left=left,
        game_time=now,
        rests_until=now + place.rest_hours * HOUR,
    )


def _carried(me: Character, place: Workplace, got: int) -> list[WorldEvent]:
    """Return the events by which a character has what it has gathered, and its tool is worn."""
    events: list[WorldEvent] = []
    after = me
    if got:
        filled = items.add_new(me.inventory, place.product, got, limit_of(me), uuid4)
        events.append(ItemGathered(**stored(me, filled), item=place.product.key, quantity=got))
        after = replace(me, inventory=filled)
    if place.tool is not None:
        worn = items.wear_out(after.inventory, place.tool.holding_id, Wear.WORK)
        new = items.get(worn, place.tool.holding_id)
        old = place.tool.durability
        events.append(ItemDurabilityChanged(old=old, new=new.durability, reason="worked", **changed(after, worn, new)))
    return events


def _tired(me: Character, before: Stamina, points: int) -> StaminaChanged:
    after = movement.spend(before, points)
    return StaminaChanged(character_id=me.character_id, old=before.parts, new=after.parts, reason="gathered")


def _taken(place: Workplace, got: int) -> str:
    if not got:
        return translate("You try, and get nothing.")
    return translate(_TAKEN[place.skill], number=got, things=place.product.name_of(got))


def _remains(place: Workplace, got: int, left: float) -> str:
    if left < 1:
        return translate("Nothing is left.")
    return translate(_THINNER[place.skill]) if got and left / place.most < THIN else ""
