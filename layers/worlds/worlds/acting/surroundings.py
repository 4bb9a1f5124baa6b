"""What is around someone once they have acted, for clients that show it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isqrt
from typing import Any, TypeVar
from uuid import UUID

from msgspec.structs import replace

from worlds.acting.looking import mark, named
from worlds.acting.models import Scene, SeenPerson
from worlds.acting.needs import MOST_SEEN, SIGHT, Needs
from worlds.carrying.events import ItemDropped, ItemPickedUp
from worlds.characters.models import Character
from worlds.crafting.events import ThingBuilt
from worlds.entities.models import ITEM, Entity
from worlds.fixtures.events import ThingOpened, ThingPushed
from worlds.items.content import items as catalogue
from worlds.log.models import WorldEvent
from worlds.space import rules as space
from worlds.space.models import METRE, Position

Found = TypeVar("Found", SeenPerson, Entity)


def around(scene: Scene, me: Character, events: Iterable[WorldEvent], needs: Needs) -> dict[str, Any]:
    """Return who and what is near, the nearest first, and up to how many metres that is all.

    Args:
        scene: as it was before the events.
        me: after them.
        needs: what was read for the scene.
    """
    place = scene.world.space

    def away(position: Position) -> float:
        return space.squared_distance(place, me.position, position)

    walked = isqrt(round(away(scene.me.position)))
    read = min(needs.things, needs.people)
    if len(scene.people) == MOST_SEEN:  # the nearest ones of a crowd
        read = min(read, isqrt(int(max(each.squared_distance or 0 for each in scene.people))))
    within = max(0, min(SIGHT, read - walked))

    def nearest(found: Iterable[Found]) -> list[Found]:
        near = (each for each in found if away(each.position) <= within**2)
        return sorted(near, key=lambda each: away(each.position))

    seen = named(nearest(scene.people), nearest(_after(scene.things, events)))
    return {"within": within / METRE, "entities": [mark(each) for each in seen]}


def _after(things: Sequence[Entity], events: Iterable[WorldEvent]) -> Iterable[Entity]:
    """Return what is there after events, as `entities.queries.project` stores it."""
    there = {each.entity_id: each for each in things}
    for event in events:
        match event:
            case ItemPickedUp():
                taken = there.pop(event.entity_id)
                if event.left:
                    there[event.entity_id] = replace(taken, quantity=event.left)
            case ItemDropped():
                there[event.entity_id] = _item(event.entity_id, event.item, event.quantity, event.position)
            case ThingOpened():
                for each in event.revealed:
                    there[each.entity_id] = _item(each.entity_id, each.item, each.quantity, event.position)
            case ThingBuilt():
                there[event.entity_id] = _fixture(event)
            case ThingPushed():
                there[event.entity_id] = replace(there[event.entity_id], position=Position(*event.to))
            case _:
                pass
    return there.values()


def _fixture(event: ThingBuilt) -> Entity:
    return Entity(
        entity_id=event.entity_id,
        kind=event.kind,
        name=event.name,
        position=Position(*event.position),
        radius=event.radius,
        metadata={"fixture": event.fixture},
    )


def _item(entity_id: UUID, item: str, quantity: int, position: Sequence[int]) -> Entity:
    name = catalogue.by_key[item].name
    return Entity(entity_id=entity_id, kind=ITEM, name=name, position=Position(*position), item=item, quantity=quantity)
