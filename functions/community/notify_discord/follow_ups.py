"""Delivers the answers to deferred Discord commands (discord.followup_requested)."""

from __future__ import annotations

from doors.start import ready  # first: see there

import json
import logging
import time
from contextlib import suppress
from typing import Any, Final

from doors.discord.api import Attachment, Gone, api, retry_until
from doors.originals import is_original
from doors.outbound import ATTEMPT_SECONDS, Rejected, Unavailable

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

FALLBACK: Final = {"content": "It is done, but the answer cannot be shown here."}
TOKEN_SECONDS: Final = 15 * 60

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle each message separately: one that has to wait is delivered again, the others are done."""
    waiting: list[str] = []
    for record in event["Records"]:
        try:
            answer(json.loads(record["body"]), context)
        except Unavailable as error:
            log.warning("a follow-up has to wait: %s", error)
            waiting.append(record["messageId"])
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in waiting]}


def answer(delivered: dict[str, Any], context: Any) -> None:
    """Send one answer. Sending it twice is harmless: the message is only overwritten.

    Raises:
        Unavailable
    """
    if not is_original(delivered):
        return  # no caller is waiting for it, or no longer
    envelope = delivered["detail"]
    about = {"event_id": envelope["id"]}
    if time.time() > envelope["timestamp"] + TOKEN_SECONDS:
        log.warning("a follow-up came too late", extra=about)
        return
    asked = envelope["payload"]
    files = [Attachment(file["name"], file["text"]) for file in asked.get("files") or ()]
    seconds = context.get_remaining_time_in_millis() / 1000 - ATTEMPT_SECONDS
    if seconds < 0:
        raise Unavailable("there is no time left")
    where = asked["application_id"], asked["token"]
    try:
        retry_until(lambda: api().answer(*where, asked["body"], files), seconds)
    except Gone as error:
        log.warning("a follow-up has expired: %s", error, extra=about)
    except Rejected as error:
        log.error("Discord rejected a follow-up: %s", error, extra=about)
        with suppress(Unavailable, Rejected):
            api().answer(*where, FALLBACK)
