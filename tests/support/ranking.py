"""Ranks, as a reader would count them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID


class Around:
    """Equals the neighbourhood of a player on a leaderboard. Names do not matter."""

    def __init__(self, places: Sequence[tuple[UUID, int, int]], own: UUID | None) -> None:
        self._expected = (list(places), own)

    def __eq__(self, other: Any) -> bool:
        found = [(place.user_id, place.count, place.rank) for place in other.places]
        return (found, other.own and other.own.user_id) == self._expected

    def __repr__(self) -> str:
        return f"Around{self._expected}"


def around(board: Sequence[tuple[int, UUID]], user_id: UUID, neighbours: int) -> Around:
    """Return what `rank_of` should find.

    Args:
        board: all (count, user id), the best first.
    """
    ranks: Mapping[int, int] = {
        count: 1 + sum(other > count for other, _ in board) for count in {count for count, _ in board}
    }
    index = next((index for index, (_, other) in enumerate(board) if other == user_id), None)
    if index is None:
        return Around([], None)
    shown = board[max(0, index - neighbours) : index + neighbours + 1]
    return Around([(other, count, ranks[count]) for count, other in shown], user_id)
