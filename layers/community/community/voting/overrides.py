"""What administrators do to the community, and what that leads to. Pure. Source: rules 9.11."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from community.progression.content import Node, tree
from community.voting import rules
from community.voting.events import CycleCompleted, TargetDropped, VotingFroze, VotingResumed
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


def start(transition: Transition) -> Transition:
    """Vote again: a frozen session goes on, otherwise a new one opens, behind a target.

    Raises:
        RoundActive: a vote is running.
        NoCandidates: there is nothing to vote on.
    """
    voting_round = transition.community.voting_round
    if voting_round is not None:
        if voting_round.status == "voting":
            raise RoundActive
        return transition.with_round(replace(voting_round, status="voting")).record(
            VotingResumed(session_id=voting_round.session_id)
        )
    if not rules.candidates(transition.community):
        raise NoCandidates
    if transition.community.progress is None:
        transition = count_from(transition, 0)
    if rules.target_of(transition.community) is None:
        transition = choose_target(transition)
    return open_vote(transition)


def freeze(transition: Transition) -> Transition:
    """No more ballots; the points go on. A frozen session stays as it is.

    Raises:
        NoOpenRound
    """
    voting_round = rules.open_round(transition.community)
    if voting_round.status == "frozen":
        return transition
    return transition.with_round(replace(voting_round, status="frozen")).record(
        VotingFroze(session_id=voting_round.session_id)
    )


def force_end(transition: Transition) -> Transition:
    """Decide the vote now. Its winner becomes the target as soon as there is none, which may be now.

    Raises:
        NoOpenRound
    """
    return advance(end_vote(transition, rules.open_round(transition.community)))


def instant_unlock(transition: Transition, node_key: str | None = None) -> Transition:
    """Unlock the winner of the vote, or the given option, at once, at the price of all points there are. Another
    target stays.

    Raises:
        NoOpenRound
        InvalidOption: the node is not in the vote, or has been unlocked meanwhile.
    """
    community = transition.community
    voting_round = rules.open_round(community)
    option = (
        rules.pick_option(voting_round, None, node_key)
        if node_key
        else rules.elect(voting_round, community, transition.rng)
    )
    if not rules.may_win(option, community):
        raise InvalidOption
    node = tree.nodes[option.node_key]
    transition = transition.with_level(NewLevel(node, option.target_level, "instant_override", community.accumulated))
    transition = transition.with_round(end_round(voting_round, option, transition.now))
    if community.progress:
        transition = transition.with_progress(
            replace(community.progress, starts_at_points=community.points, started_at=transition.now)
        )
    return advance(transition.record(CycleCompleted.of(node, option.target_level)), previous=node)


def unlock(transition: Transition, node: Node, levels: Sequence[int]) -> Transition:
    for level in levels:
        transition = transition.with_level(NewLevel(node, level, "admin"))
    return advance(transition, previous=node) if levels else transition


def unlock_all(transition: Transition) -> Transition:
    previous = None
    for node in tree.nodes.values():
        for level in range(rules.next_level(node, transition.community), node.max_level + 1):
            transition, previous = transition.with_level(NewLevel(node, level, "admin")), node
    return advance(transition, previous) if previous else transition


def relock(transition: Transition, node: Node, levels: Sequence[int]) -> Transition:
    """Take these back. What has been counted towards the node itself is lost; the next look sets a new target."""
    if levels:
        transition = transition.without_levels(node, levels[0])
    community, progress = transition.community, transition.community.progress
    if progress is None or progress.target_level is None or progress.node_key != node.key:
        return transition
    event = TargetDropped(node_key=node.key, target_level=progress.target_level, points=community.accumulated)
    empty = replace(
        progress,
        node_key=None,
        target_level=None,
        session_id=None,
        starts_at_points=community.points,
        started_at=transition.now,
    )
    return transition.with_progress(empty).record(event)


def reset(transition: Transition) -> Transition:
    """From the beginning, with what unlocks itself and nothing else; the numbers go on."""
    community = transition.community
    transition = replace(
        transition,
        community=VotingState(
            levels={node.key: 1 for node in tree.nodes.values() if node.auto_unlock},
            points=community.points,
            progress=None,
            voting_round=None,
            latest=None,
            last_session_id=community.last_session_id,
            last_option_id=community.last_option_id,
            last_progress_id=community.last_progress_id,
        ),
    )
    return advance(count_from(transition, community.points))
