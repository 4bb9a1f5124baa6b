"""What administrators do to the community, and what that leads to. Pure. Source: rules 9.11."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from community.progression.content import Node, tree
from community.voting import rules
from community.voting.events import CycleCompleted, TargetDropped, VotingFroze, VotingResumed
from community.voting.models import Community, InvalidOption, NoCandidates, SessionActive
from community.voting.turns import NewLevel, Turn, aim, count_from, end_vote, ended, go_on, open_vote


def start(turn: Turn) -> Turn:
    """Vote again: a frozen session goes on, otherwise a new one opens, behind a target.

    Raises:
        SessionActive: a vote is running.
        NoCandidates: there is nothing to vote on.
    """
    session = turn.community.session
    if session is not None:
        if session.status == "voting":
            raise SessionActive
        return turn.with_session(replace(session, status="voting")).record(VotingResumed(session_id=session.session_id))
    if not rules.candidates(turn.community):
        raise NoCandidates
    if turn.community.progress is None:
        turn = count_from(turn, 0)
    if rules.target_of(turn.community) is None:
        turn = aim(turn)
    return open_vote(turn)


def freeze(turn: Turn) -> Turn:
    """No more ballots; the points go on. A frozen session stays as it is.

    Raises:
        NoVotingSession
    """
    session = rules.open_session(turn.community)
    if session.status == "frozen":
        return turn
    return turn.with_session(replace(session, status="frozen")).record(VotingFroze(session_id=session.session_id))


def force_end(turn: Turn) -> Turn:
    """Decide the vote now. Its winner becomes the target as soon as there is none, which may be now.

    Raises:
        NoVotingSession
    """
    return go_on(end_vote(turn, rules.open_session(turn.community)))


def instant_unlock(turn: Turn, node_key: str | None = None) -> Turn:
    """Unlock the winner of the vote, or the given option, at once, at the price of all points there are. Another
    target stays.

    Raises:
        NoVotingSession
        InvalidOption: the node is not in the vote, or has been unlocked meanwhile.
    """
    community = turn.community
    session = rules.open_session(community)
    option = rules.pick_option(session, None, node_key) if node_key else rules.elect(session, community, turn.rng)
    if not rules.may_win(option, community):
        raise InvalidOption
    node = tree.nodes[option.node_key]
    turn = turn.with_level(NewLevel(node, option.target_level, "instant_override", community.accumulated))
    turn = turn.with_session(ended(session, option, turn.now))
    if community.progress:
        turn = turn.with_progress(replace(community.progress, starts_at_points=community.points, started_at=turn.now))
    return go_on(turn.record(CycleCompleted.of(node, option.target_level)), previous=node)


def unlock(turn: Turn, node: Node, levels: Sequence[int]) -> Turn:
    for level in levels:
        turn = turn.with_level(NewLevel(node, level, "admin"))
    return go_on(turn, previous=node) if levels else turn


def unlock_all(turn: Turn) -> Turn:
    previous = None
    for node in tree.nodes.values():
        for level in range(rules.next_level(node, turn.community), node.max_level + 1):
            turn, previous = turn.with_level(NewLevel(node, level, "admin")), node
    return go_on(turn, previous) if previous else turn


def relock(turn: Turn, node: Node, levels: Sequence[int]) -> Turn:
    """Take these back. What has been counted towards the node itself is lost; the next look sets a new target."""
    if levels:
        turn = turn.without_levels(node, levels[0])
    community, progress = turn.community, turn.community.progress
    if progress is None or progress.target_level is None or progress.node_key != node.key:
        return turn
    event = TargetDropped(node_key=node.key, target_level=progress.target_level, points=community.accumulated)
    empty = replace(
        progress,
        node_key=None,
        target_level=None,
        session_id=None,
        starts_at_points=community.points,
        started_at=turn.now,
    )
    return turn.with_progress(empty).record(event)


def reset(turn: Turn) -> Turn:
    """From the beginning, with what unlocks itself and nothing else; the numbers go on."""
    community = turn.community
    turn = replace(
        turn,
        community=Community(
            levels={node.key: 1 for node in tree.nodes.values() if node.auto_unlock},
            points=community.points,
            progress=None,
            session=None,
            latest=None,
            last_session_id=community.last_session_id,
            last_option_id=community.last_option_id,
            last_progress_id=community.last_progress_id,
        ),
    )
    return go_on(count_from(turn, community.points))
