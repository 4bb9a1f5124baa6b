"""Ballots and weights on a real database."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from community.players.models import NoSuchPlayer, PlayerRef
from community.voting import controls, cycle, retention, rules
from community.voting.ballots import WeightChange, cast_ballot, set_weights
from community.voting.models import InvalidOption, NoOpenRound, VotingFrozen, VotingRound
from community.voting.part import BALLOTS
from kernel.database import Connection, Tx, transaction
from tests.support.factories import announced, make_player, stored

ALICE = PlayerRef("twitch", "1", "alice")
BOB = PlayerRef("twitch", "2", "bob")


def voting_round(tx: Tx) -> VotingRound:
    found = cycle.read_voting_state(tx).voting_round
    assert found is not None
    return found


def tallies(tx: Tx) -> list[tuple[int, Decimal]]:
    return [(option.vote_count, option.weighted_votes) for option in voting_round(tx).options]


def stored_ballots(tx: Tx) -> list[dict[str, Any]]:
    return tx.execute("SELECT option_id, user_id, weight FROM ballots ORDER BY cast_at, user_id").fetchall()


# ---------------------------------------------------------------- voting


def test_the_database_counts_as_the_rule_says(tx: Tx):
    dice = Random(1)
    expected = voting_round(tx)
    for number in range(30):
        voter = make_player(tx, f"voter{number}", platform_id=str(number))
        weight, chosen = Decimal(dice.choice(["1", "2", "0.5"])), dice.randint(1, 4)
        set_weights(tx, [WeightChange(voter, weight)])
        expected, counted = rules.count_ballot(expected, rules.pick_option(expected, chosen, None), weight, tx.now)

        cast_ballot(tx, voter, chosen)

        assert voting_round(tx) == expected
        told = announced(tx, "progression.vote_recorded")[-1]
        assert (told["vote_count"], told["weighted_votes"]) == (counted.vote_count, counted.weighted_votes)


def test_a_vote_counts_for_its_option_and_for_the_target(tx: Tx):
    alice = make_player(tx)
    ballot = cast_ballot(tx, alice, 2)

    assert not ballot.already_voted
    assert ballot.option == voting_round(tx).options[1] == ballot.voting_round.options[1]
    assert tallies(tx) == [(0, 0), (1, 1), (0, 0), (0, 0)]
    assert voting_round(tx).options[1].last_highest_vote_at == tx.now
    assert announced(tx, "progression.vote_recorded") == [
        {
            "session_id": ballot.voting_round.session_id,
            "option_id": ballot.option.option_id,
            "node_key": ballot.option.node_key,
            "target_level": ballot.option.target_level,
            "vote_count": 1,
            "weighted_votes": 1.0,
            "user_id": str(stored(tx, alice).id),
        }
    ]
    assert cycle.read_voting_state(tx).points == 1
    assert tx.execute("SELECT metric, value FROM engagement_inbox").fetchall() == [{"metric": "vote_cast", "value": 1}]


def test_a_stranger_who_votes_becomes_a_player(tx: Tx):
    cast_ballot(tx, ALICE, 1)

    assert stored(tx, ALICE).username == "alice"
    assert tallies(tx)[0] == (1, 1)


def test_defect_6_a_player_has_one_vote_in_a_session_whatever_the_option(tx: Tx):
    """BrandishBot let a player vote once for each node."""
    first = cast_ballot(tx, ALICE, 1)
    again = cast_ballot(tx, ALICE, 3)

    assert again.already_voted
    assert again.option == first.option
    assert tallies(tx) == [(1, 1), (0, 0), (0, 0), (0, 0)]
    assert len(stored_ballots(tx)) == 1
    assert len(announced(tx, "progression.vote_recorded")) == 1
    assert cycle.read_voting_state(tx).points == 1


def test_in_the_next_session_everybody_has_a_vote_again(tx: Tx):
    cast_ballot(tx, ALICE, 1)
    controls.force_end_voting(tx)
    controls.start_voting(tx)

    assert not cast_ballot(tx, ALICE, 1).already_voted
    assert tallies(tx)[0] == (1, 1)


def test_an_option_may_be_called_by_its_node(tx: Tx):
    node_key = voting_round(tx).options[2].node_key

    assert cast_ballot(tx, ALICE, node_key=node_key).option.node_key == node_key
    assert tallies(tx)[2] == (1, 1)


def test_refusals_leave_no_trace(conn: Connection):
    for number in (0, 5):
        with pytest.raises(InvalidOption), transaction(conn) as tx:
            cast_ballot(tx, ALICE, number)
    with transaction(conn) as tx:
        controls.freeze_voting(tx)
    with pytest.raises(VotingFrozen), transaction(conn) as tx:
        cast_ballot(tx, ALICE, 1)
    with transaction(conn) as tx:
        controls.force_end_voting(tx)
    with pytest.raises(NoOpenRound), transaction(conn) as tx:
        cast_ballot(tx, ALICE, 1)

    with transaction(conn) as tx:
        assert stored_ballots(tx) == []
        assert tx.execute("SELECT FROM users").fetchall() == []


def test_the_leader_is_who_got_there_first(tx: Tx):
    for minute, (ref, number) in enumerate([("a", 3), ("b", 1), ("c", 1), ("d", 3)]):
        tx.now += timedelta(minutes=minute)
        cast_ballot(tx, PlayerRef("twitch", ref, ref), number)

    winner = controls.force_end_voting(tx)

    assert (winner.vote_count, winner.weighted_votes) == (2, 2)
    assert winner.option_id == announced(tx, "progression.voting_ended")[0]["option_id"]
    latest = cycle.read_voting_state(tx).latest
    assert latest is not None
    assert winner == latest.options[0]


# ---------------------------------------------------------------- weights


def test_a_ballot_weighs_what_its_player_weighs_when_it_is_cast(tx: Tx):
    make_player(tx, "alice", platform_id="1")
    set_weights(tx, [WeightChange(ALICE, Decimal("2.5"), "moderator")])

    cast_ballot(tx, ALICE, 1)
    cast_ballot(tx, BOB, 1)
    set_weights(tx, [WeightChange(BOB, Decimal(50))])

    assert tallies(tx)[0] == (2, Decimal("3.5"))
    assert [row["weight"] for row in stored_ballots(tx)] in ([Decimal("2.5"), 1], [1, Decimal("2.5")])


def test_weights_are_set_by_id_account_or_name_and_leave_an_event(tx: Tx):
    make_player(tx, "alice", platform_id="1")
    make_player(tx, "bob", platform_id="2")
    carol = stored(tx, make_player(tx, "carol", platform_id="3"))
    until = tx.now + timedelta(days=1)

    set_weights(
        tx,
        [
            WeightChange(PlayerRef("", user_id=carol.id), Decimal(3), "host", until),
            WeightChange(PlayerRef("twitch", "1"), Decimal("0.5")),
            WeightChange(PlayerRef("twitch", username="BOB"), Decimal(2)),
        ],
    )

    told = announced(tx, "progression.voting_weight_set")
    assert [event["voting_weight"] for event in told] == [3, 0.5, 2]
    assert told[0]["user_id"] == str(carol.id)
    assert told[0]["reason"] == "host"
    for name, number in (("alice", "1"), ("bob", "2"), ("carol", "3")):
        cast_ballot(tx, PlayerRef("twitch", number, name), 1)
    assert tallies(tx)[0] == (3, Decimal("5.5"))


def test_the_newest_weight_that_holds_wins(tx: Tx):
    make_player(tx, "alice", platform_id="1")
    set_weights(tx, [WeightChange(ALICE, Decimal(4))])
    set_weights(tx, [WeightChange(ALICE, Decimal(9), expires_at=tx.now)])

    cast_ballot(tx, ALICE, 1)

    assert tallies(tx)[0] == (1, 4)


def test_a_weight_of_one_takes_the_others_away(tx: Tx):
    make_player(tx, "alice", platform_id="1")
    set_weights(tx, [WeightChange(ALICE, Decimal(4))])
    set_weights(tx, [WeightChange(ALICE, Decimal("1.0"))])

    cast_ballot(tx, ALICE, 1)

    assert tallies(tx)[0] == (1, 1)
    assert tx.execute("SELECT FROM voting_weights").fetchall() == []
    assert len(announced(tx, "progression.voting_weight_set")) == 2


def test_a_weight_for_somebody_unknown_sets_none(tx: Tx):
    make_player(tx, "alice", platform_id="1")

    for unknown in (BOB, PlayerRef("", user_id=uuid4()), PlayerRef("twitch", username="nobody")):
        with pytest.raises(NoSuchPlayer):
            set_weights(tx, [WeightChange(unknown, Decimal(4)), WeightChange(ALICE, Decimal(4))])
    assert tx.execute("SELECT FROM voting_weights").fetchall() == []


def test_expired_weights_are_forgotten(tx: Tx):
    make_player(tx, "alice", platform_id="1")
    for expires_at in (None, tx.now, tx.now + timedelta(seconds=1)):
        set_weights(tx, [WeightChange(ALICE, Decimal(4), expires_at=expires_at)])

    retention.delete_expired(tx)

    left = tx.execute("SELECT expires_at FROM voting_weights ORDER BY weight_id").fetchall()
    assert [row["expires_at"] for row in left] == [None, tx.now + timedelta(seconds=1)]


# ---------------------------------------------------------------- two players become one


def test_a_merge_moves_ballots_and_weights(tx: Tx):
    cast_ballot(tx, ALICE, 1)
    alice, bob = stored(tx, ALICE).id, stored(tx, make_player(tx, "bob", platform_id="2")).id
    set_weights(tx, [WeightChange(ALICE, Decimal(4))])

    BALLOTS.move(tx, alice, bob)

    assert [row["user_id"] for row in stored_ballots(tx)] == [bob]
    assert tallies(tx)[0] == (1, 1)
    assert cast_ballot(tx, BOB, 2).already_voted
    assert tx.execute("SELECT user_id FROM voting_weights").fetchall() == [{"user_id": bob}]


@pytest.mark.parametrize("keeper_first", [True, False])
def test_of_two_ballots_in_one_session_only_the_first_counts_after_a_merge(tx: Tx, keeper_first: bool):
    first, second = (BOB, ALICE) if keeper_first else (ALICE, BOB)
    make_player(tx, str(second.username), platform_id=second.platform_id)
    set_weights(tx, [WeightChange(second, Decimal("2.5"))])
    cast_ballot(tx, PlayerRef("twitch", "9", "somebody"), 2)
    cast_ballot(tx, first, 1)
    tx.now += timedelta(seconds=1)
    cast_ballot(tx, second, 2)
    assert tallies(tx)[:2] == [(1, 1), (2, Decimal("3.5"))]
    alice, bob = stored(tx, ALICE).id, stored(tx, BOB).id

    BALLOTS.move(tx, alice, bob)

    assert tallies(tx)[:2] == [(1, 1), (1, 1)]
    assert {row["user_id"] for row in stored_ballots(tx)} == {bob, stored(tx, PlayerRef("twitch", "9")).id}
