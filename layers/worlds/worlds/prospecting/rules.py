"""What a search brings to light. Pure. Source: worlds 11.5, Discovery."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from worlds.generation.randomness import stream_key, unit_at
from worlds.minerals.models import Vein
from worlds.minerals.rules import discovery
from worlds.prospecting.models import Search
from worlds.space.models import METRE, Position, Space
from worlds.space.rules import is_within
from worlds.time.rules import HOUR

REACH: Final = 100 * METRE
"""How far around one searches."""
SPOT: Final = 20 * METRE
"""Who goes farther away begins anew."""
COST: Final = 20
"""Points of stamina, to begin."""


def goes_on(search: Search | None, space: Space, here: Position) -> bool:
    """Tell whether someone is still where they have begun to search."""
    return search is not None and is_within(space, search.position, here._replace(z=0), SPOT)


def hours_of(search: Search, game_time: int) -> float:
    """Return for how long someone has searched, in hours of the world's time."""
    return max(0, game_time - search.begun_at) / HOUR


def found_by(character_id: UUID, veins: Iterable[Vein], skill: float, hours: float) -> list[Vein]:
    """Return the veins that someone has found after so many hours.

    One draw for each vein and character decides: to search twice for an hour brings what two hours bring, and no more
    for those who ask often.

    Args:
        skill: mining and perception together.
    """
    return [each for each in veins if _luck(character_id, each) < discovery(each, skill, hours)]


def _luck(character_id: UUID, vein: Vein) -> float:
    return unit_at(stream_key(character_id.int, f"found/{vein.key}"), 0)
