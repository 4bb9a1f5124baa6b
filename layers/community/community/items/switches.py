"""The switches of using items."""

from __future__ import annotations

from kernel.errors import Suspended
from kernel.switches.models import Switch


class ItemUseOff(Suspended):
    """An administrator has turned using items off for the moment."""

    message = "Items cannot be used for the moment. Try again later."


class WeaponsOff(Suspended):
    """An administrator has turned items that silence others off for the moment."""

    message = "Weapons, traps and blasts are turned off for the moment. Try again later."


ITEM_USE = Switch("item_use", ItemUseOff)
WEAPONS = Switch("weapons", WeaponsOff)
