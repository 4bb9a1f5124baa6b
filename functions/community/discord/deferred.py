"""What somebody on Discord was told to wait for: done here, and told through an event. From an SQS queue."""

from __future__ import annotations

from doors.start import ready  # first: see there

import json
import logging
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from doors.discord.acting import LATER, Act, Answer, Deed, perform
from doors.discord.commands import COMMANDS
from doors.discord.events import DiscordFollowupRequested, TextFile
from doors.discord.interaction import Interaction, read
from doors.discord.replies import File, Reply, message
from doors.discord.running import allowed
from doors.news import is_news
from functions.community.discord import catalogue as catalogue  # declares every command
from kernel.database import Tx
from kernel.errors import TryAgain
from kernel.events import service as events
from kernel.idempotency import IdempotencyKey

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

PATIENCE = 20
"""seconds; nobody waits for an answer here"""

processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Each message by itself: one that fails comes again, the others are done."""
    return dict(process_partial_response(event, finish, processor, context))


def finish(record: dict[str, Any]) -> None:
    """
    Raises:
        TryAgain: nothing was done, or nobody knows; the message comes again.
    """
    delivered = json.loads(record["body"])
    if not is_news(delivered):
        return
    payload = delivered["detail"]["payload"]
    call = read({**payload["interaction"], "token": payload["token"]})
    key = IdempotencyKey("discord", "deferred", call.id)
    result = perform(call, Deed(_do, key, patience=PATIENCE))
    log.info("deferred interaction", extra={"command": call.name, "interaction_id": call.id, "outcome": result.outcome})
    if result.outcome == LATER:
        raise TryAgain
    if result.outcome not in ("done", "replayed"):
        told = perform(call, Deed(_saying(result.answer["data"]), key, patience=PATIENCE))
        if told.outcome == LATER:
            raise TryAgain


def _do(call: Interaction, tx: Tx) -> Answer:
    command = COMMANDS[call.name]
    reply = command.run(allowed(command, call), tx)
    assert isinstance(reply, Reply)  # a form would have to be opened at once
    return _announce(tx, call, message(reply), reply.files)


def _saying(body: Mapping[str, Any]) -> Act:
    """Nothing was done, and the caller is told why not."""

    def act(call: Interaction, tx: Tx) -> Answer:
        return _announce(tx, call, {name: value for name, value in body.items() if name != "flags"})

    return act


def _announce(tx: Tx, call: Interaction, body: dict[str, Any], files: tuple[File, ...] = ()) -> Answer:
    attached = tuple(TextFile(name=file.name, text=file.text) for file in files)
    events.announce(
        tx, DiscordFollowupRequested(application_id=call.application_id, token=call.token, body=body, files=attached)
    )
    return {}
