"""Pushes posts to the players who hear them, over Worlds' WebSocket API.

An event on the bus only says that posts wait. The desk, an inner function, knows which and for whom. It hands out those
of a connection under a lease: of several pushers only one posts to it, so the posts keep their order. With the next
claim it learns what was delivered. What it does not learn is handed out once more when the lease has expired: a player
may get a post twice, and drops the second by its number.
"""

from __future__ import annotations

from doors.start import ready  # first: see there

import logging
from functools import partial
from typing import Any

from doors.invoking import invoke
from functions.worlds.push.posting import gateway
from functions.worlds.push.run import PushRun
from functions.worlds.push.settings import settings

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

ready()


def handler(event: dict[str, Any], context: Any) -> None:
    """Post what waits, until nothing does or the time is over. Who writes the next post wakes another pusher."""
    PushRun(partial(invoke, settings.desk), gateway(), lambda: context.get_remaining_time_in_millis() / 1000).run()
