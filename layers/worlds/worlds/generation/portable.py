"""Sums, powers and functions of angles from + - * / and square roots: libraries disagree about their last bits."""

from __future__ import annotations

from collections.abc import Iterable
from math import floor, frexp, ldexp, pi, sqrt
from typing import Final

DEGREES: Final = 180 / pi

ARC: Final = (
    *(-0.0012624911, 0.0066700901, -0.0170881256, 0.0308918810),
    *(-0.0501743046, 0.0889789874, -0.2145988016, 1.5707963050),
)
"""Coefficients of an arc cosine divided by sqrt(1 - x), highest first. Source: Abramowitz and Stegun, 4.4.46."""

_LN2: Final = 0.6931471805599453
_POWER: Final = (
    *(1 / 479001600, 1 / 39916800, 1 / 3628800, 1 / 362880, 1 / 40320, 1 / 5040, 1 / 720),
    *(1 / 120, 1 / 24, 1 / 6, 1 / 2, 1.0, 1.0),
)
_LOGARITHM: Final = (1 / 19, 1 / 17, 1 / 15, 1 / 13, 1 / 11, 1 / 9, 1 / 7, 1 / 5, 1 / 3, 1.0)

_SINE: Final = (-1 / 1307674368000, 1 / 6227020800, -1 / 39916800, 1 / 362880, -1 / 5040, 1 / 120, -1 / 6, 1.0)


def added(numbers: Iterable[float]) -> float:
    """Return the sum, rounded after each number; `sum` rounds differently since Python 3.12."""
    total = 0.0
    for number in numbers:
        total += number
    return total


def latitude(sine: float) -> float:
    """Return the degrees, -90 to 90, whose sine is given; 0.000002 off at most."""
    x = min(1.0, abs(sine))
    value = 0.0
    for coefficient in ARC:
        value = value * x + coefficient
    degrees = 90 - sqrt(1 - x) * value * DEGREES
    return degrees if sine >= 0 else -degrees


def sine(turns: float) -> float:
    """Return the sine of an angle that is given in whole turns."""
    turns -= floor(turns)
    if turns > 0.75:
        turns -= 1
    elif turns > 0.25:
        turns = 0.5 - turns
    x = turns * 2 * pi
    square = x * x
    value = 0.0
    for coefficient in _SINE:
        value = value * square + coefficient
    return value * x


def cosine(turns: float) -> float:
    """Return the cosine of an angle that is given in whole turns."""
    return sine(turns + 0.25)


def exp2(x: float) -> float:
    """Return 2 to the power of x."""
    whole = floor(x + 0.5)
    rest = (x - whole) * _LN2
    value = 0.0
    for coefficient in _POWER:
        value = value * rest + coefficient
    return ldexp(value, whole)


def log2(x: float) -> float:
    """Return the power of 2 that x is, above 0."""
    fraction, whole = frexp(x)
    if fraction < 0.7071067811865476:
        fraction, whole = fraction * 2, whole - 1
    ratio = (fraction - 1) / (fraction + 1)
    square = ratio * ratio
    value = 0.0
    for coefficient in _LOGARITHM:
        value = value * square + coefficient
    return whole + 2 * ratio * value / _LN2
