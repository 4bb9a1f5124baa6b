"""One of the game's own people, who lives where one wants it: for the bench and the tests."""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

from kernel.database import Tx
from worlds.bodies import rules as bodies
from worlds.bodies.content import HUMAN, species
from worlds.characters import service as characters
from worlds.characters.events import CharacterCreated, CharacterEntered
from worlds.characters.models import NO_ONE, NPC, Character
from worlds.movement.models import PARTS
from worlds.npcs.events import NpcSettled
from worlds.space.models import Position
from worlds.time.rules import DAYS_PER_YEAR, HOUR, HOURS_PER_DAY
from worlds.world.models import World

YEAR: Final = HOURS_PER_DAY * HOUR * DAYS_PER_YEAR
"""Milliseconds of a world's own time."""


def settle_npc(tx: Tx, world: World, name: str, position: Position, **who: Any) -> Character:
    """Let one of the game's own people live in a world; `who` are fields of NpcSettled, and their `occupation`."""
    attributes = species.attributes_of(HUMAN)
    most = bodies.derived(attributes)
    made = CharacterCreated(
        character_id=uuid4(),
        player_id=NO_ONE,
        world_id=world.world_id,
        name=name,
        role=NPC,
        species=HUMAN,
        occupation=who.pop("occupation", "farmer"),
        attributes={str(each): value for each, value in attributes.items()},
        position=position,
        hp=most.hp,
        stamina=most.stamina * PARTS,
    )
    body = characters.create(tx, made, made.character_id)
    fields = {"village": "a village", "genes": {}, "personality": {}, "born": -30 * YEAR, "home": position[:2], **who}
    settled = NpcSettled(character_id=body.character_id, world_id=world.world_id, **fields)
    return characters.save(tx, body, [settled, CharacterEntered(character_id=body.character_id)])
