"""Obeying switches.

An environment knows the positions of all switches and relies on them for two seconds. After that, the next action that
needs a switch asks along with its first queries, and is refused at its end if the answer says so: no further round
trip, and no environment that was frozen acts on what it knew before.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic

from kernel.database import Cursor, Tx
from kernel.errors import DomainError
from kernel.switches import queries
from kernel.switches.models import FREEZE, Switch

RELIED_ON_SECONDS = 2.0


class _Environment(threading.local):
    """What this environment knows.

    Attributes:
        positions: {name: whether it is on}, as administrators have set them.
        known_at: in time.monotonic().
        obeying: the action is run by `obeyed`, which looks at the answer at its end.
        answer: to the question that the action has asked.
        needed: the switches that it depends on.
    """

    def __init__(self) -> None:
        self.positions: Mapping[str, bool] = {}
        self.known_at = -math.inf
        self.obeying = False
        self.answer: Cursor | None = None
        self.needed: list[Switch] = []


_environment = _Environment()


def require_on(tx: Tx, *switches: Switch) -> None:
    """Refuse the action if one of the switches says so: now, or at its end if the database has to be asked.

    Raises:
        Suspended
    """
    environment = _environment
    if environment.obeying and monotonic() - environment.known_at >= RELIED_ON_SECONDS:
        environment.answer = environment.answer or queries.read_positions(tx)
        environment.needed += switches
    else:
        _refuse(switches)


@contextmanager
def obeyed() -> Generator[None]:
    """Wrap an action, and refuse it at its end if a switch that it needs turns out to be off.

    Raises:
        Suspended: also instead of another refusal.
    """
    environment = _environment
    environment.obeying, environment.answer, environment.needed = True, None, []
    try:
        yield
    except DomainError:
        _look_at_answer()
        raise
    else:
        _look_at_answer()
    finally:
        environment.obeying = False


def is_frozen(tx: Tx) -> bool:
    """Return whether the game is frozen, as the database says."""
    return is_frozen_at(_positions(queries.read_positions(tx)))


def is_frozen_at(positions: Mapping[str, bool]) -> bool:
    """Return whether the game is frozen at these positions, for a question that has asked for them along."""
    return not FREEZE.is_usual(positions)


def ask_again() -> None:
    """Let this environment ask for the positions with the next action that needs one."""
    _environment.known_at = -math.inf


def _look_at_answer() -> None:
    environment = _environment
    if environment.answer is not None:
        environment.positions = _positions(environment.answer)
        environment.known_at = monotonic()
        _refuse(environment.needed)


def _refuse(switches: Sequence[Switch]) -> None:
    for switch in switches:
        if not switch.is_usual(_environment.positions):
            raise switch.refusal


def _positions(answer: Cursor) -> Mapping[str, bool]:
    row = answer.fetchone()
    assert row is not None
    return row["positions"]
