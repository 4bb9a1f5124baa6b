"""The switch of new battles."""

from __future__ import annotations

from kernel.errors import Suspended
from kernel.switches.models import Switch


class BattlesOff(Suspended):
    """An administrator has turned new battles off for the moment; those that have begun go on."""

    message = "New battles are turned off for the moment. Try again later."


BATTLES = Switch("battles", BattlesOff)
