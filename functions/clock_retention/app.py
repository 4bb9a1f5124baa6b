"""Once a day: room in the log for the days ahead, and an end to what nobody needs any more."""

from __future__ import annotations

from doors.start import ready  # first: see there

from typing import Any

from brandish.blasts import retention as blasts
from brandish.cooldowns import retention as cooldowns
from brandish.database import transaction
from brandish.events import service as events
from brandish.gambles import retention as gambles
from brandish.keys import service as keys
from brandish.linking import retention as linking
from brandish.messages import retention as messages
from brandish.realtime import presence
from brandish.timeouts import retention as timeouts
from brandish.traps import retention as traps
from brandish.voting import retention as voting
from doors import idempotency
from doors.database import connection

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, list[str]]:
    with transaction(connection()) as tx:
        idempotency.delete_expired(tx)
        keys.forget_failures(tx)
        linking.forget_expired(tx)
        timeouts.forget_expired(tx)
        cooldowns.forget_expired(tx)
        messages.forget_silent(tx)
        voting.forget_expired(tx)
        traps.forget_triggered(tx)
        blasts.forget_duds(tx)
        gambles.forget_old(tx)
        presence.forget_silent(tx)
    # By itself: it locks the whole log for a moment.
    with transaction(connection()) as tx:
        events.make_room(tx)
        dropped = events.forget_old(tx)
    return {"dropped": dropped}
