"""Forgetting people: what they leave behind in worlds, and what goes with them.

Those of the game's own people whom they have inhabited go their own way again. What their other characters hold falls
to the ground where they stand. Then those characters' events go; only what others can see of them stays in the log,
without who it was: what they have put down, taken from where it lay, opened or pushed, what they have gathered, and
wanted to buy. People of the game keep what they remember, without who it was.
So everything can still be made of the log. Their rows and posts go with the account, by foreign keys.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID, uuid4

from kernel.database import Tx
from worlds.carrying.events import ItemDropped
from worlds.characters import service as characters
from worlds.characters.models import Character
from worlds.demand.events import PurchaseAttempted
from worlds.entities.queries import PROJECTIONS
from worlds.forgetting import queries
from worlds.inhabiting import service as inhabiting
from worlds.log.models import WorldEvent
from worlds.resources.events import ResourceGathered
from worlds.world import queries as worlds_sql
from worlds.world import service as worlds
from worlds.world.events import MemberRemoved, WorldOwnerLeft

KEPT: Final[tuple[type[WorldEvent], ...]] = (
    *(each for each in PROJECTIONS if "character_id" in each.model_fields),
    ResourceGathered,
    PurchaseAttempted,
)
"""The events of characters that change what others see."""


def forget(tx: Tx, account_id: UUID) -> None:
    """Let an account leave all worlds, in the transaction that deletes it. Worlds that it owns stay, without owner."""
    queries.lock_worlds(tx, account_id)  # before characters, as who enters does
    queries.lock_characters(tx, account_id)
    queries.lock_account(tx, account_id)  # so that no further character is made
    inhabiting.release_all(tx, account_id)
    mine = characters.list_of(tx, account_id)
    for character in sorted(mine, key=lambda each: each.character_id):
        characters.save(tx, character, _dropping(character))
    ever = [row["character_id"] for row in queries.list_characters(tx, account_id)]
    ever += [row["interview_id"] for row in queries.list_interviews(tx, account_id)]
    queries.forget(tx, ever, [each.type for each in KEPT])
    for row in queries.lock_worlds(tx, account_id).fetchall():
        world = worlds_sql.read(row)
        events: list[WorldEvent] = []
        if row["is_member"]:
            events.append(MemberRemoved(world_id=world.world_id, account_id=account_id))
        if world.owner_id == account_id:
            events.append(WorldOwnerLeft(world_id=world.world_id))
        worlds.save(tx, world, world.world_id, events)


def _dropping(character: Character) -> list[ItemDropped]:
    return [
        ItemDropped(
            character_id=character.character_id,
            item=held.item.key,
            quantity=held.quantity,
            removed=(held.holding_id,),
            world_id=character.world_id,
            entity_id=uuid4(),
            durability=held.durability,
            quality=held.quality,
            position=character.position,
        )
        for held in character.inventory.held
    ]
