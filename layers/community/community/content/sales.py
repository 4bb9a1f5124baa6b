from typing import Annotated

from pydantic import AfterValidator, Field

from kernel.content.base import Document, Frozen, Text

WEEKS_IN_ROTATION = 4


class Sale(Frozen):
    week_offset: int = Field(ge=0, lt=WEEKS_IN_ROTATION)  # (ISO week - 1) mod 4
    target_category: Annotated[str, AfterValidator(str.lower)] | None  # None: every item
    discount_percent: int = Field(ge=1, le=100)
    description: Text


class SalesFile(Document):
    sales_schedule: tuple[Sale, ...]
