"""What administrators do to people and to the log itself. What they do to worlds is in `worlds.world.events`."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from worlds.log.models import WorldEvent


class UserExported(WorldEvent):
    """An administrator has taken everything that is stored about someone."""

    type: ClassVar[str] = "UserExported"
    user_id: UUID


class UserDeleted(WorldEvent):
    """An administrator has deleted someone's account; the id leads nowhere any more."""

    type: ClassVar[str] = "UserDeleted"
    user_id: UUID


class ReadModelsRebuilt(WorldEvent):
    """An operator has made the tables anew from the log, and so changed what differed."""

    type: ClassVar[str] = "ReadModelsRebuilt"
    events: int
    differences: int
