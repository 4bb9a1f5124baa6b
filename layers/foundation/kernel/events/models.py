"""The base of all events. An event is named in the past tense and written in the transaction that made it true."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Event(BaseModel):
    """Base of all events; its fields are the payload. It is a pydantic model because it leaves the process.

    Attributes:
        logged: False for events that are not logged with their player: those that only reactions need, and those
            that their use case announces itself.
        private: True for requests between our own functions: they are published, but no listener receives them.
    """

    # Deferred: a process writes few of the types, and builds validators for those only.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    type: ClassVar[str]
    version: ClassVar[str] = "1.0"
    logged: ClassVar[bool] = True
    private: ClassVar[bool] = False

    @property
    def subject(self) -> UUID | None:
        """The player that the event belongs to, if any."""
        return getattr(self, "user_id", None)

    @property
    def metadata(self) -> dict[str, str]:
        """Facts about the event that are not part of its payload."""
        return {}
