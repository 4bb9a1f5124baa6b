"""What timeouts do when a player gets another account or name, loses an account, or becomes one with another player."""

from __future__ import annotations

from collections.abc import Mapping

from community.players.models import Link, Player
from community.players.part import Limit, Rows
from community.timeouts import queries
from community.timeouts.announcing import accounts_of, applied
from kernel.database import Tx
from kernel.events import service as events


def _accounts_changed(tx: Tx, player: Player, accounts: Mapping[str, Link]) -> None:
    """Let a timeout of a name find its player, and a player's timeout find the new account or name."""
    if player.may_be_awaited:
        for platform, link in accounts.items():
            queries.adopt(tx, player.id, platform, link)
    if player.stored is not None:
        running = queries.running(tx, player.id, accounts_of(accounts))
        events.announce_each(tx, applied(tx, ""), queries.RUNNING_PAYLOADS, running)


_LIMIT = Limit(
    "timeouts",
    """
    (SELECT jsonb_agg(jsonb_build_object('set_at', set_at, 'expires_at', expires_at)) FROM player_timeouts
     WHERE user_id = u.user_id AND expires_at > %(now)s)
    """,
    """
    INSERT INTO player_timeouts AS held (user_id, set_at, expires_at, reason)
    SELECT %(user_id)s, coalesce(set_at, now()), expires_at, ''
    FROM kept, jsonb_to_record(entry) AS running (set_at timestamptz, expires_at timestamptz)
    ORDER BY expires_at DESC LIMIT 1
    ON CONFLICT (user_id) DO UPDATE
    """
    + queries.KEEP_LATER,
    # An account that leaves takes the timeout along; from then on moderators see two players.
    shared=False,
)

TIMEOUTS = Rows(
    ("player_timeouts",),
    queries.move_timeout,
    accounts_changed=_accounts_changed,
    account_left=queries.leave,
    limit=_LIMIT,
)
