"""Which battles strangers see first. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from personas.showcase.models import Showcase, ShownBattle

LOOKED_AT: Final = 60
"""The newest battles, of which the most discussed are chosen."""
LOOKED_AT_PER_AUTHOR: Final = 10
LATEST: Final = 10
DISCUSSED: Final = 5
PER_AUTHOR: Final = 2
"""So many in each list are by one author: the newest of all could be one person's."""
OF_A_PERSONA: Final = 5


def choose(newest: Sequence[ShownBattle]) -> Showcase:
    """Return what is shown of the newest battles."""
    talked_of = [each for each in newest if each.echo > 0]
    best = sorted(talked_of, key=lambda each: each.echo, reverse=True)
    return Showcase(_fair(newest, LATEST), _fair(best, DISCUSSED))


def _fair(battles: Iterable[ShownBattle], limit: int) -> Sequence[ShownBattle]:
    """Return the first battles, but only a few of each author."""
    of_author: Counter[UUID] = Counter()
    chosen: list[ShownBattle] = []
    for each in battles:
        of_author[each.account_id] += 1
        if of_author[each.account_id] <= PER_AUTHOR:
            chosen.append(each)
    return chosen[:limit]
