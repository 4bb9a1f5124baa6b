"""What lies around the entrance of a new world, and stands in its villages: the content of starting_things.json."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID, uuid5

from pydantic import Field, PositiveInt

from kernel.content.base import Document, Frozen, Key
from kernel.content.library import FileSection
from kernel.content.problems import Problem, unknown
from worlds.configs import shipped
from worlds.entities.models import ITEM
from worlds.fixtures.content import FixturesSection
from worlds.items.content import WorldItemsSection, stack_problems
from worlds.items.models import COMMON
from worlds.space.models import METRE, Position
from worlds.villages.models import VillageSite
from worlds.world.events import ThingPlaced

BESIDE_A_HOUSE: Final = 5 * METRE
"""Farther from its middle than its people stand."""


class StartingThing(Frozen):
    """Something that lies near the entrance of each world."""

    item: Key
    """The key of a kind of thing."""
    quantity: PositiveInt = 1
    """How many."""


class VillageFixtures(Frozen):
    """What the people of a village have built before anyone comes."""

    centre: Key
    """The key of what stands in its middle."""
    homes: tuple[Key, ...] = ()
    """What stands beside its houses, one at each."""
    places: Mapping[str, Key] = {}
    """What stands where people work, by their trade."""


class StartingThingsFile(Document):
    things: tuple[StartingThing, ...] = Field(min_length=1)
    """What lies near the entrance of each new world."""
    fixtures: tuple[Key, ...] = ()
    """What stands there, and is not carried away."""
    villages: VillageFixtures
    """What stands in each village."""


class StartingThingsSection(FileSection[StartingThingsFile]):
    file = "starting_things.json"
    model = StartingThingsFile

    def problems(self) -> Iterator[Problem]:
        known = self.library[WorldItemsSection].by_key
        for number, thing in enumerate(self.document.things):
            yield from stack_problems(self.file, f"things[{number}]", thing.item, thing.quantity, known)
        for number, key in enumerate(self.document.fixtures):
            yield from unknown(self.file, f"fixtures[{number}]", "fixture", key, self.library[FixturesSection].by_key)
        villages = self.document.villages
        for key in (villages.centre, *villages.homes, *villages.places.values()):
            yield from unknown(self.file, "villages", "fixture", key, self.library[FixturesSection].by_key)

    def summary(self) -> str:
        return f"{len(self.document.things)} starting things"


starting_things: Final = shipped[StartingThingsSection]


def placed(world_id: UUID, spots: Sequence[Position]) -> list[ThingPlaced]:
    """Return the things that lie and stand around an entrance, one at each spot; none where there is no dry ground."""
    items = shipped[WorldItemsSection].by_key
    lying = [
        ThingPlaced(
            world_id=world_id,
            entity_id=uuid5(world_id, f"starting thing {number}"),
            kind=ITEM,
            name=items[thing.item].written_name,
            description=items[thing.item].written_description,
            position=spot,
            item=thing.item,
            quantity=thing.quantity,
            durability=items[thing.item].durability,
            quality=COMMON,
        )
        for number, (thing, spot) in enumerate(zip(starting_things.document.things, spots, strict=False))
    ]
    # Farther away than what lies there, so that nothing stands where people arrive.
    standing = zip(starting_things.document.fixtures, spots[len(lying) :], strict=False)
    stands = [
        fixture_at(world_id, key, uuid5(world_id, f"starting fixture {number}"), spot)
        for number, (key, spot) in enumerate(standing)
    ]
    return [*lying, *stands]


def placed_in_village(world_id: UUID, village_id: UUID, site: VillageSite) -> list[ThingPlaced]:
    """Return what the people of a village have built: in its middle, where they work, and beside their houses."""
    villages = starting_things.document.villages
    stands = [(villages.centre, site.centre)]
    stands += [(key, site.places[trade]) for trade, key in villages.places.items() if trade in site.places]
    stands += [
        (key, Position(home.x + BESIDE_A_HOUSE, home.y)) for key, home in zip(villages.homes, site.homes, strict=False)
    ]
    return [
        fixture_at(world_id, key, uuid5(village_id, f"fixture {number}"), spot)
        for number, (key, spot) in enumerate(stands)
    ]


def fixture_at(world_id: UUID, key: str, entity_id: UUID, spot: Position) -> ThingPlaced:
    """Return a fixture of a kind, as it is placed in a world."""
    kind = shipped[FixturesSection].by_key[key]
    return ThingPlaced(
        world_id=world_id,
        entity_id=entity_id,
        kind=kind.kind,
        name=kind.written_name,
        description=kind.written_description,
        details=kind.written_details or "",
        position=spot,
        radius=kind.radius,
        metadata={"fixture": key},
    )
