"""Commands for things that cannot be carried away: opening and pushing them. Source: worlds 5 and 9."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

from kernel.texts import listed, translate
from worlds.acting.carrying import counted, limit_of
from worlds.acting.looking import fixture_of, name_of, names_of, too_far
from worlds.acting.models import CommandOutcome, GameMessage, Locked, MovementBlocked, Scene
from worlds.acting.needs import REACH, SIGHT, Needs
from worlds.acting.sheet import stamina_of
from worlds.characters.events import StaminaChanged
from worlds.commands.matching import find
from worlds.commands.models import Parsed
from worlds.entities.models import Entity
from worlds.fixtures import rules
from worlds.fixtures.content import Contained
from worlds.fixtures.events import Revealed, ThingOpened, ThingPushed
from worlds.fixtures.models import (
    InYourOwnWay,
    LockedShut,
    NotOpenable,
    NotPushable,
    OpenAlready,
    PickItUp,
    TooHeavyToPush,
)
from worlds.ground.models import TooDeep, is_too_deep
from worlds.items import rules as items
from worlds.items.content import items as catalogue
from worlds.items.models import COMMON, Held
from worlds.movement import rules as movement
from worlds.space import rules as space
from worlds.space.collisions import Solid, blocked_by
from worlds.space.models import METRE, Direction, Position

OPENING: Final = Needs(things=SIGHT, people=SIGHT, surroundings=True, living=True, fixtures=REACH)
PUSHING: Final = Needs(things=SIGHT, people=SIGHT, surroundings=True, ground=True, living=True, fixtures=REACH)


def open_thing(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Open something; what is in it lies at its place from then on."""
    found = _within_reach(scene, parsed)
    kind = fixture_of(found)
    if kind is None or kind.contents is None:
        raise NotOpenable(name=name_of(found))
    if found.locked:
        raise LockedShut(name=kind.name)
    if found.is_open:
        raise OpenAlready(name=kind.name)
    revealed = [_revealed(each) for each in kind.contents]
    event = ThingOpened(
        character_id=scene.me.character_id,
        world_id=scene.world.world_id,
        entity_id=found.entity_id,
        position=found.position,
        revealed=tuple(revealed),
    )
    text = translate("You open {name}.", name=kind.name)
    if revealed:
        things = [counted(Held.new(each.entity_id, catalogue.by_key[each.item], each.quantity)) for each in revealed]
        text += " " + translate("It held: {things}. Take it with: get <item>", things=listed(things))
    return CommandOutcome(events=[event], messages=[GameMessage("action", text)])


def push(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Move something by a metre: away from oneself, or towards oneself, or in a direction.

    Raises:
        TargetOutOfRange, PickItUp, Locked, NotPushable, TooHeavyToPush, OutOfBounds, MovementBlocked, InYourOwnWay
        TooDeep, InsufficientStamina, TilesMissing
    """
    me, found = scene.me, _within_reach(scene, parsed)
    if found.item:
        raise PickItUp(name=names_of(found)[0])
    if found.locked:
        raise Locked(name=name_of(found))
    kind = fixture_of(found)
    if kind is None or kind.grams is None:
        raise NotPushable(name=name_of(found))
    if kind.grams > limit_of(me):
        raise TooHeavyToPush(name=kind.name, weight=items.kilograms(kind.grams), limit=items.kilograms(limit_of(me)))
    direction = _direction(scene, parsed, found)
    x, y, _ = direction.value
    target = space.moved(scene.world.space, found.position, x * METRE, y * METRE)
    if space.is_within(scene.world.space, target, me.position, found.radius - 1):
        raise InYourOwnWay
    require_room(scene, target, found.radius, found)
    before = stamina_of(me, scene.now)
    left = movement.spend(before, rules.push_cost(kind.grams))
    pushed = ThingPushed(character_id=me.character_id, entity_id=found.entity_id, start=found.position, to=target)
    spent = StaminaChanged(character_id=me.character_id, old=before.parts, new=left.parts, reason="pushed")
    way = translate(direction.name.lower())
    moved = (
        translate("You pull {name} one metre {direction}.", name=kind.name, direction=way)
        if parsed.pulls
        else translate("You push {name} one metre {direction}.", name=kind.name, direction=way)
    )
    points = translate("Stamina {points}/{most}.", points=left.points, most=left.maximum)
    return CommandOutcome(events=[pushed, spent], messages=[GameMessage("action", f"{moved} {points}")])


def _within_reach(scene: Scene, parsed: Parsed) -> Entity:
    found = find(scene.things, parsed.target, names_of)
    if found.squared_distance > REACH * REACH:
        raise too_far(name_of(found), found.squared_distance, REACH)
    return found


def _revealed(contained: Contained) -> Revealed:
    durability = catalogue.by_key[contained.item].durability
    return Revealed(
        entity_id=uuid4(),
        item=contained.item,
        quantity=contained.quantity,
        durability=durability,
        quality=COMMON,
    )


def _direction(scene: Scene, parsed: Parsed, found: Entity) -> Direction:
    """Return the direction that was typed; or the one that leads away, or here."""
    if parsed.direction is not None:
        return Direction[parsed.direction.upper()]
    east, north, _ = space.offset(scene.world.space, scene.me.position, found.position)
    away = rules.direction_of(east, north) or rules.direction_of(*scene.me.facing[:2]) or Direction.NORTH
    return rules.opposite(away) if parsed.pulls else away


def require_room(scene: Scene, target: Position, radius: int, moved: Entity | None = None) -> None:
    """Refuse a place where something or someone is in the way, or where water is deep.

    Args:
        radius: of what is to stand there.
        moved: what stood elsewhere before; None for what is new.

    Raises:
        MovementBlocked, TooDeep
    """
    world = scene.world
    solids = [
        *(
            Solid(name_of(each), each.position, max(each.radius, radius))
            for each in scene.things
            if each.radius and (moved is None or each.entity_id != moved.entity_id)
        ),
        *(Solid(each.name, each.position, radius) for each in scene.people),
    ]
    if obstacle := blocked_by(world.space, target, solids):
        raise MovementBlocked(name=obstacle.name)
    if scene.ground is not None and is_too_deep(water := scene.ground.at(target)):
        raise TooDeep(water=translate(water.water))
