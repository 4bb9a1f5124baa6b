"""The weights of engagement metrics."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from community.configs import shipped
from kernel.content.base import Document, Exact, Key
from kernel.content.library import FileSection


class WeightsFile(Document):
    weights: dict[Key, Annotated[Exact, Field(ge=0, le=1_000_000)]]
    """Contribution points for one of each engagement metric."""


class WeightsSection(FileSection[WeightsFile]):
    file = "engagement_weights.json"
    model = WeightsFile

    @cached_property
    def by_metric(self) -> Mapping[str, Fraction]:
        """Contribution points for one, by engagement metric."""
        return MappingProxyType(dict(self.document.weights))


weights = shipped[WeightsSection]
