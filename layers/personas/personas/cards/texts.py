"""The fixed words of a card, in the current language."""

from __future__ import annotations

from typing import Self

from msgspec import Struct

from kernel.texts import translate


class Labels(Struct, frozen=True):
    """The headings on a card, in capitals, and what stands where there are no takeaways yet."""

    topic: str
    sides: str
    verdict: str
    winner: str
    takeaways: str
    no_takeaways: str
    link: str

    @classmethod
    def translated(cls) -> Self:
        """Return them in the current language."""
        return cls(
            topic=translate("TOPIC"),
            sides=translate("PRO AND CON"),
            verdict=translate("VERDICT"),
            winner=translate("WINNER"),
            takeaways=translate("TAKEAWAYS"),
            no_takeaways=translate("They come with what is said."),
            link=translate("READ AND REMIX"),
        )
