"""The events that carry requests to the functions that answer them. They are private."""

from __future__ import annotations

from typing import ClassVar

from kernel.events.models import Event


class OutsideRequested(Event):
    """A request is due, for the outer function. Each event has its kind and id as further fields."""

    type: ClassVar[str] = "outside.requested"
    private: ClassVar[bool] = True
