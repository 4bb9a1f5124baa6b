from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import quantities
from kernel.errors import Refused
from kernel.quantities import (
    ALL,
    NotANumber,
    NotAQuantity,
    NoWholeNumber,
    NumberTooLarge,
    NumberTooSmall,
    Share,
    UnclearNumber,
    parse_number,
    parse_quantity,
    resolve,
)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        (5, 5),
        (5.0, 5),
        ("5", 5),
        ("5.0", 5),
        (" +5 ", 5),
        ("x5", 5),
        ("5x", 5),
        ("５", 5),
        ("٣", 3),
        ("1,000", 1000),
        ("1 000", 1000),
        ("1'000", 1000),
        ("2,500", 2500),
        ("1.5k", 1500),
        ("1,5k", 1500),
        ("0.5K", 500),
        ("10k", 10_000),
        ("10 k", 10_000),
    ],
)
def test_a_number_as_people_type_it(typed: Any, number: int) -> None:
    assert parse_quantity(typed) == number


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("all", Fraction(1)),
        ("ALL!", Fraction(1)),
        ("max", Fraction(1)),
        ("half", Fraction(1, 2)),
        ("50%", Fraction(1, 2)),
        ("12,5 %", Fraction(1, 8)),
        ("100%", Fraction(1)),
    ],
)
def test_a_share_as_people_type_it(typed: str, part: Fraction) -> None:
    assert parse_quantity(typed) == Share(part)


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("", NotAQuantity),
        ("some", NotAQuantity),
        ("150%", NotAQuantity),
        ("0%", NotAQuantity),
        (None, NotANumber),
        (True, NotANumber),
        ([5], NotANumber),
        ("1e3", NotANumber),
        ("5 spades", NotANumber),
        ("1..5", NotANumber),
        ("1.000", UnclearNumber),
        ("1,000k", UnclearNumber),
        ("1.5", NoWholeNumber),
        (1.5, NoWholeNumber),
        (float("inf"), NoWholeNumber),
        ("-5", NumberTooSmall),
        (0, NumberTooSmall),
        ("10,001", NumberTooLarge),
        ("1m", NumberTooLarge),
        ("9" * 100, NumberTooLarge),
        ("9" * 5000, NotAQuantity),
        ("9" * 4400 + "%", NotAQuantity),
        ("9" * 99 + "%", NotAQuantity),
        (1e308, NumberTooLarge),
    ],
)
def test_what_is_unclear_is_refused_with_a_sentence(typed: Any, refusal: type[Refused]) -> None:
    with pytest.raises(refusal) as refused:
        parse_quantity(typed)
    assert str(refused.value).endswith(".")
    assert len(str(refused.value)) < 120


def test_a_share_of_what_there_is() -> None:
    assert [resolve(Share(Fraction(1, 2)), held) for held in (9, 1, 0)] == [4, 1, 1]
    assert resolve(ALL, 25_000) == 25_000
    assert resolve(ALL, 25_000, most=10_000) == 10_000
    assert resolve(7, 3) == 7


def test_a_text_that_no_one_typed_is_refused_before_it_is_normalised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantities, "unicodedata", None)
    for parse in (parse_quantity, partial(parse_number, least=1, most=9)):
        with pytest.raises(Refused):
            parse("\ufdfa" * 101)


@given(st.integers(1, 10**9))
def test_a_number_is_read_as_it_is_written(number: int) -> None:
    for written in (number, str(number), f"{number:,}", f"{number:_}".replace("_", " "), f" {number} "):
        assert parse_number(written, 1, 10**9) == number


@given(st.text(max_size=30) | st.floats() | st.integers() | st.booleans() | st.none())
def test_whatever_is_sent_is_read_or_refused(typed: Any) -> None:
    try:
        wanted = parse_quantity(typed)
    except Refused:
        return
    assert 1 <= resolve(wanted, 100) <= 10_000
