"""All types of events in the log: the one table. Every type is here, or reading the log fails."""

from __future__ import annotations

from typing import Final

from kernel.startup import at_startup
from worlds.administering import events as administering
from worlds.carrying import events as carrying
from worlds.characters import events as characters
from worlds.combat import events as combat
from worlds.crafting import events as crafting
from worlds.demand import events as demand
from worlds.fixtures import events as fixtures
from worlds.inhabiting import events as inhabiting
from worlds.interview import events as interview
from worlds.log.models import WorldEvent
from worlds.log.upcasting import EventReader, Upcaster
from worlds.memories import events as memories
from worlds.npcs import events as npcs
from worlds.promises import events as promises
from worlds.prospecting import events as prospecting
from worlds.relationships import events as relationships
from worlds.reporting import events as reporting
from worlds.resources import events as resources
from worlds.skills import events as skills
from worlds.villages import events as villages
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
    characters.CharacterRespawned,
    characters.NpcCame,
    characters.NpcSlain,
    combat.CombatActionQueued,
    combat.CombatActionExecuted,
    combat.FighterDefeated,
    combat.CreatureSlain,
    combat.CreatureRanAway,
    combat.CreatureCame,
    combat.CreatureWounded,
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
    crafting.WorkBegun,
    crafting.ItemCrafted,
    crafting.ThingBuilt,
    crafting.NodeResearched,
    crafting.RecipeDiscovered,
    crafting.ExperimentFailed,
    crafting.LessonGiven,
    resources.ResourceGathered,
    demand.PurchaseAttempted,
    skills.SkillUsed,
    skills.SkillIncreased,
    skills.SkillLeveledUp,
    carrying.ItemGathered,
    npcs.NpcSettled,
    npcs.NpcProvided,
    npcs.NpcWed,
    npcs.NpcDied,
    npcs.NpcNeedsChanged,
    inhabiting.NpcInhabited,
    inhabiting.NpcReleased,
    inhabiting.AttributeModified,
    villages.VillageFounded,
    villages.VillageLived,
    memories.MemoryFormed,
    memories.MemoryRecalled,
    relationships.RelationshipChanged,
    relationships.BaselineFrozen,
    promises.PromiseMade,
    promises.PromiseAdvanced,
    promises.PromiseBroken,
    prospecting.SearchBegun,
    prospecting.VeinsFound,
    world.WorldCreated,
    world.WorldConfigured,
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
    world.SpeciesDrawn,
    world.WorldReady,
    world.BuildingFailed,
    world.WorldTicked,
    interview.InterviewStarted,
    interview.QuestionAnswered,
    interview.AnswerChanged,
    interview.AnswersUnderstood,
    interview.AnswerFoundMissing,
    interview.InterviewCompleted,
    world.WeatherSet,
    world.DeepTimeStarted,
    world.DeepTimeAdvanced,
    world.DeepTimeStopped,
    world.DeepTimePaced,
    world.DeepTimeReset,
    world.Intervened,
    world.CreaturesChanged,
    world.TurningPointPut,
    world.TurningPointClosed,
    reporting.ReportDecided,
    administering.UserExported,
    administering.UserDeleted,
    administering.ReadModelsRebuilt,
)

UPCASTERS: Final[tuple[Upcaster, ...]] = ()
"""Steps from earlier schemas. Who changes a payload raises `schema_version` and adds a step here."""

READER: Final = EventReader(EVENT_TYPES, UPCASTERS)

at_startup(READER.check)
