"""Runs deferred Discord commands from an SQS queue, and announces their answers as events."""

from __future__ import annotations

from doors.start import ready  # first: see there

import logging
from collections.abc import Mapping
from functools import partial
from time import perf_counter
from typing import Any

from doors.consumer import Envelope, consume
from doors.discord.actions import LATER, Answer, InteractionAction, UseCase, run
from doors.discord.commands import COMMANDS
from doors.discord.events import DiscordFollowupRequested, FollowupFile
from doors.discord.interaction import Interaction, read
from doors.discord.replies import DiscordReply, File, message
from doors.discord.running import allowed
from functions.community.discord.players import COMMUNITY
from functions.shared.discord import catalogue as catalogue  # declares every command
from kernel import log_fields, texts
from kernel.database import Tx
from kernel.errors import TryAgain
from kernel.events import service as events
from kernel.idempotency import IdempotencyKey

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

BUDGET_SECONDS = 20
"""Seconds; longer than for a direct answer, because Discord does not wait for this one."""

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle each message separately: a failed one is delivered again, the others are done."""
    return consume(event, finish)


def finish(envelope: Envelope) -> None:
    """Run the command and announce its answer, or why it failed.

    Raises:
        TryAgain: nothing was done, or it is unknown whether it was; the message is delivered again.
    """
    payload = envelope["payload"]
    call = read({**payload["interaction"], "token": payload["token"]})
    texts.speak(call.locale)
    key = IdempotencyKey("discord", "deferred", call.id)
    started = perf_counter()
    # Discord waits for the answer since before the game was frozen, if it is.
    action = partial(InteractionAction, key=key, budget_seconds=BUDGET_SECONDS, while_frozen=True)
    result = run(call, action(_run_command), COMMUNITY)
    fields = log_fields.take()
    log.info(
        "deferred interaction",
        extra={
            "command": call.name,
            "interaction_id": call.id,
            "user_id": fields.user_id and str(fields.user_id),
            "outcome": result.outcome,
            "duration_ms": round((perf_counter() - started) * 1000, 3),
        },
    )
    if result.outcome == LATER:
        raise TryAgain
    if result.outcome not in ("done", "replayed"):
        announced = run(call, action(_announcing(result.answer["data"])), COMMUNITY)
        if announced.outcome == LATER:
            raise TryAgain


def _run_command(call: Interaction, tx: Tx) -> Answer:
    command = COMMANDS[call.name]
    reply = command.run(allowed(command, call), tx)
    assert isinstance(reply, DiscordReply)  # a form can only be a direct answer
    return _announce(tx, call, message(reply), reply.files)


def _announcing(body: Mapping[str, Any]) -> UseCase:
    """A use case that only announces why nothing was done."""

    def use_case(call: Interaction, tx: Tx) -> Answer:
        return _announce(tx, call, {name: value for name, value in body.items() if name != "flags"})

    return use_case


def _announce(tx: Tx, call: Interaction, body: dict[str, Any], files: tuple[File, ...] = ()) -> Answer:
    attached = tuple(FollowupFile(name=file.name, text=file.text) for file in files)
    events.announce(
        tx, DiscordFollowupRequested(application_id=call.application_id, token=call.token, body=body, files=attached)
    )
    return {}
