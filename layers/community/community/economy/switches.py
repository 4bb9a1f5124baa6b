"""The switch of the shop."""

from __future__ import annotations

from kernel.errors import Suspended
from kernel.switches.models import Switch


class ShopOff(Suspended):
    """An administrator has turned the shop off for the moment."""

    message = "The shop is closed for the moment. Try again later."


SHOP = Switch("shop", ShopOff)
