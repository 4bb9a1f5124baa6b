"""The kinds of refusals. Each refusal is defined in its feature and derives from one of the kinds here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from kernel.texts import alternatives, translate


class DomainError(Exception):
    """A refusal with a message that is fit for a player.

    Attributes:
        code: the code in the wire contract.
        capital_code: where codes are written in capitals, in place of `code` in capitals (doors.error_objects).
        keeps_writes: what the use case wrote before it refused is committed, such as a count of wrong guesses.
        refuses_caller: the caller may not ask at all, so stored answers of earlier attempts are not for them either.
        message: a sentence with {placeholders}, filled from the keyword arguments, in the caller's language.

    Args:
        meant: for something that does not exist: the names of what was probably meant, best first.
    """

    code: ClassVar[str]
    capital_code: ClassVar[str] = ""
    message: ClassVar[str]
    keeps_writes: bool = False
    refuses_caller: ClassVar[bool] = False

    def __init__(self, *, meant: Sequence[str] = (), **details: object) -> None:
        self.details = details
        text = translate(self.message, **details)
        suggested = translate("Did you mean {names}?", names=alternatives(meant)) if meant else ""
        super().__init__(f"{text} {suggested}" if suggested else text)


class Refused(DomainError):
    """The request is well formed but makes no sense here."""


class Unauthenticated(DomainError):
    """The caller must sign in, or do so again."""

    refuses_caller = True


class NotAllowed(DomainError):
    """The feature is locked for this community, or forbidden for this key."""


class NotFound(DomainError):
    """The requested thing does not exist."""


class Conflict(DomainError):
    """The state changed in the meantime."""


class TooSoon(DomainError):
    """A cooldown is running; `seconds` says how long it still takes."""


class Suspended(DomainError):
    """An administrator has turned it off for the moment."""

    code = "unavailable"

    def __init__(self) -> None:
        super().__init__(seconds=60)


class OutsideFailed(DomainError):
    """What we had to ask outside gave no usable answer."""


class TimedOut(DomainError):
    """The answer took longer than the caller could wait."""


class TryAgain(Exception):
    """Nothing was saved, and the same call may be repeated at once."""


class NoFreeConnection(TryAgain):
    """Every connection to the database was taken, for as long as the call could wait."""


class OutcomeUnknown(Exception):
    """The connection broke during COMMIT: the changes may be saved or not."""
