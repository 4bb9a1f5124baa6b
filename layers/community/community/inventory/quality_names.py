"""What people type for a quality."""

from __future__ import annotations

from functools import cache

from community.catalog.texts import QUALITIES, quality_name
from community.inventory.models import Quality, UnknownQuality
from community.text_contexts import QUALITY
from kernel.naming import NameIndex, quoted
from kernel.texts import every_term


def parse_quality(typed: str) -> Quality:
    """Return the quality of that name, in any language.

    Raises:
        UnknownQuality: none has that name, or several have; it lists them and suggests similar ones.
    """
    quality = _names().find(typed)
    if quality is not None:
        return quality
    known = ", ".join(map(quality_name, Quality))
    raise UnknownQuality(typed=quoted(typed), names=known, meant=_names().meant(typed))


@cache
def _names() -> NameIndex[Quality]:
    return NameIndex(
        quality_name,
        [(quality, quality) for quality in Quality],
        [(name, quality) for quality in Quality for name in sorted(every_term(QUALITY, QUALITIES[quality]))],
    )
