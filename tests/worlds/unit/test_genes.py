"""Genes and looks of people of the game, by the acceptance list. Source: worlds 16."""

from __future__ import annotations

from collections import Counter
from statistics import fmean
from time import process_time

import pytest

from worlds.bodies.models import Attribute
from worlds.generation.randomness import Stream
from worlds.npcs import genes
from worlds.npcs.appearance import describe, likeness, stage_of

EVERY_SEED = pytest.mark.parametrize("seed", range(1, 6))
"""Shares hold for each seed of a fixed list, not only for one that happens to fit. Source: worlds 0."""


def born(seed: int, mother: dict[str, str], father: dict[str, str], number: int) -> list[dict[str, str]]:
    stream = Stream(seed, "children")
    return [genes.inherited(stream, mother, father, mutates=0) for _ in range(number)]


def shares(children: list[dict[str, str]], name: str) -> dict[int, float]:
    counted = Counter(genes.dominant(each[name]) for each in children)
    return {count: counted[count] / len(children) for count in (0, 1, 2)}


@EVERY_SEED
def test_two_mixed_parents_have_a_quarter_of_each_kind_and_a_half_of_mixed_children(seed: int):
    children = born(seed, {"height": "Tt"}, {"height": "tT"}, 10_000)

    found = shares(children, "height")
    assert found == {
        0: pytest.approx(0.25, abs=0.02),
        1: pytest.approx(0.5, abs=0.02),
        2: pytest.approx(0.25, abs=0.02),
    }
    seen = fmean(genes.is_expressed(each, "height") for each in children)
    assert seen == pytest.approx(0.75, abs=0.02)


@EVERY_SEED
def test_a_mixed_and_a_recessive_parent_have_half_recessive_children_and_pure_ones_only_mixed(seed: int):
    assert shares(born(seed, {"eye": "Ee"}, {"eye": "ee"}, 10_000), "eye")[0] == pytest.approx(0.5, abs=0.02)
    assert shares(born(seed, {"eye": "EE"}, {"eye": "ee"}, 100), "eye") == {0: 0, 1: 1, 2: 0}


@EVERY_SEED
def test_two_genes_are_inherited_independently(seed: int):
    parent = {"nose": "Nn", "jaw": "Jj"}
    looks = Counter(
        (genes.is_expressed(each, "nose"), genes.is_expressed(each, "jaw"))
        for each in born(seed, parent, parent, 16_000)
    )

    expected = {(True, True): 9, (True, False): 3, (False, True): 3, (False, False): 1}
    for look, parts in expected.items():
        assert looks[look] / 16_000 == pytest.approx(parts / 16, abs=0.015)


@EVERY_SEED
def test_one_gene_in_twenty_changes_half_of_them_by_a_flip(seed: int):
    pure = dict.fromkeys(genes.LETTERS, "QQ")  # inherited untouched, there is only one way to look
    kinds = {"Qq": "flip", "qQ": "flip", "QM": "rare", "MQ": "rare", "QQ+": "amplified", "Q+Q": "amplified"}
    stream = Stream(seed, "mutations")

    inherited = Counter[str]()
    while inherited.total() < 100_000:
        inherited.update(genes.inherited(stream, pure, pure).values())

    untouched = inherited.pop("QQ")
    touched = inherited.total()
    assert touched / (untouched + touched) == pytest.approx(0.05, abs=0.003)
    found = Counter[str]()
    for gene, number in inherited.items():
        found[kinds[gene]] += number
    assert {kind: number / touched for kind, number in found.items()} == {
        "flip": pytest.approx(0.5, abs=0.02),
        "rare": pytest.approx(0.3, abs=0.02),
        "amplified": pytest.approx(0.2, abs=0.02),
    }


@pytest.mark.parametrize(
    ("strength", "muscle", "might"), [("SS", "MM", 18), ("Ss", "mm", 5), ("ss", "Mm", 4), ("S+S", "mm", 15)]
)
def test_genes_add_to_attributes(strength: str, muscle: str, might: int):
    assert genes.bonuses({"strength": strength, "muscle": muscle})[Attribute.MIGHT] == might


def test_near_kin_have_no_children():
    one = genes.drawn(Stream(3, "one"))
    other = genes.drawn(Stream(3, "other"))

    assert genes.distance(one, one) == 0
    assert not genes.may_have_children(one, dict(one))
    assert genes.may_have_children(one, other)
    assert genes.distance({"eye": "Ee"}, {"eye": "EE"}) == 0.5


def test_the_same_genes_and_age_give_the_same_text():
    own = {"height": "TT", "build": "Bb", "muscle": "MM", "hair": "Hh", "pigment": "PP", "eye": "ee", "melanin": "mm"}

    text = describe(own, "elf", 350, "female")

    assert text == describe(dict(own), "elf", 350, "female")
    for part in ("tall", "muscular", "woman", "chestnut hair", "pale blue eyes", "pointed ears"):
        assert part in text
    assert [stage_of(years, "human") for years in (15.9, 16, 32, 48, 64)] == [
        "child",
        "young adult",
        "adult",
        "middle-aged",
        "elder",
    ]


@EVERY_SEED
def test_brothers_are_more_alike_than_strangers_and_less_than_twins(seed: int):
    stream = Stream(seed, "families")
    siblings, strangers, twins = [], [], []
    for _ in range(300):
        mother, father = genes.drawn(stream), genes.drawn(stream)
        one, other = (genes.inherited(stream, mother, father) for _ in range(2))
        siblings.append(likeness(one, other))
        strangers.append(likeness(one, genes.drawn(stream)))
        twins.append(likeness(one, dict(one)))

    assert fmean(strangers) < fmean(siblings) < fmean(twins)
    assert 0.6 <= fmean(siblings) <= 0.8
    assert min(twins) >= 0.95


def test_a_thousand_are_described_and_born_in_time():
    own = genes.drawn(Stream(5, "one"))
    began = process_time()
    for years in range(1_000):
        describe(own, "human", years / 20, "male")
    described = process_time() - began
    began = process_time()
    stream = Stream(6, "children")
    for _ in range(1_000):
        genes.inherited(stream, own, own)

    assert described < 0.5
    assert process_time() - began < 1
