"""Settings of the function that people wait for."""

from __future__ import annotations

from msgspec import Struct

from kernel.settings import text


class ConsultSettings(Struct, frozen=True):
    """Settings of the function that people wait for.

    Attributes:
        desk: the inner function that prepares and stores what they ask for.
    """

    desk: str


settings = ConsultSettings(desk=text("DESK_PERSONAS"))
