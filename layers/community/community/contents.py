"""The product's content files: the one table of their sections.

`python -m community.contents [folder]` checks them, `--write-schemas` writes the JSON Schemas that editors use.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from community.achievements.checks import event_problems
from community.achievements.content import AchievementsSection
from community.catalog import item_names
from community.catalog.content import AliasesSection, ItemsSection, ThemesSection
from community.configs import TEXTS, shipped
from community.crafting.content import DisassemblesSection, UpgradesSection
from community.economy.content import WeeklySalesSection
from community.engagement.content import WeightsSection
from community.info.content import InfoSection
from community.jobs.content import JobsSection
from community.lootboxes.content import LootTablesSection
from community.messages.content import ChatStringsSection
from community.progression.content import TreeSection
from community.quests.content import QuestsSection
from community.translation_rules import RULES
from kernel.content import commands, translations
from kernel.content.library import Library, Section
from kernel.events.models import Event

SECTIONS: tuple[type[Section[Any]], ...] = (
    ItemsSection,
    TreeSection,
    JobsSection,
    UpgradesSection,
    DisassemblesSection,
    WeeklySalesSection,
    WeightsSection,
    ChatStringsSection,
    LootTablesSection,
    AchievementsSection,
    QuestsSection,
    AliasesSection,
    ThemesSection,
    InfoSection,
)
"""The sections, in the order in which they are checked."""


def check(library: Library) -> None:
    """Check every section, that no name stands for two items, that achievements count events that exist, and the texts.

    Raises:
        ContentError: the first problem.
    """
    library.check(SECTIONS)
    library.refuse(item_names.clashes(library[ItemsSection].by_name.values(), library[AliasesSection].by_item))
    library.refuse(event_problems(library[AchievementsSection].by_key.values(), events()))
    content = {text for section in SECTIONS for text in library[section].texts()}
    library.refuse(translations.problems(library.root / TEXTS, TEXTS, content, RULES))


def events() -> Mapping[str, type[Event]]:
    """Return {event type: the event class} for every event of a player."""
    # Imported late: the reactions' modules read the shipped files at import, and those may be broken.
    from community.reactions import REACTIONS

    return {event.type: event for event in REACTIONS}


if __name__ == "__main__":
    sys.exit(commands.run(sys.argv[1:], shipped, SECTIONS, check))
