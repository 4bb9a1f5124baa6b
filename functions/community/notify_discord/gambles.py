"""A gamble's two messages, in order: an invitation with a button, which goes when the gamble is over, and its end."""

from __future__ import annotations

import logging
from typing import Any, Final

from doors.discord.api import api
from doors.outbound import Rejected
from functions.community.notify_discord.posted_messages import note, recall

log = logging.getLogger("brandish")

KIND: Final = "gamble"
INVITED: Final = "invited"
OVER: Final = "over"


def invite(gamble_id: str, channel_id: str, message: dict[str, Any], nonce: str) -> None:
    """To a gamble that goes on: an invitation that was overtaken by its end would lead nowhere."""
    if recall(KIND, gamble_id).get("state") == OVER:
        log.info("the gamble is over already", extra={"gamble_id": gamble_id})
        return
    message_id = api().post(channel_id, message, nonce)
    note(KIND, gamble_id, state=INVITED, channel_id=channel_id, message_id=message_id)


def end(gamble_id: str, channel_id: str, message: dict[str, Any], nonce: str) -> None:
    known = recall(KIND, gamble_id)
    if known.get("state") != OVER:
        if "message_id" in known:
            _withdraw(known["channel_id"], known["message_id"])
        note(KIND, gamble_id, state=OVER)
    api().post(channel_id, message, nonce)


def _withdraw(channel_id: str, message_id: str) -> None:
    """Take the button away."""
    try:
        api().edit(channel_id, message_id, {"components": []})
    except Rejected as error:
        log.warning("the invitation keeps its button: %s", error)  # whoever presses it is told that it is too late
