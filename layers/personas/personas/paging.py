"""Lists that grow are read a page at a time: where a page begins, and how that is written as a cursor. Pure.

A cursor names the last thing of the page before by its moment and its id, so that nothing is skipped or shown twice
when something is added in between. To its readers it is opaque.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

from kernel.errors import Refused

MOST: Final = 100
"""What a page has at most, and where no one asks for less."""

LATEST: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""Where a list begins that has the newest first; and its id."""
LAST_ID: Final = UUID(int=2**128 - 1)
EARLIEST: Final = datetime(1, 1, 2, tzinfo=UTC)
"""Where a list begins that has the oldest first; and its id."""
FIRST_ID: Final = UUID(int=0)

T = TypeVar("T")

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR: Final = re.compile(r"(\d{1,19})\|([0-9a-f-]{36}|\d{1,18})")


class InvalidCursor(Refused):
    """A cursor that did not come from the page before."""

    code = "invalid_cursor"
    message = "cursor: take it from the page before."


class CursorPage(list[T]):
    """A page of a list.

    Attributes:
        next_cursor: of the page behind it; "" if this is the last one.
    """

    def __init__(self, items: Sequence[T], next_cursor: str = "") -> None:
        super().__init__(items)
        self.next_cursor = next_cursor


def page_of(found: Sequence[T], size: int, position: Callable[[T], tuple[datetime, UUID | int]]) -> CursorPage[T]:
    """Return a page of what was found.

    Args:
        found: one more than the page has room for, if there is one more.
        position: returns the moment and the id by which the list is sorted.
    """
    if len(found) <= size:
        return CursorPage(found)
    return CursorPage(found[:size], cursor_after(*position(found[size - 1])))


def cursor_after(moment: datetime, id_: UUID | int) -> str:
    """Return the cursor of the page that begins behind a thing."""
    nanoseconds = (moment - _EPOCH) // timedelta(microseconds=1) * 1000
    return urlsafe_b64encode(f"{nanoseconds}|{id_}".encode()).decode().rstrip("=")


def after(cursor: str) -> tuple[datetime | None, UUID | None]:
    """Return the moment and the id that a cursor names; None and None for the first page.

    Raises:
        InvalidCursor
    """
    if not cursor:
        return None, None
    moment, id_ = _parsed(cursor)
    try:
        return moment, UUID(id_)
    except ValueError:
        raise InvalidCursor from None


def after_number(cursor: str) -> tuple[datetime | None, int | None]:
    """Return what `after` does, for things whose ids are numbers.

    Raises:
        InvalidCursor
    """
    if not cursor:
        return None, None
    moment, id_ = _parsed(cursor)
    if not id_.isdecimal():
        raise InvalidCursor
    return moment, int(id_)


def _parsed(cursor: str) -> tuple[datetime, str]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        match = _CURSOR.fullmatch(urlsafe_b64decode(padded.encode("ascii")).decode("ascii"))
        if match is None:
            raise InvalidCursor
        return _EPOCH + timedelta(microseconds=int(match[1]) // 1000), match[2]
    except (ValueError, OverflowError):
        raise InvalidCursor from None
