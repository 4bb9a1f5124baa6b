"""Reading the files that other bots export.

| Bot | File | What it has |
|---|---|---|
| any | CSV | columns for the name and the points, in any order, with or without a header |
| Streamlabs Chatbot | "<currency>.xlsx", saved as CSV | `Username, Rank, Points, Hours` |
| StreamElements | CSV, or the JSON of its `points` API | `username, points`; `{"users": [{"username", "points"}]}` |
| PhantomBot | `points_export.csv` | `Username, Seconds, Points` |
| Firebot | `users.db`, or the JSON of `viewers/export` | viewers with `_id`, `username`, `currency: {id: points}` |
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from community.imports.models import Format, LineProblem, PointsFile, PointsRow, UnreadableFile
from kernel.naming import id_text, key, visible
from kernel.texts import translate

MOST_POINTS = Decimal(10**15)
_NAME_LENGTH = 100
_ID_LENGTH = 100

# By `naming.key`, the best first.
_NAMES = ("username", "user name", "login", "viewer", "viewer name", "user", "name", "display name", "displayname")
_IDS = ("platform id", "twitch id", "twitchid", "youtube id", "discord id", "user id", "userid", "viewer id", "id")
_POINTS = ("points", "current points", "point", "balance", "currency", "amount", "money", "coins", "loyalty points")
_HEADERS = frozenset((*_NAMES, *_IDS, *_POINTS))

_SPACES = re.compile(r"[\s\u00a0\u202f'\u2019_]")
_GROUPED = re.compile(r"-?\d{1,3}([.,]\d{3})+")


class _BadPoints(ValueError):
    """The text is a sentence."""


def read_points(content: str, wanted: Format | None = None, currency: str | None = None) -> PointsFile:
    """Read a file.

    Args:
        content: the whole file as text.
        wanted: whose file it is; None to find out.
        currency: Firebot's id of the currency to import, where viewers have several.

    Raises:
        UnreadableFile
    """
    content = content.removeprefix("\ufeff")
    if content.startswith("PK"):
        raise UnreadableFile(reason=translate("It is an Excel file. Save it as CSV, and import that."))
    if not content.strip():
        raise UnreadableFile(reason=translate("It is empty."))
    if content.lstrip()[0] in "{[":
        return _read_json(content, wanted, currency)
    return _read_table(content, wanted)


# ------------------------------------------------------------------------------------------------------------- Tables


def _read_table(content: str, wanted: Format | None) -> PointsFile:
    delimiter = _delimiter(content)
    lines = csv.reader(content.splitlines(keepends=True), delimiter=delimiter, skipinitialspace=True)
    rows: list[PointsRow] = []
    problems: list[LineProblem] = []
    columns: _Columns | None = None
    while True:
        line = lines.line_num + 1
        try:
            cells = next(lines, None)
        except csv.Error:
            problems.append(LineProblem(line, translate("This line is too long.")))
            continue
        if cells is None:
            break
        cells = [visible(cell) for cell in cells]
        if not any(cells):
            continue
        if columns is None:
            columns = _Columns.named(cells) or _Columns.guessed(cells, delimiter)
            if columns.header:
                continue
        if max(columns.name, columns.points) >= len(cells):
            problems.append(LineProblem(line, translate("A column is missing.")))
            continue
        platform_id = cells[columns.id] if columns.id is not None and columns.id < len(cells) else ""
        _add(rows, problems, line, cells[columns.name], platform_id, cells[columns.points], delimiter)
    if columns is None:
        raise UnreadableFile(reason=translate("It is empty."))
    return PointsFile(wanted or columns.format, rows, problems)


class _Columns:
    """Where a table has what.

    Attributes:
        header: whether the first line names the columns.
    """

    def __init__(self, name: int, points: int, platform_id: int | None, *, header: Sequence[str] = ()) -> None:
        self.name, self.points, self.id = name, points, platform_id
        self.header = bool(header)
        self.format: Format = _format_of(header)

    @classmethod
    def named(cls, cells: Sequence[str]) -> _Columns | None:
        """Return the columns of a header; None if the line is none."""
        header = [key(cell) for cell in cells]
        if not _HEADERS.intersection(header):
            return None
        name, points, platform_id = (_first(header, names) for names in (_NAMES, _POINTS, _IDS))
        name = platform_id if name is None else name
        if name is None or points is None:
            if any(cell.replace(".", "").replace(",", "").isdecimal() for cell in cells):
                return None  # a viewer is called "points"
            raise UnreadableFile(
                reason=translate("Its first line must name a column with names and one with points: username, points.")
            )
        return cls(name, points, platform_id, header=header)

    @classmethod
    def guessed(cls, cells: Sequence[str], delimiter: str) -> _Columns:
        """Return the columns of a table without a header: the first is the name, the last number the points."""
        numbers = [number for number, cell in enumerate(cells) if number and _is_number(cell, delimiter)]
        if not numbers:
            raise UnreadableFile(reason=translate("Each line needs a name and a number of points: alice,100"))
        return cls(0, numbers[-1], None)


def _first(header: Sequence[str], names: Iterable[str]) -> int | None:
    return next((header.index(name) for name in names if name in header), None)


def _format_of(header: Sequence[str]) -> Format:
    if "seconds" in header:
        return "phantombot"
    if "rank" in header and "hours" in header:
        return "streamlabs"
    if "username" in header and {"alltime", "all time", "alltime points", "all time points"}.intersection(header):
        return "streamelements"
    return "csv"


def _delimiter(content: str) -> str:
    first = next(line for line in content.splitlines() if line.strip())
    unquoted = re.sub(r'"[^"]*"', "", first)
    counts = {each: unquoted.count(each) for each in (";", "\t", ",")}
    return max(counts, key=lambda each: counts[each]) if any(counts.values()) else ","


# --------------------------------------------------------------------------------------------------------------- JSON


def _read_json(content: str, wanted: Format | None, currency: str | None) -> PointsFile:
    rows: list[PointsRow] = []
    problems: list[LineProblem] = []
    viewers: list[tuple[int, Mapping[str, Any]]] = []
    for line, document in _documents(content, problems):
        viewers.extend((line + number, viewer) for number, viewer in enumerate(_viewers(document)))
    firebot = any(isinstance(viewer.get("currency"), Mapping) for _, viewer in viewers)
    if firebot:
        # Firebot's file is a journal: the last line of a viewer is valid.
        viewers = list({viewer.get("_id", viewer.get("id")): (line, viewer) for line, viewer in viewers}.values())
        currency = currency or _only_currency(viewers)
    for line, viewer in viewers:
        if viewer.get("$$deleted"):
            continue
        name = viewer.get("username") or viewer.get("name") or viewer.get("displayName") or ""
        if firebot:
            platform_id, points = viewer.get("_id", viewer.get("id", "")), viewer.get("currency") or {}
            points = points.get(currency, 0) if isinstance(points, Mapping) else points
        else:
            platform_id, points = viewer.get("platform_id", ""), viewer.get("points")
        _add(rows, problems, line, str(name), str(platform_id), "" if points is None else str(points), ",")
    if not rows and not problems:
        raise UnreadableFile(reason=translate("It has no viewers."))
    return PointsFile(wanted or ("firebot" if firebot else "streamelements"), rows, problems)


def _documents(content: str, problems: list[LineProblem]) -> Iterator[tuple[int, Any]]:
    """Yield the documents of a file with the number of their line: one document, or one in each line."""
    try:
        yield 1, json.loads(content)
        return
    except (ValueError, RecursionError):
        if "\n" not in content.strip():
            raise UnreadableFile(reason=translate("It is not valid JSON.")) from None
    for line, text in enumerate(content.splitlines(), start=1):
        if not text.strip():
            continue
        try:
            yield line, json.loads(text)
        except (ValueError, RecursionError):
            problems.append(LineProblem(line, translate("This line is not valid JSON.")))


def _viewers(document: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the viewers of a document: a list of them, {"users": a list}, {id: viewer}, or one viewer."""
    if isinstance(document, list):
        yield from (each for each in document if isinstance(each, dict))
    elif isinstance(document, dict):
        listed = next((document[name] for name in ("users", "viewers", "data") if name in document), None)
        if listed is not None:
            yield from _viewers(listed)
        elif "username" in document or "_id" in document or "name" in document:
            yield document
        else:
            yield from ({"_id": name, **each} for name, each in document.items() if isinstance(each, dict))


def _only_currency(viewers: Iterable[tuple[int, Mapping[str, Any]]]) -> str:
    """Return the one currency that viewers have.

    Raises:
        UnreadableFile: they have none, or several.
    """
    found = sorted({name for _, viewer in viewers for name in viewer.get("currency") or {}})
    if len(found) != 1:
        raise UnreadableFile(
            reason=translate("It has several currencies. Say which one: {currencies}", currencies=", ".join(found))
            if found
            else translate("Its viewers have no currency.")
        )
    return found[0]


# --------------------------------------------------------------------------------------------------------------- Cells


def _add(
    rows: list[PointsRow],
    problems: list[LineProblem],
    line: int,
    name: str,
    platform_id: str,
    points: str,
    delimiter: str,
) -> None:
    name, platform_id = visible(name).removeprefix("@"), id_text(platform_id)
    try:
        if not (name or platform_id):
            raise _BadPoints(translate("The name is missing."))
        if len(name) > _NAME_LENGTH or len(platform_id) > _ID_LENGTH:
            raise _BadPoints(translate("The name is too long."))
        if not _storable(name + platform_id):
            raise _BadPoints(translate("The name has characters that no name has."))
        rows.append(PointsRow(line, name or platform_id, platform_id, parse_points(points, delimiter)))
    except _BadPoints as bad:
        problems.append(LineProblem(line, str(bad)))


def _storable(text: str) -> bool:
    """Whether Postgres can store a text: no NUL, and no half of a surrogate pair."""
    return "\x00" not in text and not re.search("[\ud800-\udfff]", text)


def _is_number(text: str, delimiter: str) -> bool:
    try:
        parse_points(text, delimiter)
    except _BadPoints:
        return False
    return True


def parse_points(text: str, delimiter: str = ",") -> Decimal:
    """Parse a number of points, with a decimal point or comma and with thousands grouped.

    In a table whose cells are separated by semicolons, a comma is a decimal comma, as spreadsheets write it there.
    """
    plain = _SPACES.sub("", text)
    if not plain:
        raise _BadPoints(translate("The points are missing."))
    decimal = _decimal_mark(plain, "," if delimiter == ";" else ".")
    try:
        points = Decimal(plain.replace("." if decimal == "," else ",", "").replace(decimal, "."))
    except InvalidOperation:
        raise _BadPoints(translate("{text} is not a number of points.", text=text[:40])) from None
    if not points.is_finite():
        raise _BadPoints(translate("{text} is not a number of points.", text=text[:40]))
    if points < 0:
        raise _BadPoints(translate("The points are negative."))
    if points > MOST_POINTS:
        raise _BadPoints(translate("These are too many points."))
    return points


def _decimal_mark(plain: str, usual: str) -> str:
    """Return which of point and comma separates the decimals."""
    point, comma = plain.rfind("."), plain.rfind(",")
    if point >= 0 and comma >= 0:
        return "." if point > comma else ","
    mark = "." if point >= 0 else "," if comma >= 0 else usual
    other = "," if mark == "." else "."
    if plain.count(mark) > 1 or (mark != usual and _GROUPED.fullmatch(plain)):
        return other
    return mark
