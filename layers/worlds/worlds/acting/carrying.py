"""Commands that take, put down, wear and use things. Source: worlds 5 and 9."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

from msgspec.structs import replace

from kernel.quantities import Wanted, resolve
from kernel.texts import listed, translate
from worlds.acting.looking import name_of, names_of, too_far
from worlds.acting.models import (
    CommandOutcome,
    GameMessage,
    Locked,
    NothingToDrop,
    NothingToTake,
    NotTakeable,
    Scene,
)
from worlds.acting.needs import REACH
from worlds.acting.sheet import stamina_of
from worlds.carrying.events import (
    ItemConsumed,
    ItemDropped,
    ItemEquipped,
    ItemPickedUp,
    ItemUnequipped,
)
from worlds.characters.events import HealthChanged, StaminaChanged
from worlds.characters.evolution import stack_of
from worlds.characters.models import Character
from worlds.combat.bodies import hurt_of
from worlds.combat.models import moment
from worlds.combat.rules import healed, restored
from worlds.commands.matching import find
from worlds.commands.models import Parsed
from worlds.entities.models import Entity
from worlds.items import rules as items
from worlds.items.content import Effect
from worlds.items.content import items as catalogue
from worlds.items.models import Belongings, CarryLimitReached, Held, ItemNotHeld, TooFewHeld
from worlds.log.models import WorldEvent
from worlds.movement import rules as movement
from worlds.time.models import milliseconds

NewId = Callable[[], UUID]


def get(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Pick something up; or everything within reach that one can carry."""
    if not parsed.target:
        return _get_everything(scene)
    found = find(scene.things, parsed.target, names_of)
    if found.squared_distance > REACH * REACH:
        raise too_far(name_of(found), found.squared_distance, REACH)
    if not found.item:
        raise NotTakeable(name=name_of(found))
    if found.locked:
        raise Locked(name=name_of(found))
    kind = catalogue.by_key[found.item]
    quantity = _wanted(parsed.quantity, found.quantity, otherwise=found.quantity)
    if quantity > found.quantity:
        raise TooFewHeld(there=found.quantity, item=kind.name_of(found.quantity), wanted=quantity)
    event, taken, after = _picked_up(scene.me, found, quantity)
    text = translate(
        "Taken: {things} ({weight} kg). You carry {total} of {limit} kg.",
        things=counted(taken),
        weight=items.kilograms(taken.grams),
        total=items.kilograms(after.inventory.grams),
        limit=items.kilograms(limit_of(scene.me)),
    )
    return CommandOutcome(events=[event], messages=[GameMessage("action", text)])


def _get_everything(scene: Scene) -> CommandOutcome:
    me, events, names = scene.me, list[ItemPickedUp](), list[str]()
    too_heavy: CarryLimitReached | None = None
    for each in scene.things:
        if not each.item or each.locked or each.squared_distance > REACH * REACH:
            continue
        try:
            event, taken, me = _picked_up(me, each, each.quantity)
        except CarryLimitReached as error:
            too_heavy = too_heavy or error
        else:
            events.append(event)
            names.append(counted(taken))
    if not events:
        raise too_heavy or NothingToTake
    text = translate(
        "Taken: {things}. You carry {total} of {limit} kg.",
        things=listed(names),
        total=items.kilograms(me.inventory.grams),
        limit=items.kilograms(limit_of(me)),
    )
    return CommandOutcome(events=events, messages=[GameMessage("action", text)])


def _picked_up(me: Character, found: Entity, quantity: int) -> tuple[ItemPickedUp, Held, Character]:
    """Return the event, what was taken, and who has it then.

    Raises:
        CarryLimitReached
    """
    assert found.item
    taken = Held(uuid4(), catalogue.by_key[found.item], quantity, found.durability, None, found.quality)
    after = items.add(me.inventory, taken, limit_of(me))
    left = found.quantity - quantity
    event = ItemPickedUp(entity_id=found.entity_id, left=left, **changed(me, after, taken))
    return event, taken, replace(me, inventory=after)


def drop(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Put something down where one stands; or everything but what one wears."""
    if parsed.target:
        held = held_named(scene.me, parsed.target)
        wanted = [(held, _wanted(parsed.quantity, held.quantity, otherwise=1))]
    else:
        wanted = [(each, each.quantity) for each in scene.me.inventory.held if not each.slot]
    if not wanted:
        raise NothingToDrop
    me, events, names = scene.me, list[ItemDropped](), list[str]()
    for held, quantity in wanted:
        after, dropped = items.take(me.inventory, held.holding_id, quantity, uuid4)
        event = ItemDropped(
            world_id=scene.world.world_id,
            entity_id=uuid4(),
            durability=dropped.durability,
            quality=dropped.quality,
            position=me.position,
            **changed(me, after, dropped),
        )
        me = replace(me, inventory=after)
        events.append(event)
        names.append(counted(dropped))
    text = translate("You put down {things}.", things=listed(names))
    return CommandOutcome(events=events, messages=[GameMessage("action", text)])


def equip(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Wear or wield something."""
    held = held_named(scene.me, parsed.target)
    after = items.equip(scene.me.inventory, held.holding_id, parsed.slot)
    slot = items.get(after, held.holding_id).slot
    assert slot is not None
    event = ItemEquipped(slot=slot, **changed(scene.me, after, held))
    text = translate("You equip {item}: {slot}.", item=held.name, slot=slot.replace("_", " "))
    return CommandOutcome(events=[event], messages=[GameMessage("action", text)])


def unequip(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Take off what one wears or wields."""
    worn = [each for each in scene.me.inventory.held if each.slot]
    held = find(worn, parsed.target, held_names, ItemNotHeld)
    after = items.unequip(scene.me.inventory, held.holding_id, limit_of(scene.me))
    assert held.slot is not None
    event = ItemUnequipped(slot=held.slot, **changed(scene.me, after, held))
    return CommandOutcome(
        events=[event], messages=[GameMessage("action", translate("You take off {item}.", item=held.name))]
    )


def use(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Use one thing up; its effect comes at once."""
    held = held_named(scene.me, parsed.target)
    events, text = used(scene, held)
    return CommandOutcome(
        events=events,
        messages=[
            GameMessage("action", translate("You use {item}. {effect}", item=held.item.name, effect=text).strip())
        ],
    )


def used(scene: Scene, held: Held) -> tuple[list[WorldEvent], str]:
    """Return what happens when the one whom a scene is about uses one of what they hold, and what they read of it.

    Raises:
        NotUsable
    """
    after, effect = items.use(scene.me.inventory, held.holding_id)
    happened, text = _effect(scene, effect)
    return [ItemConsumed(**changed(scene.me, after, held.of(1))), *happened], text


def held_named(me: Character, typed: str) -> Held:
    """Return what one holds under a name; what is in the bag before what is worn.

    Raises:
        ItemNotHeld, TargetUnclear
    """
    return find(sorted(me.inventory.held, key=lambda each: each.slot is not None), typed, held_names, ItemNotHeld)


def held_names(held: Held) -> Sequence[str]:
    """Return the names under which something that is held is found."""
    return (held.item.name, held.item.plural)


def limit_of(me: Character) -> int:
    """Return what a body can carry, in grams."""
    return items.carry_limit(me.attributes.get("Might", 0))


def counted(held: Held) -> str:
    """Return a stack as it is named in a sentence."""
    return f"{held.name} × {held.quantity}" if held.quantity > 1 else held.name


def told_broken(item: str) -> str:
    """Return what someone reads whose weapon, armour or tool has just broken."""
    return translate("Broken: {item}. It is of no use any more.", item=item)


def changed(me: Character, after: Belongings, moved: Held) -> dict[str, Any]:
    """Return the fields of an InventoryChanged about things that were moved."""
    return {**stored(me, after), "item": moved.item.key, "quantity": moved.quantity}


def stored(me: Character, after: Belongings) -> dict[str, Any]:
    """Return the fields of an InventoryChanged that say what to store so that one holds another inventory."""
    change = items.changes(me.inventory, after)
    return {
        "character_id": me.character_id,
        "saved": tuple(stack_of(each) for each in change.saved),
        "removed": change.removed,
    }


def _wanted(wanted: Wanted | None, there: int, *, otherwise: int) -> int:
    return otherwise if wanted is None else resolve(wanted, there)


def _effect(scene: Scene, effect: Effect) -> tuple[list[WorldEvent], str]:
    me = scene.me
    match effect.kind:
        case "restore_stamina":
            before = stamina_of(me, scene.now)
            after = movement.restore(before, effect.amount)
            event = StaminaChanged(character_id=me.character_id, old=before.parts, new=after.parts, reason="used")
            text = translate("Stamina {points}/{most}.", points=after.points, most=after.maximum)
            return [event] if event.new != event.old else [], text
        case "restore_hp":
            now = milliseconds(scene.now)
            before, after = healed(hurt_of(me), now), restored(hurt_of(me), effect.amount, now)
            event = HealthChanged(
                character_id=me.character_id,
                old=before.points,
                new=after.points,
                reason="used",
                since=moment(after.since),
            )
            text = translate("Health {points}/{most}.", points=after.points, most=after.maximum)
            return [event] if event.new != event.old else [], text
        case _:
            return [], ""
