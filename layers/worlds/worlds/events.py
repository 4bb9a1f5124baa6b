"""All types of events in the log: the one table. Every type is here, or reading the log fails."""

from __future__ import annotations

from typing import Final

from kernel.startup import at_startup
from worlds.administering import events as administering
from worlds.carrying import events as carrying
from worlds.characters import events as characters
from worlds.fixtures import events as fixtures
from worlds.log.models import WorldEvent
from worlds.log.upcasting import EventReader, Upcaster
from worlds.reporting import events as reporting
from worlds.world import events as world

EVENT_TYPES: Final[tuple[type[WorldEvent], ...]] = (
    characters.CharacterCreated,
    characters.LookChanged,
    characters.PersonReported,
    characters.CharacterEntered,
    characters.CharacterLeft,
    characters.PlayerMoved,
    characters.PlayerTurned,
    characters.MovementModeChanged,
    characters.FlightChanged,
    characters.PersonIgnored,
    characters.StaminaChanged,
    characters.HealthChanged,
    carrying.ItemPickedUp,
    carrying.ItemDropped,
    carrying.ItemHandedOver,
    carrying.ItemReceived,
    carrying.ItemConsumed,
    carrying.ItemEquipped,
    carrying.ItemUnequipped,
    carrying.ItemDurabilityChanged,
    fixtures.ThingOpened,
    fixtures.ThingPushed,
    world.WorldCreated,
    world.WorldChanged,
    world.WorldPaused,
    world.WorldResumed,
    world.DilationChanged,
    world.WorldDeleted,
    world.WorldWiped,
    world.WorldOwnerLeft,
    world.MemberAdded,
    world.MemberRemoved,
    world.ThingPlaced,
    world.ThingRemoved,
    world.BuildingAdvanced,
    world.GroundMade,
    world.WorldReady,
    world.BuildingFailed,
    world.WorldTicked,
    reporting.ReportDecided,
    administering.UserExported,
    administering.UserDeleted,
    administering.ReadModelsRebuilt,
)

UPCASTERS: Final[tuple[Upcaster, ...]] = ()
"""Steps from earlier schemas. Who changes a payload raises `schema_version` and adds a step here."""

READER: Final = EventReader(EVENT_TYPES, UPCASTERS)

at_startup(READER.check)
