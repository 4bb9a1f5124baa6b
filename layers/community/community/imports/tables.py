"""Reading tables of names and points: CSV with commas, semicolons or tabs, with or without a header.

| Bot | Columns | Known from |
|---|---|---|
| Streamlabs Chatbot | name, rank, points, hours | how Firebot and Mix It Up import them |
| Streamlabs Cloudbot | `Username, Points, WatchTimeMinutes, UpdatedAt, CreatedAt` | TheReal3xtinct/Streamlink |
| StreamElements | name, Twitch id, points, all-time points, watch time; no header | ashcorpdev/sl-export |
| PhantomBot | `Username, Seconds, Points` | its console command `exportpoints` |
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from community.catalog.content import items
from community.catalog.item_names import typed_names
from community.imports.models import Format, LineProblem, UnreadableFile
from community.imports.point_numbers import is_number
from kernel.naming import key, visible
from kernel.texts import every_word, to_translate, translate

# The best first; translators list the words of their language.
_NAMES: Final = to_translate(
    "username, user name, login, viewer, viewer name, user, name, display name, displayname,"
    " twitch username, twitchusername",
    "column",
)
_IDS: Final = to_translate(
    "platform id, twitch id, twitchid, youtube id, discord id, user id, userid, viewer id, id", "column"
)
_POINTS: Final = to_translate(
    "points, current points, point, balance, currency, amount, money, coins, loyalty points", "column"
)
_SEPARATORS: Final = (";", "\t", ",")
_LINES: Final = re.compile(r"\r\n|\r|\n")
_LOOKED_AT: Final = 200
"""How many lines tell what separates the columns."""


class Table(Struct, frozen=True):
    """A table as text.

    Attributes:
        lines: (line number, name, id, points) of each viewer; the id is empty where the table has none.
        problems: the lines that could not be taken apart.
    """

    format: Format
    separator: str
    lines: Sequence[tuple[int, str, str, str]]
    problems: Sequence[LineProblem]


class _Columns(Struct, frozen=True):
    format: Format
    name: int
    points: int
    id: int | None = None
    header: bool = False


def read_table(content: str, currency: str | None) -> Table:
    """Take a table apart.

    Args:
        currency: the column with the points; None for the one that is named or looks like it.

    Raises:
        UnreadableFile
    """
    numbered = [(number, line) for number, line in enumerate(_LINES.split(content), start=1) if line.strip()]
    separator = _separator_of(numbered)
    problems: list[LineProblem] = []
    rows = list(_rows(numbered, separator, problems))
    if not rows:
        raise UnreadableFile(reason=problems[0].text if problems else translate("It is empty."))
    columns = _named(rows[0][1], currency) or _by_position(rows, currency)
    lines: list[tuple[int, str, str, str]] = []
    for number, cells in rows[1:] if columns.header else rows:
        if max(columns.name, columns.points) >= len(cells):
            problems.append(LineProblem(number, translate("A column is missing.")))
            continue
        platform_id = cells[columns.id] if columns.id is not None and columns.id < len(cells) else ""
        lines.append((number, cells[columns.name], platform_id, visible(cells[columns.points])))
    return Table(columns.format, separator, lines, problems)


def _separator_of(numbered: list[tuple[int, str]]) -> str:
    """Return what separates the columns; a first line like `sep=;`, as Excel knows it, is removed."""
    if numbered and (told := re.fullmatch(r"\s*sep=([;,\t])\s*", numbered[0][1], re.IGNORECASE)):
        del numbered[0]
        return told[1]
    unquoted = [re.sub(r'"[^"]*"', "", line) for _, line in numbered[:_LOOKED_AT]]
    found = {each: sum(each in line for line in unquoted) for each in _SEPARATORS}
    return max(_SEPARATORS, key=lambda each: found[each]) if any(found.values()) else ","


def _rows(
    numbered: Iterable[tuple[int, str]], separator: str, problems: list[LineProblem]
) -> Iterator[tuple[int, list[str]]]:
    for number, line in numbered:
        if line.count('"') % 2:
            # Taken as the beginning of a quotation, it would swallow the lines below.
            problems.append(LineProblem(number, translate("A quotation mark does not end in the line it begins in.")))
            continue
        try:
            cells = next(csv.reader([line], delimiter=separator, skipinitialspace=True))
        except csv.Error:
            problems.append(LineProblem(number, translate("This line is too long.")))
            continue
        if any(visible(cell) for cell in cells):
            yield number, cells


def _named(cells: Sequence[str], currency: str | None) -> _Columns | None:
    """Return the columns of a header; None if the line is none."""
    header = [key(visible(cell)) for cell in cells]
    names, ids, points = _words(_NAMES), _words(_IDS), [*_words(_POINTS), *_money_words()]
    chosen = None if currency is None else key(currency)
    if not {*names, *ids, *points, chosen}.intersection(header):
        return None
    name, platform_id = _first(header, names), _first(header, ids)
    name = platform_id if name is None else name
    column = _first(header, points if chosen is None else [chosen])
    if name is None or column is None:
        if any(is_number(visible(cell)) for cell in cells):
            return None  # a viewer is called "points"
        shown = ", ".join(filter(None, map(visible, cells)))
        if name is None:
            raise UnreadableFile(
                reason=translate("None of its columns is one of names: {columns}. Call it username.", columns=shown)
            )
        if chosen is not None:
            raise UnreadableFile(
                reason=translate("It has no column {name}, only: {columns}.", name=currency, columns=shown)
            )
        raise UnreadableFile(
            reason=translate(
                "None of its columns is one of points: {columns}. Call it points, or choose it as the currency.",
                columns=shown,
            )
        )
    return _Columns(_format_of(header), name, column, platform_id, header=True)


def _words(listed: str) -> list[str]:
    """Return the keys of what a column may be called, in all languages: the words of `listed` first."""
    return list(map(key, every_word("column", listed)))


def _money_words() -> Iterator[str]:
    """Yield the keys of all names of the community's currency."""
    return map(key, typed_names(items.money))


def _first(header: Sequence[str], words: Iterable[str]) -> int | None:
    return next((header.index(word) for word in words if word in header), None)


def _format_of(header: Sequence[str]) -> Format:
    known = {column.replace(" ", "") for column in header}
    if "seconds" in known:
        return "phantombot"
    if {"rank", "hours"} <= known or "watchtimeminutes" in known:
        return "streamlabs"
    if "username" in known and known & {"alltime", "alltimepoints", "watchtime"}:
        return "streamelements"
    return "csv"


def _by_position(rows: Sequence[tuple[int, list[str]]], currency: str | None) -> _Columns:
    """Return the columns of a table without a header: the first is the name."""
    if currency is not None:
        raise UnreadableFile(
            reason=translate("Its columns have no names, so {name} cannot be chosen among them.", name=currency)
        )
    width = Counter(len(cells) for _, cells in rows).most_common(1)[0][0]
    body = [[visible(cell) for cell in cells] for _, cells in rows if len(cells) == width]
    numbers = [column for column in range(1, width) if 2 * sum(is_number(cells[column]) for cells in body) > len(body)]
    if width == 5 and {2, 3, 4} <= set(numbers):
        return _Columns("streamelements", 0, 2, 1)
    if width == 4 and numbers == [2, 3]:
        return _Columns("streamlabs", 0, 2)
    if len(numbers) > 1:
        raise UnreadableFile(
            reason=translate("Several columns have numbers. Name the columns in a first line: username,points")
        )
    if not numbers:
        raise UnreadableFile(reason=translate("Each line needs a name and a number of points: alice,100"))
    return _Columns("csv", 0, numbers[0])
