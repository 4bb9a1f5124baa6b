"""What happened, in the past tense. An event is written in the transaction that made it true."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Event(BaseModel):
    """Base of all events: a pydantic model, because it leaves the process. Its fields are the payload.

    Attributes:
        logged: False for what only reactions need to know: it never leaves the process and is not in the log.
        private: True for what our own parts ask of each other: it is published, but no listener gets it.
    """

    # Deferred: a process writes few of the types there are, and builds the validators of those alone.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    type: ClassVar[str]
    version: ClassVar[str] = "1.0"
    logged: ClassVar[bool] = True
    private: ClassVar[bool] = False

    @property
    def subject(self) -> UUID | None:
        """The player whose log it belongs to, if any."""
        return getattr(self, "user_id", None)

    @property
    def metadata(self) -> dict[str, str]:
        """What listeners may want to know about the event rather than from it."""
        return {}
