"""What players read about a vote."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from brandish.content import content
from brandish.voting.controls import Started
from brandish.voting.models import Ballot, Option, Session

AFTER_START: Mapping[Started, str] = {
    "resumed": "The vote goes on.",
    "opened": "A new vote is open.",
    "decided": "There is only one thing to choose: it comes next, without a vote.",
}


def after_vote(ballot: Ballot) -> str:
    voted = "You have voted already:" if ballot.already_voted else "Your vote counts:"
    return f"{voted} {named(ballot.option)}. {tally(ballot.session)}"


def tally(session: Session) -> str:
    """Weights included, for they decide."""
    return f"So far: {', '.join(f'{named(option)} {plain(option.weighted_votes)}' for option in session.options)}."


def result(session: Session) -> str:
    winner = session.winner
    assert winner is not None
    return f"No vote is open. The last one went to {named(winner)}."


def named(option: Option) -> str:
    """The level matters where there are several."""
    node = content.nodes.get(option.node_key)
    if node is None:
        return option.node_key
    return f"{node.name} (level {option.target_level})" if node.max_level > 1 else node.name


def plain(number: Decimal) -> str:
    """3, not 3.00 or 3E+0."""
    return f"{number.normalize():f}"
