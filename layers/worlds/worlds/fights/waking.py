"""Who looks after fights while no one types: a function that sleeps from one due moment to the next.

It is awake as long as something is due soon in any fight, under a lease, and without a fight nothing runs. Who leaves a
fight in which something is due soon asks behind their COMMIT whether it is awake; if not, one of all that ask sends the
event that invokes it. It commits 'asleep', and then looks once more: as for the relay (`kernel.events.waking`), nothing
falls between. What gets lost is made up for by the next one who acts in a fight, and by the clock within a minute; two
that are awake at once find nothing due twice.
"""

from __future__ import annotations

from kernel.database import Connection, Tx
from kernel.events.waking import send_waking
from worlds.fights import queries

SOURCE = "brandish.worlds"
DETAIL_TYPE = "fights.open"


def ensure_awake(tx: Tx) -> None:
    """Let fights be looked after once this transaction has committed, if they are not."""
    tx.after_commit(queries.claim_waking, _wake)


def _wake(_: Connection) -> None:
    send_waking("keeper of fights", SOURCE, DETAIL_TYPE)
