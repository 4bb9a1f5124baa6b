"""The switch of gambles."""

from __future__ import annotations

from kernel.errors import Suspended
from kernel.switches.models import Switch


class GamblesOff(Suspended):
    """An administrator has turned new stakes off for the moment; gambles that are open are played."""

    message = "Gambles are turned off for the moment. Try again later."


GAMBLES = Switch("gambles", GamblesOff)
