"""The switch of gifts."""

from __future__ import annotations

from kernel.errors import Suspended
from kernel.switches.models import Switch


class GiftsOff(Suspended):
    """An administrator has turned gifts between players off for the moment."""

    message = "Gifts are turned off for the moment. Try again later."


GIFTS = Switch("gifts", GiftsOff)
