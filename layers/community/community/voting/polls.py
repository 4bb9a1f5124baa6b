"""Polls: the chat decides on a turning point of a world.

Worlds asks with an event, and gets an answer as a request that its own function works on: what the chat has chosen, or
why it was not asked. One poll is open at a time, beside the vote on the tree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from msgspec.structs import replace

from community.linking import accounts
from community.players.models import ROLES_LAST, Role
from community.voting import queries, row_parsing, rules
from community.voting.models import NoOpenPoll, PollSubject, VotingOption, VotingRound
from community.voting.poll_events import PollClosed, PollOpened
from kernel.database import Tx
from kernel.events import service as events
from kernel.outside import service as outside

CONSUMER: Final = "polls"
ASKED: Final = "world.turning_point_put"
"""The event that asks for a poll."""
ANSWER: Final = "worlds.chat_decided"
"""The kind of request that is its answer."""
MAY_ASK: Final[frozenset[Role]] = frozenset({"broadcaster", "moderator"})
NOT_A_MODERATOR: Final = "not_a_moderator"
OTHER_POLL: Final = "other_poll"


def open_asked(tx: Tx, event_id: UUID, payload: Mapping[str, Any]) -> bool:
    """Open the poll that a world's owner asks for, once however often it is delivered; or refuse it.

    Returns:
        Whether it is open from now on.
    """
    asked = accounts.ask_roles(tx, UUID(payload["account_id"]), tx.now - ROLES_LAST)
    queries.lock_open_round(tx)
    poll_id = UUID(payload["poll_id"])
    reading = queries.read_polls(tx, poll_id)
    if not events.take_unseen(tx, CONSUMER, [event_id]):
        return False
    [row] = reading
    latest = row_parsing.voting_round(row["poll"])
    subject = PollSubject(poll_id, UUID(payload["world_id"]), payload["world_name"])
    if row["is_known"]:
        return False
    if asked().isdisjoint(MAY_ASK):
        _answer(tx, subject, reason=NOT_A_MODERATOR)
        return False
    if latest and latest.status != "completed":
        _answer(tx, subject, reason=OTHER_POLL)
        return False
    poll = begin_poll(
        subject, payload["options"], payload["minutes"], row["last_session_id"], row["last_option_id"], tx.now
    )
    queries.upsert_round(tx, poll)
    events.announce(tx, PollOpened.of(poll, subject))
    return True


def begin_poll(
    subject: PollSubject,
    choices: Sequence[Mapping[str, str]],
    minutes: int,
    last_session_id: int,
    last_option_id: int,
    now: datetime,
) -> VotingRound:
    """Return a new poll.

    Args:
        choices: [{key, label, description}]
    """
    return VotingRound(
        session_id=last_session_id + 1,
        status="voting",
        options=tuple(
            VotingOption(option_id, each["key"], 1, label=each["label"], description=each["description"])
            for option_id, each in enumerate(choices, start=last_option_id + 1)
        ),
        started_at=now,
        voting_deadline=now + timedelta(minutes=minutes),
        poll=subject,
    )


def close_due(tx: Tx) -> int:
    """Close the open poll if its time is over; return how many were closed."""
    poll = _lock(tx)
    if poll is None or poll.voting_deadline > tx.now:
        return 0
    _close(tx, poll)
    return 1


def close_now(tx: Tx) -> VotingRound:
    """Close the open poll before its time is over; the votes until now count.

    Raises:
        NoOpenPoll
    """
    poll = _lock(tx)
    if poll is None:
        raise NoOpenPoll
    return _close(tx, poll)


def read_latest(tx: Tx) -> VotingRound | None:
    """Return the latest poll, open or not."""
    [row] = queries.read_polls(tx)
    return row_parsing.voting_round(row["poll"])


def _lock(tx: Tx) -> VotingRound | None:
    queries.lock_open_round(tx)
    poll = read_latest(tx)
    return None if poll is None or poll.status == "completed" else poll


def _close(tx: Tx, poll: VotingRound) -> VotingRound:
    winner = rules.poll_winner(poll, tx.rng)
    poll = replace(poll, status="completed", ended_at=tx.now, winning_option_id=winner.option_id if winner else None)
    assert poll.poll is not None
    queries.upsert_round(tx, poll)
    events.announce(tx, PollClosed.of(poll, poll.poll))
    _answer(tx, poll.poll, chosen=winner.node_key if winner else None)
    return poll


def _answer(tx: Tx, subject: PollSubject, *, chosen: str | None = None, reason: str = "") -> None:
    """Tell Worlds what the chat has chosen, None for nothing; or why it was not asked."""
    answer = {
        "poll_id": str(subject.poll_id),
        "world_id": str(subject.world_id),
        "world_name": subject.world_name,
        "chosen": chosen,
        "reason": reason,
    }
    outside.ask(tx, ANSWER, answer, dedupe_key=f"{ANSWER}:{subject.poll_id}", inside=True)
