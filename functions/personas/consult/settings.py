"""Settings of the function that people wait for."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.settings import text


@dataclass(frozen=True, slots=True)
class ConsultSettings:
    """Settings of the function that people wait for.

    Attributes:
        desk: the inner function that prepares and stores what they ask for.
    """

    desk: str


settings = ConsultSettings(desk=text("DESK_PERSONAS"))
