"""Running the action of an interaction: once, within the time that Discord waits, and always with an answer."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import psycopg
from msgspec import Struct

from doors.discord import replies
from doors.discord.game import Game
from doors.discord.interaction import Interaction
from doors.discord.replies import DiscordReply, plain
from kernel import action
from kernel.action import Budget
from kernel.database import Tx
from kernel.errors import DomainError, OutcomeUnknown, TryAgain
from kernel.idempotency import Answer as StoredAnswer
from kernel.idempotency import IdempotencyKey
from kernel.texts import to_translate, translate

log = logging.getLogger("brandish")

BUDGET_SECONDS = 2
"""Seconds for one statement and for all attempts together. Discord waits for three."""

BUSY = to_translate("The game is busy, and nothing has happened. Try again.")
UNCERTAIN = to_translate(
    "The game is busy: it may or may not have happened. Look, for example with /inventory, before you try again."
)
BUG = to_translate("Something went wrong on our side. It has been noted.")

LATER = "database unavailable"
"""The only outcome after which it makes sense to retry the same call."""

Answer = dict[str, Any]
UseCase = Callable[[Interaction, Tx], Answer]


class InteractionResult(Struct, frozen=True):
    """The result of an interaction.

    Attributes:
        answer: for Discord.
        outcome: for the log.
    """

    answer: Mapping[str, Any]
    outcome: str = "done"


class InteractionAction(Struct, frozen=True):
    """What an interaction runs.

    Attributes:
        key: the key under which it runs once; None if it changes nothing.
        click: True if several interactions share the key, as with clicks on one button.
        budget_seconds: the time for all attempts.
        while_frozen: also while the game is frozen.
    """

    use_case: UseCase
    key: IdempotencyKey | None = None
    click: bool = False
    budget_seconds: int = BUDGET_SECONDS
    while_frozen: bool = False


def key(name: str) -> IdempotencyKey:
    """Return an idempotency key for interactions."""
    return IdempotencyKey("discord", "/discord/interactions", name)


def say(text: str, outcome: str) -> InteractionResult:
    """Return one of the constant texts, which only the caller sees."""
    return private(translate(text), outcome)


def private(text: str, outcome: str) -> InteractionResult:
    """Return a text that only the caller sees."""
    return InteractionResult(replies.answer(DiscordReply(text), public=False), outcome)


def refused(error: DomainError, game: Game) -> InteractionResult:
    """Return the explanation of a refusal, which only the caller sees."""
    return private(plain(game.explain(error)), error.code)


def run(call: Interaction, wanted: InteractionAction, game: Game) -> InteractionResult:
    """Run an action, with retries within its budget. A caller who is no player yet is registered first."""
    budget = Budget.of(wanted.budget_seconds)
    try:
        try:
            return _run(call, wanted, budget)
        except game.unknown_player_errors:
            if budget.is_spent():
                return say(BUSY, LATER)
        action.run_action(lambda tx: game.register(tx, call.caller), budget=budget)
        # If this raises the same refusal, another player is unknown.
        return _run(call, wanted, budget)
    except DomainError as error:
        return refused(error, game)
    except OutcomeUnknown:
        return say(UNCERTAIN, LATER)
    except TryAgain:
        return say(BUSY, LATER)
    except psycopg.OperationalError as error:
        log.warning("database too slow", extra={"error": str(error)})
        return say(BUSY, LATER)
    except Exception:
        log.exception("unexpected error", extra={"command": call.name})
        return say(BUG, "bug")


def _run(call: Interaction, wanted: InteractionAction, budget: Budget) -> InteractionResult:
    if wanted.key is None:
        return InteractionResult(action.look(partial(wanted.use_case, call), budget=budget))

    def use_case(tx: Tx) -> StoredAnswer:
        return StoredAnswer(200, json.dumps({"id": call.id, "answer": wanted.use_case(call, tx)}))

    stored = action.run_once(use_case, wanted.key, budget=budget, while_frozen=wanted.while_frozen)
    answered = json.loads(stored.body)
    return _replayed(call, wanted, answered) if stored.replayed else InteractionResult(answered["answer"])


def _replayed(call: Interaction, wanted: InteractionAction, earlier: Mapping[str, Any]) -> InteractionResult:
    """Return the stored answer for the same interaction. A second click needs none: the first one's is visible."""
    answer = earlier["answer"]
    if wanted.click and earlier["id"] != call.id and answer["type"] != replies.UPDATE:
        answer = {"type": replies.KEEP}
    return InteractionResult(answer, "replayed")
