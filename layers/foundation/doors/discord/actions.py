"""Running what an interaction asks for: once, within the time that Discord waits, and with an answer in any case."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg

from doors.discord import replies
from doors.discord.game import Game
from doors.discord.interaction import Interaction
from doors.discord.replies import Reply, plain
from kernel import action
from kernel.action import Budget
from kernel.database import Tx
from kernel.errors import DomainError, OutcomeUnknown, TryAgain
from kernel.idempotency import Answer as StoredAnswer
from kernel.idempotency import IdempotencyKey

log = logging.getLogger("brandish")

BUDGET_SECONDS = 2
"""seconds for one statement, and for all tries. Discord waits for three."""

BUSY = "The game is busy, and nothing has happened. Try again."
UNCERTAIN = (
    "The game is busy: it may or may not have happened. Look, for example with /inventory, before you try again."
)
BUG = "Something went wrong on our side. It has been noted."

LATER = "database unavailable"
"""The one outcome after which the same call may be worth another try."""

Answer = dict[str, Any]
UseCase = Callable[[Interaction, Tx], Answer]


@dataclass(frozen=True, slots=True)
class InteractionResult:
    """
    Attributes:
        answer: for Discord.
        outcome: for the log.
    """

    answer: Mapping[str, Any]
    outcome: str = "done"


@dataclass(frozen=True, slots=True)
class InteractionAction:
    """
    Attributes:
        key: under which it happens once; None for what changes nothing.
        click: the key is not this interaction's alone, so that another one may find it used.
        patience: seconds.
    """

    use_case: UseCase
    key: IdempotencyKey | None = None
    click: bool = False
    budget_seconds: int = BUDGET_SECONDS


def key(name: str) -> IdempotencyKey:
    return IdempotencyKey("discord", "/discord/interactions", name)


def private(text: str, outcome: str) -> InteractionResult:
    return InteractionResult(replies.answer(Reply(text), public=False), outcome)


def refused(error: DomainError, game: Game) -> InteractionResult:
    return private(plain(game.explain(error)), error.code)


def run(call: Interaction, wanted: InteractionAction, game: Game) -> InteractionResult:
    """Run an action, as often as that takes within the time there is. A stranger is introduced first."""
    budget = Budget.of(wanted.budget_seconds)
    try:
        try:
            return _run(call, wanted, budget)
        except game.unknown_player_errors:
            if budget.is_spent():
                return private(BUSY, LATER)
        action.run_action(lambda tx: game.register(tx, call.caller), budget=budget)
        # Refused once more, it is another player who is not known.
        return _run(call, wanted, budget)
    except DomainError as error:
        return refused(error, game)
    except OutcomeUnknown:
        return private(UNCERTAIN, LATER)
    except TryAgain:
        return private(BUSY, LATER)
    except psycopg.OperationalError as error:
        log.warning("database too slow", extra={"error": str(error)})
        return private(BUSY, LATER)
    except Exception:
        log.exception("unexpected error", extra={"command": call.name})
        return private(BUG, "bug")


def _run(call: Interaction, wanted: InteractionAction, budget: Budget) -> InteractionResult:
    if wanted.key is None:
        return InteractionResult(action.look(partial(wanted.use_case, call), budget=budget))

    def use_case(tx: Tx) -> StoredAnswer:
        return StoredAnswer(200, json.dumps({"id": call.id, "answer": wanted.use_case(call, tx)}))

    stored = action.run_once(use_case, wanted.key, budget=budget)
    answered = json.loads(stored.body)
    return _replayed(call, wanted, answered) if stored.replayed else InteractionResult(answered["answer"])


def _replayed(call: Interaction, wanted: InteractionAction, earlier: Mapping[str, Any]) -> InteractionResult:
    """The same interaction gets the same answer. A second click needs none: everyone has seen the first one's."""
    answer = earlier["answer"]
    if wanted.click and earlier["id"] != call.id and answer["type"] != replies.UPDATE:
        answer = {"type": replies.KEEP}
    return InteractionResult(answer, "replayed")
