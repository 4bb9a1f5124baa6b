"""Common bots, which do not play."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Literal

from pydantic import model_validator

from community.configs import shipped
from kernel.content.base import Document, Frozen
from kernel.content.library import FileSection
from kernel.content.problems import Problem, repeated
from kernel.naming import person_key


class ExcludedRow(Frozen):
    """An account; its id decides where it is given, and the name is then only shown."""

    platform: Literal["discord", "twitch", "youtube"]
    """Where the account is."""
    id: str = ""
    """The account's id there."""
    name: str = ""
    """The account's name there."""

    @model_validator(mode="after")
    def _names_an_account(self) -> ExcludedRow:
        if not (self.id or self.name):
            raise ValueError("an account needs an id or a name")
        return self


class ExcludedFile(Document):
    accounts: tuple[ExcludedRow, ...] = ()
    """Accounts that do not take part: well-known bots."""


class ExcludedSection(FileSection[ExcludedFile]):
    file = "excluded_accounts.json"
    model = ExcludedFile
    empty = MappingProxyType({"version": "1.0"})

    @property
    def all(self) -> tuple[ExcludedRow, ...]:
        return self.document.accounts

    def problems(self) -> Iterator[Problem]:
        return repeated(
            self.file, "accounts", "name", (f"{row.platform} {row.id or person_key(row.name)}" for row in self.all)
        )


excluded = shipped[ExcludedSection]
