"""What a character is after each of its events: as they happen, and when its row is rebuilt from the log. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from msgspec.structs import replace

from worlds.carrying.events import InventoryChanged, Stack
from worlds.characters.events import (
    CharacterCreated,
    CharacterEntered,
    CharacterLeft,
    CharacterRespawned,
    FlightChanged,
    HealthChanged,
    LookChanged,
    MovementModeChanged,
    NpcCame,
    NpcSlain,
    PersonIgnored,
    PersonReported,
    PlayerMoved,
    PlayerTurned,
    StaminaChanged,
)
from worlds.characters.models import NO_ONE, NPC, PLAYER, Character
from worlds.characters.practice import action_of
from worlds.crafting.events import LessonGiven, RecipeDiscovered, ThingBuilt, WorkBegun
from worlds.demand.events import PurchaseAttempted
from worlds.fixtures.events import ThingOpened, ThingPushed
from worlds.inhabiting.events import AttributeModified, NpcInhabited, NpcReleased
from worlds.items.content import items
from worlds.items.models import Belongings, Held, WearSlot
from worlds.log.models import Recorded, WorldEvent
from worlds.npcs.events import NpcDied, NpcNeedsChanged, NpcSettled, NpcWed
from worlds.prospecting.events import SearchBegun, VeinsFound
from worlds.resources.events import ResourceGathered
from worlds.skills.events import SkillIncreased, SkillLeveledUp, SkillUsed
from worlds.skills.rules import used
from worlds.space.models import Position

Step = Callable[[Character, Any, Recorded], Character]


def evolve(before: Character | None, recorded: Recorded) -> Character:
    """Return the character after an event; `before` is None only for its first one."""
    event = recorded.event
    if isinstance(event, CharacterCreated):
        return _created(event, recorded)
    assert before is not None, f"{event.type} before the character was made"
    if isinstance(event, InventoryChanged):
        after = _inventory_changed(before, event)
    else:
        after = STEPS[type(event)](before, event, recorded)
    return replace(after, version=recorded.version)


def fold(before: Character | None, events: Iterable[Recorded]) -> Character | None:
    """Return the character after all of these events."""
    for recorded in events:
        before = evolve(before, recorded)
    return before


def _created(event: CharacterCreated, recorded: Recorded) -> Character:
    return Character(
        character_id=event.character_id,
        version=recorded.version,
        account_id=event.player_id,
        world_id=event.world_id,
        name=event.name,
        role=event.role,
        species=event.species,
        appearance=event.appearance,
        description=event.description,
        occupation=event.occupation,
        attributes=event.attributes,
        skills=event.skills,
        position=Position(*event.position),
        hp=event.hp,
        stamina=event.stamina,
        settled_at=recorded.at,
        created_at=recorded.at,
    )


def _look_changed(before: Character, event: LookChanged, recorded: Recorded) -> Character:
    return replace(before, name=event.name, appearance=event.appearance, description=event.description)


def _elsewhere(before: Character, event: WorldEvent, recorded: Recorded) -> Character:
    return before  # what it changes is in another table: see `project` in worlds.reporting and worlds.entities


def _entered(before: Character, event: CharacterEntered, recorded: Recorded) -> Character:
    return replace(before, is_present=True, last_played=recorded.at)


def _left(before: Character, event: CharacterLeft, recorded: Recorded) -> Character:
    return replace(before, is_present=False)


def _moved(before: Character, event: PlayerMoved, recorded: Recorded) -> Character:
    return replace(
        before,
        position=Position(*event.to),
        facing=event.facing,
        stamina=event.stamina,
        settled_at=recorded.at,
    )


def _turned(before: Character, event: PlayerTurned, recorded: Recorded) -> Character:
    return replace(before, facing=event.facing)


def _mode_changed(before: Character, event: MovementModeChanged, recorded: Recorded) -> Character:
    return replace(before, mode=event.mode)


def _flight_changed(before: Character, event: FlightChanged, recorded: Recorded) -> Character:
    return replace(before, is_flying=event.is_flying, position=Position(*event.position))


def _ignored(before: Character, event: PersonIgnored, recorded: Recorded) -> Character:
    others = before.ignored | {event.other_id} if event.ignored else before.ignored - {event.other_id}
    return replace(before, ignored=others)


def _stamina_changed(before: Character, event: StaminaChanged, recorded: Recorded) -> Character:
    return replace(before, stamina=event.new, settled_at=event.at or recorded.at)


def _health_changed(before: Character, event: HealthChanged, recorded: Recorded) -> Character:
    at = event.at or recorded.at
    hurt_at = at if event.new < event.old else before.hurt_at
    return replace(before, hp=event.new, hurt_at=hurt_at, hp_since=event.since or at)


def _respawned(before: Character, event: CharacterRespawned, recorded: Recorded) -> Character:
    return replace(
        before,
        position=Position(*event.position),
        hp=event.hp,
        hp_since=event.at,
        hurt_at=None,
        stamina=event.stamina,
        settled_at=event.at,
    )


def _came(before: Character, event: NpcCame, recorded: Recorded) -> Character:
    return replace(before, position=Position(*event.position))


def _died(before: Character, event: NpcSlain, recorded: Recorded) -> Character:
    return replace(before, is_present=False, hp=0)


def _skill_used(before: Character, event: SkillUsed, recorded: Recorded) -> Character:
    return replace(before, uses=used(before.uses, action_of(event.skill, event.context), recorded.at))


def _skill_increased(before: Character, event: SkillIncreased, recorded: Recorded) -> Character:
    levels, xp = {**before.skills, event.skill: event.new}, {**before.xp, event.skill: event.xp}
    return replace(before, skills=levels, xp=xp)


def _said_already(before: Character, event: WorldEvent, recorded: Recorded) -> Character:
    return before


def _inhabited(before: Character, event: NpcInhabited, recorded: Recorded) -> Character:
    player = event.player_id or NO_ONE
    return replace(before, account_id=player, role=PLAYER, is_present=False, position=Position(*event.position))


def _released(before: Character, event: NpcReleased, recorded: Recorded) -> Character:
    return replace(before, account_id=NO_ONE, role=NPC, is_present=True, ignored=frozenset())


def _attribute_modified(before: Character, event: AttributeModified, recorded: Recorded) -> Character:
    return replace(before, attributes={**before.attributes, event.attribute: event.new})


def _inventory_changed(before: Character, event: InventoryChanged) -> Character:
    saved = {stack.holding_id: _held(stack) for stack in event.saved}
    kept = [saved.pop(each.holding_id, each) for each in before.inventory.held if each.holding_id not in event.removed]
    return replace(before, inventory=Belongings((*kept, *saved.values())))


def stack_of(held: Held) -> Stack:
    """Return what events say of a stack that someone holds."""
    return Stack(
        holding_id=held.holding_id,
        item=held.item.key,
        quantity=held.quantity,
        durability=held.durability,
        quality=held.quality,
        slot=held.slot,
    )


def _held(stack: Stack) -> Held:
    slot = None if stack.slot is None else WearSlot(stack.slot)
    return Held(stack.holding_id, items.by_key[stack.item], stack.quantity, stack.durability, slot, stack.quality)


STEPS: Final[Mapping[type[WorldEvent], Step]] = {
    CharacterEntered: _entered,
    LookChanged: _look_changed,
    PersonReported: _elsewhere,
    ThingOpened: _elsewhere,
    ThingPushed: _elsewhere,
    WorkBegun: _elsewhere,
    ThingBuilt: _elsewhere,
    RecipeDiscovered: _elsewhere,
    LessonGiven: _elsewhere,
    SearchBegun: _elsewhere,
    VeinsFound: _elsewhere,
    ResourceGathered: _elsewhere,
    PurchaseAttempted: _elsewhere,
    NpcSettled: _elsewhere,
    NpcWed: _elsewhere,
    NpcDied: _elsewhere,
    NpcNeedsChanged: _elsewhere,
    NpcInhabited: _inhabited,
    NpcReleased: _released,
    AttributeModified: _attribute_modified,
    CharacterLeft: _left,
    PlayerMoved: _moved,
    PlayerTurned: _turned,
    MovementModeChanged: _mode_changed,
    FlightChanged: _flight_changed,
    PersonIgnored: _ignored,
    StaminaChanged: _stamina_changed,
    HealthChanged: _health_changed,
    CharacterRespawned: _respawned,
    NpcCame: _came,
    NpcSlain: _died,
    SkillUsed: _skill_used,
    SkillIncreased: _skill_increased,
    SkillLeveledUp: _said_already,
}
"""{event: what it changes}; what characters hold is changed by all InventoryChanged alike."""
