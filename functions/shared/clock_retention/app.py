"""Daily retention: create the log's partitions for the coming days and delete expired data."""

from __future__ import annotations

from doors.start import ready  # first: see there

from typing import Any

from community.blasts import retention as blasts
from community.cooldowns import retention as cooldowns
from community.gambles import retention as gambles
from community.jobs import retention as jobs
from community.linking import retention as linking
from community.messages import retention as messages
from community.search import retention as search
from community.stats import retention as stats
from community.timeouts import retention as timeouts
from community.traps import retention as traps
from community.voting import retention as voting
from kernel import idempotency
from kernel.accounts import retention as accounts
from kernel.action import run_action
from kernel.database import Tx
from kernel.events import service as events
from kernel.outside import retention as outside
from kernel.realtime import presence, tickets
from kernel.switches.models import GameFrozen
from personas.activity import retention as activity
from personas.battles import retention as battles
from personas.digests import retention as digests
from personas.happenings import retention as happenings
from personas.quotas import retention as quotas

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, list[str]]:
    """Delete what has expired; return the names of the dropped partitions. A frozen game keeps everything."""
    try:
        run_action(delete_expired, name="retention")
        # In transactions of their own: this one locks people, and the next one the whole log for a moment.
        run_action(linking.settle, name="settling of links")
        return {"dropped": run_action(rotate_log, name="retention of the log")}
    except GameFrozen:
        return {"dropped": []}


def delete_expired(tx: Tx) -> None:
    """Delete the expired data of every feature."""
    idempotency.delete_expired(tx)
    accounts.delete_expired(tx)
    linking.delete_expired(tx)
    timeouts.delete_expired(tx)
    cooldowns.delete_expired(tx)
    search.delete_expired(tx)
    messages.delete_inactive_chatters(tx)
    voting.delete_expired(tx)
    traps.delete_triggered(tx)
    blasts.delete_expired(tx)
    gambles.delete_old_gambles(tx)
    stats.delete_old(tx)
    jobs.delete_old(tx)
    happenings.delete_old(tx)
    battles.delete_used_tokens(tx)
    activity.delete_old(tx)
    quotas.delete_old(tx)
    digests.delete_old(tx)
    presence.delete_silent(tx)
    outside.delete_expired(tx)
    tickets.delete_retired_keys(tx)


def rotate_log(tx: Tx) -> list[str]:
    """Create the log's next partitions and drop the old ones; return the names of the latter."""
    events.ensure_partitions_ahead(tx)
    return events.drop_old(tx)
