"""Genes: what is inherited and changed at conception, what it does to a body, and how near two are. Pure.

A gene holds two alleles, each a letter: upper case is dominant. A plus behind it marks one that is amplified.
Source: worlds 16.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from worlds.bodies.models import Attribute
from worlds.generation.randomness import Stream

Genes = Mapping[str, str]
"""{gene: its two alleles}"""

LETTERS: Final[Mapping[str, str]] = {
    "strength": "S", "muscle": "M", "reflex": "R", "coordination": "C", "stamina": "S", "resilience": "R",
    "health": "H", "recovery": "R", "cognition": "C", "learning": "L", "perception": "P", "analysis": "A",
    "vision": "V", "color": "C", "auditory": "A", "range": "R",
    "height": "T", "build": "B", "hair": "H", "pigment": "P", "eye": "E", "melanin": "M",
    "nose": "N", "jaw": "J", "cheek": "K",
    "cold_tolerance": "C", "heat_tolerance": "H", "uv_tolerance": "U", "humidity_tolerance": "W",
    "altitude_tolerance": "A",
    "metabolism": "M", "reproduction_rate": "R", "lifespan": "L", "pattern": "P", "texture": "X", "size": "Z",
}  # fmt: skip
"""{gene: the letter of its usual alleles}"""
RARE: Final = "M"
AMPLIFIED: Final = "+"
EVEN: Final = 0.5
"""The usual chance of an allele to be dominant."""
MUTATES: Final = 0.05
"""The chance of each gene at conception."""
FLIPS: Final = 0.5
TURNS_RARE: Final = 0.3
"""The rest is amplified."""
AMPLIFIES: Final = 1.5
"""What the bonus of an amplified gene is multiplied by."""
KIN: Final = 0.2
"""The distance up to which two are too near to have children."""

FIRST: Final = (10, 5)
"""What a gene adds if both alleles are dominant, and if one is."""
SECOND: Final = (8, 4)
THIRD: Final = (5, 2)
BONUSES: Final[Mapping[Attribute, tuple[tuple[str, tuple[int, int]], ...]]] = {
    Attribute.MIGHT: (("strength", FIRST), ("muscle", SECOND)),
    Attribute.AGILITY: (("reflex", FIRST), ("coordination", SECOND)),
    Attribute.ENDURANCE: (("stamina", FIRST), ("resilience", SECOND)),
    Attribute.VITALITY: (("health", FIRST), ("recovery", SECOND)),
    Attribute.INTELLECT: (("cognition", FIRST), ("learning", SECOND)),
    Attribute.CUNNING: (("perception", FIRST), ("analysis", SECOND)),
    Attribute.SIGHT: (("vision", FIRST), ("color", THIRD)),
    Attribute.HEARING: (("auditory", FIRST), ("range", SECOND)),
}


def alleles(gene: str) -> tuple[str, str]:
    """Return the two alleles of a gene: letters, perhaps with a plus."""
    end = 2 if gene[1] == AMPLIFIED else 1
    return gene[:end], gene[end:]


def dominant(gene: str) -> int:
    """Return how many of the alleles of a gene are dominant."""
    return sum(letter.isupper() for letter in gene)


def is_expressed(genes: Genes, name: str) -> bool:
    """Tell whether one sees the dominant form of a gene."""
    return dominant(genes.get(name, "xx")) > 0


def drawn(stream: Stream, dominance: Mapping[str, float] | None = None) -> dict[str, str]:
    """Return genes of someone whose parents are not known.

    Args:
        dominance: {gene: the chance of each allele to be dominant}, where it is not the usual one.
    """
    chances = dominance or {}
    return {name: _drawn(stream, name, chances.get(name, EVEN)) for name in LETTERS}


def _drawn(stream: Stream, name: str, dominance: float = EVEN) -> str:
    letter = LETTERS[name]
    return "".join(letter if stream.unit() < dominance else letter.lower() for _ in range(2))


def inherited(stream: Stream, mother: Genes, father: Genes, mutates: float = MUTATES) -> dict[str, str]:
    """Return the genes of a child: one allele of each parent, and what conception changes.

    What only one parent has is drawn anew; what neither has, the child does not have.
    """
    child: dict[str, str] = {}
    for name in LETTERS:
        of_mother, of_father = mother.get(name), father.get(name)
        if of_mother is None and of_father is None:
            continue
        if of_mother is None or of_father is None:
            gene = _drawn(stream, name)
        else:
            gene = alleles(of_mother)[stream.below(2)] + alleles(of_father)[stream.below(2)]
        child[name] = mutated(stream, gene) if stream.unit() < mutates else gene
    return child


def mutated(stream: Stream, gene: str) -> str:
    """Return a gene of which one allele has changed."""
    pair = [*alleles(gene)]
    place, kind = stream.below(2), stream.unit()
    old = pair[place]
    if kind < FLIPS:
        pair[place] = old.swapcase()
    elif kind < FLIPS + TURNS_RARE:
        pair[place] = (RARE if old[0].isupper() else RARE.lower()) + old[1:]
    else:
        pair[place] = old[0] + AMPLIFIED
    return "".join(pair)


def bonuses(genes: Genes) -> dict[Attribute, int]:
    """Return what genes add to attributes."""
    return {attribute: sum(_bonus(genes, *each) for each in named) for attribute, named in BONUSES.items()}


def _bonus(genes: Genes, name: str, worth: tuple[int, int]) -> int:
    gene = genes.get(name, "")
    count = dominant(gene)
    if not count:
        return 0
    points = worth[0] if count == 2 else worth[1]
    return int(points * AMPLIFIES) if AMPLIFIED in gene else points


def distance(one: Genes, other: Genes, names: Iterable[str] | None = None) -> float:
    """Return the share of differing alleles over the genes that both have; 1 without any."""
    shared = [name for name in (one if names is None else names) if name in one and name in other]
    if not shared:
        return 1.0
    return sum(_differing(one[name], other[name]) for name in shared) / (2 * len(shared))


def _differing(one: str, other: str) -> int:
    if one == other:
        return 0
    left = [*alleles(other)]
    for allele in alleles(one):
        if allele in left:
            left.remove(allele)
    return len(left)


def may_have_children(one: Genes, other: Genes) -> bool:
    """Tell whether two are far enough from each other."""
    return distance(one, other) > KIN
