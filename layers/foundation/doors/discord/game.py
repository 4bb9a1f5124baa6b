"""What the Discord door needs to know about a product."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from doors.discord.interaction import Member
from kernel.database import Tx
from kernel.errors import DomainError


class Game(Struct, frozen=True):
    """The functions that a product supplies.

    Attributes:
        unknown_player_errors: the refusals for an unknown player. The caller is then registered, once.
        register: registers the caller as a player.
        explain: returns a refusal's text for people on Discord.
    """

    unknown_player_errors: tuple[type[DomainError], ...]
    register: Callable[[Tx, Member], object]
    explain: Callable[[DomainError], str]
