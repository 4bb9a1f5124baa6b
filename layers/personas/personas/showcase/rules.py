"""Which battles strangers see first. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from personas.showcase.models import Showcase, ShownBattle

LOOKED_AT: Final = 60
"""The newest battles, of which the most discussed are chosen."""
LATEST: Final = 10
DISCUSSED: Final = 5
OF_A_PERSONA: Final = 5


def choose(newest: Sequence[ShownBattle]) -> Showcase:
    """Return what is shown of the newest battles."""
    talked_of = [each for each in newest if each.replies + each.remixes > 0]
    best = sorted(talked_of, key=lambda each: each.replies + each.remixes, reverse=True)
    return Showcase(newest[:LATEST], best[:DISCUSSED])
