"""Why the game says no. Each refusal lives with its feature and derives from one of the five kinds here."""

from __future__ import annotations

from typing import ClassVar


class DomainError(Exception):
    """A refusal a player may read.

    Attributes:
        code: the wire contract's token.
        message: a sentence with {placeholders}, filled from the keyword arguments.
    """

    code: ClassVar[str]
    message: ClassVar[str]

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__(self.message.format(**details))


class Refused(DomainError):
    """Well formed, but makes no sense here."""


class NotAllowed(DomainError):
    """Locked for this community, or for this key."""


class NotFound(DomainError):
    """There is no such thing."""


class Conflict(DomainError):
    """The world moved on meanwhile."""


class TooSoon(DomainError):
    """A cooldown is running. `seconds` tells for how long."""


class TryAgain(Exception):
    """Nothing was saved and nobody is to blame: the same call may be made again at once."""


class OutcomeUnknown(Exception):
    """The connection broke during COMMIT: what was done may be saved or not."""
