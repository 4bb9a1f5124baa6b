"""What comes to light about a request while it is answered, for its log line and its counters."""

from __future__ import annotations

import threading
from typing import NamedTuple
from uuid import UUID


class Notes(NamedTuple):
    """
    Attributes:
        route: the template of the route that answered, such as /api/v1/user/inventory/{username}; "" for none.
        user_id: the player it was about, once known.
    """

    route: str = ""
    user_id: UUID | None = None


class _Environment(threading.local):
    notes = Notes()


_environment = _Environment()


def note_route(path: str) -> None:
    _environment.notes = _environment.notes._replace(route=path)


def note_user(user_id: UUID | None) -> None:
    _environment.notes = _environment.notes._replace(user_id=user_id)


def take_notes() -> Notes:
    """The notes of the request that is over; the next one begins with none."""
    notes, _environment.notes = _environment.notes, Notes()
    return notes
