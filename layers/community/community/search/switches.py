"""The switch of searches."""

from __future__ import annotations

from kernel.errors import Suspended
from kernel.switches.models import Switch


class SearchesOff(Suspended):
    """An administrator has turned searches off for the moment."""

    message = "Searches are turned off for the moment. Try again later."


SEARCHES = Switch("searches", SearchesOff)
