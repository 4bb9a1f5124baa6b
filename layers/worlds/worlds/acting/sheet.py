"""What a client shows of its character. Source: worlds 4.2."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from worlds.bodies.models import Attribute
from worlds.bodies.rules import derived
from worlds.characters.models import Character
from worlds.combat.bodies import hurt_of, stored_stamina
from worlds.combat.rules import healed
from worlds.movement import rules as movement
from worlds.movement.models import Stamina
from worlds.posts import envelopes
from worlds.posts.envelopes import Envelope
from worlds.time.models import milliseconds


def stamina_of(character: Character, now: datetime) -> Stamina:
    """Return a character's stamina, with what rest has brought back until now; none of a watcher's."""
    return movement.settle(stored_stamina(character), now)


def hp_of(character: Character, now: datetime) -> int:
    """Return a character's hit points, with what rest has brought back until now."""
    return healed(hurt_of(character), milliseconds(now)).points


def state_update(character: Character, now: datetime) -> Envelope:
    """Return the vital values, the place and the things of a character."""
    return envelopes.other("state_update", state_of(character, now), now)


def state_of(character: Character, now: datetime) -> dict[str, Any]:
    """Return what a state_update says."""
    stamina = stamina_of(character, now)
    x, y, z = (axis / 10 for axis in character.position)
    most: dict[str, int] = {"maxHP": 0, "maxStamina": 0, "maxFocus": 0, "maxMana": 0, "maxNerve": 0}
    if character.attributes:
        values = derived({Attribute(name): value for name, value in character.attributes.items()})
        most = {
            "maxHP": values.hp,
            "maxStamina": values.stamina,
            "maxFocus": values.focus,
            "maxMana": values.mana,
            "maxNerve": values.nerve,
        }
    return {
        "hp": hp_of(character, now),
        "stamina": stamina.points,
        "focus": most["maxFocus"],
        "mana": most["maxMana"],
        "nerve": most["maxNerve"],
        **most,
        "position": {"x": x, "y": y, "z": z},
        "inventory": [
            {
                "itemID": str(each.holding_id),
                "name": each.name,
                "icon": each.item.key,
                "quality": each.quality,
                "quantity": each.quantity,
                "weight": each.grams / 1000,
                "equipable": each.item.fit is not None,
                "slot": each.slot,
            }
            for each in character.inventory.held
        ],
        "equipment": {_camel(each.slot): each.name for each in character.inventory.held if each.slot is not None},
        "visibleTiles": [],
    }


def _camel(slot: str) -> str:
    first, *rest = slot.split("_")
    return first + "".join(word.capitalize() for word in rest)
