"""What an import does with the rows of a file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from hashlib import sha256

from community.imports.models import (
    AccountMatch,
    ImportEntry,
    ImportPlan,
    InvalidRate,
    LineProblem,
    PointsFile,
    PointsRow,
)
from community.imports.platforms import UNIQUE_NAMES
from community.inventory.models import STACK_LIMIT
from kernel.naming import person_key
from kernel.texts import number, translate

MOST_MONEY = 10**12
"""For one account; sums of a file still fit into the database."""
_RATE = re.compile(r"\d{1,9}(\.\d{1,9}|/\d{1,9})?", re.ASCII)


def parse_rate(text: str) -> Fraction:
    """Return how much money a point is.

    Raises:
        InvalidRate
    """
    plain = text.replace(" ", "")
    if not _RATE.fullmatch(plain):
        raise InvalidRate
    try:
        rate = Fraction(plain)
    except ZeroDivisionError:
        raise InvalidRate from None
    if rate <= 0:
        raise InvalidRate
    return rate


def identity(row: PointsRow) -> tuple[str, str]:
    """Return what two rows about the same account share: the id, or else the name's key."""
    return (row.platform_id, "") if row.platform_id else ("", person_key(row.username))


def hash_of(rows: Iterable[PointsRow]) -> str:
    """Return the same hash for the same points of the same accounts, in whichever order and layout a file has them.

    The rate is no part of it: a file that was imported is not paid again at another one.
    """
    points: dict[tuple[str, str], str] = {}
    for row in rows:
        points.setdefault(identity(row), f"{row.points.normalize():f}")
    paid = sorted((*account, each) for account, each in points.items() if each != "0")
    return sha256(json.dumps(paid).encode()).hexdigest()


def plan(
    file: PointsFile,
    rate: Fraction,
    matches: Mapping[int, AccountMatch],
    excluded: Callable[[str, str], bool],
    platform: str = "twitch",
) -> ImportPlan:
    """Decide what is credited.

    Args:
        matches: {line: who in the game has that name or id}; no one, if a line is missing.
        excluded: whether an account takes no part in the game: (platform id, name).
    """
    entries: list[ImportEntry] = []
    problems = list(file.problems)
    warnings: list[LineProblem] = []
    first: dict[tuple[str, str], int] = {}
    without_points = 0
    for row in file.rows:
        match = matches.get(row.line, AccountMatch())
        account = identity(row)
        amount = int(Fraction(row.points) * rate)
        if account in first:
            text = translate("{name} is in line {line} already, which counts.", name=row.username, line=first[account])
            problems.append(LineProblem(row.line, text))
            continue
        first[account] = row.line
        if not row.platform_id and platform not in UNIQUE_NAMES:
            # Or the first to take the name, which may be on a public list of the richest, would have the balance.
            text = translate(
                "On {platform}, anyone can be called {name}. Only an id tells whose balance this is.",
                platform=platform,
                name=row.username,
            )
            problems.append(LineProblem(row.line, text))
        elif match.players > 1:
            text = translate("Several players are called {name}. Only an id can tell them apart.", name=row.username)
            problems.append(LineProblem(row.line, text))
        elif excluded(match.platform_id or row.platform_id, match.username or row.username):
            text = translate("{name} does not take part in the game.", name=row.username)
            problems.append(LineProblem(row.line, text))
        elif amount == 0:
            without_points += 1
        elif amount > MOST_MONEY:
            problems.append(LineProblem(row.line, translate("This is too much money.")))
        else:
            entries.append(ImportEntry(row, amount, known=match.players == 1))
            if match.money + amount > STACK_LIMIT:
                warnings.append(LineProblem(row.line, _above_limit(row, match.money + amount)))
    problems.sort(key=lambda problem: problem.line)
    return ImportPlan(file.format, entries, problems, without_points, warnings)


def _above_limit(row: PointsRow, balance: int) -> str:
    return translate(
        "{name} would have {balance} money, and an inventory holds {limit}. The rest waits until there is room.",
        name=row.username,
        balance=number(balance),
        limit=number(STACK_LIMIT),
    )
