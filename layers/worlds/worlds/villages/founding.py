"""Who lives in a village when its world begins: families, with kin in other houses. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from worlds.generation.randomness import Stream
from worlds.npcs import genes as heredity
from worlds.npcs import peoples, personality
from worlds.npcs.appearance import FEMALE, MALE, lifespan_of
from worlds.time.rules import DAYS_PER_YEAR
from worlds.villages import names
from worlds.villages.models import ENTRANCE, Population, Villager, VillageSite

SPECIES: Final = (("human", 0.7), ("dwarf", 0.15), ("elf", 0.15))
"""(species, its share of villages) where no interview has named peoples; at the entrance people are human."""
WEDS: Final = 0.25
"""The share of life at which people wed first."""
YOUNGEST, OLDEST = 0.26, 0.55
"""Of couples, as shares of life."""
HAS_ELDER: Final = 0.45
IS_SISTER: Final = 0.6
"""The chance that a wife comes from the house before."""
MOST_CHILDREN: Final = 3


def species_of(seed: int, key: str, wished: Sequence[str] = ()) -> str:
    """Return the people of a village.

    Args:
        wished: the peoples that an interview has named; the first of them lives at the entrance.
    """
    if key == ENTRANCE:
        return wished[0] if wished else "human"
    drawn = Stream(seed, f"village/{key}/species").unit()
    if wished:
        return wished[int(drawn * len(wished))]
    for species, share in SPECIES:
        if drawn < share:
            return species
        drawn -= share
    return "human"


def name_of(seed: int, key: str) -> str:
    """Return the name of a village."""
    return names.village_name(Stream(seed, f"village/{key}/name"))


def found(seed: int, site: VillageSite, species: str, day: int = 0) -> Population:
    """Return the people of a village on the day on which its world begins."""
    maker = _Maker(seed, site, species, day)
    for home in range(len(site.homes)):
        maker.household(home)
    return Population(seed, site.key, day, len(site.homes), {each.number: each for each in maker.people})


class _Maker:
    """Makes one family after the other."""

    def __init__(self, seed: int, site: VillageSite, species: str, day: int) -> None:
        self.stream = Stream(seed, f"village/{site.key}/families")
        self.species = species
        self.dominance = peoples.dominance(species)
        self.life = lifespan_of(species) * DAYS_PER_YEAR
        self.trades: Sequence[str] = [*site.places]
        self.day = day
        self.people: list[Villager] = []
        self.families: set[str] = set()

    def household(self, home: int) -> None:
        stream = self.stream
        before = self._grown_man_before(home)
        family = names.family_name(stream, self.families)
        self.families.add(family)
        # The first houses have a trade each; farmers live in those that are left.
        trade = self.trades[home] if 0 < home < len(self.trades) else "farmer"
        share = stream.between(YOUNGEST, OLDEST)
        elder = self._elder(home, family, share) if stream.unit() < HAS_ELDER and share < 0.5 else None
        unseen = self._genes()
        man_genes = heredity.inherited(stream, elder.genes, unseen) if elder else self._genes()
        man = self._add(MALE, family, trade, share, man_genes, home, mother=elder)
        sister_of = before if before is not None and stream.unit() < IS_SISTER else None
        woman = self._wife(home, family, man, sister_of)
        self._marry(man, woman)
        for place in range(stream.below(MOST_CHILDREN + 1)):
            age = woman.share(self.day) - WEDS - 0.01 - 0.04 * place - 0.02 * stream.unit()
            if age <= 0:
                break
            sex = FEMALE if stream.unit() < 0.5 else MALE
            child = heredity.inherited(stream, woman.genes, man.genes)
            of = man if sex == MALE else woman
            self._add(sex, family, of.occupation, age, child, home, mother=woman, father=man)

    def _wife(self, home: int, family: str, man: Villager, sister_of: Villager | None) -> Villager:
        stream = self.stream
        trade = self.trades[stream.below(len(self.trades))]
        share = max(YOUNGEST, man.share(self.day) - stream.between(0, 0.06))
        mother = None
        if sister_of is not None and sister_of.mother is not None:
            mother = self.people[sister_of.mother - 1]
            share = min(share, mother.share(self.day) - WEDS)
        own = heredity.inherited(stream, mother.genes, self._genes()) if mother else self._genes()
        while not heredity.may_have_children(own, man.genes):
            own = self._genes()
        return self._add(FEMALE, family, trade, share, own, home, mother=mother)

    def _elder(self, home: int, family: str, share: float) -> Villager:
        stream = self.stream
        trade = self.trades[stream.below(len(self.trades))]
        age = min(0.95, share + WEDS + stream.between(0.02, 0.1))
        return self._add(FEMALE, family, trade, age, self._genes(), home)

    def _genes(self) -> dict[str, str]:
        return heredity.drawn(self.stream, self.dominance)

    def _grown_man_before(self, home: int) -> Villager | None:
        """Return the husband of the house before."""
        men = (each for each in self.people if each.home == home - 1 and each.sex == MALE and each.wed is not None)
        return next(men, None)

    def _add(
        self,
        sex: str,
        family: str,
        trade: str,
        share: float,
        own: dict[str, str],
        home: int,
        mother: Villager | None = None,
        father: Villager | None = None,
    ) -> Villager:
        made = Villager(
            number=len(self.people) + 1,
            name=names.given_name(self.stream, sex, {each.name for each in self.people}),
            family=family,
            sex=sex,
            species=self.species,
            occupation=trade,
            genes=own,
            personality=personality.from_genes(self.stream, own),
            born=self.day - round(share * self.life),
            mother=mother.number if mother else None,
            father=father.number if father else None,
            home=home,
        )
        self.people.append(made)
        return made

    def _marry(self, man: Villager, woman: Villager) -> None:
        wed = max(man.born, woman.born) + round(WEDS * self.life)
        day = min(wed, self.day)
        for one, other in ((man, woman), (woman, man)):
            self.people[one.number - 1] = replace(one, spouse=other.number, wed=day)
