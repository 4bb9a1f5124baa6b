"""Contribution points."""

from __future__ import annotations

from typing import ClassVar

from kernel.events.models import Event


class ContributionAdded(Event):
    """An administrator has added points. `points` is `amount` with the community's boost."""

    type: ClassVar[str] = "progression.contribution_added"
    amount: int
    points: int
