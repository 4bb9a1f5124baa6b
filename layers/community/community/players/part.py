"""Declarations of what features store with a player, in each feature's `part.py`. `community.parts` lists them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Generic, LiteralString, TypeVar
from uuid import UUID

from msgspec import Struct

from community.players.collected import Collected
from community.players.models import Link, Player
from community.progression.models import CommunityState
from kernel.database import Tx

T = TypeVar("T")

Move = Callable[[Tx, UUID, UUID], None]
"""Queues the transfer of rows from the player with the first id to the second. Both players are locked."""


class Limit(Struct, frozen=True):
    """What limits a person, with whichever of their accounts they play, and also when they were forgotten.

    Attributes:
        name: its key in the remembered limits.
        remember: SQL expression over `u`, a row of users, for a `jsonb` array of objects, or null; its placeholder is
            `%(now)s`.
        recall: the rest of a statement that begins with the rows `kept`, of which each has an `entry`, an object of
            such an array: it gives them to the player with `%(user_id)s`, if they have nothing stricter already. Its
            other placeholders are `%(now)s`, and `%(linked_at)s` for when the accounts were linked that bring them, or
            null.
        shared: whether it also holds for the person's other players, from whom an account has left.
    """

    name: LiteralString
    remember: LiteralString
    recall: LiteralString
    shared: bool = True


class Rows(Struct, frozen=True):
    """Rows of a player that are not loaded into a `Player`; they are moved when two players are merged.

    Attributes:
        tables: the tables that contain them.
        move: moves them, before the DELETE of the old player, which removes the remaining rows.
        accounts_changed: queues what follows for accounts {platform: link} that are new to a player, or have a new name
            there. The player has a row by then, and `stored` tells what was there before.
        account_left: queues what stays with an account that leaves its player: (transaction, user id, platform, link).
        link_undone: takes from a player what limits them only because of accounts that a code brought, and that have
            left within the day: (transaction, user id, when the code did).
        limit: what of it limits the person.
    """

    tables: tuple[str, ...]
    move: Move
    accounts_changed: Callable[[Tx, Player, Mapping[str, Link]], None] | None = None
    account_left: Callable[[Tx, UUID, str, Link], None] | None = None
    link_undone: Callable[[Tx, UUID, datetime], None] | None = None
    limit: Limit | None = None


class Column(Struct, Generic[T], frozen=True):
    """How a part is read, in the statement that loads a player.

    Attributes:
        name: the column's name, unique among all parts.
        sql: an expression over `u`, the player's row of users. Each placeholder in it stands for the time of the
            action.
        parse: converts the expression's result to the part's value.
    """

    name: LiteralString
    sql: LiteralString
    parse: Callable[[Any], T]


class Part(Struct, Generic[T], frozen=True, kw_only=True):
    """A value that every `Player` has, as `player[holds]`.

    Attributes:
        holds: the value's type. Called without arguments, it returns a new player's value.
        save: queues changes: (transaction, user id, current value, stored value). Called only when the two differ;
            the stored value is None for a player who is being created.
        merge: merges the values of two players: (the keeper's, the other's, the community's state).
        merge_of_one_person: instead, if the players share what limits them; where both then have the same, for example.
        column: None for a part that is empty at the start of every action.
        transient: it collects what happens in this action, and is empty again after the save.
        joined: it is written in one statement with the other such parts, after those that are not. Its `save` queues
            one statement, and no other part writes to its table.
        on_load: changes a player who has just been loaded, before the action does.
        on_merge: changes the player into whom two were merged, when the values of all parts are merged: (the merged
            player, the keeper, the other, the current time).
        changes: types of the parts that `on_load` changes: who reads one of them must read this one, too.
        tables: the tables whose rows the value fully represents.
        rows: further rows that the value does not represent.
        limit: what of it limits the person.
    """

    holds: type[T]
    save: Callable[[Tx, UUID, T, T | None], None]
    merge: Callable[[T, T, CommunityState], T]
    merge_of_one_person: Callable[[T, T, CommunityState], T] | None = None
    column: Column[T] | None = None
    transient: bool = False
    joined: bool = False
    on_load: Callable[[Player], Player] | None = None
    on_merge: Callable[[Player, Player, Player, datetime], Player] | None = None
    changes: frozenset[type[Any]] = frozenset()
    tables: tuple[str, ...] = ()
    rows: Rows | None = None
    limit: Limit | None = None


class SharedSum(Struct, frozen=True):
    """A sum that all players write to: once per save, after everything else, so that its locks are held briefly.

    Attributes:
        add: queues what these players add to it.
    """

    add: Callable[[Tx, Sequence[Player]], None]


K = TypeVar("K")
V = TypeVar("V")


def changed(now: Mapping[K, V], before: Mapping[K, V]) -> dict[K, V]:
    """Return the entries that are new or differ from before, for a part that stores a row for each."""
    return {key: value for key, value in now.items() if before.get(key) != value}


C = TypeVar("C", bound=Collected[Any])


def collecting(holds: type[C], insert: Callable[[Tx, UUID, C], None], rows: Rows) -> Part[C]:
    """Return a part that reads nothing, and inserts collected values into its own tables."""

    def save(tx: Tx, user_id: UUID, now: C, before: C | None) -> None:
        if now:
            insert(tx, user_id, now)

    def merge(keeper: C, other: C, state: CommunityState) -> C:
        return keeper.plus(*other)

    return Part(holds=holds, save=save, merge=merge, transient=True, joined=True, rows=rows)


Entry = Part[Any] | Rows | SharedSum


class Parts:
    """The table of parts, and what is derived from it.

    Attributes:
        columns: SQL for the columns of all parts, each after a comma. It is assembled once, so that the statement stays
            one prepared statement.
        moments: the number of placeholders in it, which all take the current time.
        moves: the functions that move rows when two players are merged.
        tables: all tables with rows of a player, except those of `players` itself.
        limits: what limits a person.
        unread: types of parts that this selection of a table leaves out.
    """

    def __init__(self, *entries: Entry, unread: frozenset[type[Any]] = frozenset()) -> None:
        """Prepare the table of parts.

        Args:
            entries: in the order in which they are written.

        Raises:
            ValueError: two parts share a type or a column name.
        """
        self.parts: tuple[Part[Any], ...] = tuple(entry for entry in entries if isinstance(entry, Part))
        self.sums = tuple(entry for entry in entries if isinstance(entry, SharedSum))
        self._separate = tuple(part for part in self.parts if not part.joined)
        self._joined = tuple(part for part in self.parts if part.joined)
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
        self._on_merge = tuple(part.on_merge for part in self.parts if part.on_merge)
        self._lasting = frozenset(part.holds for part in self.parts if not part.transient)
        rows = [
            entry if isinstance(entry, Rows) else entry.rows for entry in entries if not isinstance(entry, SharedSum)
        ]
        self.moves: tuple[Move, ...] = tuple(each.move for each in rows if each)
        self._accounts_changed = tuple(each.accounts_changed for each in rows if each and each.accounts_changed)
        self._account_left = tuple(each.account_left for each in rows if each and each.account_left)
        self._link_undone = tuple(each.link_undone for each in rows if each and each.link_undone)
        self.limits: tuple[Limit, ...] = tuple(
            entry.limit for entry in entries if not isinstance(entry, SharedSum) and entry.limit
        )
        self.tables = frozenset(table for each in (*self.parts, *rows) if each for table in each.tables)
        self.unread = unread
        self._selections: dict[frozenset[type[Any]], Parts] = {}

    def only(self, *wanted: type[Any]) -> Parts:
        """Return the table of the parts of these types, and of those that change them on load; of all, given none."""
        if not wanted:
            return self
        types = frozenset(wanted)
        if types not in self._selections:
            chosen = [part for part in self.parts if part.holds in types or part.changes & types]
            unread = self._types.difference(part.holds for part in chosen)
            self._selections[types] = Parts(*chosen, unread=unread)
        return self._selections[types]

    def parse(self, row: Mapping[str, Any]) -> dict[type[Any], Any]:
        """Return {type: value} from the columns of a row."""
        return {holds: column.parse(row["part_" + column.name]) for holds, column in self._columns.items()}

    def loaded(self, player: Player) -> Player:
        """Apply every part's `on_load` to a loaded player."""
        for on_load in self._on_load:
            player = on_load(player)
        return player

    def accounts_changed(self, tx: Tx, player: Player, accounts: Mapping[str, Link]) -> None:
        """Queue what follows for accounts that are new to a player, or have a new name there."""
        for follow in self._accounts_changed:
            follow(tx, player, accounts)

    def account_left(self, tx: Tx, user_id: UUID, platform: str, link: Link) -> None:
        """Queue what stays with an account that leaves its player."""
        for follow in self._account_left:
            follow(tx, user_id, platform, link)

    def link_undone(self, tx: Tx, user_id: UUID, linked_at: datetime) -> None:
        """Take from a player what limits them only because of accounts that a code brought at that moment."""
        for follow in self._link_undone:
            follow(tx, user_id, linked_at)

    def save(self, tx: Tx, player: Player) -> None:
        """Queue every part that differs from its stored value, except those that are joined.

        Raises:
            TypeError: the player has a value of a type that no part holds, so it would be lost.
        """
        if not player.parts.keys() <= self._types:
            raise TypeError(f"no part holds {player.parts.keys() - self._types}")
        _save(tx, player, self._separate)

    def have_joined(self, player: Player) -> bool:
        """Tell whether a part that is joined differs from its stored value."""
        return next(_changed(player, self._joined), None) is not None

    def save_joined(self, tx: Tx, player: Player) -> None:
        """Queue the parts that are joined, inside `Tx.as_one`."""
        _save(tx, player, self._joined)

    def add_up(self, tx: Tx, players: Sequence[Player]) -> None:
        """Queue what these players add to the shared sums."""
        for each in self.sums:
            each.add(tx, players)

    def lasting(self, player: Player) -> dict[type[Any], Any]:
        """Return {type: value} of the parts that remain after a save."""
        return {holds: value for holds, value in player.parts.items() if holds in self._lasting}

    def merged(self, keeper: Player, other: Player, now: datetime) -> Player:
        """Return the keeper with the merged values of both players."""
        same = keeper.is_same_person(other)
        merges = {part.holds: (same and part.merge_of_one_person) or part.merge for part in self.parts}
        parts = {holds: merge(keeper[holds], other[holds], keeper.state) for holds, merge in merges.items()}
        player = replace(keeper, parts=parts)
        for on_merge in self._on_merge:
            player = on_merge(player, keeper, other, now)
        return player


def _save(tx: Tx, player: Player, parts: Sequence[Part[Any]]) -> None:
    for part, now, before in _changed(player, parts):
        part.save(tx, player.id, now, before)


def _changed(player: Player, parts: Sequence[Part[Any]]) -> Iterator[tuple[Part[Any], Any, Any]]:
    """Yield the parts that differ from their stored values, with both values."""
    values, stored = player.parts, player.stored
    for part in parts:
        # What the player does not have, they did not have either: it has a new player's value.
        if part.holds in values or stored is None:
            now, before = player[part.holds], stored and stored[part.holds]
            if now is not before and now != before:
                yield part, now, before
