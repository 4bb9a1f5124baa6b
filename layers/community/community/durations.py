"""Lengths of time in words. Imports nothing of the product."""

from __future__ import annotations

from datetime import timedelta

from kernel.texts import translate_n

_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def duration(time: timedelta) -> str:
    """Return a length of time in the largest unit of which it has two or more, rounded up: "90 minutes", "2 days"."""
    if time >= 2 * _DAY:
        return translate_n("{n} day", "{n} days", -(-time // _DAY))
    if time >= 2 * _HOUR:
        return translate_n("{n} hour", "{n} hours", -(-time // _HOUR))
    return translate_n("{n} minute", "{n} minutes", -(-time // _MINUTE))
