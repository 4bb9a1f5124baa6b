"""What someone sees of the ground, in words. Pure. Source: worlds 27."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kernel.texts import listed, to_translate, translate
from worlds.generation.biomes import Biome
from worlds.generation.ground import Ground
from worlds.ground.seeing import GroundSeen, side_of

BIOMES: Final[Mapping[Biome, str]] = {
    Biome.OCEAN: to_translate("the sea"),
    Biome.ALPINE: to_translate("bare rock and snow"),
    Biome.TUNDRA: to_translate("tundra"),
    Biome.TAIGA: to_translate("a forest of spruce and larch"),
    Biome.GRASSLAND: to_translate("grassland"),
    Biome.DECIDUOUS_FOREST: to_translate("a forest of oak and birch"),
    Biome.RAINFOREST: to_translate("rainforest"),
    Biome.DESERT: to_translate("desert"),
}
SIDES: Final[Mapping[tuple[int, int], str]] = {
    (0, 1): to_translate("to the north"),
    (1, 1): to_translate("to the northeast"),
    (1, 0): to_translate("to the east"),
    (1, -1): to_translate("to the southeast"),
    (0, -1): to_translate("to the south"),
    (-1, -1): to_translate("to the southwest"),
    (-1, 0): to_translate("to the west"),
    (-1, 1): to_translate("to the northwest"),
}
WATERS: Final[Mapping[str, str]] = {
    "sea": to_translate("the sea"),
    "lake": to_translate("a lake"),
    "river": to_translate("a river"),
}
DEEP: Final = 10
"""Metres of water from which decimetres do not matter."""


def in_words(seen: GroundSeen) -> str:
    """Return in plain words what someone sees of the ground."""
    parts = [standing(seen.ground), _slope(seen), waters_in_words(seen)]
    if parts[2]:
        parts[2] = translate("You see {waters}.", waters=parts[2])
    return " ".join(part for part in parts if part)


def side(east: float, north: float) -> str:
    """Return in words where something lies."""
    return translate(SIDES[side_of(east, north)])


def depth_of(ground: Ground) -> str:
    """Return how deep the sea is, in metres."""
    depth = -ground.altitude
    return f"{depth:.0f}" if depth >= DEEP else f"{depth:.1f}"


def waters_in_words(seen: GroundSeen) -> str:
    """Return what water is near, and where: "a river to the north and the sea to the east"; "" for none."""
    return listed(
        [
            translate("{water} {where}", water=translate(WATERS[water]), where=translate(SIDES[where]))
            for water, where in seen.waters
        ]
    )


def standing(ground: Ground) -> str:
    """Return in plain words what someone stands on, or in."""
    if ground.water == "sea":
        return translate("You are in the sea, {metres} m deep here.", metres=depth_of(ground))
    if ground.water == "lake":
        return translate("You are in a lake.")
    if ground.water == "river":
        return translate("You are in a river, in {biome}.", biome=translate(BIOMES[ground.biome]))
    return translate("You are in {biome}.", biome=translate(BIOMES[ground.biome]))


def _slope(seen: GroundSeen) -> str:
    match seen.slope:
        case "":
            return ""
        case "level":
            return translate("The ground is level.")
        case "rises":
            return translate("The ground rises {where}.", where=translate(SIDES[seen.uphill]))
        case "steep":
            return translate("The ground rises steeply {where}.", where=translate(SIDES[seen.uphill]))
