"""Imports of points from other bots."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

from kernel.errors import Conflict, NotFound, Refused

Format = Literal["csv", "streamlabs", "streamelements", "phantombot", "firebot"]
"""Whose file it is; `csv` for any table of names and points."""

FORMATS: tuple[Format, ...] = get_args(Format)

DecimalSign = Literal[".", ","]
"""What separates the decimals of a number."""

DECIMAL_SIGNS: tuple[DecimalSign, ...] = get_args(DecimalSign)


class PointsRow(Struct, frozen=True):
    """A viewer of another bot.

    Attributes:
        line: where in the file, from 1 up.
        platform_id: empty when the file has only the name.
        points: not negative.
    """

    line: int
    username: str
    platform_id: str
    points: Decimal


class LineProblem(Struct, frozen=True):
    """Why a line of the file is not imported, in a sentence for the administrator."""

    line: int
    text: str


class PointsFile(Struct, frozen=True):
    """What a file says.

    Attributes:
        rows: in the order of the file.
        problems: the lines that could not be read, in the order of the file.
    """

    format: Format
    rows: Sequence[PointsRow]
    problems: Sequence[LineProblem]


class AccountMatch(Struct, frozen=True):
    """Who in the game has the name or id of a row.

    Attributes:
        players: how many there are.
        platform_id, username: of the account, if there is exactly one.
        money: what the player has.
    """

    players: int = 0
    platform_id: str = ""
    username: str = ""
    money: int = 0


class ImportEntry(Struct, frozen=True):
    """A balance to be credited.

    Attributes:
        amount: money, at least 1.
        known: a player has the account already, and gets the money at once.
    """

    row: PointsRow
    amount: int
    known: bool


class ImportPlan(Struct, frozen=True):
    """What an import would do.

    Attributes:
        entries: what is credited, now or with the account's first line.
        problems: the lines that are left out, in the order of the file.
        without_points: how many rows have nothing to import.
        warnings: the entries that do not fit into an inventory, in the order of the file.
    """

    format: Format
    entries: Sequence[ImportEntry]
    problems: Sequence[LineProblem]
    without_points: int
    warnings: Sequence[LineProblem] = ()

    @property
    def known(self) -> int:
        return sum(entry.known for entry in self.entries)

    @property
    def total(self) -> int:
        """The money of all entries."""
        return sum(entry.amount for entry in self.entries)


class ImportBatch(Struct, frozen=True):
    """An import, and how far it has come.

    Attributes:
        waiting, credited: balances that wait for a first line, and those that have arrived; `_money`: their sums.
        taken_back_money: what undoing the import has taken back.
    """

    batch_id: UUID
    platform: str
    format: str
    rate: str
    imported_by: str
    imported_at: datetime
    undone_at: datetime | None
    waiting: int
    waiting_money: int
    credited: int
    credited_money: int
    taken_back_money: int


class NotTakenBack(Struct, frozen=True):
    """A player who had spent imported money before the import was undone; `missing` is how much."""

    username: str
    missing: int


class Undone(Struct, frozen=True):
    """What a call to undo an import has done.

    Attributes:
        removed: balances that were still waiting.
        taken_back: money taken from players.
        not_taken_back: players who no longer had all of it.
        remaining: balances that the next call takes back; 0 when the import is undone.
    """

    removed: int
    taken_back: int
    not_taken_back: Sequence[NotTakenBack]
    remaining: int


class UnreadableFile(Refused):
    code = "validation"
    message = "The file cannot be read: {reason}"


class InvalidRate(Refused):
    code = "validation"
    message = "The rate must be a positive number or fraction, like 1, 0.5 or 1/10."


class ImportedAlready(Conflict):
    code = "already_imported"
    message = "This file has been imported already. Undo the import {batch_id} first."


class NoSuchImport(NotFound):
    code = "not_found"
    message = "There is no import with that id."
