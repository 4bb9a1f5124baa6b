"""A character as JSON, and back: what snapshots of the log hold. Raise CODE_VERSION with every change here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from worlds.characters.models import Character
from worlds.items.content import items
from worlds.items.models import Belongings, Held, WearSlot
from worlds.space.models import Position

CODE_VERSION: Final = 2

_PLAIN: Final = (
    *("version", "name", "role", "species", "appearance", "description", "occupation", "is_flying", "mode"),
    *("hp", "stamina", "is_present"),
)
_IDS: Final = ("character_id", "account_id", "world_id")
_TIMES: Final = ("settled_at", "hurt_at", "hp_since", "created_at", "last_played")


def write(character: Character) -> dict[str, Any]:
    """Return a character as JSON."""
    times = {name: getattr(character, name) for name in _TIMES}
    return {
        **{name: getattr(character, name) for name in _PLAIN},
        **{name: str(getattr(character, name)) for name in _IDS},
        **{name: None if at is None else at.isoformat() for name, at in times.items()},
        "attributes": dict(character.attributes),
        "skills": dict(character.skills),
        "xp": dict(character.xp),
        "uses": {action: list(each) for action, each in character.uses.items()},
        "position": list(character.position),
        "facing": list(character.facing),
        "inventory": [
            [str(each.holding_id), each.item.key, each.quantity, each.durability, each.slot, each.quality]
            for each in character.inventory.held
        ],
        "ignored": sorted(map(str, character.ignored)),
    }


def read(state: Mapping[str, Any]) -> Character:
    """Return the character of a snapshot."""
    east, north, up = state["facing"]
    fields: dict[str, Any] = {name: state[name] for name in _PLAIN}
    fields |= {name: UUID(state[name]) for name in _IDS}
    fields |= {name: state[name] and datetime.fromisoformat(state[name]) for name in _TIMES}
    return Character(
        **fields,
        attributes=state["attributes"],
        skills=state["skills"],
        xp=state["xp"],
        uses=state["uses"],
        position=Position(*state["position"]),
        facing=(east, north, up),
        inventory=Belongings(tuple(_held(*each) for each in state["inventory"])),
        ignored=frozenset(map(UUID, state["ignored"])),
    )


def _held(holding_id: str, item: str, quantity: int, durability: int, slot: str | None, quality: int) -> Held:
    worn = None if slot is None else WearSlot(slot)
    return Held(UUID(holding_id), items.by_key[item], quantity, durability, worn, quality)
