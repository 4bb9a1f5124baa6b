"""Once a day: posts the patch notes if they are new."""

from __future__ import annotations

from doors.start import ready  # first: see there

import hashlib
import logging
from pathlib import Path
from typing import Any, Final

from doors.discord.api import api, retry_until
from doors.discord.messages import Embed, message
from doors.outbound import ATTEMPT_SECONDS
from functions.community.notify_discord.posted_messages import find_record, save_record
from functions.community.notify_discord.settings import settings
from functions.community.notify_discord.texts import GREEN, configs
from kernel import texts
from kernel.texts import translate

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

FILE: Final = Path("discord", "patch_notes.md")
LONGEST: Final = 4000

texts.use(configs() / "texts")
ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, bool]:
    """Post the patch notes, unless these were posted before.

    Raises:
        Unavailable, Rejected: the schedule tries again.

    Source: rules 19. The original posts the same notes every day.
    """
    text = patch_notes()
    channel_id = settings.discord_dev_channel_id
    if not text or not channel_id:
        return {"posted": False}
    digest = hashlib.sha256(text.encode()).hexdigest()
    if find_record("patch_notes", channel_id).get("digest") == digest:
        return {"posted": False}
    notes = message(Embed(translate("Patch notes"), text, color=GREEN))
    seconds = context.get_remaining_time_in_millis() / 1000 - ATTEMPT_SECONDS
    retry_until(lambda: api().post(channel_id, notes, digest[:25]), seconds)
    save_record("patch_notes", channel_id, digest=digest)
    return {"posted": True}


def patch_notes() -> str:
    """The text of the patch notes file; empty when there is none."""
    path = configs() / FILE
    return path.read_text(encoding="utf-8").strip()[:LONGEST] if path.is_file() else ""
