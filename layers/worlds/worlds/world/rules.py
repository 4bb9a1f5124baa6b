"""Who may enter a world, what it may be called, and where its portal is in the lobby. Pure. Source: worlds 2.4, 6."""

from __future__ import annotations

import math
import re
from typing import Final
from unicodedata import normalize
from uuid import UUID, uuid5

from worlds.log.models import WorldEvent
from worlds.space.models import LOBBY as LOBBY_SPACE
from worlds.space.models import METRE, Position, Shape, Space
from worlds.world.events import ThingPlaced, ThingRemoved, WorldDeleted
from worlds.world.models import (
    ADMIN,
    FAILED,
    LOBBY,
    OWNER,
    PRIVATE,
    PUBLIC,
    READY,
    Admission,
    World,
    WorldFailed,
    WorldFull,
    WorldInviteOnly,
    WorldNameInvalid,
    WorldNotReady,
    WorldPrivate,
    WorldShapeInvalid,
)

LONGEST_NAME: Final = 100
MOST_SEATS: Final = 10_000
MOST_HOURS_PER_DAY: Final = 1_000
CIRCUMFERENCE: Final = 10_000
"""Metres, where nothing else is said."""
SMALLEST: Final = 100
LARGEST: Final = 50_000_000
"""Metres: of a circumference, or a side."""
SHAPES: Final[dict[str, Shape]] = {
    "spherical": "spherical",
    "sphere": "spherical",
    "bounded_cube": "bounded_cube",
    "cube": "bounded_cube",
    "infinite": "infinite",
    "virtual": "infinite",
}
"""{what is accepted: the shape}"""

SLOTS: Final = 10
"""Places for portals along each wall of the lobby."""

_NAME: Final = re.compile(r"(?:[^\W_]|[ '-])+")


def deletion_of(world: World) -> list[WorldEvent]:
    """Return what happens when a world is deleted: its portal in the lobby goes with it."""
    portal = [ThingRemoved(world_id=LOBBY, entity_id=portal_id(world.world_id))] if world.privacy == PUBLIC else []
    return [*portal, WorldDeleted(world_id=world.world_id)]


def world_name(typed: str) -> str:
    """Return a world's name as it is stored.

    Raises:
        WorldNameInvalid
    """
    name = " ".join(normalize("NFC", typed).split())
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name) or not any(map(str.isalnum, name)):
        raise WorldNameInvalid(most=LONGEST_NAME)
    return name


def shape_named(typed: str) -> Shape:
    """Return the shape of that name.

    Raises:
        WorldShapeInvalid
    """
    shape = SHAPES.get(typed.strip().lower())
    if shape is None:
        raise WorldShapeInvalid(problem="shape: spherical, bounded_cube or infinite.")
    return shape


def sphere_of(circumference: float | None, radius: float | None) -> Space:
    """Return a sphere of a size in metres; of 10 km around if nothing is said.

    Raises:
        WorldShapeInvalid
    """
    if circumference is not None and radius is not None:
        raise WorldShapeInvalid(problem="Say either the radius or the circumference.")
    around = 2 * math.pi * radius if radius is not None else circumference
    around = CIRCUMFERENCE if around is None else around
    if not SMALLEST <= around <= LARGEST:  # NaN is not within it either
        raise WorldShapeInvalid(problem=f"A world is {SMALLEST} to {LARGEST} m around.")
    return Space("spherical", 2 * round(around * METRE / 2))


def box_of(lowest: tuple[float, float, float], highest: tuple[float, float, float]) -> Space:
    """Return a world with walls; its corners are in metres.

    Raises:
        WorldShapeInvalid
    """
    if not all(abs(axis) <= LARGEST for axis in (*lowest, *highest)):
        raise WorldShapeInvalid(problem=f"bounds: no farther than {LARGEST} m.")
    low, high = (Position(*(round(axis * METRE) for axis in corner)) for corner in (lowest, highest))
    if not all(below < above for below, above in zip(low, high, strict=True)):
        raise WorldShapeInvalid(problem="bounds: min has to be below max, along each axis.")
    return Space("bounded_cube", lowest=low, highest=high)


def admit(world: World, account_id: UUID, admission: Admission, *, to_enter: bool = False) -> None:
    """Refuse a world that lets someone not in; or not now.

    Raises:
        WorldPrivate, WorldInviteOnly
        WorldFailed, WorldNotReady, WorldFull: they cannot enter now.
    """
    require_known(world, account_id, admission)
    if world.privacy != PUBLIC and not belongs(world, account_id, admission):
        raise WorldInviteOnly(name=world.name)
    if to_enter:
        require_ready(world)
    if to_enter and world.seats is not None and admission.inside >= world.seats:
        raise WorldFull(name=world.name)


def require_known(world: World, account_id: UUID, admission: Admission) -> None:
    """Refuse a private world without its name to those who do not belong to it: no list shows them that either.

    Raises:
        WorldPrivate
    """
    if not is_known(world, account_id, admission):
        raise WorldPrivate


def is_known(world: World, account_id: UUID, admission: Admission) -> bool:
    """Tell whether someone may learn that there is such a world, and what it is called."""
    return world.privacy != PRIVATE or belongs(world, account_id, admission)


def require_ready(world: World) -> None:
    """Refuse what needs the ground of a world that is still being made, or never will be.

    Raises:
        WorldNotReady, WorldFailed
    """
    if world.status == FAILED:
        raise WorldFailed(name=world.name)
    if world.status != READY:
        raise WorldNotReady(name=world.name, progress=world.progress)


def belongs(world: World, account_id: UUID, admission: Admission) -> bool:
    """Tell whether a world that is not public is open to someone."""
    return bool(admission.role) or admission.is_admin or world.owner_id == account_id


def owns(world: World, account_id: UUID, admission: Admission) -> bool:
    """Tell whether someone decides about a world."""
    return world.owner_id == account_id or admission.role == OWNER or admission.is_admin


def invites(world: World, account_id: UUID, admission: Admission) -> bool:
    """Tell whether someone may bring guests into a world."""
    return owns(world, account_id, admission) or admission.role == ADMIN


def portal_id(world_id: UUID) -> UUID:
    """Return the id of a world's portal in the lobby."""
    return uuid5(world_id, "portal")


def portal_place(number: int) -> Position:
    """Return where a portal stands in the lobby.

    Args:
        number: the stable hash of the world's id. The id itself is as good as random.
    """
    wall, slot = number % 4, number // 4 % SLOTS
    side = LOBBY_SPACE.highest.x
    along = (2 * slot + 1) * side // (2 * SLOTS)
    return (Position(along, 0), Position(along, side), Position(0, along), Position(side, along))[wall]


def portal_of(world_id: UUID, name: str) -> ThingPlaced:
    """Return the portal to a world, as it is placed in the lobby."""
    return ThingPlaced(
        world_id=LOBBY,
        entity_id=portal_id(world_id),
        kind="structure",
        name=f"portal to {name}",
        description=f"An arch of pale stone. Behind it lies {name}.",
        position=portal_place(world_id.int),
        locked=True,
        metadata={"world_id": str(world_id)},
    )
