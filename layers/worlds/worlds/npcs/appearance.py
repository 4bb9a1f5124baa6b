"""How someone looks, from genes, species and age; and how alike two look. Pure. Source: worlds 16."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from worlds.generation.randomness import Stream
from worlds.npcs.genes import Genes, distance, dominant, is_expressed
from worlds.time.rules import DAYS_PER_YEAR, HOUR

FEMALE: Final = "female"
MALE: Final = "male"


class LifeStage(StrEnum):
    """A part of a life."""

    CHILD = "child"
    YOUNG_ADULT = "young adult"
    ADULT = "adult"
    MIDDLE_AGED = "middle-aged"
    ELDER = "elder"


STAGES: Final = (
    (0.2, LifeStage.CHILD),
    (0.4, LifeStage.YOUNG_ADULT),
    (0.6, LifeStage.ADULT),
    (0.8, LifeStage.MIDDLE_AGED),
)
"""(share of the lifespan up to which, what)"""
LIFESPANS: Final[Mapping[str, int]] = {"human": 80, "dwarf": 250, "elf": 600}
"""Years. Source: none; a human's is what the tables of ages in the spec are made for."""
HEIGHTS: Final = ((150, 170), (165, 185), (180, 200))
"""Centimetres, by the number of dominant alleles."""
LIMITS: Final[Mapping[str, tuple[int, int]]] = {"human": (150, 200), "elf": (160, 210), "dwarf": (120, 150)}
MARKS: Final[Mapping[str, str]] = {
    "elf": "with pointed ears, an angular face and graceful movements",
    "dwarf": "broad and sturdy",
}
AGE_MARKS: Final[Mapping[LifeStage, str]] = {
    LifeStage.CHILD: "The face is still round and smooth.",
    LifeStage.YOUNG_ADULT: "The skin is smooth, the step quick.",
    LifeStage.ADULT: "First lines show around the eyes.",
    LifeStage.MIDDLE_AGED: "There is grey in the hair, and the face is lined.",
    LifeStage.ELDER: "The hair has turned white and the back is bent.",
}
NOUNS: Final[Mapping[str, tuple[str, str]]] = {
    FEMALE: ("girl", "woman"),
    MALE: ("boy", "man"),
    "": ("child", "person"),
}
CHILD_SHARES: Final = (0.3, 1.0)
"""The share of their full height that people have when they are born, and grown."""
COLOURING: Final = ("hair", "pigment", "eye", "melanin")
FEATURES: Final = ("nose", "jaw", "cheek")
LIKENESS: Final = ((0.2, ("height",)), (0.2, ("build", "muscle")), (0.3, COLOURING), (0.3, FEATURES))
"""(weight, genes)"""


def years_of(born: int, at: int, hours_per_day: int) -> float:
    """Return the age in years of a world.

    Args:
        born, at: milliseconds of the world's own time.
    """
    return (at - born) / (hours_per_day * HOUR * DAYS_PER_YEAR)


def lifespan_of(species: str) -> int:
    """Return how many years one lives; those of whom no one knows it live as long as humans."""
    return LIFESPANS.get(species, LIFESPANS["human"])


def stage_of(years: float, species: str) -> LifeStage:
    """Return the part of a life that someone is in."""
    share = years / lifespan_of(species)
    return next((stage for below, stage in STAGES if share < below), LifeStage.ELDER)


def stage_at(born: int, at: int, hours_per_day: int, species: str) -> LifeStage:
    """Return the part of a life that someone is in at a moment.

    Args:
        born, at: milliseconds of the world's own time.
    """
    return stage_of(years_of(born, at, hours_per_day), species)


def centimetres(genes: Genes, species: str) -> int:
    """Return how tall a grown person is."""
    low, high = HEIGHTS[dominant(genes.get("height", "tt"))]
    # The same genes give the same height, and brothers differ.
    share = Stream(0, "height/" + "".join(genes.values())).unit()
    least, most = LIMITS.get(species, LIMITS["human"])
    return max(least, min(most, round(low + share * (high - low))))


def height_word(genes: Genes) -> str:
    """Return the height in a word."""
    return ("short", "middle-sized", "tall")[dominant(genes.get("height", "tt"))]


def build_of(genes: Genes) -> str:
    """Return the build in a word."""
    count = dominant(genes.get("build", "bb")) + dominant(genes.get("muscle", "mm"))
    return "muscular" if count >= 3 else "average" if count == 2 else "lean"


def hair_of(genes: Genes) -> str:
    """Return the colour of the hair."""
    pigment = dominant(genes.get("pigment", "pp"))
    match dominant(genes.get("hair", "hh")):
        case 2:
            return "black" if pigment == 2 else "dark brown"
        case 1:
            return "chestnut" if pigment == 2 else "light brown"
        case _:
            return "blonde" if pigment else "platinum"


def eyes_of(genes: Genes) -> str:
    """Return the colour of the eyes."""
    melanin = dominant(genes.get("melanin", "mm"))
    match dominant(genes.get("eye", "ee")):
        case 2:
            return "dark brown" if melanin == 2 else "brown"
        case 1:
            return "hazel" if melanin == 2 else "green"
        case _:
            return "blue" if melanin else "pale blue"


def describe(genes: Genes, species: str, years: float, sex: str = "") -> str:
    """Return what one sees of someone."""
    stage = stage_of(years, species)
    child, grown = NOUNS[sex]
    is_child = stage is LifeStage.CHILD
    build = build_of(genes)
    build = "" if build == "average" else f", {build}"
    noun = child if is_child else f"{stage} {grown}" if stage is not LifeStage.ADULT else grown
    tall = centimetres(genes, species)
    if is_child:
        born, full = CHILD_SHARES
        tall = round(tall * (born + (full - born) * years / (lifespan_of(species) * STAGES[0][0])))
    words = [
        f"{_article(height_word(genes))} {height_word(genes)}{build} {noun} of {tall} cm",
        f"with {hair_of(genes)} hair and {eyes_of(genes)} eyes",
    ]
    mark = MARKS.get(species)
    return " ".join(words) + (f", {mark}" if mark else "") + f". {_face(genes)} {AGE_MARKS[stage]}"


def likeness(one: Genes, other: Genes) -> float:
    """Return how alike two look by their genes, from 0 to 1."""
    return sum(weight * (1 - distance(one, other, names)) for weight, names in LIKENESS)


def _article(word: str) -> str:
    return "An" if word[0] in "aeiou" else "A"


def _face(genes: Genes) -> str:
    nose = "a long nose" if is_expressed(genes, "nose") else "a short nose"
    jaw = "a strong jaw" if is_expressed(genes, "jaw") else "a narrow jaw"
    cheek = "high cheekbones" if is_expressed(genes, "cheek") else "soft cheeks"
    return f"The face has {nose}, {jaw} and {cheek}."
