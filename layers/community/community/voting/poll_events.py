"""The events of polls. Ballots in them are `ballot_events.VoteRecorded`, with the poll's `session_id`."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from pydantic import BaseModel

from community.voting.models import PollSubject, VotingOption, VotingRound
from kernel.events.models import Event


class PollChoice(BaseModel):
    """One of `PollOpened.options`, in the order in which they are numbered, from 1."""

    option_id: int
    key: str
    display_name: str
    description: str

    @classmethod
    def of(cls, option: VotingOption) -> Self:
        return cls(
            option_id=option.option_id,
            key=option.node_key,
            display_name=option.label,
            description=option.description,
        )


class PollTally(PollChoice):
    vote_count: int
    weighted_votes: float

    @classmethod
    def of(cls, option: VotingOption) -> Self:
        return cls(
            **dict(PollChoice.of(option)),
            vote_count=option.vote_count,
            weighted_votes=float(option.weighted_votes),
        )


class PollOpened(Event):
    """The chat is asked what becomes of a world at a turning point."""

    type: ClassVar[str] = "poll.opened"
    poll_id: UUID
    session_id: int
    world_id: UUID
    world_name: str
    options: tuple[PollChoice, ...]
    closes_at: datetime

    @classmethod
    def of(cls, poll: VotingRound, subject: PollSubject) -> Self:
        return cls(
            poll_id=subject.poll_id,
            session_id=poll.session_id,
            world_id=subject.world_id,
            world_name=subject.world_name,
            options=tuple(PollChoice.of(option) for option in poll.options),
            closes_at=poll.voting_deadline,
        )


class PollClosed(Event):
    """A poll is over.

    Attributes:
        winner: None if no one has voted; then nothing happens.
    """

    type: ClassVar[str] = "poll.closed"
    poll_id: UUID
    session_id: int
    world_id: UUID
    world_name: str
    options: tuple[PollTally, ...]
    winner: PollTally | None

    @classmethod
    def of(cls, poll: VotingRound, subject: PollSubject) -> Self:
        return cls(
            poll_id=subject.poll_id,
            session_id=poll.session_id,
            world_id=subject.world_id,
            world_name=subject.world_name,
            options=tuple(PollTally.of(option) for option in poll.options),
            winner=PollTally.of(poll.winner) if poll.winner else None,
        )
