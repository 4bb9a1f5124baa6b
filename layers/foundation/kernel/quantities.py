"""Quantities as people type them: 5, 1,000, 10k, all, half, 50 %."""

from __future__ import annotations

import json
import re
import unicodedata
from fractions import Fraction
from typing import Any, Final

from msgspec import Struct

from kernel.errors import Refused
from kernel.naming import LONGEST_TYPED, key, quoted, visible
from kernel.texts import every_word, term, to_translate
from kernel.texts import number as in_digits

MOST: Final = 10_000
"""The highest quantity in one request. Source: wire 1.4."""

_WORDS: Final = {
    to_translate("all, everything, max", "quantity"): Fraction(1),
    to_translate("half", "quantity"): Fraction(1, 2),
}
"""{what people may type, in a list: the part it means}."""
_THOUSANDS = {"k": 1000, "m": 1_000_000}
_NUMBER = re.compile(r"(?:x|×)?\s*(?P<digits>\d[\d\s.,'_]*?)\s*(?P<thousands>[km])?\s*(?:x|×)?", re.IGNORECASE)
_PERCENT = re.compile(r"(?P<digits>\d+(?:[.,]\d+)?)\s*(?:%|percent)", re.IGNORECASE)
_GROUPS = re.compile(r"\d{1,3}(?:(?P<by>[\s.,'_])\d{3})(?:(?P=by)\d{3})*")


class NotAQuantity(Refused):
    code = "validation"
    capital_code = "INVALID_INPUT"
    message = "{typed} is not a quantity. Write a number such as 5, 1,000 or 10k, or: all, half, 50%."


class NotANumber(Refused):
    code = "validation"
    capital_code = "INVALID_INPUT"
    message = "{typed} is not a number. Write it like 5, 1,000 or 10k."


class UnclearNumber(Refused):
    code = "validation"
    capital_code = "INVALID_INPUT"
    message = "{typed} could be {small} or {large}. Write the one you mean in digits only."


class NoWholeNumber(Refused):
    code = "validation"
    capital_code = "INVALID_INPUT"
    message = "{typed} is not a whole number."


class NumberTooSmall(Refused):
    code = "validation"
    capital_code = "INVALID_INPUT"
    message = "{typed} is too small: it must be at least {least}."


class NumberTooLarge(Refused):
    code = "validation"
    capital_code = "INVALID_INPUT"
    message = "{typed} is too large: {most} is the most."


class Share(Struct, frozen=True):
    """A part of what there is, above 0 and at most 1, for a request like "all" or "half"."""

    part: Fraction

    def of(self, available: int) -> int:
        """Return how many that is, rounded down, but at least 1."""
        return max(1, int(available * self.part))


Wanted = int | Share
"""How many of something a person wants."""

ALL: Final = Share(Fraction(1))


def resolve(wanted: Wanted, available: int, most: int | None = None) -> int:
    """Return how many are wanted.

    Args:
        available: what a share is taken of; a number may be higher.
        most: the most that a share may come to; None for any.
    """
    if isinstance(wanted, int):
        return wanted
    quantity = wanted.of(available)
    return quantity if most is None else min(quantity, most)


def parse_quantity(typed: Any, least: int = 1, most: int = MOST) -> Wanted:
    """Read a quantity: a number or a share.

    Raises:
        NotAQuantity, UnclearNumber, NoWholeNumber, NumberTooSmall, NumberTooLarge
    """
    if isinstance(typed, str):
        if len(typed) > LONGEST_TYPED:
            raise NotAQuantity(typed=_shown(typed))
        if share := _share(typed):
            return share
        if not re.search(r"\d", typed):
            raise NotAQuantity(typed=_shown(typed))
    return parse_number(typed, least, most)


def parse_number(typed: Any, least: int, most: int) -> int:
    """Read a whole number: from JSON, or as people type it.

    Raises:
        NotANumber, UnclearNumber, NoWholeNumber, NumberTooSmall, NumberTooLarge
    """
    number = _from_text(typed) if isinstance(typed, str) else _from_json(typed)
    if number < least:
        raise NumberTooSmall(typed=_shown(typed), least=least)
    if number > most:
        raise NumberTooLarge(typed=_shown(typed), most=in_digits(most))
    return number


def _share(typed: str) -> Share | None:
    """Return what a word or a percentage means; None for anything else."""
    text = unicodedata.normalize("NFKC", visible(typed))
    if percent := _PERCENT.fullmatch(text):
        part = Fraction(percent["digits"].replace(",", ".")) / 100
        if not 0 < part <= 1:
            raise NotAQuantity(typed=_shown(typed))
        return Share(part)
    word = key(text)
    return next((Share(part) for words, part in _WORDS.items() if word in _spellings(words)), None)


def _spellings(words: str) -> set[str]:
    return set(map(key, every_word("quantity", words)))


def _from_json(sent: Any) -> int:
    if isinstance(sent, bool) or not isinstance(sent, int | float):
        raise NotANumber(typed=_shown(sent))
    if isinstance(sent, float) and not sent.is_integer():
        raise NoWholeNumber(typed=_shown(sent))
    return int(sent)


def _from_text(typed: str) -> int:
    if len(typed) > LONGEST_TYPED:
        raise NotANumber(typed=_shown(typed))
    text = unicodedata.normalize("NFKC", visible(typed))
    minus = re.match(r"[-\u2212]\s*(?=\d)", text)
    found = _NUMBER.fullmatch(text[minus.end() :] if minus else text.removeprefix("+"))
    if found is None:
        raise NotANumber(typed=_shown(typed))
    value = _value(found["digits"].strip(), _THOUSANDS.get((found["thousands"] or "").lower(), 1), typed)
    return -value if minus else value


def _value(digits: str, times: int, typed: str) -> int:
    """Return the value of digits with separators between them."""
    if digits.isdecimal():
        return int(digits) * times
    if grouped := _GROUPS.fullmatch(digits):
        whole = int(re.sub(r"\D", "", digits))
        # A comma before three digits groups them; a point does where the game writes its numbers so.
        alone = digits.count(grouped["by"]) == 1
        if alone and ((times > 1 and grouped["by"] in ".,") or grouped["by"] == "." != term("number", ",")):
            raise UnclearNumber(
                typed=_shown(typed), small=in_digits(int(digits[:-4]) * times), large=in_digits(whole * times)
            )
        return whole * times
    parts = re.fullmatch(r"(\d+)[.,](\d+)", digits)
    if parts is None:
        raise NotANumber(typed=_shown(typed))
    exact = Fraction(f"{int(parts[1])}.{''.join(str(int(digit)) for digit in parts[2])}") * times
    if exact.denominator != 1:
        raise NoWholeNumber(typed=_shown(typed))
    return int(exact)


def _shown(typed: Any) -> str:
    """Return what was sent, as a message may repeat it."""
    if typed is None or isinstance(typed, dict | list | bool):
        typed = json.dumps(typed)
    text = quoted(str(typed))
    return text[1:-1] if text.isascii() and text[1:-1].isdecimal() else text
