"""What timeouts do when a player gets another account or name, loses an account, or becomes one with another player."""

from __future__ import annotations

from collections.abc import Mapping

from community.players.models import Link, Player
from community.players.part import Outlives, Rows
from community.timeouts import queries
from community.timeouts.announcing import accounts_of, applied
from kernel.database import Tx
from kernel.events import service as events


def _accounts_changed(tx: Tx, player: Player, accounts: Mapping[str, Link]) -> None:
    """Let a timeout of a name find its player, and a player's timeout find the new account or name."""
    queries.adopt(tx, player.id, accounts)
    if player.stored is not None:
        running = queries.running(tx, player.id, accounts_of(accounts))
        events.announce_each(tx, applied(tx, ""), queries.RUNNING_PAYLOADS, running)


_OUTLIVES = Outlives(
    "timeouts",
    """
    (SELECT jsonb_agg(to_jsonb(t) - 'user_id') FROM player_timeouts t
     WHERE user_id = %(user_id)s AND expires_at > %(now)s)
    """,
    """
    INSERT INTO player_timeouts AS held (user_id, expires_at, reason)
    SELECT %(user_id)s, expires_at, reason
    FROM forgotten_accounts f, jsonb_to_recordset(f.limits -> 'timeouts') AS kept (expires_at timestamptz, reason text)
    WHERE f.account_hash = ANY (%(hashes)s)
    ORDER BY expires_at DESC LIMIT 1
    ON CONFLICT (user_id) DO UPDATE SET expires_at = greatest(held.expires_at, excluded.expires_at)
    """,
)

TIMEOUTS = Rows(
    ("player_timeouts",),
    queries.move_timeout,
    accounts_changed=_accounts_changed,
    account_left=queries.leave,
    outlives=_OUTLIVES,
)
