"""The values and refusals of happenings."""

from __future__ import annotations

from kernel.errors import Refused


class UnsupportedEvent(Refused):
    code = "unsupported_event"
    message = "Pages cannot send this event."


class NoPublishedBattle(Refused):
    code = "invalid_field"
    message = "There is no published battle with this id."
