"""What follows from a configuration: the numbers that its ground is made from, and where its life begins. Pure.

Source: worlds 10.4 and 11.1.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from worlds.deep_time.models import ALL, DISEASE
from worlds.generation.biomes import Biome
from worlds.generation.parameters import Parameters, as_json, from_words
from worlds.generation.scale import CIRCUMFERENCES
from worlds.interview.configuration import WorldConfiguration
from worlds.npcs.peoples import tendencies
from worlds.space.models import METRE, Space
from worlds.technology.models import LEVEL_OF_WORD, USUAL

Shares = Mapping[str, float]

DERIVED: Final = "derived"
"""The field of a stored configuration that holds what follows from the others."""

BIOMES: Final[Mapping[str, Shares]] = {
    "tropical": {"tropical rainforest": 0.4, "savanna": 0.3, "jungle": 0.3},
    "frozen": {"tundra": 0.5, "ice sheet": 0.3, "taiga": 0.2},
    "desert": {"desert": 0.6, "arid scrub": 0.4},
    "temperate": {
        "temperate forest": 0.25,
        "grassland": 0.25,
        "temperate rainforest": 0.15,
        "woodland": 0.15,
        "mediterranean": 0.1,
        "mountain": 0.1,
    },
}
SAME_BIOMES: Final = {"arctic": "frozen", "varied": "temperate"}
KNOWN_AS: Final[Mapping[str, Biome]] = {
    **dict.fromkeys(("tropical rainforest", "jungle"), Biome.RAINFOREST),
    **dict.fromkeys(("savanna", "grassland", "mediterranean"), Biome.GRASSLAND),
    **dict.fromkeys(("tundra", "ice sheet"), Biome.TUNDRA),
    **dict.fromkeys(("desert", "arid scrub"), Biome.DESERT),
    **dict.fromkeys(("forest", "temperate forest", "temperate rainforest", "woodland"), Biome.DECIDUOUS_FOREST),
    "taiga": Biome.TAIGA,
    "mountain": Biome.ALPINE,
}
"""{name: the biome of the ground that comes nearest to it}"""
OTHER_BIOMES: Final[Shares] = {"forest": 0.3, "grassland": 0.3, "mountain": 0.2, "desert": 0.2}
RESOURCES: Final[Mapping[str, Shares]] = {
    "stone_age": {"stone": 0.5, "wood": 0.3, "food": 0.2},
    "medieval": {"iron": 0.3, "wood": 0.3, "stone": 0.2, "food": 0.2},
    "industrial": {"coal": 0.25, "iron": 0.25, "oil": 0.2, "copper": 0.15, "food": 0.15},
    "futuristic": {"energy crystals": 0.3, "rare metals": 0.3, "quantum materials": 0.2, "synthetic food": 0.2},
}
SAME_RESOURCES: Final = {"modern": "industrial"}
OTHER_RESOURCES: Final[Shares] = {"basic": 0.4, "food": 0.3, "advanced": 0.3}
MINERALS: Final = 0.5
BY_TECH: Final = {"stone_age": 0.2, "medieval": 0.1, "industrial": -0.1, "modern": -0.1, "futuristic": -0.2}
MAGIC: Final[Mapping[str, float]] = {"none": 0.0, "rare": 0.6, "common": 0.8, "dominant": 1.0}
"""How much magic the ground of a world draws, at most."""
BY_MAGIC: Final = {"dominant": 0.2, "common": 0.1, "rare": 0.05}
RAIN_OF: Final = {"desert": "arid", "tropical": "wet"}
"""{climate: the rain that goes with it where no one says another}: dunes are dry, and rainforests are not."""


def parameters_of(wanted: WorldConfiguration) -> Parameters:
    """Return the numbers that the ground of a world is made from."""
    climate = wanted.climate_range
    own = next((rain for word, rain in RAIN_OF.items() if word in climate.lower().split()), "")
    said = from_words(
        size=wanted.planet_size,
        land=wanted.land_water_ratio,
        water_level=wanted.water_level,
        climate=climate,
        rain=f"{climate} {own}",
        age=wanted.geological_age,
        moons=wanted.natural_satellites,
    )
    return replace(said, geology=wanted.simulate_geology, biomes=biomes_of(biome_weights(climate)))


def biomes_of(weights: Shares) -> tuple[float, ...]:
    """Return how much of the land each biome is to have, in the order of `Biome`, by the names of an interview."""
    return tuple(round(sum(share for name, share in weights.items() if KNOWN_AS[name] is biome), 3) for biome in Biome)


def space_of(wanted: WorldConfiguration) -> Space:
    """Return the sphere that a world is."""
    return Space("spherical", CIRCUMFERENCES[parameters_of(wanted).size] * METRE)


def derived(wanted: WorldConfiguration) -> dict[str, Any]:
    """Return what follows from a configuration, as it is stored with it."""
    parameters = parameters_of(wanted)
    return {
        "parameters": as_json(parameters),
        "biomeWeights": dict(biome_weights(wanted.climate_range)),
        "resourceShares": dict(resource_shares(wanted.tech_level)),
        "speciesTendencies": {each: dict(tendencies(each)) for each in wanted.sentient_species},
        "mineralDensity": mineral_density(wanted),
        "speciesCount": species_count(wanted, parameters.life),
    }


def generation_of(wanted: WorldConfiguration, seed: int) -> dict[str, Any]:
    """Return what the ground of a world is made from, and what lies in it and lives on it."""
    parameters = parameters_of(wanted)
    return {
        "seed": seed,
        "parameters": as_json(parameters),
        "minerals": mineral_density(wanted),
        "magic": MAGIC[wanted.magic_level],
        "goods": dict(resource_shares(wanted.tech_level)),
        "technology": str(LEVEL_OF_WORD.get(wanted.tech_level, USUAL)),
        "species_count": species_count(wanted, parameters.life),
        "peoples": list(wanted.sentient_species),
        "parts": sorted(parts_of(wanted)),
    }


def parts_of(wanted: WorldConfiguration) -> frozenset[str]:
    """Return what is simulated besides ground and climate when years pass, unless the owner says something else."""
    if not wanted.simulate_life:
        return frozenset()
    return ALL - {DISEASE} if wanted.disable_diseases else ALL


def stored_configuration(wanted: WorldConfiguration) -> dict[str, Any]:
    """Return a configuration with what follows from it."""
    return in_order({**wanted.as_json(), DERIVED: derived(wanted)})


def in_order(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration in one order: the database has another one, and the same is to be the same text."""
    return json.loads(json.dumps(configuration, sort_keys=True))


def biome_weights(climate: str) -> Shares:
    """Return how much of each biome a climate has."""
    for word in climate.lower().split():
        if (named := SAME_BIOMES.get(word, word)) in BIOMES:
            return BIOMES[named]
    return OTHER_BIOMES


def resource_shares(tech_level: str) -> Shares:
    """Return how much of each resource there is at first."""
    return RESOURCES.get(SAME_RESOURCES.get(tech_level, tech_level), OTHER_RESOURCES)


def mineral_density(wanted: WorldConfiguration) -> float:
    """Return how much ore there is, from .1 to 1."""
    density = MINERALS + BY_TECH.get(wanted.tech_level, 0) + BY_MAGIC.get(wanted.magic_level, 0)
    return round(max(0.1, min(1.0, density)), 3)


def species_count(wanted: WorldConfiguration, life: float) -> int:
    """Return how many species of plants and animals there are at first."""
    others = 10 if "varied" in wanted.climate_range.lower().split() else 5
    return round(max(10, min(50, 3 * len(wanted.sentient_species) + others)) * life)
