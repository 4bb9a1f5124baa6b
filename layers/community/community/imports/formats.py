"""Reading the files that other bots export: a table of any of them (`tables`), or JSON.

| Bot | JSON | What it has |
|---|---|---|
| StreamElements | the answer of its `points` API | `{"users": [{"username", "points"}]}` |
| Firebot | `users.db`, or the answer of `viewers/export` | viewers with `_id`, `username`, `currency: {id: points}` |
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from community.imports.models import DecimalSign, Format, LineProblem, PointsFile, PointsRow, UnreadableFile
from community.imports.point_numbers import BadPoints, find_decimal_sign, parse_points
from community.imports.tables import read_table
from kernel.naming import LONGEST_TYPED, id_text, visible
from kernel.texts import translate

_NOT_IN_NAMES = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Controls, line breaks, and halves of surrogate pairs, which Postgres cannot store."""


def read_points(
    content: str,
    wanted: Format | None = None,
    currency: str | None = None,
    decimal_sign: DecimalSign | None = None,
) -> PointsFile:
    """Read a file.

    Args:
        content: the whole file as text.
        wanted: whose file it is; None to find out.
        currency: which points to import, where viewers have several: a column's name, or Firebot's id of a currency.
        decimal_sign: what separates decimals in a table; None to find out.

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
    return _read_table(content, wanted, currency, decimal_sign)


def _read_table(
    content: str, wanted: Format | None, currency: str | None, decimal_sign: DecimalSign | None
) -> PointsFile:
    table = read_table(content, currency)
    if decimal_sign is None:
        column = [(line, points) for line, _, _, points in table.lines]
        decimal_sign = find_decimal_sign(column, "," if table.separator == ";" else ".")
    rows: list[PointsRow] = []
    problems = list(table.problems)
    for line, name, platform_id, points in table.lines:
        _add(rows, problems, line, name, platform_id, points, decimal_sign)
    return PointsFile(wanted or table.format, rows, sorted(problems, key=lambda problem: problem.line))


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
        currency = _known_currency(viewers, currency)
    elif currency is not None:
        raise UnreadableFile(reason=translate("Its viewers have one kind of points, so none can be chosen."))
    for line, viewer in viewers:
        if viewer.get("$$deleted"):
            continue
        name = viewer.get("username") or viewer.get("name") or viewer.get("displayName") or ""
        if firebot:
            platform_id, points = viewer.get("_id", viewer.get("id", "")), viewer.get("currency") or {}
            points = points.get(currency, 0) if isinstance(points, Mapping) else points
        else:
            platform_id, points = viewer.get("platform_id", ""), viewer.get("points")
        _add(rows, problems, line, str(name), str(platform_id), "" if points is None else str(points), ".")
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


def _known_currency(viewers: Iterable[tuple[int, Mapping[str, Any]]], wanted: str | None) -> str:
    """Return the currency that is wanted, or the only one that viewers have.

    Raises:
        UnreadableFile: they do not have it, or none, or several.
    """
    found = sorted({name for _, viewer in viewers for name in viewer.get("currency") or {}})
    if not found:
        raise UnreadableFile(reason=translate("Its viewers have no currency."))
    known = ", ".join(found)
    if wanted is None and len(found) > 1:
        raise UnreadableFile(
            reason=translate("It has several currencies. Say which one: {currencies}", currencies=known)
        )
    if wanted is not None and wanted not in found:
        raise UnreadableFile(
            reason=translate("It has no currency {name}, only: {currencies}.", name=wanted, currencies=known)
        )
    return wanted or found[0]


def _add(
    rows: list[PointsRow],
    problems: list[LineProblem],
    line: int,
    name: str,
    platform_id: str,
    points: str,
    decimal_sign: DecimalSign | None,
) -> None:
    try:
        if any(unicodedata.category(each) in _NOT_IN_NAMES for each in name.strip() + platform_id.strip()):
            raise BadPoints(translate("The name has characters that no name has."))
        name, platform_id = visible(name).removeprefix("@"), id_text(platform_id)
        if not (name or platform_id):
            raise BadPoints(translate("The name is missing."))
        if len(name) > LONGEST_TYPED or len(platform_id) > LONGEST_TYPED:
            raise BadPoints(translate("The name is too long."))
        rows.append(PointsRow(line, name or platform_id, platform_id, parse_points(points, decimal_sign)))
    except BadPoints as bad:
        problems.append(LineProblem(line, str(bad)))
