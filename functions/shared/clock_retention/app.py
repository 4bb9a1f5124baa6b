"""Daily retention: create the log's partitions for the coming days and delete expired data."""

from __future__ import annotations

from doors.start import ready  # first: see there

import logging
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

from community.blasts import retention as blasts
from community.cooldowns import retention as cooldowns
from community.gambles import retention as gambles
from community.jobs import retention as jobs
from community.linking import retention as linking
from community.messages import retention as messages
from community.players import retention as players
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
from worlds.economy import retention as economy
from worlds.fights import retention as fights
from worlds.notices import retention as notices
from worlds.play import retention as play
from worlds.posts import retention as posts
from worlds.tickets import service as world_tickets
from worlds.trading import retention as trading
from worlds.wording import retention as wording

log = logging.getLogger("brandish")

Work = Callable[[Tx], bool]
"""Does a part of the work and returns whether there may be more."""

SECONDS = 40
"""No part begins later. One may take another ten, which leaves some of the function's sixty."""

DELETIONS: Mapping[str, Work] = {
    "answers": idempotency.delete_expired,
    "accounts": accounts.delete_expired,
    "linking": linking.delete_expired,
    "timeouts": timeouts.delete_expired,
    "awaited accounts": players.settle_awaited_accounts,
    "cooldowns": cooldowns.delete_expired,
    "search": search.delete_expired,
    "messages": messages.delete_inactive_chatters,
    "voting": voting.delete_expired,
    "traps": traps.delete_triggered,
    "blasts": blasts.delete_expired,
    "gambles": gambles.delete_old_gambles,
    "stats": stats.delete_old,
    "jobs": jobs.delete_old,
    "happenings": happenings.delete_old,
    "battles": battles.delete_used_tokens,
    "activity": activity.delete_old,
    "quotas": quotas.delete_old,
    "digests": digests.delete_old,
    "listeners": presence.delete_silent,
    "outside": outside.delete_expired,
    "posts": posts.delete_old,
    "answers in worlds": play.delete_old_answers,
    "connections to worlds": play.end_old_connections,
    "trades": trading.delete_old,
    "fights": fights.delete_old,
    "barters": economy.delete_old,
    "tickets to worlds": world_tickets.delete_expired,
    "texts of models": wording.delete_old,
    "notifications": notices.delete_old,
    "signing keys": tickets.delete_retired_keys,
}

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, list[str]]:
    """Delete what has expired; return the names of the dropped partitions. A frozen game keeps everything."""
    ends_at = monotonic() + SECONDS
    dropped: list[str] = []

    def rotate(tx: Tx) -> bool:
        dropped[:] = rotate_log(tx)
        return False

    # First those that the game would miss: they must not wait for a backlog of deletions.
    do_all({"settling of links": settle_links, "rotation of the log": rotate, **DELETIONS}, ends_at)
    return {"dropped": dropped}


def do_all(works: Mapping[str, Work], ends_at: float) -> None:
    """Do each work, part by part in transactions of their own, even when some fail.

    They take turns, so that a backlog of one delays no other. What is left when the time ends, or because the game is
    frozen, waits for the next run.

    Raises:
        ExceptionGroup: the failures, after all others have been done.
    """
    left = dict(works)
    errors: list[Exception] = []
    while left and monotonic() < ends_at:
        for name, work in list(left.items()):
            try:
                has_more = run_action(work, name=f"retention: {name}")
            except GameFrozen:
                return
            except Exception as error:  # no failure may stop the others
                log.exception("retention failed: %s", name)
                errors.append(error)
                has_more = False
            if not has_more:
                del left[name]
    if left:
        log.warning("retention has left something for the next run", extra={"left": sorted(left)})
    if errors:
        raise ExceptionGroup("some of the retention failed", errors)


def settle_links(tx: Tx) -> bool:
    """Settle the links that can no longer be undone, all of them."""
    linking.settle(tx)
    return False


def rotate_log(tx: Tx) -> list[str]:
    """Create the log's next partitions and drop the old ones; return the names of the latter."""
    events.ensure_partitions_ahead(tx)
    return events.drop_old(tx)
