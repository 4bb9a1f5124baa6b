"""What functions of the outer ring raise when something outside cannot be reached."""

from __future__ import annotations


class Unavailable(Exception):
    """The destination cannot be reached, or has failed.

    Attributes:
        retry_after: the seconds to wait, if the destination said so; it is then busy, not broken.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
