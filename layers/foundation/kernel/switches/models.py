"""Switches and their positions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from kernel.errors import NotFound, Suspended
from kernel.switches.settings import settings


class Switch(Struct, frozen=True):
    """What an administrator can turn on and off.

    Attributes:
        refusal: what is raised when the switch is not in its usual position; its message says what to do.
        usual: the position in which nothing is refused.
    """

    name: str
    refusal: type[Suspended]
    usual: bool = True

    def is_usual(self, positions: Mapping[str, bool]) -> bool:
        """Return whether nothing is refused, given the {name: whether it is on} that administrators have set."""
        return positions.get(self.name, usual_position(self.name, self.usual)) == self.usual


def usual_position(name: str, usual: bool) -> bool:
    """Return whether a switch is on as long as no administrator has set it."""
    return usual and name not in settings.off


class SwitchState(Struct, frozen=True):
    """A switch, and who has set it.

    Attributes:
        changed_at, changed_by: None as long as the setting decides.
    """

    name: str
    usual: bool
    on: bool
    changed_at: datetime | None = None
    changed_by: str | None = None


class NoSuchSwitch(NotFound):
    """There is no switch of this name."""

    code = "not_found"
    message = "There is no feature called {name} to turn on or off. These exist: {names}."


class GameFrozen(Suspended):
    """An administrator has frozen the game: nothing changes until it is unfrozen."""

    message = "Everything is paused for maintenance. Nothing is lost; try again in a few minutes."


FREEZE = Switch("freeze", GameFrozen, usual=False)
"""While it is on, actions are refused, clocks and the relay wait, and nothing is asked of the outside."""
