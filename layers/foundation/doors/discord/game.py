"""What this door must know of the game behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from doors.discord.interaction import Member
from kernel.database import Tx
from kernel.errors import DomainError


@dataclass(frozen=True, slots=True)
class Game:
    """
    Attributes:
        strangers: the refusals that say that a player is not known. The caller is then introduced, once.
        introduce: makes a player of the caller.
        explain: a refusal's text, as people on Discord read it.
    """

    unknown_player_errors: tuple[type[DomainError], ...]
    register: Callable[[Tx, Member], object]
    explain: Callable[[DomainError], str]
