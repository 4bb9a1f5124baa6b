"""A world as JSON, and back: what snapshots of the log hold. Raise CODE_VERSION with every change here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from msgspec.structs import astuple

from worlds.world.evolution import space_of
from worlds.world.models import WeatherOrder, World, WorldTime

CODE_VERSION: Final = 2

_PLAIN: Final = ("version", "name", "is_system", "privacy", "seats", "status", "told_until")


def write(world: World) -> dict[str, Any]:
    """Return a world as JSON."""
    space, time = world.space, world.time
    return {
        **{name: getattr(world, name) for name in _PLAIN},
        "world_id": str(world.world_id),
        "owner_id": None if world.owner_id is None else str(world.owner_id),
        "shape": space.shape,
        "circumference": space.circumference,
        "lowest": list(space.lowest),
        "highest": list(space.highest),
        "generation": dict(world.generation),
        "created_at": world.created_at.isoformat(),
        "time": [
            time.game_anchor,
            time.real_anchor.isoformat(),
            str(time.dilation),
            time.hours_per_day,
            time.is_paused,
            time.owed,
        ],
        "weather": None if world.weather is None else astuple(world.weather),
    }


def read(state: Mapping[str, Any]) -> World:
    """Return the world of a snapshot."""
    weather = state["weather"]
    game_anchor, real_anchor, dilation, hours_per_day, is_paused, owed = state["time"]
    return World(
        **{name: state[name] for name in _PLAIN},
        world_id=UUID(state["world_id"]),
        owner_id=None if state["owner_id"] is None else UUID(state["owner_id"]),
        space=space_of(state["shape"], state["circumference"], state["lowest"], state["highest"]),
        generation=state["generation"],
        weather=None if weather is None else WeatherOrder(*weather),
        created_at=datetime.fromisoformat(state["created_at"]),
        time=WorldTime(
            game_anchor, datetime.fromisoformat(real_anchor), Decimal(dilation), hours_per_day, is_paused, owed
        ),
    )
