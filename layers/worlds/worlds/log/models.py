"""What happened in a world, as it is kept for good. Source: worlds 25."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from msgspec import Struct
from pydantic import BaseModel, ConfigDict

from kernel.errors import Conflict


class WorldEvent(BaseModel):
    """Base of all events of Worlds; its fields are the payload. Named in the past tense, by the spec's names.

    Attributes:
        schema_version: of the payload. Stored events of an earlier one are read through upcasters.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    type: ClassVar[str]
    schema_version: ClassVar[int] = 1


class Recorded(Struct, frozen=True):
    """An event in the log, or on its way there.

    Attributes:
        version: of its aggregate after it; the first is 1.
    """

    aggregate_id: UUID
    version: int
    at: datetime
    event: WorldEvent


class StoredEvent(Struct, frozen=True):
    """A row of the log, whose payload may be of an earlier schema."""

    number: int
    event_type: str
    aggregate_type: str
    aggregate_id: UUID
    version: int
    schema_version: int
    at: datetime
    payload: Mapping[str, Any]


class VersionConflict(Conflict):
    """Another transaction has changed the same thing first."""

    code = "version_conflict"
    capital_code = "CONFLICT"
    message = "This has changed in the meantime. Look again, and repeat what you wanted to do."
