"""The product's content files: the one table of their sections.

`python -m worlds.contents [folder]` checks them, `--write-schemas` writes the JSON Schemas that editors use.
"""

from __future__ import annotations

import sys
from typing import Any

from kernel.content import commands
from kernel.content.library import Library, Section
from worlds.bodies.content import BackgroundsSection, SpeciesSection
from worlds.building.things import StartingThingsSection
from worlds.combat.content import CombatSection
from worlds.configs import shipped
from worlds.crafting.content import RecipesSection
from worlds.describing.content import DescriptionsSection
from worlds.economy.content import MarketSection
from worlds.ecosystem.content import CreaturesSection
from worlds.feats.content import FeatsSection
from worlds.fixtures.content import FixturesSection
from worlds.items.content import WorldItemsSection
from worlds.minerals.content import MineralsSection
from worlds.reaching import rules as reach
from worlds.resources.content import ResourcesSection
from worlds.technology.content import TechnologySection

SECTIONS: tuple[type[Section[Any]], ...] = (
    SpeciesSection,
    BackgroundsSection,
    WorldItemsSection,
    FixturesSection,
    StartingThingsSection,
    MineralsSection,
    ResourcesSection,
    TechnologySection,
    RecipesSection,
    CreaturesSection,
    CombatSection,
    DescriptionsSection,
    MarketSection,
    FeatsSection,
)
"""The sections, in the order in which they are checked."""


def check(library: Library) -> None:
    """Check every section, and that all that can be made can be reached.

    Raises:
        ContentError: the first problem.
    """
    library.check(SECTIONS)
    library.refuse(reach.problems(library))


if __name__ == "__main__":
    sys.exit(commands.run(sys.argv[1:], shipped, SECTIONS, check))
