"""Which battles strangers see first. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from personas.showcase.models import Showcase, ShownBattle

LOOKED_AT: Final = 60
"""The newest battles, of which the most discussed are chosen."""
LOOKED_AT_PER_PERSON: Final = 10
LATEST: Final = 10
DISCUSSED: Final = 5
PER_AUTHOR: Final = 2
"""So many in each list are by one author: the newest of all could be one person's."""
NEW_SHARE: Final = 2
"""Accounts of less than a day have half of a list, if others could have the places: many are made in a minute."""
OF_A_PERSONA: Final = 5


def choose(newest: Sequence[ShownBattle]) -> Showcase:
    """Return what is shown of the newest battles."""
    talked_of = [each for each in newest if each.echo > 0]
    best = sorted(talked_of, key=lambda each: each.echo, reverse=True)
    return Showcase(_fair(newest, LATEST), _fair(best, DISCUSSED))


def _fair(battles: Sequence[ShownBattle], limit: int) -> Sequence[ShownBattle]:
    """Return the first battles, but only a few of each author.

    If there are more than fit, those go first that accounts of the same address have a few of already, then those of
    accounts of less than a day, beyond their share.
    """
    of_author, of_person, of_new = Counter[UUID](), Counter[str](), 0
    ranked: list[tuple[int, ShownBattle]] = []
    for each in battles:
        of_author[each.account_id] += 1
        if of_author[each.account_id] > PER_AUTHOR:
            continue
        of_person[each.person] += 1
        is_one_of_many = of_person[each.person] > PER_AUTHOR
        of_new += each.is_author_new and not is_one_of_many
        is_late = each.is_author_new and of_new > limit // NEW_SHARE
        ranked.append((2 if is_one_of_many else int(is_late), each))
    chosen = {each.battle_id for _, each in sorted(ranked, key=lambda each: each[0])[:limit]}
    return [each for each in battles if each.battle_id in chosen]
