"""What translators are told about a text that is no sentence of the code: what kind of thing it names."""

from __future__ import annotations

from typing import Final

ITEM: Final = "item"
"""A name of an item, for one and for several."""
ONE_ITEM: Final = "one item"
"""An item with its article, as what someone uses, takes or gets."""
JOB: Final = "job"
NODE: Final = "node"
ACHIEVEMENT: Final = "achievement"
QUALITY: Final = "quality"
DESCRIPTION: Final = "description"
INFO: Final = "info"
"""A help text."""
