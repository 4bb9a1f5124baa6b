"""Messages about opened boxes."""

from __future__ import annotations

from collections.abc import Sequence

from community.catalog.texts import counted_name, quality_name
from community.inventory.models import Quality
from community.lootboxes.models import Drop, best_quality, total_value
from kernel.texts import translate

GOOD_HAUL_BOXES = 5
"""Opening at least this many boxes adds a remark, if they contained anything of value."""


def describe(boxes: str, quantity: int, drops: Sequence[Drop], names: Sequence[str]) -> str:
    """Describe what was in the boxes.

    Args:
        boxes: the name of the boxes, with quantity or article.
        quantity: of the boxes.
        names: one of the item's names, for each drop.
    """
    if not drops:
        return translate("You opened {boxes}. Empty!", boxes=boxes)
    found = translate("You opened {boxes}: {things}.", boxes=boxes, things=", ".join(map(_drop_text, drops, names)))
    remark = _remark(quantity, drops)
    return f"{found} {remark}" if remark else found


def _drop_text(drop: Drop, name: str) -> str:
    text = counted_name(name, drop.quality, drop.quantity)
    return text if drop.quality is Quality.COMMON else f"{text} ({quality_name(drop.quality)})"


def _remark(quantity: int, drops: Sequence[Drop]) -> str | None:
    """Choose a closing remark for a remarkable result, if there is one.

    Source: rules 6.1.
    """
    best = best_quality(drops)
    if best is Quality.LEGENDARY:
        return translate("Jackpot!")
    if best is Quality.EPIC:
        return translate("A big win!")
    return translate("A good haul!") if quantity >= GOOD_HAUL_BOXES and total_value(drops) > 0 else None
