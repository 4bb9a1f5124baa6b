"""The switch of crafting."""

from __future__ import annotations

from kernel.errors import Suspended
from kernel.switches.models import Switch


class CraftingOff(Suspended):
    """An administrator has turned crafting off for the moment."""

    message = "The workshop is closed for the moment. Try again later."


CRAFTING = Switch("crafting", CraftingOff)
