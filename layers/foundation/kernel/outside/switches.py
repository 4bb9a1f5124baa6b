"""The switch of AI texts."""

from __future__ import annotations

from kernel.errors import Suspended
from kernel.switches.models import Switch


class AiTextsOff(Suspended):
    """An administrator has turned AI texts off for the moment; requests for them wait."""

    message = "AI texts are turned off for the moment. Try again later."


AI_TEXTS = Switch("ai_texts", AiTextsOff)
