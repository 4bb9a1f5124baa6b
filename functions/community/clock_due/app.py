"""Every minute, and when a gamble's own schedule says so: what is due is done. One part that fails stops no other."""

from __future__ import annotations

from doors.start import ready  # first: see there

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from community.blasts import clock as blasts
from community.deliveries import clock as deliveries
from community.gambles import clock as gambles
from community.quests import clock as quests
from kernel.action import look, run_in_parts
from kernel.database import Tx

log = logging.getLogger("brandish")

Work = Callable[[Tx], int]
"""Does a part of it, and tells how much; 0 when nothing is left."""

ready()


def play(tx: Tx, gamble_id: UUID | None = None) -> int:
    return len(gambles.execute_due(tx, gamble_id))


class Chore(NamedTuple):
    due: LiteralString
    work: Work


# Deliveries last: a backlog of them keeps nobody waiting who waits for the others.
CHORES: Mapping[str, Chore] = {
    "gambles": Chore(gambles.DUE, play),
    "blasts": Chore(blasts.DUE, blasts.explode_due),
    "quests": Chore(quests.DUE, quests.reset_due),
    "deliveries": Chore(deliveries.DUE, deliveries.deliver_due),
}
QUESTION: LiteralString = "SELECT ARRAY[" + ", ".join(chore.due for chore in CHORES.values()) + "] AS due"


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How much of each was done.

    Args:
        event: a schedule's, or `{"gamble_id"}` from the one that was made for a gamble. Its clock and ours may
            differ a little, so that one is not asked whether it is due.
    """
    if gamble_id := event.get("gamble_id"):
        return do_all({"gambles": partial(play, gamble_id=UUID(gamble_id))})
    return do_all({name: CHORES[name].work for name in look(what_is_due)})


def what_is_due(tx: Tx) -> list[str]:
    row = tx.execute(QUESTION, [tx.now] * len(CHORES)).fetchone()
    assert row is not None
    return [name for name, due in zip(CHORES, row["due"], strict=True) if due]


def do_all(works: Mapping[str, Work]) -> dict[str, int]:
    """
    Raises:
        ExceptionGroup: of what went wrong, when all that could be done is done.
    """
    done: dict[str, int] = {}
    errors: list[Exception] = []
    for name, work in works.items():
        try:
            done[name] = run_in_parts(work, name=name)
        except Exception as error:  # whatever it is, the next part has nothing to do with it
            log.exception("%s could not be done", name)
            errors.append(error)
    if errors:
        raise ExceptionGroup("not everything that is due could be done", errors)
    return done
