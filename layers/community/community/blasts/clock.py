"""What the clock asks first, and what it does then. Nothing else is imported for the question, so that it starts
quickly."""

from __future__ import annotations

from typing import LiteralString

from kernel.database import Tx

QUIET: LiteralString = "interval '5 seconds'"
"""So old must the last line be: that is the pulse of silence."""

READY: LiteralString = (
    """
    (SELECT count(*) >= b.chatters AND max(c.last_message_at) <= %s - """
    + QUIET
    + """
     FROM active_chatters c WHERE c.platform = b.platform AND c.last_message_at >= b.armed_at)
    """
)
"""Whether enough have spoken, and it is quiet: an expression over `b`, a row of armed_blasts; its parameter is the
moment. Source: rules 6.6."""

DUE: LiteralString = "EXISTS (SELECT FROM armed_blasts b WHERE " + READY + ")"
"""Whether there is something to do: an expression; its parameter is the moment."""


def explode_due(tx: Tx) -> int:
    """Let one blast go off, the one armed first of those that are due; call it again until it answers 0."""
    # The game takes longer to load than the question above, and is hardly ever needed.
    from community.blasts import service

    return service.explode_due(tx)
