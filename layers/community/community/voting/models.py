"""Voting rounds, the current target and the points towards it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from msgspec import Struct, field

from community.players.models import UnknownPlayer
from community.progression.models import Pacing
from kernel.errors import Conflict, Refused, TooSoon

Status = Literal["voting", "frozen", "completed"]


class VotingOption(Struct, frozen=True):
    """One level of one node, as an option of a round; or what is chosen in a poll.

    Attributes:
        node_key: in a poll, the key of the choice.
        weighted_votes: the sum of the ballots' weights when they were cast; it decides the round.
        last_highest_vote_at: when a ballot last put this option in the lead, or level with the leader.
        label, description: what people read, in a poll only.
    """

    option_id: int
    node_key: str
    target_level: int
    vote_count: int = 0
    weighted_votes: Decimal = Decimal(0)
    last_highest_vote_at: datetime | None = None
    label: str = ""
    description: str = ""


class PollSubject(Struct, frozen=True):
    """What a poll is about: the turning point of a world."""

    poll_id: UUID
    world_id: UUID
    world_name: str


class VotingRound(Struct, frozen=True):
    """A voting round with its options.

    Attributes:
        options: in the order in which they are numbered, from 1.
        voting_deadline: for display, except that the clock ends a poll.
        poll: None for a round on the community's next target.
    """

    session_id: int
    status: Status
    options: tuple[VotingOption, ...]
    started_at: datetime
    voting_deadline: datetime
    ended_at: datetime | None = None
    winning_option_id: int | None = None
    poll: PollSubject | None = None

    def option(self, option_id: int) -> VotingOption:
        return next(option for option in self.options if option.option_id == option_id)

    @property
    def winner(self) -> VotingOption | None:
        """The winning option of a completed round; a poll may have none."""
        return None if self.winning_option_id is None else self.option(self.winning_option_id)


class UnlockProgress(Struct, frozen=True):
    """The target that points count towards.

    Attributes:
        node_key, target_level: None while there is no target; points are still counted.
        starts_at_points: the total of all points when counting towards this began.
        cost: the points for the target; fixed when it was set, so that progress never jumps. None without a target.
        session_id: the round that chose the target, if one did.
        unlocked_at: when the target was reached; None for the current one.
    """

    progress_id: int
    node_key: str | None
    target_level: int | None
    starts_at_points: int
    started_at: datetime
    session_id: int | None = None
    unlocked_at: datetime | None = None
    cost: int | None = None


class VotingState(Struct, frozen=True):
    """The community's unlocks, target and voting rounds.

    Attributes:
        levels: {node key: highest unlocked level}, unlocked nodes only.
        points: the total of all contribution points.
        progress: the current target; None before the first start.
        voting_round: the open round (voting or frozen), if any.
        latest: the last completed round, if any.
        pacing: what the costs of the next targets depend on.
        last_session_id, last_option_id, last_progress_id: the highest numbers in use, 0 before the first.
    """

    levels: Mapping[str, int]
    points: int
    progress: UnlockProgress | None
    voting_round: VotingRound | None
    latest: VotingRound | None
    pacing: Pacing = field(default_factory=Pacing)
    last_session_id: int = 0
    last_option_id: int = 0
    last_progress_id: int = 0

    @property
    def accumulated(self) -> int:
        """Points towards the target."""
        return self.points - self.progress.starts_at_points if self.progress else 0


class Ballot(Struct, frozen=True):
    """The result of casting a ballot.

    Attributes:
        voting_round, option: with the ballot counted.
        already_voted: the player had already voted for this option; nothing was changed.
    """

    voting_round: VotingRound
    option: VotingOption
    already_voted: bool = False


class NoOpenPoll(Refused):
    code = "no_voting_session"
    message = "No poll is open just now."


class NoOpenRound(Refused):
    code = "no_voting_session"
    message = "There is nothing to vote on just now."


class VoteOver(Refused):
    code = "no_voting_session"
    message = "That vote is over."


class VotingFrozen(Refused):
    code = "voting_frozen"
    message = "The vote is closed; the winner comes next."


class NotHereYet(UnknownPlayer):
    message = "Write something in the chat first: your vote counts {age} after that."


class TooNew(TooSoon):
    code = "cooldown"
    message = "Your vote counts in {wait}, which is {age} after your first line here."


class InvalidOption(Refused):
    code = "invalid_option"
    message = "That is not one of the options of this vote."


class RoundActive(Conflict):
    code = "session_active"
    message = "A vote is already running."


class NoCandidates(Refused):
    code = "no_candidates"
    message = "There is nothing left to vote on."
