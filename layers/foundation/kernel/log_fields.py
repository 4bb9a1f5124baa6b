"""Fields collected while an action runs, for its log line and for the request counters."""

from __future__ import annotations

import threading
from uuid import UUID

from msgspec import Struct


class LogFields(Struct):
    """The fields of one action.

    Attributes:
        route: the template of the route that answered, such as /api/v1/user/inventory/{username}; "" for none.
        request_id: the id of the call that is answered; "" outside a call.
        user_id: the player concerned, once known.
        outcome: done, replayed, the code of a refusal, unavailable or bug; None before anything has run.
    """

    route: str = ""
    request_id: str = ""
    user_id: UUID | None = None
    outcome: str | None = None


class _Environment(threading.local):
    def __init__(self) -> None:
        self.fields = LogFields()


_environment = _Environment()


def set_route(path: str) -> None:
    """Set the route that answers."""
    _environment.fields.route = path


def set_request_id(request_id: str) -> None:
    """Set the id of the call that is answered."""
    _environment.fields.request_id = request_id


def request_id() -> str:
    """Return the id of the call that is answered, for what it sets off; "" outside a call."""
    return _environment.fields.request_id


def set_user(user_id: UUID | None) -> None:
    """Set the player concerned."""
    _environment.fields.user_id = user_id


def set_outcome(outcome: str) -> None:
    """Set how the action ended."""
    _environment.fields.outcome = outcome


def take() -> LogFields:
    """Return the fields of the action that has ended and reset them for the next one."""
    fields, _environment.fields = _environment.fields, LogFields()
    return fields
