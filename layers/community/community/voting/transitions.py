"""Transitions of the community's voting state. Pure. Source: rules 9.7 to 9.9."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from random import Random
from typing import Self

from msgspec import Struct, field
from msgspec.structs import replace

from community.progression.content import Node, tree
from community.progression.models import NodeRelocked, NodeUnlocked
from community.progression.pacing import cost
from community.voting import rules
from community.voting.events import AllUnlocked, CycleCompleted, TargetSet, VotingEnded, VotingStarted
from community.voting.models import UnlockProgress, VotingOption, VotingRound, VotingState
from kernel.events.models import Event


class NewLevel(Struct, frozen=True):
    """A level that a transition unlocks.

    Attributes:
        engagement_score: the points when it was unlocked.
    """

    node: Node
    level: int
    unlocked_by: str
    engagement_score: int = 0


class Transition(Struct, frozen=True):
    """An unfinished change of the voting state: every step returns a new Transition, and the last one is saved.

    Attributes:
        rollover_cap: limit of surplus points that count towards the next target; None for no limit.
        rounds, progress: {number: current value} of new or changed ones.
        unlocked: the levels that have been unlocked.
        relocked: {node key: the lowest relocked level}.
        renumbered: {number of a round: its new number, or None when it has no options left}.
        withdrawn: ids of options that have left their round; they take their ballots with them.
        events: in the order in which they are announced.
    """

    voting: VotingState
    now: datetime
    rng: Random
    rollover_cap: int | None = None
    rounds: Mapping[int, VotingRound] = field(default_factory=dict[int, VotingRound])
    progress: Mapping[int, UnlockProgress] = field(default_factory=dict[int, UnlockProgress])
    unlocked: tuple[NewLevel, ...] = ()
    relocked: Mapping[str, int] = field(default_factory=dict[str, int])
    renumbered: Mapping[int, int | None] = field(default_factory=dict[int, int | None])
    withdrawn: tuple[int, ...] = ()
    events: tuple[Event, ...] = ()

    def record(self, event: Event) -> Self:
        return replace(self, events=(*self.events, event))

    def with_round(self, voting_round: VotingRound) -> Self:
        """Store a new round, or a new state of the open one."""
        completed = voting_round.status == "completed"
        voting = replace(
            self.voting,
            voting_round=None if completed else voting_round,
            latest=voting_round if completed else self.voting.latest,
            last_session_id=max(self.voting.last_session_id, voting_round.session_id),
            last_option_id=max(self.voting.last_option_id, voting_round.options[-1].option_id),
        )
        return replace(self, voting=voting, rounds={**self.rounds, voting_round.session_id: voting_round})

    def with_progress(self, progress: UnlockProgress) -> Self:
        """Store new progress, or a new state of the current one."""
        voting = replace(
            self.voting,
            progress=None if progress.unlocked_at else progress,
            last_progress_id=max(self.voting.last_progress_id, progress.progress_id),
        )
        return replace(self, voting=voting, progress={**self.progress, progress.progress_id: progress})

    def with_level(self, new: NewLevel) -> Self:
        voting = replace(self.voting, levels={**self.voting.levels, new.node.key: new.level})
        event = NodeUnlocked(node_id=new.node.node_id, node_key=new.node.key, level=new.level, source=new.unlocked_by)
        return replace(self, voting=voting, unlocked=(*self.unlocked, new)).record(event)

    def without_levels(self, node: Node, lowest: int) -> Self:
        """Relock `lowest` and all levels above it."""
        levels = dict(self.voting.levels)
        highest = levels.pop(node.key)
        if lowest > 1:
            levels[node.key] = lowest - 1
        transition = replace(
            self, voting=replace(self.voting, levels=levels), relocked={**self.relocked, node.key: lowest}
        )
        for level in range(lowest, highest + 1):
            transition = transition.record(NodeRelocked(node_id=node.node_id, node_key=node.key, level=level))
        return transition


def advance(transition: Transition, previous: Node | None = None) -> Transition:
    """Make all due steps: unlock what the points have reached, and ensure a target and an open round for the next one.

    Args:
        previous: the node that an administrator has just unlocked, if that is the reason for the call.
    """
    if transition.voting.progress is None:
        transition = count_from(transition, 0)
    if rules.target_of(transition.voting) is None:
        transition = choose_target(transition)
    while rules.is_reached(transition.voting):
        transition, previous = complete_cycle(transition), None
    return ensure_vote_open(transition, previous)


def complete_cycle(transition: Transition) -> Transition:
    """Unlock the target, choose the next one, and open a round for the one after that. Source: rules 9.9."""
    voting = transition.voting
    progress, target = voting.progress, rules.target_of(voting)
    assert progress is not None
    assert progress.target_level is not None
    assert target is not None
    rollover = voting.accumulated - rules.cost_of(target, voting)
    if transition.rollover_cap is not None:
        rollover = min(rollover, transition.rollover_cap)
    transition = transition.with_level(NewLevel(target, progress.target_level, "vote", voting.accumulated))
    transition = transition.with_progress(replace(progress, unlocked_at=transition.now))
    transition = count_from(transition, voting.points - rollover)
    transition = transition.record(CycleCompleted.of(target, progress.target_level))
    return ensure_vote_open(choose_target(transition), previous=target)


def count_from(transition: Transition, starts_at_points: int) -> Transition:
    """Start counting points, without a target yet."""
    return transition.with_progress(
        UnlockProgress(
            progress_id=transition.voting.last_progress_id + 1,
            node_key=None,
            target_level=None,
            starts_at_points=starts_at_points,
            started_at=transition.now,
        )
    )


def choose_target(transition: Transition) -> Transition:
    """Set the next target and keep the points: the winner of the round, which ends now if it is open, else any
    available node.
    Without an available node there is no target.
    """
    voting = transition.voting
    voting_round = voting.voting_round or voting.latest
    if voting_round is not None:
        option = rules.elect(voting_round, voting, transition.rng)
        if voting.voting_round:
            transition = transition.with_round(end_round(voting_round, option, transition.now))
        if rules.may_win(option, voting):
            return _set_target(transition, option, voting_round)
    nodes = rules.candidates(voting)
    if not nodes:
        return _set_target(transition, None)
    (option,) = rules.draw_options([transition.rng.choice(nodes)], transition.voting, transition.rng)
    if len(nodes) > 1:
        return _set_target(transition, option)
    # There is only one candidate: record a completed round without ballots.
    record = begin_round(transition, (option,))
    transition = _set_target(
        transition.with_round(end_round(record, option, transition.now)), option, record, auto_selected=True
    )
    return transition.record(VotingStarted.of(record, auto_selected=True))


def _set_target(
    transition: Transition,
    option: VotingOption | None,
    voting_round: VotingRound | None = None,
    *,
    auto_selected: bool = False,
) -> Transition:
    progress = transition.voting.progress
    assert progress is not None
    if option is None and progress.node_key is None:
        return transition
    transition = transition.with_progress(
        replace(
            progress,
            node_key=option.node_key if option else None,
            target_level=option.target_level if option else None,
            session_id=voting_round.session_id if voting_round else None,
            cost=cost(tree.nodes[option.node_key], transition.voting.pacing) if option else None,
        )
    )
    return transition.record(TargetSet.of(option, voting_round, auto_selected=auto_selected)) if option else transition


def ensure_vote_open(transition: Transition, previous: Node | None = None) -> Transition:
    """Open a round if none is open, unless the last winner has yet to become the target."""
    voting_round = transition.voting.voting_round
    if voting_round and not any(rules.may_win(option, transition.voting) for option in voting_round.options):
        transition = end_vote(transition, voting_round)
    if transition.voting.voting_round is None and not rules.has_waiting_winner(transition.voting):
        transition = open_vote(transition, previous)
    return transition.record(AllUnlocked.now()) if previous and rules.is_complete(transition.voting) else transition


def open_vote(transition: Transition, previous: Node | None = None) -> Transition:
    """Open a round for the target after the current one, if there are candidates."""
    nodes = rules.candidates(transition.voting)
    if not nodes:
        return transition
    voting_round = begin_round(transition, rules.draw_options(nodes, transition.voting, transition.rng))
    return transition.with_round(voting_round).record(VotingStarted.of(voting_round, previous_unlock=previous))


def end_vote(transition: Transition, voting_round: VotingRound) -> Transition:
    """End a round before the target is reached; the winner becomes the next target."""
    winner = rules.elect(voting_round, transition.voting, transition.rng)
    return transition.with_round(end_round(voting_round, winner, transition.now)).record(
        VotingEnded.of(voting_round, winner)
    )


def begin_round(transition: Transition, options: tuple[VotingOption, ...]) -> VotingRound:
    return VotingRound(
        session_id=transition.voting.last_session_id + 1,
        status="voting",
        options=options,
        started_at=transition.now,
        voting_deadline=transition.now + rules.VOTING_TIME,
    )


def end_round(voting_round: VotingRound, winner: VotingOption, now: datetime) -> VotingRound:
    return replace(voting_round, status="completed", ended_at=now, winning_option_id=winner.option_id)
