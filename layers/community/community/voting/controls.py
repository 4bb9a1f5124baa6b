"""Administrators' use cases on voting and unlocks. Each records an event in the log. Source: rules 9.11."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from community.engagement import service as engagement
from community.jobs import service as jobs
from community.progression import service as progression
from community.progression.content import Node
from community.progression.models import Pacing, Unlock
from community.progression.pacing import fixed
from community.progression.rules import levels_to_relock, levels_to_unlock
from community.voting import cycle, overrides, queries, rules
from community.voting.events import ProgressionReset
from community.voting.models import VotingOption
from kernel.database import Tx

StartOutcome = Literal["resumed", "opened", "decided"]
"""A frozen round continues; a new one is open; or there was only one candidate, which is already the target."""


def start_voting(tx: Tx) -> StartOutcome:
    """Start or resume voting.

    Raises:
        RoundActive: a round is already open.
        NoCandidates: there is nothing to vote on.
    """
    before = cycle.begin(tx)
    transition = overrides.start_voting(before)
    cycle.save(tx, transition)
    if before.voting.voting_round is not None:
        return "resumed"
    return "opened" if transition.voting.voting_round is not None else "decided"


def freeze_voting(tx: Tx) -> None:
    """Stop ballots until voting is started again. Points are still counted.

    Raises:
        NoOpenRound
    """
    cycle.save(tx, overrides.freeze_voting(cycle.begin(tx)))


def force_end_voting(tx: Tx) -> VotingOption:
    """End the round now. Returns the winner, which becomes the target after the current one, or at once without one.

    Raises:
        NoOpenRound
    """
    transition = cycle.begin(tx)
    voting_round = rules.open_round(transition.voting)
    transition = overrides.force_end_voting(transition)
    cycle.save(tx, transition)
    winner = transition.rounds[voting_round.session_id].winner
    assert winner is not None
    return winner


def instant_unlock(tx: Tx, node_key: str | None = None) -> Unlock:
    """Unlock the leading option of the open round, or the given one, now.

    Raises:
        NoOpenRound
        InvalidOption: the node is not an option of the round.
    """
    transition = overrides.instant_unlock(cycle.begin(tx), node_key)
    cycle.save(tx, transition)
    first = transition.unlocked[0]
    return progression.read_unlock(tx, first.node.key, first.level)


def unlock_node(tx: Tx, node_key: str, level: int = 0) -> Node:
    """Unlock every level of a node up to `level`; 0 means the first. Levels already unlocked stay unchanged.

    Raises:
        UnknownNode, LevelTooHigh
    """
    transition = cycle.begin(tx)
    node, missing = levels_to_unlock(node_key, level, transition.voting.levels)
    cycle.save(tx, overrides.unlock_node(transition, node, missing))
    return node


def unlock_all_nodes(tx: Tx) -> int:
    """Unlock every node to its highest level. Returns how many levels were added."""
    transition = overrides.unlock_all_nodes(cycle.begin(tx))
    cycle.save(tx, transition)
    return len(transition.unlocked)


def relock_node(tx: Tx, node_key: str, level: int = 0) -> Node:
    """Relock `level` of a node and all above it; 0 means all. Levels already locked stay unchanged.

    Points towards the node are lost.

    Raises:
        UnknownNode
    """
    transition = cycle.begin(tx)
    node, levels = levels_to_relock(node_key, level, transition.voting.levels)
    cycle.save(tx, overrides.relock_node(transition, node, levels))
    return node


def fix_pace(tx: Tx, pace: Decimal | None) -> Pacing:
    """Fix what the costs of new targets are multiplied by; None lets it follow the number of players again.

    The current target keeps its cost.

    Raises:
        PaceOutOfRange
    """
    return progression.change_pacing(tx, lambda pacing: fixed(pacing, pace))


def reset_progression(tx: Tx, reset_by: str, reason: str, preserve_user_progression: bool = False) -> None:
    """Reset the community's progress: rounds, targets and all unlocks except automatic ones. Points start at 0 again.

    Players keep their accounts, items, statistics, streaks and voting weights.

    Args:
        preserve_user_progression: if False, players' engagement and job progress are deleted, too.
    """
    queries.lock_open_round(tx)
    if not preserve_user_progression:
        jobs.delete_all(tx)  # players are locked before the community's state
    cycle.lock(tx)
    counting = queries.count_for_reset(tx)
    transition = cycle.begin(tx)
    counts = counting.fetchone()
    assert counts is not None
    event = ProgressionReset(
        reset_by=reset_by, reason=reason, preserve_user_progression=preserve_user_progression, **counts
    )
    queries.insert_reset(tx, event)
    queries.delete_cycles(tx)
    progression.reset_unlocks(tx)
    progression.renew_state_version(tx)
    if not preserve_user_progression:
        engagement.delete_all(tx)
    cycle.save(tx, overrides.reset_progression(transition.record(event)))
