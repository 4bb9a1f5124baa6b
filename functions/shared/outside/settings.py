"""Settings of the function that answers requests."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from kernel.settings import text


class AnsweringSettings(Struct, frozen=True):
    """Settings of the function that answers requests.

    Attributes:
        queue_url: its own queue, for what is tried again later.
        desks: the inner functions that claim and store requests, by the product's prefix in a kind's name.
    """

    queue_url: str
    desks: Mapping[str, str]

    def desk_of(self, kind: str) -> str:
        """Return the inner function for a kind of request.

        Raises:
            LookupError: there is none.
        """
        desk = self.desks.get(kind.partition(".")[0])
        if not desk:
            raise LookupError(f"there is no desk for {kind}")
        return desk


settings = AnsweringSettings(
    queue_url=text("OUTSIDE_QUEUE_URL"),
    desks={"accounts": text("DESK_ACCOUNTS"), "personas": text("DESK_PERSONAS"), "worlds": text("DESK_WORLDS")},
)
