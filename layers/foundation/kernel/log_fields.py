"""What becomes known about an action while it runs, for its one line in the log and for the request counters."""

from __future__ import annotations

import threading
from typing import NamedTuple
from uuid import UUID


class LogFields(NamedTuple):
    """
    Attributes:
        route: the template of the route that answered, such as /api/v1/user/inventory/{username}; "" for none.
        user_id: the player it was about, once known.
        outcome: done, replayed, the code of a refusal, unavailable or bug; None as long as nothing has run.
    """

    route: str = ""
    user_id: UUID | None = None
    outcome: str | None = None


class _Environment(threading.local):
    fields = LogFields()


_environment = _Environment()


def set_route(path: str) -> None:
    _environment.fields = _environment.fields._replace(route=path)


def set_user(user_id: UUID | None) -> None:
    _environment.fields = _environment.fields._replace(user_id=user_id)


def set_outcome(outcome: str) -> None:
    _environment.fields = _environment.fields._replace(outcome=outcome)


def take() -> LogFields:
    """The fields of the action that is over; the next one begins with none."""
    fields, _environment.fields = _environment.fields, LogFields()
    return fields
