"""Request bodies of the doors for people: what they have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from doors.fields import storable

Text = Annotated[str, AfterValidator(storable)]
"""A text that people write; the use case trims it."""


class StrictBody(BaseModel):
    """Base of request bodies: unknown fields and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)
