"""Candidates, ranking and counting of votes. Pure. Source: rules 9.7 and 9.8."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from msgspec.structs import replace

from community.durations import duration
from community.players.models import Player
from community.progression import pacing
from community.progression.content import Node, tree
from community.progression.rules import is_available
from community.text_contexts import NODE
from community.voting.models import (
    InvalidOption,
    NoOpenRound,
    NotHereYet,
    TooNew,
    VoteOver,
    VotingOption,
    VotingRound,
    VotingState,
)
from kernel.texts import term

MAX_OPTIONS = 4
VOTING_TIME = timedelta(hours=24)
LATE = timedelta(seconds=30)
"""A number that comes so soon after the end of a poll was meant for it, and does not count in the other vote."""


def target_of(voting: VotingState) -> Node | None:
    """Return the current target, unless it cannot be unlocked any more."""
    progress = voting.progress
    node = tree.nodes.get(progress.node_key) if progress and progress.node_key else None
    if progress is None or node is None or progress.target_level != next_level(node, voting):
        return None
    return node if is_available(node, voting.levels) else None


def next_level(node: Node, voting: VotingState) -> int:
    """Return the lowest level that is not unlocked."""
    return voting.levels.get(node.key, 0) + 1


def is_reached(voting: VotingState) -> bool:
    target = target_of(voting)
    return target is not None and voting.accumulated >= cost_of(target, voting)


def cost_of(node: Node, voting: VotingState) -> int:
    """Return the points for the node's next level: what was fixed if it is the target, else what it would be now."""
    progress = voting.progress
    if progress and progress.cost is not None and progress.node_key == node.key:
        return progress.cost
    return pacing.cost(node, voting.pacing)


def require_old_enough(voter: Player, minimum: timedelta, now: datetime) -> None:
    """Refuse a vote of an account whose first line was too short a while ago.

    Raises:
        NotHereYet: there was none, so waiting would not help.
        TooNew: it was, and the details say how long the voter has to wait.
    """
    if not minimum:
        return
    if voter.stored is None:
        raise NotHereYet(name=voter.username, age=duration(minimum))
    wait = voter.created_at + minimum - now
    if timedelta(0) < wait <= minimum:  # more, if a clock was ahead: then the age is not known
        seconds = -(-wait // timedelta(seconds=1))  # rounded up
        raise TooNew(seconds=seconds, wait=duration(wait), age=duration(minimum))


def is_complete(voting: VotingState) -> bool:
    """Whether nothing is left to unlock."""
    return all(voting.levels.get(node.key, 0) >= node.max_level for node in tree.nodes.values())


def candidates(voting: VotingState) -> list[Node]:
    """List the possible next targets: nodes that are available now, or once the target is unlocked."""
    target = target_of(voting)
    granted = target.key if target else None
    return [
        node
        for node in tree.nodes.values()
        if node.key != granted and is_available(node, voting.levels, granted=granted)
    ]


def draw_options(nodes: Sequence[Node], voting: VotingState, rng: Random) -> tuple[VotingOption, ...]:
    """Draw at most four of the nodes as options, each with its next level, numbered in the order of their keys."""
    drawn = sorted(rng.sample(nodes, min(MAX_OPTIONS, len(nodes))), key=lambda node: node.key)
    return tuple(
        VotingOption(option_id, node.key, next_level(node, voting))
        for option_id, node in enumerate(drawn, start=voting.last_option_id + 1)
    )


def may_win(option: VotingOption, voting: VotingState) -> bool:
    """Whether the option is still a candidate: an administrator may have unlocked it, or relocked its prerequisites."""
    return any(
        node.key == option.node_key and next_level(node, voting) == option.target_level for node in candidates(voting)
    )


def ranking(voting_round: VotingRound, rng: Random) -> list[VotingOption]:
    """Rank options by weighted total; of equals, the one that reached it first, else at random.

    The winner of a completed round always comes first.
    """
    by_lot = rng.sample(voting_round.options, len(voting_round.options))

    def rank(option: VotingOption) -> tuple[bool, Decimal, bool, datetime]:
        led_at = option.last_highest_vote_at
        decided = option.option_id == voting_round.winning_option_id
        return not decided, -option.weighted_votes, led_at is None, led_at or voting_round.started_at

    return sorted(by_lot, key=rank)


def elect(voting_round: VotingRound, voting: VotingState, rng: Random) -> VotingOption:
    """Return the highest-ranked option that may win, or the highest-ranked one if none may win any more."""
    ranked = ranking(voting_round, rng)
    return next((option for option in ranked if may_win(option, voting)), ranked[0])


def has_waiting_winner(voting: VotingState) -> bool:
    """Whether the winner of the last round has yet to become the target."""
    winner = voting.latest.winner if voting.latest else None
    return winner is not None and may_win(winner, voting)


def open_round(voting: VotingState) -> VotingRound:
    """Return the open round, or refuse when there is none.

    Raises:
        NoOpenRound
    """
    if voting.voting_round is None:
        raise NoOpenRound
    return voting.voting_round


def choose_round(
    of_tree: VotingRound | None,
    poll: VotingRound | None,
    number: int | None,
    typed: str | None,
    session_id: int | None,
) -> VotingRound:
    """Return the round that a vote is for: while a poll is open, its numbers and names mean the poll.

    Args:
        of_tree: the open round on the community's next target.
        poll: the one that is open, or has just been.

    Raises:
        VoteOver: the poll is; such a number was not meant for the other round.
        NoOpenRound
    """
    if session_id is not None:
        meant = next((each for each in (of_tree, poll) if each and each.session_id == session_id), None)
    elif poll and (number is not None or find_choice(poll, typed)):
        meant = poll
    else:
        meant = of_tree
        if meant is None:
            raise NoOpenRound
    if meant is None or meant.status == "completed":
        raise VoteOver
    return meant


def find_choice(poll: VotingRound, typed: str | None) -> VotingOption | None:
    """Find an option of a poll by its key or its label, as people type them."""
    name = (typed or "").strip().casefold()
    return next((each for each in poll.options if name in (each.node_key.casefold(), each.label.casefold())), None)


def poll_winner(poll: VotingRound, rng: Random) -> VotingOption | None:
    """Return the option that a poll ends with; None if no one has voted."""
    first = ranking(poll, rng)[0]
    return first if first.vote_count else None


def pick_option(voting_round: VotingRound, number: int | None, node_key: str | None) -> VotingOption:
    """Find an option of the round by its number, or by its node's key or name, as people type them.

    Args:
        number: the option's number, from 1; it takes precedence over `node_key`.

    Raises:
        InvalidOption
    """
    if number is not None:
        if 1 <= number <= len(voting_round.options):
            return voting_round.options[number - 1]
        raise InvalidOption
    if voting_round.poll:
        if option := find_choice(voting_round, node_key):
            return option
        raise InvalidOption
    typed = node_key or ""
    node = tree.names.find(typed)
    for option in voting_round.options:
        if option.node_key == (node.key if node else node_key):
            return option
    raise InvalidOption(meant=() if node else _similar_options(voting_round, typed))


def _similar_options(voting_round: VotingRound, typed: str) -> tuple[str, ...]:
    names = {term(NODE, tree.nodes[each.node_key].name) for each in voting_round.options if each.node_key in tree.nodes}
    return tuple(name for name in tree.names.meant(typed) if name in names)


def count_ballot(
    voting_round: VotingRound, option: VotingOption, weight: Decimal, now: datetime
) -> tuple[VotingRound, VotingOption]:
    """Return the round and its option with one more ballot. `ballot_queries.COUNT_BALLOT` is the same in SQL."""
    total = option.weighted_votes + weight
    counted = replace(option, vote_count=option.vote_count + 1, weighted_votes=total)
    if total >= max(other.weighted_votes for other in voting_round.options):
        counted = replace(counted, last_highest_vote_at=_next_lead_time(voting_round, now))
    options = tuple(counted if other.option_id == option.option_id else other for other in voting_round.options)
    return replace(voting_round, options=options), counted


def _next_lead_time(voting_round: VotingRound, now: datetime) -> datetime:
    """Return a time after all earlier leads: ballots count in the order of their locks, even if clocks differ."""
    leads = [option.last_highest_vote_at for option in voting_round.options if option.last_highest_vote_at]
    return max(now, max(leads) + timedelta(microseconds=1)) if leads else now
