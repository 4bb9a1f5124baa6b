"""What features store with a player. Each declares it in its `part.py`; `community.parts` lists all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, LiteralString, TypeVar
from uuid import UUID

from community.players.collected import Collected
from community.players.models import Player
from community.progression.models import CommunityState
from kernel.database import Tx

T = TypeVar("T")

Move = Callable[[Tx, UUID, UUID], None]
"""Queues that rows of the player with the first id belong to the second one. Both are locked."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a player that a `Player` does not carry: they move when two players become one.

    Attributes:
        tables: that they are in.
        move: what moves them, ahead of the DELETE that takes along what it leaves behind.
    """

    tables: tuple[str, ...]
    move: Move


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """How a part is read, in the one statement that loads a player.

    Attributes:
        name: of the column; a name of its own among all parts.
        sql: an expression over `u`, the player's row of users. Each placeholder in it stands for the moment of the
            action.
        parse: the part's value, from what the expression has returned.
    """

    name: LiteralString
    sql: LiteralString
    parse: Callable[[Any], T]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Generic[T]):
    """A value that every `Player` has, as `player[holds]`.

    Attributes:
        holds: the value's type. Called without arguments, it makes what a new player has.
        save: queues what has changed: (transaction, user id, the value now, the value as stored). Called only when
            the two differ; for a player who is being created nothing is stored, and the last is None.
        merge: what a player has who was two: (the keeper's value, the other's, the community's state).
        column: None for a part that begins empty in every action.
        transient: it holds what has happened in this action; once that is saved, it is empty again.
        on_load: what becomes of a player who has just been loaded, before anything else happens to them.
        tables: whose rows the value carries, in whole.
        rows: others, which it does not carry.
    """

    holds: type[T]
    save: Callable[[Tx, UUID, T, T | None], None]
    merge: Callable[[T, T, CommunityState], T]
    column: Column[T] | None = None
    transient: bool = False
    on_load: Callable[[Player], Player] | None = None
    tables: tuple[str, ...] = ()
    rows: Rows | None = None


@dataclass(frozen=True, slots=True)
class SharedSum:
    """What all players write to: once for all players of a save, behind everything else, so that the locks are short.

    Attributes:
        add: queues what these players have added to it.
    """

    add: Callable[[Tx, Sequence[Player]], None]


C = TypeVar("C", bound=Collected[Any])


def collecting(holds: type[C], insert: Callable[[Tx, UUID, C], None], rows: Rows) -> Part[C]:
    """A part that reads nothing, and inserts into tables of its own what was collected."""

    def save(tx: Tx, user_id: UUID, now: C, before: C | None) -> None:
        if now:
            insert(tx, user_id, now)

    def merge(keeper: C, other: C, state: CommunityState) -> C:
        return keeper.plus(*other)

    return Part(holds=holds, save=save, merge=merge, transient=True, rows=rows)


Entry = Part[Any] | Rows | SharedSum


class Parts:
    """A table of parts, with what follows from it.

    Attributes:
        columns: SQL for the columns of all parts, each behind a comma. Put together once, so that the statement stays
            one prepared statement.
        moments: how many placeholders there are in it.
        moves: all that moves rows when two players become one.
        tables: all with rows of a player, but for those of `players` itself.
    """

    def __init__(self, *entries: Entry) -> None:
        """Prepare the table of parts.

        Args:
            entries: in the order in which they are written.

        Raises:
            ValueError: two parts cannot be told apart.
        """
        self.parts: tuple[Part[Any], ...] = tuple(entry for entry in entries if isinstance(entry, Part))
        self.sums = tuple(entry for entry in entries if isinstance(entry, SharedSum))
        self._types = frozenset(part.holds for part in self.parts)
        self._columns: Mapping[type[Any], Column[Any]] = {part.holds: part.column for part in self.parts if part.column}
        names = {column.name for column in self._columns.values()}
        if len(self._types) < len(self.parts) or len(names) < len(self._columns):
            raise ValueError("two parts of one type, or two columns of one name")
        self.columns: LiteralString = "".join(
            [", (" + column.sql + ") AS part_" + column.name for column in self._columns.values()]
        )
        self.moments = self.columns.count("%s")
        self._on_load = tuple(part.on_load for part in self.parts if part.on_load)
        self._lasting = frozenset(part.holds for part in self.parts if not part.transient)
        rows = [
            entry if isinstance(entry, Rows) else entry.rows for entry in entries if not isinstance(entry, SharedSum)
        ]
        self.moves: tuple[Move, ...] = tuple(each.move for each in rows if each)
        self.tables = frozenset(table for each in (*self.parts, *rows) if each for table in each.tables)

    def parse(self, row: Mapping[str, Any]) -> dict[type[Any], Any]:
        """{type: value} of what `columns` has read."""
        return {holds: column.parse(row["part_" + column.name]) for holds, column in self._columns.items()}

    def loaded(self, player: Player) -> Player:
        """The player with what is due as soon as they are loaded."""
        for on_load in self._on_load:
            player = on_load(player)
        return player

    def save(self, tx: Tx, player: Player) -> None:
        """Queue every part that differs from the one stored.

        Raises:
            TypeError: the player has a value that no part holds, and that would be lost.
        """
        if not player.parts.keys() <= self._types:
            raise TypeError(f"no part holds {player.parts.keys() - self._types}")
        for part in self.parts:
            now, before = player[part.holds], player.stored and player.stored[part.holds]
            if now != before:
                part.save(tx, player.id, now, before)

    def add_up(self, tx: Tx, players: Sequence[Player]) -> None:
        """Queue what all these players have added to the sums that all share."""
        for each in self.sums:
            each.add(tx, players)

    def lasting(self, player: Player) -> dict[type[Any], Any]:
        """{type: value} of a player who has just been saved."""
        return {holds: value for holds, value in player.parts.items() if holds in self._lasting}

    def merged(self, keeper: Player, other: Player) -> dict[type[Any], Any]:
        """{type: value} of a player who was two."""
        return {part.holds: part.merge(keeper[part.holds], other[part.holds], keeper.state) for part in self.parts}
