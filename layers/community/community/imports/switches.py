"""The switch of imports."""

from __future__ import annotations

from kernel.errors import Suspended
from kernel.switches.models import Switch


class ImportsOff(Suspended):
    """An administrator has turned imports off for the moment."""

    message = "Imports are turned off for the moment. Turn them on first."


IMPORTS = Switch("imports", ImportsOff)
