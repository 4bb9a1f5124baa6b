"""What becomes of a vote and a target whose nodes have left the game. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from community.progression.content import tree
from community.voting.events import NodesWithdrawn, VotingStarted, WithdrawnOption, WithdrawnTarget
from community.voting.models import VotingOption, VotingRound
from community.voting.transitions import Transition, advance


def withdraw_hidden(transition: Transition) -> Transition:
    """Take nodes that are not in the game out of the open round and the target, and make all due steps.

    The round continues under a new number, so that a vote for "2" on an older list is refused and not miscounted.
    """
    voting_round, progress = transition.voting.voting_round, transition.voting.progress
    gone = [option for option in voting_round.options if option.node_key not in tree.nodes] if voting_round else []
    target = None
    if progress and progress.node_key is not None and progress.node_key not in tree.nodes:
        target = WithdrawnTarget(
            node_key=progress.node_key,
            display_name=tree.name_of(progress.node_key),
            target_level=progress.target_level or 1,
            points=transition.voting.accumulated,
        )
    if voting_round and gone:
        transition = _without_options(transition, voting_round, gone)
    if not (gone or target):
        return advance(transition)
    remaining = transition.voting.voting_round
    transition = advance(
        transition.record(
            NodesWithdrawn(
                options=tuple(_withdrawn(option) for option in gone),
                session_id=remaining.session_id if remaining else None,
                target=target,
            )
        )
    )
    if gone and remaining and transition.voting.voting_round == remaining:
        return transition.record(VotingStarted.of(remaining))
    return transition


def _without_options(transition: Transition, voting_round: VotingRound, gone: list[VotingOption]) -> Transition:
    rest = tuple(option for option in voting_round.options if option not in gone)
    number = transition.voting.last_session_id + 1 if rest else None
    transition = replace(
        transition,
        renumbered={**transition.renumbered, voting_round.session_id: number},
        withdrawn=(*transition.withdrawn, *(option.option_id for option in gone)),
    )
    if number is None:
        return replace(transition, voting=replace(transition.voting, voting_round=None))
    return transition.with_round(replace(voting_round, session_id=number, options=rest))


def _withdrawn(option: VotingOption) -> WithdrawnOption:
    return WithdrawnOption(
        node_key=option.node_key,
        display_name=tree.name_of(option.node_key),
        target_level=option.target_level,
        vote_count=option.vote_count,
    )
