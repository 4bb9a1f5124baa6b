"""The kinds of names in the content, which translators are told: the same word may need two translations."""

from __future__ import annotations

from typing import Final

SPECIES: Final = "species"
ITEM: Final = "item"
FIXTURE: Final = "fixture"
DESCRIPTION: Final = "description"
BACKGROUND: Final = "background"
MINERAL: Final = "mineral"
RESOURCE: Final = "resource"
CREATURE: Final = "creature"
TECHNOLOGY: Final = "technology"
TOOL: Final = "tool"
