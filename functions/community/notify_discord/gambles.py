"""A gamble's two messages in order: an invitation with a button, removed when the gamble is over, and the result."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from doors.discord.api import api
from doors.outbound import Rejected
from functions.community.notify_discord.posted_messages import find_record, save_record

log = logging.getLogger("brandish")

KIND: Final = "gamble"
INVITED: Final = "invited"
OVER: Final = "over"
LEAST_SECONDS: Final = 5.0
LEAST_SHARE: Final = 0.25
"""With less time than this to join, an invitation is of no use: five seconds, or a quarter of a very short time."""


def invite(gamble: Mapping[str, Any], channel_id: str, message: dict[str, Any], nonce: str) -> None:
    """Post the invitation, unless it is too late to join.

    Events may arrive out of order, so that the result may be known. And an invitation may have waited, while Discord
    could not be reached.

    Args:
        gamble: the payload of gamble.started.
    """
    gamble_id = gamble["id"]
    begun, deadline = (datetime.fromisoformat(gamble[name]).timestamp() for name in ("created_at", "join_deadline"))
    if deadline - time.time() < min(LEAST_SECONDS, LEAST_SHARE * (deadline - begun)):
        log.info("the gamble's time to join is over", extra={"gamble_id": gamble_id})
        return
    if find_record(KIND, gamble_id).get("state") == OVER:
        log.info("the gamble is already over", extra={"gamble_id": gamble_id})
        return
    message_id = api().post(channel_id, message, nonce)
    save_record(KIND, gamble_id, state=INVITED, channel_id=channel_id, message_id=message_id)


def end(gamble_id: str, channel_id: str, message: dict[str, Any], nonce: str) -> None:
    known = find_record(KIND, gamble_id)
    if known.get("state") != OVER:
        if "message_id" in known:
            _remove_button(known["channel_id"], known["message_id"])
        save_record(KIND, gamble_id, state=OVER)
    api().post(channel_id, message, nonce)


def _remove_button(channel_id: str, message_id: str) -> None:
    try:
        api().edit(channel_id, message_id, {"components": []})
    except Rejected as error:
        log.warning("the invitation keeps its button: %s", error)  # pressing it answers that it is too late
