"""The option for the quality of the items that a command takes."""

from __future__ import annotations

from community.inventory.models import Quality
from community.inventory.quality_names import parse_quality
from doors.discord.commands import text
from doors.discord.interaction import Interaction
from doors.discord.replies import Choice

QUALITY = text(
    "quality",
    "Only items of this quality; the lowest first when left out.",
    choices=[Choice(quality.capitalize(), quality) for quality in Quality],
)


def asked_quality(call: Interaction) -> Quality | None:
    chosen = call.text("quality")
    return parse_quality(chosen) if chosen else None
