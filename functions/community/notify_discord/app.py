"""Posts events as messages in a Discord channel, each once and in order."""

from __future__ import annotations

from doors.start import ready  # first: see there

import base64
import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from doors.discord.api import api
from doors.discord.messages import BLUE_BUTTON, Button, Embed, message
from doors.discord.settings import settings as discord_settings
from doors.originals import is_original_envelope
from doors.outbound import Envelope, deliver, is_addressed_to
from functions.community.notify_discord import gambles, registration
from functions.community.notify_discord.settings import settings
from functions.community.notify_discord.texts import TEXTS, ballot, configs
from kernel import texts
from kernel.startup import at_startup
from kernel.texts import translate

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

DESTINATION: Final = "discord"
SYNC: Final = "discord.sync_requested"
ANNOUNCEMENT: Final = "discord.announcement_requested"

texts.use(configs() / "texts")
at_startup(texts.load)
ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Deliver the batch. Events that are not announced are filtered out first, so they cost no bookkeeping."""
    wanted = [record for record in event["Records"] if is_wanted(json.loads(record["body"]))]
    return deliver({"Records": wanted}, context, DESTINATION, send)


def is_wanted(delivered: Mapping[str, Any]) -> bool:
    envelope = delivered["detail"]
    if not is_addressed_to(delivered, DESTINATION):
        return False
    return bool(discord_settings.discord_application_id if envelope["type"] == SYNC else channel_of(envelope))


def channel_of(envelope: Envelope) -> str:
    """The channel where an event is posted; empty if it is not. Source: rules 17, 19."""
    if envelope["type"] not in TEXTS:
        return ""
    for_developers = envelope["type"] == ANNOUNCEMENT or is_test(envelope)
    return settings.discord_dev_channel_id if for_developers else settings.discord_channel_id


def send(envelope: Envelope) -> None:
    """Post one event, or update Discord's list of commands.

    Raises:
        Unavailable, Rejected
    """
    if envelope["type"] == SYNC:
        registration.update(envelope["payload"])
        return
    embed = embed_of(envelope)
    if embed is None:
        return
    channel_id, nonce = channel_of(envelope), nonce_of(envelope)
    match envelope["type"] if is_original_envelope(envelope) else "":
        case "gamble.started":
            gamble_id = envelope["payload"]["id"]
            invitation = message(embed, components=[Button(translate("Join"), f"gamble:join:{gamble_id}", BLUE_BUTTON)])
            gambles.invite(gamble_id, channel_id, invitation, nonce)
        case "gamble.complete":
            gambles.end(envelope["payload"]["gamble_id"], channel_id, message(embed), nonce)
        case "progression.voting_started":
            api().post(channel_id, message(embed, components=ballot(envelope["payload"])), nonce)
        case _:
            api().post(channel_id, message(embed), nonce)


def embed_of(envelope: Envelope) -> Embed | None:
    """The message; None for a broadcast of an event's type that lacks the event's fields."""
    try:
        embed = TEXTS[envelope["type"]](envelope["payload"])
    except (AttributeError, KeyError, TypeError, ValueError):
        if not envelope["metadata"].get("broadcast"):
            raise
        log.warning("a broadcast without the fields of its type", extra={"event_id": envelope["id"]}, exc_info=True)
        return None
    if is_test(envelope):
        embed = replace(embed, title=translate("[Test] {title}", title=embed.title))
    if envelope["metadata"].get("replay"):
        embed = replace(embed, footer=translate("Told once more"))
    return replace(embed, at=envelope["timestamp"])


def is_test(envelope: Envelope) -> bool:
    payload = envelope["payload"]
    return isinstance(payload, dict) and payload.get("is_test") is True


def nonce_of(envelope: Envelope) -> str:
    """Short enough for Discord, and the same for every attempt."""
    name = f"{envelope['id']} {envelope['metadata'].get('replay_id', '')}"
    return base64.urlsafe_b64encode(hashlib.blake2b(name.encode(), digest_size=16).digest()).decode().rstrip("=")
