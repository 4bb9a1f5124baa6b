"""Accounts that take no part in the game."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kernel.errors import NotFound, Refused

Source = Literal["content", "setting", "administrator"]


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """An account on a platform, by its id or else by its name there.

    Attributes:
        platform_id: decides where it is given; empty when only the name is known.
        username: without an id, in any letter case; with an id only for display.
    """

    platform: str
    platform_id: str = ""
    username: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What identifies the account."""
        return self.platform, self.platform_id, "" if self.platform_id else self.username.lower()

    @property
    def label(self) -> str:
        """What to call it: its name, or else its id."""
        return self.username or self.platform_id


@dataclass(frozen=True, slots=True)
class ExcludedAccount:
    """An account on the list of excluded accounts.

    Attributes:
        source: who put it there.
        excluded: False for an account that the content or the setting lists and that an administrator lets play.
    """

    account: ListedAccount
    source: Source
    excluded: bool = True


class AccountNeeded(Refused):
    code = "validation"
    message = "Which account? Give its name, or its id."


class NotExcluded(NotFound):
    code = "not_found"
    message = "{name} is not on the list of excluded accounts."
