"""Casting ballots and setting their weights. Source: rules 9.8."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from community.players import remembered
from community.players import service as players
from community.players.models import Fact, PlayerRef, no_such_player
from community.voting import ballot_queries, queries, row_parsing, rules
from community.voting.ballot_events import VoteRecorded
from community.voting.events import VotingWeightSet
from community.voting.models import Ballot, VotingFrozen
from community.voting.settings import settings
from kernel.database import Tx
from kernel.events import service as events

DEFAULT_WEIGHT = Decimal(1)


class WeightChange(Struct, frozen=True):
    """A new weight for a player's future ballots.

    Attributes:
        voting_weight: above 0, at most 100; 1 removes all other weights of the player.
        expires_at: None for never.
    """

    player: PlayerRef
    voting_weight: Decimal
    reason: str = ""
    expires_at: datetime | None = None


def cast_ballot(
    tx: Tx,
    voter: PlayerRef,
    number: int | None = None,
    node_key: str | None = None,
    *,
    session_id: int | None = None,
) -> Ballot:
    """Vote for an option of an open round, by its number from 1, else by its node. A stranger becomes a player.

    Each player has one vote per round, and cannot change it: voting again has no effect. While a poll is open, numbers
    mean its options.

    Args:
        session_id: the round that the number belongs to; None for whichever is open.

    Raises:
        NoOpenRound, VoteOver, VotingFrozen, InvalidOption, AccountExcluded, NotHereYet, TooNew
    """
    queries.keep_round_open(tx)
    reading = queries.read_open_rounds(tx, tx.now - rules.LATE)
    player = players.load_or_create(
        tx,
        voter,
        Fact("option_ids", ballot_queries.OWN_BALLOTS),
        Fact("weight", ballot_queries.OWN_WEIGHT, (tx.now,)),
    )
    [row] = reading
    rounds = row_parsing.voting_round(row["session"]), row_parsing.voting_round(row["poll"])
    voting_round = rules.choose_round(*rounds, number, node_key, session_id)
    if voting_round.status == "frozen":
        raise VotingFrozen
    voted = player.facts.get("option_ids") or ()
    if earlier := [option for option in voting_round.options if option.option_id in voted]:
        first = min(earlier, key=lambda option: voted.index(option.option_id))
        return Ballot(voting_round, first, already_voted=True)
    rules.require_old_enough(player, settings.minimum_age, tx.now)

    weight = player.facts.get("weight") or DEFAULT_WEIGHT
    voting_round, option = rules.count_ballot(
        voting_round, rules.pick_option(voting_round, number, node_key), weight, tx.now
    )
    event = VoteRecorded(
        session_id=voting_round.session_id,
        option_id=option.option_id,
        node_key=option.node_key,
        target_level=option.target_level,
        vote_count=option.vote_count,
        weighted_votes=float(option.weighted_votes),
        user_id=player.id,
    )
    players.save(tx, player.record(event))
    # Last, because all voters write there, and because a new player's row must exist first.
    ballot_queries.insert_ballot(tx, voting_round.session_id, player.id, option.option_id, weight)
    events.announce_if(
        tx,
        event,
        ballot_queries.COUNT_BALLOT,
        (weight, weight, tx.now, voting_round.session_id, option.option_id),
    )
    return Ballot(voting_round, option)


def set_weights(tx: Tx, changes: Sequence[WeightChange]) -> None:
    """Set the weights of these players' future ballots. Ballots already cast keep their weight.

    Raises:
        NoSuchPlayer: one of them is unknown; no weight is set.
    """
    found = players.load_all(tx, tuple(change.player for change in changes))
    for change, player in zip(changes, found, strict=True):
        if player is None:
            raise no_such_player(change.player)
        ballot_queries.delete_lowered_elsewhere(tx, player.id)
        remembered.lift(tx, player.id, ballot_queries.REMEMBERED_WEIGHTS, {})
        if change.voting_weight == DEFAULT_WEIGHT:
            ballot_queries.delete_weights(tx, player.id)
        else:
            ballot_queries.insert_weight(tx, player.id, change.voting_weight, change.reason, change.expires_at)
        events.announce(
            tx,
            VotingWeightSet(
                user_id=player.id,
                voting_weight=float(change.voting_weight),
                reason=change.reason,
                expires_at=change.expires_at,
            ),
        )
