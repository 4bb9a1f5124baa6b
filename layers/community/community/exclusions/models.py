"""Accounts that take no part in the game."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from kernel.errors import NotFound, Refused
from kernel.naming import person_key

Source = Literal["content", "setting", "administrator"]


class ListedAccount(Struct, frozen=True):
    """An account on a platform, by its id or else by its name there.

    Attributes:
        platform_id: decides where it is given; empty when only the name is known.
        username: without an id, however it is written; with an id only for display.
    """

    platform: str
    platform_id: str = ""
    username: str = ""

    @property
    def name_key(self) -> str:
        """What identifies the name; empty without one."""
        return person_key(self.username) if self.username else ""

    @property
    def label(self) -> str:
        """What to call it: its name, or else its id."""
        return self.username or self.platform_id


class ExcludedAccount(Struct, frozen=True):
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


class ExcludedWhenForgotten(NotExcluded):
    message = (
        "{name} is not on the list of excluded accounts. If the player was forgotten, their name was forgotten too: "
        "give the id of the account."
    )
