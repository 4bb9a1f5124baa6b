"""Messages about voting, targets and the tree."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from community.progression import pacing as pacing_rules
from community.progression.content import Node, tree
from community.progression.models import Pacing
from community.voting.controls import StartOutcome
from community.voting.models import Ballot, VotingOption, VotingRound
from kernel.texts import decimal, to_translate, translate, translate_n

_AFTER_START: Final[Mapping[StartOutcome, str]] = {
    "resumed": to_translate("The vote goes on."),
    "opened": to_translate("A new vote is open."),
    "decided": to_translate("There is only one thing to choose: it comes next, without a vote."),
}


def after_start(outcome: StartOutcome) -> str:
    return translate(_AFTER_START[outcome])


def frozen() -> str:
    return translate("The vote is frozen: no more ballots until it is started again.")


def reset() -> str:
    return translate("The community begins anew.")


def never_voted() -> str:
    return translate("There has been no vote yet.")


def no_target() -> str:
    return translate("The community has no target just now.")


def after_vote(ballot: Ballot) -> str:
    option, counts = named(ballot.option), tally(ballot.voting_round)
    if ballot.already_voted:
        return translate("You have voted already: {option}. {tally}", option=option, tally=counts)
    return translate("Your vote counts: {option}. {tally}", option=option, tally=counts)


def tally(voting_round: VotingRound) -> str:
    """List the weighted votes of all options."""
    options = ", ".join(f"{named(option)} {plain(option.weighted_votes)}" for option in voting_round.options)
    return translate("So far: {options}.", options=options)


def result(voting_round: VotingRound) -> str:
    winner = voting_round.winner
    assert winner is not None
    return translate("No vote is open. The last one went to {winner}.", winner=named(winner))


def never_polled() -> str:
    return translate("There has been no poll yet.")


def poll_standing(poll: VotingRound) -> str:
    """Say what a poll is about, and how it stands or how it ended."""
    if poll.status == "completed":
        return poll_result(poll)
    return translate("What becomes of {world}? {tally}", world=_world(poll), tally=tally(poll))


def poll_result(poll: VotingRound) -> str:
    if poll.winner is None:
        return translate("The poll about {world} is over. No one voted, so nothing happens.", world=_world(poll))
    return translate("The poll about {world} is over: {winner} has won.", world=_world(poll), winner=named(poll.winner))


def _world(poll: VotingRound) -> str:
    assert poll.poll is not None
    return poll.poll.world_name


def won(winner: VotingOption) -> str:
    return translate("The vote is over: {winner} has won.", winner=named(winner))


def named(option: VotingOption) -> str:
    """Return the option's name, with its level if the node has several."""
    if option.label:
        return option.label
    node = tree.entries.get(option.node_key)
    return with_level(node, option.target_level) if node else option.node_key


def with_level(node: Node, level: int) -> str:
    """Return a node's name, with its level if it has several."""
    return translate("{node} (level {level})", node=node.name, level=level) if node.max_level > 1 else node.name


def plain(number: Decimal) -> str:
    """Format a number without trailing zeros or exponent: 3, not 3.00 or 3E+0."""
    return f"{number.normalize():f}"


def votes(count: int, weight: Decimal) -> str:
    return translate_n("{n} vote, weighing {weight}", "{n} votes, weighing {weight}", count, weight=plain(weight))


def weights_set(updated: int) -> str:
    return translate_n("{n} voting weight is set.", "{n} voting weights are set.", updated)


def pace(pacing: Pacing) -> str:
    """Say how the costs of new targets are set."""
    factor = decimal(float(pacing_rules.pace(pacing)), 2)
    if pacing.fixed is not None:
        return translate("New targets cost {factor} times as much as usual: the pace is fixed.", factor=factor)
    if not pacing_rules.is_measured(pacing):
        return translate("New targets cost as much as usual until a week of play has been measured.")
    return translate_n(
        "New targets cost {factor} times as much as usual: {n} player was active in the measured week.",
        "New targets cost {factor} times as much as usual: {n} players were active in the measured week.",
        pacing.active_players,
        factor=factor,
    )


def unlocked(node: Node, level: int) -> str:
    return translate("Level {level} of {node} is unlocked.", level=level, node=node.name)


def everything_unlocked(levels: int) -> str:
    return translate_n(
        "Everything is unlocked: {n} level was added.", "Everything is unlocked: {n} levels were added.", levels
    )


def relocked(node: Node, level: int) -> str:
    """Say which levels of a node were locked again.

    Args:
        level: the lowest relocked level; 0 means all.
    """
    if level > 1:
        return translate("Level {level} of {node} and all above it: locked again.", level=level, node=node.name)
    return translate("{node}: locked again.", node=node.name)
