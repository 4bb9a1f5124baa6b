"""Messages about timeouts."""

from __future__ import annotations

from datetime import timedelta

from kernel.texts import translate, translate_n


def in_words(time: timedelta) -> str:
    """Return a length of time in seconds, as the game counts silence."""
    return translate_n("{n} second", "{n} seconds", int(time.total_seconds()))


def silenced(name: str, seconds: int) -> str:
    """Say how long a name is timed out.

    Args:
        seconds: the total remaining time.
    """
    return translate_n(
        "{name} is timed out for {n} second.", "{name} is timed out for {n} seconds.", seconds, name=name
    )


def freed(name: str, was_silenced: bool) -> str:
    if was_silenced:
        return translate("{name} may talk again.", name=name)
    return translate("{name} was not timed out.", name=name)
