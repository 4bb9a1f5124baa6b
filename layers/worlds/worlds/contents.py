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
from worlds.configs import shipped
from worlds.fixtures.content import FixturesSection
from worlds.items.content import WorldItemsSection

SECTIONS: tuple[type[Section[Any]], ...] = (
    SpeciesSection,
    BackgroundsSection,
    WorldItemsSection,
    FixturesSection,
    StartingThingsSection,
)
"""The sections, in the order in which they are checked."""


def check(library: Library) -> None:
    """Check every section.

    Raises:
        ContentError: the first problem.
    """
    library.check(SECTIONS)


if __name__ == "__main__":
    sys.exit(commands.run(sys.argv[1:], shipped, SECTIONS, check))
