"""The peoples that an interview names: what they tend to, and where they live. Source: worlds 10.4 and 16."""

from __future__ import annotations

import pytest

from tests.worlds.unit.test_village_rules import SITE
from worlds.interview.configuration import WorldConfiguration
from worlds.interview.deriving import derived, generation_of
from worlds.npcs.genes import dominant
from worlds.npcs.peoples import dominance, tendencies
from worlds.villages.founding import found, species_of
from worlds.villages.living import live
from worlds.villages.models import ENTRANCE


def test_peoples_tend_to_what_the_spec_says():
    assert tendencies("human") == {"adaptability": 0.8, "social": 0.7, "tech": 0.7}
    assert tendencies("elf") == {"longevity": 0.9, "magic": 0.8, "agility": 0.8}
    assert tendencies("Dwarf") == {"strength": 0.8, "crafting": 0.9, "resilience": 0.8}
    assert tendencies("orc") == {"strength": 0.9, "endurance": 0.8, "aggression": 0.7}
    assert set(tendencies("Lumen").values()) == {0.6}


def test_a_gene_that_two_tendencies_mean_has_their_mean_and_the_calm_one_what_aggression_leaves():
    assert dominance("elf")["reflex"] == 0.8
    assert dominance("orc")["recovery"] == pytest.approx(0.3)
    assert dominance("Lumen")["recovery"] == pytest.approx(0.4)
    assert dominance("dwarf")["coordination"] == 0.9
    assert "strength" not in dominance("human")


def test_orcs_are_born_strong_and_humans_as_it_comes():
    def share(species: str) -> float:
        people = [each for seed in range(20) for each in found(seed, SITE, species).people.values()]
        return sum(dominant(each.genes["strength"]) for each in people) / (2 * len(people))

    assert share("orc") == pytest.approx(0.9, abs=0.04)
    assert share("human") == pytest.approx(0.5, abs=0.06)


def test_a_village_of_a_made_up_people_lives_on():
    after = live(found(3, SITE, "lichen folk"), 3_600).after

    assert {each.species for each in after.people.values()} == {"lichen folk"}
    assert len(after.living()) > 5


def test_the_peoples_of_an_interview_live_in_its_villages_and_the_first_at_the_entrance():
    wished = generation_of(WorldConfiguration(sentient_species=("orc", "elf"), planet_size="small"), 1)["peoples"]

    assert species_of(1, ENTRANCE, wished) == "orc"
    assert {species_of(1, f"{number}", wished) for number in range(20)} == {"orc", "elf"}
    assert species_of(1, ENTRANCE) == "human"


def test_what_they_tend_to_is_stored_with_the_configuration():
    found_out = derived(WorldConfiguration(sentient_species=("orc",), planet_size="small"))

    assert found_out["speciesTendencies"] == {"orc": tendencies("orc")}
