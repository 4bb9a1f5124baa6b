"""Doing what an interaction asks for: once, within the time that Discord waits, and with an answer whatever happens."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

import psycopg

from community.players.models import NoSuchPlayer, UnknownPlayer
from community.players.registration import register
from community.progression.models import FeatureLockedBehind
from doors.answers import TRIES
from doors.discord import replies
from doors.discord.interaction import Interaction
from doors.discord.replies import Reply, plain
from kernel import metrics
from kernel.connections import connection
from kernel.database import Tx, reading, transaction
from kernel.errors import DomainError, TryAgain
from kernel.idempotency import IdempotencyKey, Replay, acting_once, replay_if_answered, store_answer
from kernel.notes import note_user

log = logging.getLogger("brandish")

PATIENCE = 2
"""seconds for one statement, and for all tries. Discord waits for three."""

BUSY = "The game is busy, and nothing has happened. Try again."
UNCERTAIN = (
    "The game is busy: it may or may not have happened. Look, for example with /inventory, before you try again."
)
BUG = "Something went wrong on our side. It has been noted."

LATER = "database unavailable"
"""The one outcome after which the same call may be worth another try."""

Answer = dict[str, Any]
Act = Callable[[Interaction, Tx], Answer]


@dataclass(frozen=True, slots=True)
class Result:
    """
    Attributes:
        answer: for Discord.
        outcome: for the log.
    """

    answer: Mapping[str, Any]
    outcome: str = "done"


@dataclass(frozen=True, slots=True)
class Deed:
    """
    Attributes:
        key: under which it happens once; None for what changes nothing.
        click: the key is not this interaction's alone, so that another one may find it used.
        patience: seconds.
    """

    act: Act
    key: IdempotencyKey | None = None
    click: bool = False
    patience: int = PATIENCE


class _Uncertain(Exception):
    """The connection broke during COMMIT."""


def key(name: str) -> IdempotencyKey:
    return IdempotencyKey("discord", "/discord/interactions", name)


def private(text: str, outcome: str) -> Result:
    return Result(replies.answer(Reply(text), public=False), outcome)


def refused(error: DomainError) -> Result:
    text = str(error)
    if isinstance(error, FeatureLockedBehind):
        text = "The community has not unlocked {feature} yet. First comes {names}.".format(**error.details)
    return private(plain(text), error.code)


def perform(call: Interaction, deed: Deed) -> Result:
    """Do it, however many tries that takes within the time there is. A stranger is introduced first."""
    started = monotonic()
    stranger = introduced = uncertain = False
    for _ in range(TRIES):
        try:
            if stranger and not introduced:
                _introduce(call, deed)
                introduced = True
            return Result(_act(call, deed))
        except Replay as replay:
            return _replayed(call, deed, json.loads(replay.body))
        except (UnknownPlayer, NoSuchPlayer) as error:
            if introduced:
                return refused(error)  # so it is somebody else who is not known
            stranger = True
        except DomainError as error:
            return refused(error)
        except TryAgain:
            pass
        except _Uncertain as error:
            # The next try finds out: what has an answer is not done again.
            log.warning("database lost", extra={"error": str(error.__cause__)})
            uncertain = True
        except psycopg.OperationalError as error:
            log.warning("database too slow", extra={"error": str(error)})
            break
        except Exception:
            log.exception("unexpected error", extra={"command": call.name})
            return private(BUG, "bug")
        if monotonic() - started > deed.patience:
            break
    return private(UNCERTAIN if uncertain else BUSY, LATER)


def _act(call: Interaction, deed: Deed) -> Answer:
    conn = _connection(deed)
    if deed.key is None and not metrics.flush_is_due():
        with reading(conn) as tx:
            return _noted(call, tx, deed)
    try:
        with transaction(conn) as tx:
            # Behind a proxy, the connection has no limit of its own.
            tx.execute("SELECT set_config('statement_timeout', %s, true)", (f"{deed.patience}s",))
            if deed.key is None:
                answer = _noted(call, tx, deed)
            else:
                with acting_once(tx, deed.key) as earlier:
                    answer = _noted(call, tx, deed)
                    replay_if_answered(earlier)
                store_answer(tx, deed.key, 200, json.dumps({"id": call.id, "answer": answer}))
            metrics.flush_if_due(tx)
    except psycopg.OperationalError as error:
        if conn.closed and deed.key is not None:
            raise _Uncertain from error
        raise
    return answer


def _noted(call: Interaction, tx: Tx, deed: Deed) -> Answer:
    try:
        return deed.act(call, tx)
    finally:
        note_user(tx.about)


def _connection(deed: Deed) -> psycopg.Connection[Any]:
    """
    Raises:
        TryAgain: the database cannot be reached, so nothing has happened.
    """
    try:
        return connection(deed.patience)
    except psycopg.OperationalError as error:
        log.warning("database unavailable", extra={"error": str(error)})
        raise TryAgain from error


def _introduce(call: Interaction, deed: Deed) -> None:
    with transaction(_connection(deed)) as tx:
        register(tx, call.player, call.player)


def _replayed(call: Interaction, deed: Deed, earlier: Mapping[str, Any]) -> Result:
    """The same interaction gets the same answer. A second click needs none: everybody has seen the first one's."""
    answer = earlier["answer"]
    if deed.click and earlier["id"] != call.id and answer["type"] != replies.UPDATE:
        answer = {"type": replies.KEEP}
    return Result(answer, "replayed")
