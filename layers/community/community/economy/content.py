"""The shop's weekly sales."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, get_args

from pydantic import AfterValidator, Field

from community.catalog.content import ContentType, Item
from community.configs import shipped
from kernel.content.base import Document, Frozen, Text
from kernel.content.library import FileSection
from kernel.content.problems import Problem, repeated, unknown

WEEKS_IN_ROTATION = 4


class WeeklySale(Frozen):
    week_offset: int = Field(ge=0, lt=WEEKS_IN_ROTATION)
    """The week of the rotation: the ISO week less 1, modulo 4."""
    target_category: Annotated[str, AfterValidator(str.lower)] | None
    """The items whose price is lowered; null for all."""
    discount_percent: int = Field(ge=1, le=100)
    """By how much, in per cent."""
    description: Text
    """What players read; translated."""

    def price(self, item: Item) -> int:
        """Return the item's price in this week."""
        if self.target_category not in (None, item.category):
            return item.base_value
        return item.base_value - item.base_value * self.discount_percent // 100


class SalesFile(Document):
    sales_schedule: tuple[WeeklySale, ...]
    """The sales of the rotation."""


class WeeklySalesSection(FileSection[SalesFile]):
    file = "weekly_sales.json"
    model = SalesFile

    @cached_property
    def by_week(self) -> Mapping[int, WeeklySale]:
        """By week offset, (ISO week - 1) mod 4."""
        return MappingProxyType({sale.week_offset: sale for sale in self.document.sales_schedule})

    def problems(self) -> Iterator[Problem]:
        rows = self.document.sales_schedule
        yield from repeated(self.file, "sales_schedule", "week_offset", (sale.week_offset for sale in rows))
        for index, sale in enumerate(rows):
            field = f"sales_schedule[{index}].target_category"
            yield from unknown(self.file, field, "content type", sale.target_category, get_args(ContentType))

    def summary(self) -> str:
        return f"{len(self.by_week)} sales"


weekly_sales = shipped[WeeklySalesSection]
