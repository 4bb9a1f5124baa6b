"""Reading and saving transitions of the community's voting state: one load, one decision, one save.

Changes of targets, rounds and levels lock the open round first, and the community's state after it: while they wait for
ballots, they hold nothing that a ballot or a merge of players could wait for.
"""

from __future__ import annotations

from itertools import groupby

from community.progression import service as progression
from community.progression.content import tree
from community.voting import queries, row_parsing, transitions, withdrawal
from community.voting.models import VotingState
from community.voting.settings import settings
from community.voting.transitions import Transition
from kernel.database import Connection, Tx, transaction
from kernel.events import service as events


def advance(conn: Connection) -> None:
    """Make due transitions in a transaction of its own. Of concurrent callers, the first makes them.

    Raises:
        TryAgain: nothing was changed; the scheduled clock tries again.
    """
    with transaction(conn) as tx:
        ensure_current(tx)


def ensure_current(tx: Tx) -> Transition:
    """Make all due transitions: unlock what the points have reached, and ensure a target and an open round."""
    transition = transitions.advance(begin(tx))
    save(tx, transition)
    return transition


def withdraw_hidden(tx: Tx) -> Transition:
    """Like `ensure_current`, after taking nodes that are not in the game out of the vote and the target."""
    transition = withdrawal.withdraw_hidden(begin(tx))
    save(tx, transition)
    return transition


def read_voting_state(tx: Tx) -> VotingState:
    """Read the current voting state without locking it."""
    row = queries.read_voting_state(tx).fetchone()
    assert row is not None
    return row_parsing.voting_state(row)


def begin(tx: Tx) -> Transition:
    """Lock and read the voting state."""
    lock(tx)
    return Transition(read_voting_state(tx), tx.now, tx.rng, settings.rollover_cap)


def lock(tx: Tx) -> None:
    """Lock the open round and the community's state, so that what is read afterwards cannot change."""
    queries.lock_open_round(tx)
    progression.lock_community_state(tx)


def save(tx: Tx, transition: Transition) -> None:
    """Write all changes since `begin`, and announce the events."""
    for node_key, lowest in transition.relocked.items():
        progression.remove_levels(tx, tree.nodes[node_key], lowest)
    for (node, unlocked_by, score), added in groupby(
        transition.unlocked, key=lambda new: (new.node, new.unlocked_by, new.engagement_score)
    ):
        progression.add_levels(tx, node, [new.level for new in added], unlocked_by, score)
    if transition.unlocked or transition.relocked:
        progression.renew_state_version(tx)
    for session_id, new_number in transition.renumbered.items():
        queries.renumber_round(tx, session_id, new_number)
    if transition.withdrawn:
        queries.delete_options(tx, transition.withdrawn)
    # In the order of their numbers, so that the open round is completed before the next one is inserted.
    for _, voting_round in sorted(transition.rounds.items()):
        queries.upsert_round(tx, voting_round)
    for _, progress in sorted(transition.progress.items()):
        queries.upsert_progress(tx, progress)
    events.announce(tx, *transition.events)
