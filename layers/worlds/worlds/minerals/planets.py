"""What the ore of a world depends on, from what is stored about its ground."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from worlds.generation.parameters import USUAL_AGE, from_json
from worlds.minerals.models import PlanetGeology

YOUNG: Final = 1e9
USUAL: Final = 4.5e9
OLD: Final = 8e9
"""Years since a planet of that age was made."""
DENSITY: Final = 0.5
OXYGEN: Final = 0.21


def planet_of(generation: Mapping[str, Any]) -> PlanetGeology:
    """Return what the ore of a world depends on; its deep time makes it older, and changes its air.

    Args:
        generation: of a world with ground.
    """
    parameters = from_json(generation["parameters"])
    age = generation.get("deep_time", {})
    years = USUAL if parameters.erosion == USUAL_AGE.erosion else OLD if parameters.erosion > 1 else YOUNG
    return PlanetGeology(
        seed=generation["seed"],
        density=generation.get("minerals", DENSITY),
        erosion=parameters.erosion,
        years=years + age.get("year", 0),
        oxygen=age.get("seen", {}).get("oxygen") or OXYGEN,
        continents=max(1, parameters.plates * 3 // 10),
        magic=generation.get("magic", 0),
        shares=tuple(sorted(generation.get("goods", {}).items())),
    )
