"""Points for the community."""

from __future__ import annotations

from typing import ClassVar

from kernel.events.models import Event


class ContributionAdded(Event):
    """`points` is what `amount` came to, with the community's boost."""

    type: ClassVar[str] = "progression.contribution_added"
    amount: int
    points: int
