"""The events that carry requests to the functions that answer them. They are private."""

from __future__ import annotations

from typing import ClassVar

from kernel.events.models import Event


class OutsideRequested(Event):
    """A request is due: to the outer function, or to an inner one if it is work that needs no answer from outside.

    Each event has the request's kind, id, and whether it is work, as further fields.
    """

    type: ClassVar[str] = "outside.requested"
    private: ClassVar[bool] = True
