"""Messages about opened boxes."""

from __future__ import annotations

from collections.abc import Sequence

from community.catalog.rules import plural
from community.inventory.models import Quality
from community.lootboxes.models import Drop, best_quality, total_value

GOOD_HAUL_BOXES = 5
"""Opening at least this many boxes adds a remark, if they contained anything of value."""


def describe(boxes: str, quantity: int, drops: Sequence[Drop], names: Sequence[str]) -> str:
    """Describe what was in the boxes.

    Args:
        boxes: the name of the boxes, with quantity or article.
        quantity: of the boxes.
        names: the display name of one such item, for each drop.
    """
    if not drops:
        return f"You opened {boxes}. Empty!"
    found = f"You opened {boxes}: {', '.join(map(_drop_text, drops, names))}."
    remark = _remark(quantity, drops)
    return f"{found} {remark}" if remark else found


def _drop_text(drop: Drop, name: str) -> str:
    text = f"{drop.quantity} × {plural(name, drop.quantity)}"
    return text if drop.quality is Quality.COMMON else f"{text} ({drop.quality.lower()})"


def _remark(quantity: int, drops: Sequence[Drop]) -> str | None:
    """Choose a closing remark for a remarkable result, if there is one.

    Source: rules 6.1.
    """
    best = best_quality(drops)
    if best is Quality.LEGENDARY:
        return "Jackpot!"
    if best is Quality.EPIC:
        return "A big win!"
    return "A good haul!" if quantity >= GOOD_HAUL_BOXES and total_value(drops) > 0 else None
