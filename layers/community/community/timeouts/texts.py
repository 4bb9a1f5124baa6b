"""Messages about timeouts."""

from __future__ import annotations


def silenced(name: str, seconds: int) -> str:
    """Say how long a name is timed out.

    Args:
        seconds: the total remaining time.
    """
    return f"{name} is timed out for {seconds} seconds."


def freed(name: str, was_silenced: bool) -> str:
    return f"{name} may talk again." if was_silenced else f"{name} was not timed out."
