"""Transitions made by administrators. Pure. Source: rules 9.11."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from community.progression.content import Node, tree
from community.voting import rules
from community.voting.events import CycleCompleted, RoundFrozen, TargetDropped, VotingResumed
from community.voting.models import InvalidOption, NoCandidates, RoundActive, VotingState
from community.voting.transitions import (
    NewLevel,
    Transition,
    advance,
    choose_target,
    count_from,
    end_round,
    end_vote,
    open_vote,
)


def start_voting(transition: Transition) -> Transition:
    """Resume a frozen round, or open a new one, after ensuring a target.

    Raises:
        RoundActive: a round is already open.
        NoCandidates: there is nothing to vote on.
    """
    voting_round = transition.voting.voting_round
    if voting_round is not None:
        if voting_round.status == "voting":
            raise RoundActive
        return transition.with_round(replace(voting_round, status="voting")).record(
            VotingResumed(session_id=voting_round.session_id)
        )
    if not rules.candidates(transition.voting):
        raise NoCandidates
    if transition.voting.progress is None:
        transition = count_from(transition, 0)
    if rules.target_of(transition.voting) is None:
        transition = choose_target(transition)
    return open_vote(transition)


def freeze_voting(transition: Transition) -> Transition:
    """Freeze the open round: no more ballots, while points are still counted. A frozen round stays unchanged.

    Raises:
        NoOpenRound
    """
    voting_round = rules.open_round(transition.voting)
    if voting_round.status == "frozen":
        return transition
    return transition.with_round(replace(voting_round, status="frozen")).record(
        RoundFrozen(session_id=voting_round.session_id)
    )


def force_end_voting(transition: Transition) -> Transition:
    """End the open round now. Its winner becomes the target as soon as there is none, which may be now.

    Raises:
        NoOpenRound
    """
    return advance(end_vote(transition, rules.open_round(transition.voting)))


def instant_unlock(transition: Transition, node_key: str | None = None) -> Transition:
    """Unlock the leading option of the open round, or the given one, at once, for all current points.

    Another target stays.

    Raises:
        NoOpenRound
        InvalidOption: the node is not an option of the round, or has been unlocked in the meantime.
    """
    voting = transition.voting
    voting_round = rules.open_round(voting)
    option = (
        rules.pick_option(voting_round, None, node_key)
        if node_key
        else rules.elect(voting_round, voting, transition.rng)
    )
    if not rules.may_win(option, voting):
        raise InvalidOption
    node = tree.nodes[option.node_key]
    transition = transition.with_level(NewLevel(node, option.target_level, "instant_override", voting.accumulated))
    transition = transition.with_round(end_round(voting_round, option, transition.now))
    if voting.progress:
        transition = transition.with_progress(
            replace(voting.progress, starts_at_points=voting.points, started_at=transition.now)
        )
    return advance(transition.record(CycleCompleted.of(node, option.target_level)), previous=node)


def unlock_node(transition: Transition, node: Node, levels: Sequence[int]) -> Transition:
    for level in levels:
        transition = transition.with_level(NewLevel(node, level, "admin"))
    return advance(transition, previous=node) if levels else transition


def unlock_all_nodes(transition: Transition) -> Transition:
    previous = None
    for node in tree.nodes.values():
        for level in range(rules.next_level(node, transition.voting), node.max_level + 1):
            transition, previous = transition.with_level(NewLevel(node, level, "admin")), node
    return advance(transition, previous) if previous else transition


def relock_node(transition: Transition, node: Node, levels: Sequence[int]) -> Transition:
    """Relock levels. If the node is the target, its points are lost, and the next transition sets a new target."""
    if levels:
        transition = transition.without_levels(node, levels[0])
    voting, progress = transition.voting, transition.voting.progress
    if progress is None or progress.target_level is None or progress.node_key != node.key:
        return transition
    event = TargetDropped(node_key=node.key, target_level=progress.target_level, points=voting.accumulated)
    empty = replace(
        progress,
        node_key=None,
        target_level=None,
        session_id=None,
        cost=None,
        starts_at_points=voting.points,
        started_at=transition.now,
    )
    return transition.with_progress(empty).record(event)


def reset_progression(transition: Transition) -> Transition:
    """Start again with only the automatic unlocks. The numbering of rounds and options continues."""
    voting = transition.voting
    transition = replace(
        transition,
        voting=VotingState(
            levels={node.key: 1 for node in tree.nodes.values() if node.auto_unlock},
            points=voting.points,
            progress=None,
            voting_round=None,
            latest=None,
            pacing=voting.pacing,
            last_session_id=voting.last_session_id,
            last_option_id=voting.last_option_id,
            last_progress_id=voting.last_progress_id,
        ),
    )
    return advance(count_from(transition, voting.points))
