"""Numbers of points, as people and spreadsheets write them.

`1.000` is a thousand in one country and one in the next. What the other numbers of its column say decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from community.imports.models import DecimalSign, UnreadableFile
from kernel.naming import LONGEST_TYPED
from kernel.texts import decimal as with_decimals
from kernel.texts import number as in_digits
from kernel.texts import translate

MOST_POINTS: Final = Decimal(10**15)
_SIGNS: Final[tuple[DecimalSign, DecimalSign]] = (".", ",")
_OTHER: Final[dict[DecimalSign, DecimalSign]] = {".": ",", ",": "."}
# Thousands are grouped by the sign that does not separate decimals, by blanks, apostrophes or underscores.
_NUMBER: Final = {
    sign: re.compile(
        rf"(?P<whole>[+-]?(?:[1-9]\d{{0,2}}(?:[{re.escape(_OTHER[sign])}\s'\u2019_]\d{{3}})+|\d+))"
        rf"(?:{re.escape(sign)}(?P<part>\d*))?(?P<exponent>[eE][+-]?\d{{1,3}})?"
    )
    for sign in _SIGNS
}


class BadPoints(ValueError):
    """A text that is no number of points. Its own text is a sentence."""


def find_decimal_sign(texts: Iterable[tuple[int, str]], usual: DecimalSign) -> DecimalSign | None:
    """Find out which sign separates the decimals in a column.

    Args:
        texts: (line, number) of the column.
        usual: the sign that files of this kind separate decimals with.

    Returns:
        The sign; None if some numbers have a point and others a comma there, and all can be read by themselves.

    Raises:
        UnreadableFile: nothing tells.
    """
    proven: set[DecimalSign] = set()
    unclear: list[tuple[int, str]] = []
    plain_thousands = False
    for line, text in texts:
        read: dict[DecimalSign, Decimal] = {sign: value for sign in _SIGNS if (value := _read(text, sign)) is not None}
        if len(read) == 1:
            proven.update(sign for sign in _SIGNS if sign in read)
        elif read and len(set(read.values())) > 1:
            unclear.append((line, text))
        elif read:
            plain_thousands = plain_thousands or abs(read["."]) >= 1000
    if len(proven) == 1:
        return proven.pop()
    if not unclear:
        return None if proven else usual
    signs: set[DecimalSign] = {sign for _, text in unclear for sign in _SIGNS if sign in text}
    if proven or len(signs) > 1 or (usual in signs and plain_thousands):
        raise _unclear(*unclear[0])
    # Each of them has exactly three digits behind the sign, and no thousand is written without one.
    return _OTHER[signs.pop()]


def parse_points(text: str, sign: DecimalSign | None) -> Decimal:
    """Parse a number of points.

    Args:
        sign: what separates the decimals; None for whichever makes it a number.

    Raises:
        BadPoints
    """
    if not text.strip():
        raise BadPoints(translate("The points are missing."))
    readings = (_read(text, each) for each in (_SIGNS if sign is None else (sign,)))
    points = next((each for each in readings if each is not None), None)
    if points is None:
        raise BadPoints(translate("{text} is not a number of points.", text=text.strip()[:40]))
    if points < 0:
        raise BadPoints(translate("The points are negative."))
    if points > MOST_POINTS:
        raise BadPoints(translate("These are too many points."))
    return points


def is_number(text: str) -> bool:
    """Whether a text may be a number, with whichever sign before its decimals."""
    return any(_read(text, sign) is not None for sign in _SIGNS)


def _read(text: str, sign: DecimalSign) -> Decimal | None:
    """Return the number; None if it is none with that decimal sign."""
    if len(text) > LONGEST_TYPED:
        return None
    found = _NUMBER[sign].fullmatch(unicodedata.normalize("NFKC", text).strip().replace("\u2212", "-"))
    if found is None:
        return None
    whole = re.sub(r"[^\d+-]", "", found["whole"])
    return Decimal(f"{whole}.{found['part'] or '0'}{found['exponent'] or ''}")


def _unclear(line: int, text: str) -> UnreadableFile:
    small, large = sorted(value for sign in _SIGNS if (value := _read(text, sign)) is not None)
    exponent = small.normalize().as_tuple().exponent
    digits = max(0, -exponent) if isinstance(exponent, int) else 0
    return UnreadableFile(
        reason=translate(
            "{text} in line {line} could be {small} or {large}."
            " Say which decimal sign the file has: a point or a comma.",
            text=text.strip()[:40],
            line=line,
            small=with_decimals(float(small), digits),
            large=in_digits(int(large)),
        )
    )
