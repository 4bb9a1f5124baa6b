"""The switch of signing up."""

from __future__ import annotations

from kernel.errors import Suspended
from kernel.switches.models import Switch


class SignUpsOff(Suspended):
    """An administrator has turned signing up off for the moment."""

    message = "New accounts are not accepted for the moment. Try again later."


SIGN_UPS = Switch("sign_ups", SignUpsOff)
