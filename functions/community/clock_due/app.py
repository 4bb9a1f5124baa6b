"""Does what is due: every minute, and when a gamble's own schedule fires. A chore that fails stops no other."""

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
"""Does a part of the work and returns how much; 0 when nothing is left."""

ready()


def execute_gambles(tx: Tx, gamble_id: UUID | None = None) -> int:
    return len(gambles.execute_due(tx, gamble_id))


class Chore(NamedTuple):
    due: LiteralString
    work: Work


# Deliveries last, so that a backlog of them cannot delay the others.
CHORES: Mapping[str, Chore] = {
    "gambles": Chore(gambles.DUE, execute_gambles),
    "blasts": Chore(blasts.DUE, blasts.explode_due),
    "quests": Chore(quests.DUE, quests.reset_due),
    "deliveries": Chore(deliveries.DUE, deliveries.deliver_due),
}
QUESTION: LiteralString = "SELECT ARRAY[" + ", ".join(chore.due for chore in CHORES.values()) + "] AS due"


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Do what is due; returns how much of each chore was done.

    Args:
        event: the minute schedule's, or `{"gamble_id"}` from a gamble's own schedule. Its clock and ours may differ
            a little, so such a gamble is executed without asking whether it is due.
    """
    if gamble_id := event.get("gamble_id"):
        return do_all({"gambles": partial(execute_gambles, gamble_id=UUID(gamble_id))})
    return do_all({name: CHORES[name].work for name in look(list_due)})


def list_due(tx: Tx) -> list[str]:
    row = tx.execute(QUESTION, [tx.now] * len(CHORES)).fetchone()
    assert row is not None
    return [name for name, due in zip(CHORES, row["due"], strict=True) if due]


def do_all(works: Mapping[str, Work]) -> dict[str, int]:
    """Do every chore, even when some fail.

    Raises:
        ExceptionGroup: the failures, after all chores have been tried.
    """
    done: dict[str, int] = {}
    errors: list[Exception] = []
    for name, work in works.items():
        try:
            done[name] = run_in_parts(work, name=name)
        except Exception as error:  # no failure may stop the other chores
            log.exception("chore failed: %s", name)
            errors.append(error)
    if errors:
        raise ExceptionGroup("some chores failed", errors)
    return done
