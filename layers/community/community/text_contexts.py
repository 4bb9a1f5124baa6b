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
ACTION: Final = "action"
"""What has a cooldown: your {action} is on cooldown."""
QUALITY: Final = "quality"
DESCRIPTION: Final = "description"
STATISTIC: Final = "statistic"
"""What is counted, before its number: item sold: 5."""
TOPIC: Final = "topic"
"""What a help text is about, as players ask for it."""
INFO: Final = "info"
"""A help text."""
SHORT_INFO: Final = "short info"
"""A help text for one line of chat."""
