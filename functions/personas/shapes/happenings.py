"""What pages send about what people do, and how it adds up. Source: personas 13."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from doors.bodies import StrictBody
from doors.fields import Timestamp


class HappeningBody(StrictBody):
    """Something that someone did on a page."""

    event_name: str
    metadata: dict[str, Any] | None = None


class OkShape(BaseModel):
    """It is done."""

    ok: bool = True


class AnalyticsShape(BaseModel):
    """How often each event has happened, and what became of those who began something."""

    generated_at: Timestamp
    last_24h: dict[str, int]
    last_7d: dict[str, int]
    funnel_7d: dict[str, int]
    remix_funnel_7d: dict[str, int]
    retention_7d: dict[str, int]
    remix_rate: float
