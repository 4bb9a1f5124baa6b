"""Composes descriptions from the sentences that fit: the same ones for the same place, time and perception. Pure.

Which alternative is taken follows from the cell in such a way that neighbouring cells take different ones, as long as
there are enough of them, and that a sentence does not tell which others come with it. What is said is decided by
conditions alone, so no sentence can contradict what is so.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from kernel.texts import speaking
from worlds.describing.content import ASPECTS, SLOT, Alternatives, descriptions
from worlds.describing.facts import facts_of, slots_of
from worlds.describing.models import CELL, Area

LANGUAGE: Final = "en"
"""That the sentences are in."""
EAST, NORTH = 1, 3
"""By how many alternatives neighbouring cells are apart: with nine of them, no two of 3 × 3 cells take the same."""


def compose(area: Area) -> list[str]:
    """Return the sentences of a description: more with a higher step of perception."""
    with speaking(LANGUAGE):
        return list(_Composer(area).sentences())


class _Composer:
    def __init__(self, area: Area) -> None:
        self._area = area
        self._facts = facts_of(area)
        self._slots = slots_of(area)
        self._cell = (area.position.x // CELL, area.position.y // CELL)

    def sentences(self) -> Iterable[str]:
        for turn, (about, least) in enumerate(ASPECTS):
            if self._area.perception >= least and (text := self._sentence(about, self._cell[:: -1 if turn % 2 else 1])):
                yield text

    def _sentence(self, about: str, cell: tuple[int, ...]) -> str:
        """Return the sentence of an aspect.

        Args:
            cell: with its axes in the order in which this aspect takes them: the one before takes them the other way.
        """
        fitting = self._fitting(descriptions.by_aspect[about])
        if not fitting:
            return ""
        number = self._number(about) + cell[0] * EAST + cell[1] * NORTH
        if len(fitting) % NORTH == 0:  # a multiple of it makes no two neighbours equal
            number += NORTH * self._number(f"{about}/{cell[0] // 3}")
        return _capital(self._filled(fitting[number % len(fitting)], about))

    def _filled(self, text: str, salt: str) -> str:
        """Fill in what stands in braces, with words that may have braces of their own."""

        def words(name: str) -> str:
            if name in self._slots:
                return self._slots[name]
            below = f"{salt}/{name}"
            fitting = self._fitting(descriptions.by_name[name])
            number = self._number(f"{below}/{self._cell[0]}/{self._cell[1]}")
            return self._filled(fitting[number % len(fitting)], below) if fitting else ""

        return SLOT.sub(lambda found: words(found.group(1)), text)

    def _fitting(self, rows: Iterable[Alternatives]) -> list[str]:
        return list(dict.fromkeys(text for row in rows if row.fits(self._facts) for text in row.texts))

    def _number(self, salt: str) -> int:
        area = self._area
        key = f"{area.seed}/{area.world_id}/{area.day}/{area.part}/{salt}"
        return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big")


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
