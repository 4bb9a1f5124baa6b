"""The community's cycle on the database: one look, one decision, one save.

Whoever changes a target, a session or a level holds the world's lock, and the open session's after it.
"""

from __future__ import annotations

from itertools import groupby

from community.progression import service as progression
from community.progression.content import tree
from community.voting import queries, row_parsing, transitions
from community.voting.models import VotingState
from community.voting.settings import settings
from community.voting.transitions import Transition
from kernel.database import Connection, Tx, transaction
from kernel.events import service as events


def advance(conn: Connection) -> None:
    """Do what is due, in a transaction of its own. Of several at once the first does it.

    Raises:
        TryAgain: nothing was done; the schedule looks again.
    """
    with transaction(conn) as tx:
        ensure_current(tx)


def ensure_current(tx: Tx) -> Transition:
    """See to it that nothing waits: what the points have reached is unlocked, and there are a target and a vote, if
    anything is left."""
    transition = transitions.advance(begin(tx))
    save(tx, transition)
    return transition


def read_voting_state(tx: Tx) -> VotingState:
    """As it is just now, for looking."""
    row = queries.read_voting_state(tx).fetchone()
    assert row is not None
    return row_parsing.voting_state(row)


def begin(tx: Tx) -> Transition:
    """Lock the community and read it."""
    lock(tx)
    return Transition(read_voting_state(tx), tx.now, tx.rng, settings.rollover_cap)


def lock(tx: Tx) -> None:
    """Nobody else moves the community, and no ballot is on its way. What is read after this stays true."""
    progression.lock_community_state(tx)
    queries.lock_open_round(tx)


def save(tx: Tx, transition: Transition) -> None:
    """Write what has changed since `begin`, and announce what has happened."""
    for node_key, lowest in transition.relocked.items():
        progression.remove_levels(tx, tree.nodes[node_key], lowest)
    for (node, unlocked_by, score), added in groupby(
        transition.unlocked, key=lambda new: (new.node, new.unlocked_by, new.engagement_score)
    ):
        progression.add_levels(tx, node, [new.level for new in added], unlocked_by, score)
    if transition.unlocked or transition.relocked:
        progression.renew_state_version(tx)
    # In the order of their numbers: what was open is closed before the next one opens.
    for _, voting_round in sorted(transition.rounds.items()):
        queries.upsert_round(tx, voting_round)
    for _, progress in sorted(transition.progress.items()):
        queries.upsert_progress(tx, progress)
    for event in transition.events:
        events.announce(tx, event)
