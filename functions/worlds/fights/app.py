"""Lets happen what is due in fights while no one types, and tells those who see it: see `worlds.fights.waking`.

More than one run, or a late one, changes nothing: what happens in a fight follows from what is stored.
"""

from __future__ import annotations

from doors.start import ready  # first: see there

import logging
from datetime import UTC, datetime
from functools import partial
from time import sleep
from typing import Any, Final

import psycopg

from kernel.action import look, run_action
from kernel.errors import TryAgain
from kernel.switches.models import GameFrozen
from worlds.fights import service as fights
from worlds.fights import waking

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

LOOK_SECONDS: Final = 0.5
"""How long to sleep at most: someone may have queued something faster in the meantime."""
STOP_BEFORE_END_MS: Final = 8_000

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Settle fights at the moments at which something is due, until nothing is due soon or this run's time is over."""
    settled = 0
    while context.get_remaining_time_in_millis() > STOP_BEFORE_END_MS:
        try:
            settled += settle_due()
            due = look(fights.find_next)
            if due is None:
                run_action(fights.fall_asleep, name="fights asleep", while_frozen=True)
                due = look(fights.find_next)
            if due is None:
                return {"settled": settled}
            sleep(min(LOOK_SECONDS, max(0.0, (due - datetime.now(UTC)).total_seconds())))
        except GameFrozen:
            break
        except (TryAgain, psycopg.OperationalError) as error:
            log.warning("database unavailable: %s", error)
            sleep(LOOK_SECONDS)
    run_action(go_on_later, name="fights", while_frozen=True)
    return {"settled": settled}


def settle_due() -> int:
    """Settle each fight in which something is due by itself: the failure of one holds up no other."""
    due = run_action(fights.list_due, name="fights")
    for fight_id in due:
        try:
            run_action(partial(fights.settle_one, fight_id=fight_id), name="fight")
        except (GameFrozen, TryAgain, psycopg.OperationalError):
            raise
        except Exception:
            log.exception("a fight could not be settled", extra={"fight_id": str(fight_id)})
    return len(due)


def go_on_later(tx: Any) -> None:
    """Wake the next run."""
    fights.fall_asleep(tx)
    waking.ensure_awake(tx)
