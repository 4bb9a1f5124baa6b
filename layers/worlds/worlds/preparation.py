"""Updating the product's part of a database after a deployment."""

from __future__ import annotations

from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from kernel.database import Tx
from worlds import contents
from worlds.building import service as building
from worlds.configs import shipped
from worlds.generation import parameters
from worlds.generation.parameters import from_words
from worlds.space.models import LOBBY as LOBBY_SPACE
from worlds.time.rules import MORNING
from worlds.world import queries
from worlds.world import service as worlds
from worlds.world.events import ThingPlaced, WorldCreated
from worlds.world.models import BUILDING, LOBBY, TEMPERATE

STATUE: Final = (50, 50, 0)
TO_TEMPERATE: Final = "An arch of pale stone. Mild air comes through it, and the smell of grass: it leads to Temperate."
PORTALS: Final = {"north": (50, 100, 0), "east": (100, 50, 0), "south": (50, 0, 0), "west": (0, 50, 0)}
"""Decimetres. Source: worlds 6."""
AROUND_TEMPERATE: Final = 54_600_000
"""Decimetres. Source: worlds 6."""
SEED: Final = 7


def prepare(tx: Tx) -> None:
    """Bring the lobby into the database, and what stands there. What is there already stays as it is.

    Raises:
        ContentError: a content file is invalid.
    """
    contents.check(shipped)
    _prepare_temperate(tx)
    if queries.lock(tx, LOBBY).fetchone() is None:
        low, high = LOBBY_SPACE.lowest, LOBBY_SPACE.highest
        lobby = WorldCreated(
            world_id=LOBBY, name="Lobby", shape="bounded_cube", lowest=low, highest=high, is_system=True
        )
        worlds.save(tx, None, LOBBY, [lobby, *_furniture()])


def _prepare_temperate(tx: Tx) -> None:
    """Let Temperate be made: in the background, while people arrive in the lobby."""
    if queries.lock(tx, TEMPERATE).fetchone() is None:
        created = WorldCreated(
            world_id=TEMPERATE,
            name="Temperate",
            shape="spherical",
            circumference=AROUND_TEMPERATE,
            is_system=True,
            status=BUILDING,
            generation={"seed": SEED, "parameters": parameters.as_json(from_words(size="medium", climate="temperate"))},
            game_time=MORNING,
        )
        building.begin(tx, worlds.save(tx, None, TEMPERATE, [created]))


def _furniture() -> list[ThingPlaced]:
    statue = ThingPlaced(
        world_id=LOBBY,
        entity_id=_id("statue"),
        kind="static",
        name="old statue",
        description="An old statue with open hands. It seems to listen: tell statue what world you have in mind.",
        details="In the stone of its palms: what you imagine, I remember.",
        position=STATUE,
        radius=8,
        locked=True,
    )
    return [
        statue,
        *(
            ThingPlaced(
                world_id=LOBBY,
                entity_id=_id(f"{side} portal"),
                kind="structure",
                name=f"{side} portal",
                description="An arch of pale stone. Nothing is behind it yet." if side != "west" else TO_TEMPERATE,
                position=place,
                locked=True,
                metadata={"world_id": str(TEMPERATE)} if side == "west" else {},
            )
            for side, place in PORTALS.items()
        ),
    ]


def _id(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"brandish:lobby:{name}")
