"""Messages about voting, targets and the tree."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from community.progression.content import Node, tree
from community.voting.controls import StartOutcome
from community.voting.models import Ballot, VotingOption, VotingRound

AFTER_START: Mapping[StartOutcome, str] = {
    "resumed": "The vote goes on.",
    "opened": "A new vote is open.",
    "decided": "There is only one thing to choose: it comes next, without a vote.",
}
FROZEN = "The vote is frozen: no more ballots until it is started again."
RESET = "The community begins anew."
NEVER_VOTED = "There has been no vote yet."
NO_TARGET = "The community has no target just now."


def after_vote(ballot: Ballot) -> str:
    voted = "You have voted already:" if ballot.already_voted else "Your vote counts:"
    return f"{voted} {named(ballot.option)}. {tally(ballot.voting_round)}"


def tally(voting_round: VotingRound) -> str:
    """List the weighted votes of all options."""
    return f"So far: {', '.join(f'{named(option)} {plain(option.weighted_votes)}' for option in voting_round.options)}."


def result(voting_round: VotingRound) -> str:
    winner = voting_round.winner
    assert winner is not None
    return f"No vote is open. The last one went to {named(winner)}."


def named(option: VotingOption) -> str:
    """Return the option's name, with its level if the node has several."""
    node = tree.entries.get(option.node_key)
    if node is None:
        return option.node_key
    return f"{node.name} (level {option.target_level})" if node.max_level > 1 else node.name


def plain(number: Decimal) -> str:
    """Format a number without trailing zeros or exponent: 3, not 3.00 or 3E+0."""
    return f"{number.normalize():f}"


def unlocked(node: Node, level: int) -> str:
    return f"Level {level} of {node.name} is unlocked."


def everything_unlocked(levels: int) -> str:
    return f"Everything is unlocked: {levels} levels were added."


def relocked(node: Node, level: int) -> str:
    """Say which levels of a node were locked again.

    Args:
        level: the lowest relocked level; 0 means all.
    """
    gone = f"Level {level} of {node.name} and all above it" if level > 1 else node.name
    return f"{gone}: locked again."
