"""A battle in a channel: its turns, the vote with its buttons, and the result, for which the buttons are removed."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from doors.discord.api import api
from doors.discord.messages import BLUE_BUTTON, Button, Embed, message
from doors.outbound import Rejected
from functions.community.notify_discord.posted_messages import find_record, save_record

log = logging.getLogger("brandish")

KIND: Final = "battle"
VOTING: Final = "voting"
OVER: Final = "over"


def tell(event_type: str, payload: Mapping[str, Any], channel_id: str, embed: Embed, nonce: str) -> None:
    """Post what happened in a battle.

    A channel that we may not write in any more is no reason to alarm anyone: others decide who may write there.

    Raises:
        Unavailable
    """
    try:
        _tell(event_type, payload, channel_id, embed, nonce)
    except Rejected as error:
        log.warning("a battle's channel refuses a message: %s", error, extra={"battle_id": payload["battle_id"]})


def _tell(event_type: str, payload: Mapping[str, Any], channel_id: str, embed: Embed, nonce: str) -> None:
    battle_id = payload["battle_id"]
    if event_type == "battle.vote_closed":
        _end_vote(battle_id)
        api().post(channel_id, message(embed), nonce)
    elif payload.get("vote_ends_at"):
        _begin_vote(payload, channel_id, embed, nonce)
    else:
        api().post(channel_id, message(embed), nonce)


def _begin_vote(payload: Mapping[str, Any], channel_id: str, embed: Embed, nonce: str) -> None:
    """Post the vote, unless it is over: the message may have waited while Discord could not be reached."""
    battle_id = payload["battle_id"]
    is_over = datetime.fromisoformat(payload["vote_ends_at"]).timestamp() <= time.time()
    if is_over or find_record(KIND, battle_id).get("state") == OVER:
        log.info("the vote on the battle is over", extra={"battle_id": battle_id})
        return
    buttons = (
        Button(payload["pro_name"], f"battle:vote:{battle_id}:pro", BLUE_BUTTON),
        Button(payload["con_name"], f"battle:vote:{battle_id}:con", BLUE_BUTTON),
    )
    message_id = api().post(channel_id, message(embed, components=buttons), nonce)
    save_record(KIND, battle_id, state=VOTING, channel_id=channel_id, message_id=message_id)


def _end_vote(battle_id: str) -> None:
    known = find_record(KIND, battle_id)
    if known.get("state") == OVER:
        return
    if "message_id" in known:
        try:
            api().edit(known["channel_id"], known["message_id"], {"components": []})
        except Rejected as error:
            log.warning("the vote keeps its buttons: %s", error)  # pressing one answers that it is too late
    save_record(KIND, battle_id, state=OVER)
