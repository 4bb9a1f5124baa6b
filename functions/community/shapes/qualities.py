"""The quality that a request may ask for."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field

from community.inventory.models import Quality
from doors.field_errors import own_error
from kernel.texts import translate

_NAMES = ", ".join(quality.lower() for quality in Quality)


def _quality(value: Any) -> Quality | None:
    if value is None or value == "":
        return None
    try:
        return Quality(str(value).strip().upper())
    except ValueError:
        raise own_error("unknown_quality", translate("must be one of {names}", names=_NAMES)) from None


AskedQuality = Annotated[
    Quality | None,
    BeforeValidator(_quality),
    Field(
        validation_alias=AliasChoices("quality_level", "quality"),
        description="Take only items of this quality. Without it, the lowest quality goes first.",
    ),
]
"""In any case, as `quality_level` or `quality`; some clients send an empty string for none."""
