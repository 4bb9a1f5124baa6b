"""The product's content files: the one table of their sections.

`python -m community.contents [folder]` checks them, `--write-schemas` writes the JSON Schemas that editors use.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from community.achievements.checks import event_problems
from community.achievements.content import AchievementsSection
from community.catalog import item_names
from community.catalog.content import AliasesSection, ItemsSection, ThemesSection
from community.configs import TEXTS, shipped
from community.crafting.content import DisassemblesSection, UpgradesSection
from community.economy.content import WeeklySalesSection
from community.engagement.content import WeightsSection
from community.exclusions.content import ExcludedSection
from community.info.content import InfoSection
from community.jobs.content import JobsSection
from community.lootboxes.content import LootTablesSection
from community.messages.content import ChatStringsSection
from community.progression.content import TreeSection
from community.quests.content import QuestsSection
from community.translation_rules import RULES
from kernel.content import commands, translations
from kernel.content.library import Library, Section
from kernel.content.problems import Problem
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
    ExcludedSection,
    LootTablesSection,
    AchievementsSection,
    QuestsSection,
    AliasesSection,
    ThemesSection,
    InfoSection,
)
"""The sections, in the order in which they are checked."""


def check(library: Library) -> None:
    """Check every section, the names of items, the events of achievements, effects of nodes, prices, and texts.

    Raises:
        ContentError: the first problem.
    """
    library.check(SECTIONS)
    library.refuse(item_names.clashes(library[ItemsSection].by_name.values(), library[AliasesSection].by_item))
    library.refuse(event_problems(library[AchievementsSection].document.achievements, events()))
    library.refuse(_effect_problems(library))
    library.refuse(_profit_problems(library))
    content = {text for section in SECTIONS for text in library[section].texts()}
    library.refuse(translations.problems(library.root / TEXTS, TEXTS, content, RULES))


def _effect_problems(library: Library) -> Iterator[Problem]:
    # Imported late, as in `events`.
    from community.effects import effect_problems

    return effect_problems(library)


def _profit_problems(library: Library) -> Iterator[Problem]:
    # Imported late, as in `events`.
    from community.economy.checks import profit_problems

    return profit_problems(library)


def events() -> Mapping[str, type[Event]]:
    """Return {event type: the event class} for every event of a player."""
    # Imported late: the reactions' modules read the shipped files at import, and those may be broken.
    from community.reactions import REACTIONS

    return {event.type: event for event in REACTIONS}


if __name__ == "__main__":
    sys.exit(commands.run(sys.argv[1:], shipped, SECTIONS, check))
