"""Votes and targets as responses. Source: wire 2 and 7."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from community.engagement.estimates import Confidence
from community.progression.content import Node, tree
from community.progression.models import Pacing
from community.progression.pacing import cost, is_measured, pace
from community.voting.board import ProgressBoard, StoredNode
from community.voting.models import Status, UnlockProgress, VotingOption, VotingRound
from doors.fields import Message, Timestamp
from doors.nulls import WithNulls
from functions.community.progression.views import NodeView


class OptionView(WithNulls):
    id: int
    session_id: int
    node_id: int
    node_key: str
    target_level: int
    vote_count: int
    weighted_votes: float
    last_highest_vote_at: Timestamp | None
    node_details: NodeView | None = None
    estimated_unlock_date: Timestamp | None

    @classmethod
    def of(
        cls, option: VotingOption, session_id: int, mirrored: StoredNode, pacing: Pacing, date: datetime | None = None
    ) -> Self:
        node = tree.nodes.get(option.node_key)
        return cls(
            id=option.option_id,
            session_id=session_id,
            node_id=mirrored.node_id,
            node_key=option.node_key,
            target_level=option.target_level,
            vote_count=option.vote_count,
            weighted_votes=float(option.weighted_votes),
            last_highest_vote_at=option.last_highest_vote_at,
            node_details=node and NodeView.of(node, mirrored.created_at, cost(node, pacing)),
            estimated_unlock_date=date,
        )


class PollOptionView(BaseModel):
    id: int
    key: str
    display_name: str
    description: str
    vote_count: int
    weighted_votes: float


class PollView(WithNulls):
    """A poll about a turning point of a world. Its options are numbered from 1, in their order."""

    id: UUID
    session_id: int
    world_id: UUID
    world_name: str
    status: Status
    started_at: Timestamp
    closes_at: Timestamp
    ended_at: Timestamp | None
    winning_option_id: int | None
    options: list[PollOptionView]

    @classmethod
    def of(cls, poll: VotingRound) -> Self:
        assert poll.poll is not None
        return cls(
            id=poll.poll.poll_id,
            session_id=poll.session_id,
            world_id=poll.poll.world_id,
            world_name=poll.poll.world_name,
            status=poll.status,
            started_at=poll.started_at,
            closes_at=poll.voting_deadline,
            ended_at=poll.ended_at,
            winning_option_id=poll.winning_option_id,
            options=[
                PollOptionView(
                    id=option.option_id,
                    key=option.node_key,
                    display_name=option.label,
                    description=option.description,
                    vote_count=option.vote_count,
                    weighted_votes=float(option.weighted_votes),
                )
                for option in poll.options
            ],
        )


class SessionView(BaseModel):
    """A voting session. For other clients, `session_id` repeats the id and `tier` is that of the first option."""

    id: int
    session_id: int
    status: Status
    started_at: Timestamp
    ended_at: Timestamp | None = None
    voting_deadline: Timestamp
    winning_option_id: int | None = None
    options: list[OptionView]
    tier: int

    @classmethod
    def of(cls, voting_round: VotingRound, board: ProgressBoard) -> Self:
        options = [
            OptionView.of(
                option,
                voting_round.session_id,
                board.nodes[option.node_key],
                board.voting.pacing,
                board.estimated_unlock(option.node_key),
            )
            for option in voting_round.options
        ]
        first = tree.nodes.get(voting_round.options[0].node_key)
        return cls(
            id=voting_round.session_id,
            session_id=voting_round.session_id,
            status=voting_round.status,
            started_at=voting_round.started_at,
            ended_at=voting_round.ended_at,
            voting_deadline=voting_round.voting_deadline,
            winning_option_id=voting_round.winning_option_id,
            options=options,
            tier=first.tier if first else 0,
        )


class OpenSession(SessionView):
    """The open session, repeated under `session`. Clients recognise it by the absence of `message`."""

    session: SessionView

    @classmethod
    def of(cls, voting_round: VotingRound, board: ProgressBoard) -> Self:
        view = SessionView.of(voting_round, board)
        return cls(**dict(view), session=view)


class LatestSession(Message):
    """The previous session, when none is open."""

    session: SessionView
    is_completed: bool = True


class NoSession(WithNulls, Message):
    """There has been no vote yet."""

    session: None


class ProgressView(WithNulls):
    id: int
    node_id: int | None
    node_key: str | None = None
    target_level: int | None
    contributions_accumulated: int
    started_at: Timestamp
    unlocked_at: Timestamp | None
    voting_session_id: int | None
    estimated_unlock_date: Timestamp | None

    @classmethod
    def of(cls, progress: UnlockProgress, board: ProgressBoard) -> Self:
        key = progress.node_key
        return cls(
            id=progress.progress_id,
            node_id=None if key is None else board.nodes[key].node_id,
            node_key=key,
            target_level=progress.target_level,
            contributions_accumulated=board.voting.accumulated,
            started_at=progress.started_at,
            unlocked_at=progress.unlocked_at,
            voting_session_id=progress.session_id,
            estimated_unlock_date=None if key is None else board.estimated_unlock(key),
        )


class TargetProgress(ProgressView):
    """The progress towards the current target.

    Attributes:
        completion_percentage: 0 to 100, with two decimals.
    """

    completion_percentage: float
    target_unlock_cost: int
    target_node_name: str
    is_already_unlocked: bool

    @classmethod
    def of(cls, progress: UnlockProgress, board: ProgressBoard) -> Self:
        target = tree.nodes[progress.node_key or ""]
        unlock_cost = board.cost(target)
        share = min(board.voting.accumulated / unlock_cost, 1)
        return cls(
            **dict(ProgressView.of(progress, board)),
            completion_percentage=round(100 * share, 2),
            target_unlock_cost=unlock_cost,
            target_node_name=target.name,
            is_already_unlocked=board.voting.levels.get(target.key, 0) >= (progress.target_level or 1),
        )


class NoTarget(WithNulls, Message):
    """There is no target; points still count, towards the next one."""

    progress: None
    contributions_accumulated: int | None = None


class PaceView(WithNulls):
    """What the costs of new targets are multiplied by.

    Attributes:
        pace: 1 with 30 active players, at least 0.25 and at most 100.
        active_players: who played in the last week in which anyone did, as of the last midnight.
        is_measured: whether a week has been measured; until then the pace is 1.
        fixed_pace: what an administrator has fixed it at; null when it follows the measure.
    """

    pace: float
    active_players: int
    is_measured: bool
    fixed_pace: float | None

    @classmethod
    def of(cls, pacing: Pacing) -> Self:
        return cls(
            pace=round(float(pace(pacing)), 2),
            active_players=pacing.active_players,
            is_measured=is_measured(pacing),
            fixed_pace=None if pacing.fixed is None else float(pacing.fixed),
        )


class ProgressionStatusResponse(BaseModel):
    """The community's status.

    Attributes:
        total_unlocked: nodes of which at least one level is unlocked.
        contribution_score: all engagement of the community, weighted.
        is_transitioning: the last vote is over, and the next starts once the current target is unlocked.
        pace: what multiplies the costs of new targets.
    """

    total_unlocked: int
    total_nodes: int
    all_nodes_unlocked: bool
    contribution_score: int
    active_session: SessionView | None = None
    active_unlock_progress: ProgressView | None = None
    is_transitioning: bool
    pace: PaceView

    @classmethod
    def of(cls, board: ProgressBoard) -> Self:
        voting = board.voting
        voting_round, progress = voting.voting_round, voting.progress
        return cls(
            total_unlocked=len(voting.levels),
            total_nodes=len(tree.nodes),
            all_nodes_unlocked=board.is_complete,
            contribution_score=board.score,
            active_session=voting_round and SessionView.of(voting_round, board),
            active_unlock_progress=progress and ProgressView.of(progress, board),
            is_transitioning=board.is_between_votes,
            pace=PaceView.of(voting.pacing),
        )


class EstimateResponse(WithNulls):
    """An estimate of when a node's next level will be unlocked.

    Attributes:
        estimated_days: -1 while the community earns no points.
        current_progress: the points earned towards it so far.
        current_velocity: points per day.
    """

    node_key: str
    estimated_days: float
    confidence: Confidence
    required_points: int
    current_progress: int
    current_velocity: float
    estimated_unlock_date: Timestamp | None

    @classmethod
    def of(cls, node: Node, board: ProgressBoard) -> Self:
        estimate = board.estimate(node)
        return cls(
            node_key=node.key,
            estimated_days=float(estimate.days),
            confidence=estimate.confidence,
            required_points=estimate.required_points,
            current_progress=board.points_towards(node.key),
            current_velocity=float(board.velocity.points_per_day),
            estimated_unlock_date=estimate.date,
        )
