"""What a character is after each of its events: as they happen, and when its row is rebuilt from the log. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from worlds.carrying.events import InventoryChanged, Stack
from worlds.characters.events import (
    CharacterCreated,
    CharacterEntered,
    CharacterLeft,
    FlightChanged,
    HealthChanged,
    LookChanged,
    MovementModeChanged,
    PersonIgnored,
    PersonReported,
    PlayerMoved,
    PlayerTurned,
    StaminaChanged,
)
from worlds.characters.models import Character
from worlds.fixtures.events import ThingOpened, ThingPushed
from worlds.items.content import items
from worlds.items.models import Belongings, Held, WearSlot
from worlds.log.models import Recorded, WorldEvent
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
    return replace(before, stamina=event.new, settled_at=recorded.at)


def _health_changed(before: Character, event: HealthChanged, recorded: Recorded) -> Character:
    hurt_at = recorded.at if event.new < event.old else before.hurt_at
    return replace(before, hp=event.new, hurt_at=hurt_at)


def _inventory_changed(before: Character, event: InventoryChanged) -> Character:
    saved = {stack.holding_id: _held(stack) for stack in event.saved}
    kept = [saved.pop(each.holding_id, each) for each in before.inventory.held if each.holding_id not in event.removed]
    return replace(before, inventory=Belongings((*kept, *saved.values())))


def _held(stack: Stack) -> Held:
    slot = None if stack.slot is None else WearSlot(stack.slot)
    return Held(stack.holding_id, items.by_key[stack.item], stack.quantity, stack.durability, slot, stack.quality)


STEPS: Final[Mapping[type[WorldEvent], Step]] = {
    CharacterEntered: _entered,
    LookChanged: _look_changed,
    PersonReported: _elsewhere,
    ThingOpened: _elsewhere,
    ThingPushed: _elsewhere,
    CharacterLeft: _left,
    PlayerMoved: _moved,
    PlayerTurned: _turned,
    MovementModeChanged: _mode_changed,
    FlightChanged: _flight_changed,
    PersonIgnored: _ignored,
    StaminaChanged: _stamina_changed,
    HealthChanged: _health_changed,
}
"""{event: what it changes}; what characters hold is changed by all InventoryChanged alike."""
