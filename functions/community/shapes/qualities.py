"""The quality that a request may ask for."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field

from community.inventory.models import Quality
from community.inventory.quality_names import parse_quality
from doors.field_errors import custom_error, own_error
from kernel.errors import Refused
from kernel.texts import translate


def _quality(value: Any) -> Quality | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not isinstance(value, str):
        raise own_error("not_text", translate("must be text"))
    try:
        return parse_quality(value)
    except Refused as error:
        raise custom_error(error) from None


AskedQuality = Annotated[
    Quality | None,
    BeforeValidator(_quality),
    Field(
        validation_alias=AliasChoices("quality_level", "quality"),
        description="Take only items of this quality, named in any language. Without it, the lowest goes first.",
    ),
]
"""As people type it, as `quality_level` or `quality`; some clients send an empty string for none."""
