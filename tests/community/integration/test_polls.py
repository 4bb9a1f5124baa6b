"""Polls about worlds: who may ask for one, how votes find it beside the vote on the tree, and how it ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from community.exclusions import service as exclusions
from community.exclusions.models import ListedAccount
from community.players.models import AccountExcluded, PlayerRef, Role
from community.voting import controls, cycle, polls, rules
from community.voting.ballots import cast_ballot
from community.voting.models import InvalidOption, NoOpenPoll, VoteOver, VotingRound
from kernel.database import Tx
from tests.support.factories import announced, make_player, stored
from tests.support.people import make_account

KEYS = ("observe", "nudge", "cataclysm")
ALICE, BOB, CAROL = (PlayerRef("twitch", str(number), name) for number, name in enumerate(("alice", "bob", "carol")))


def owner(tx: Tx, *roles: Role) -> UUID:
    """An account that is linked to a player who was last seen with these roles."""
    name = f"owner{uuid4().hex[:8]}"
    player, account_id = make_player(tx, name, platform_id=name), make_account(tx)
    tx.execute("INSERT INTO player_accounts (account_id, user_id) VALUES (%s, %s)", (account_id, stored(tx, player).id))
    tx.execute(
        "UPDATE user_platform_links SET roles = %s, roles_at = %s WHERE platform_user_id = %s",
        (list(roles), tx.now if roles else None, name),
    )
    return account_id


def asked(account_id: UUID, **changed: Any) -> dict[str, Any]:
    options = [{"key": key, "label": key.title(), "description": f"{key}!"} for key in KEYS]
    return {
        "poll_id": str(uuid4()),
        "world_id": str(uuid4()),
        "world_name": "Gaia",
        "account_id": str(account_id),
        "options": options,
        "minutes": 5,
        **changed,
    }


def opened(tx: Tx) -> dict[str, Any]:
    payload = asked(owner(tx, "moderator"))
    assert polls.open_asked(tx, uuid4(), payload)
    return payload


def latest(tx: Tx) -> VotingRound:
    poll = polls.read_latest(tx)
    assert poll is not None
    return poll


def answers(tx: Tx) -> list[dict[str, Any]]:
    """What Worlds is told."""
    rows = tx.execute(
        "SELECT input FROM kernel.outside_requests WHERE kind = 'worlds.chat_decided' ORDER BY request_id"
    )
    return [row["input"] for row in rows]


def counts(poll: VotingRound) -> list[int]:
    return [option.vote_count for option in poll.options]


@pytest.mark.parametrize("role", ["broadcaster", "moderator"])
def test_who_leads_the_chat_opens_a_poll_once(tx: Tx, role: Role):
    payload, event_id = asked(owner(tx, role)), uuid4()

    assert [polls.open_asked(tx, event_id, payload) for _ in range(3)] == [True, False, False]

    poll = latest(tx)
    assert [option.node_key for option in poll.options] == [*KEYS]
    assert poll.voting_deadline == tx.now + timedelta(minutes=5)
    [told] = announced(tx, "poll.opened")
    assert told["session_id"] == poll.session_id
    assert told["options"][1] == {
        "option_id": poll.options[1].option_id,
        "key": "nudge",
        "display_name": "Nudge",
        "description": "nudge!",
    }
    assert answers(tx) == []


@pytest.mark.parametrize("roles", [(), ("vip", "subscriber")])
def test_others_are_refused_and_worlds_is_told_why(tx: Tx, roles: tuple[Role, ...]):
    payload = asked(owner(tx, *roles))

    assert not polls.open_asked(tx, uuid4(), payload)

    assert polls.read_latest(tx) is None
    assert [(each["poll_id"], each["reason"], each["chosen"]) for each in answers(tx)] == [
        (payload["poll_id"], "not_a_moderator", None)
    ]


def test_a_role_that_was_not_seen_for_a_week_does_not_count(tx: Tx):
    account_id = owner(tx, "moderator")
    tx.now += timedelta(days=7)

    assert not polls.open_asked(tx, uuid4(), asked(account_id))


def test_an_account_without_a_player_is_refused(tx: Tx):
    assert not polls.open_asked(tx, uuid4(), asked(make_account(tx)))


def test_one_poll_is_open_at_a_time(tx: Tx):
    opened(tx)
    second = asked(owner(tx, "moderator"))

    assert not polls.open_asked(tx, uuid4(), second)
    assert [(each["poll_id"], each["reason"]) for each in answers(tx)] == [(second["poll_id"], "other_poll")]

    polls.close_now(tx)
    assert polls.open_asked(tx, uuid4(), asked(owner(tx, "moderator")))


def test_numbers_mean_the_poll_and_names_either_vote(tx: Tx):
    opened(tx)
    of_tree = cycle.read_voting_state(tx).voting_round
    assert of_tree is not None

    in_poll = cast_ballot(tx, ALICE, 2)
    in_tree = cast_ballot(tx, ALICE, None, of_tree.options[2].node_key)
    by_name = cast_ballot(tx, BOB, None, " CATACLYSM ")

    assert (in_poll.option.node_key, in_tree.option, by_name.option.node_key) == (
        "nudge",
        in_tree.voting_round.options[2],
        "cataclysm",
    )
    assert counts(latest(tx)) == [0, 1, 1]
    state = cycle.read_voting_state(tx)
    assert state.voting_round is not None
    assert counts(state.voting_round) == [0, 0, 1, 0]
    assert [each["session_id"] for each in announced(tx, "progression.vote_recorded")] == [
        in_poll.voting_round.session_id,
        of_tree.session_id,
        in_poll.voting_round.session_id,
    ]
    metrics = tx.execute("SELECT count(*) AS n FROM engagement_inbox WHERE metric = 'vote_cast'").fetchone()
    assert metrics == {"n": 3}
    with pytest.raises(InvalidOption):
        cast_ballot(tx, CAROL, 4)


def test_a_menu_means_its_own_vote(tx: Tx):
    opened(tx)
    of_tree = cycle.read_voting_state(tx).voting_round
    assert of_tree is not None

    assert cast_ballot(tx, ALICE, 1, session_id=of_tree.session_id).voting_round.poll is None
    assert cast_ballot(tx, ALICE, 1, session_id=latest(tx).session_id).voting_round.poll is not None
    with pytest.raises(VoteOver):
        cast_ballot(tx, ALICE, 1, session_id=latest(tx).session_id + 1)


def test_a_vote_in_a_poll_counts_once_and_stays(tx: Tx):
    opened(tx)

    cast_ballot(tx, ALICE, 1)
    again = cast_ballot(tx, ALICE, 3)

    assert (again.already_voted, again.option.node_key) == (True, "observe")
    assert counts(latest(tx)) == [1, 0, 0]


def test_who_is_excluded_does_not_vote(tx: Tx):
    opened(tx)
    exclusions.exclude(tx, ListedAccount("twitch", "0", "alice"))

    with pytest.raises(AccountExcluded):
        cast_ballot(tx, ALICE, 1)


def test_a_number_that_comes_late_does_not_count_on_the_tree(tx: Tx):
    opened(tx)
    polls.close_now(tx)

    with pytest.raises(VoteOver):
        cast_ballot(tx, ALICE, 2)

    tx.now += rules.LATE
    assert cast_ballot(tx, ALICE, 2).voting_round.poll is None


def test_the_poll_goes_on_while_the_vote_on_the_tree_is_frozen_or_begins_anew(tx: Tx):
    opened(tx)
    controls.freeze_voting(tx)
    cast_ballot(tx, ALICE, 2)

    controls.reset_progression(tx, "admin", "")

    cast_ballot(tx, BOB, 2)
    assert counts(latest(tx)) == [0, 2, 0]
    [reset] = announced(tx, "progression.reset")
    assert (reset["sessions"], reset["ballots"]) == (1, 0)


def test_the_clock_ends_a_poll_once_and_worlds_is_told_what_was_chosen(tx: Tx):
    payload = opened(tx)
    for voter, number in ((ALICE, 3), (BOB, 2), (CAROL, 2)):
        cast_ballot(tx, voter, number)
    assert polls.close_due(tx) == 0
    tx.now += timedelta(minutes=5)

    assert [polls.close_due(tx) for _ in range(3)] == [1, 0, 0]

    assert [(each["poll_id"], each["chosen"], each["reason"]) for each in answers(tx)] == [
        (payload["poll_id"], "nudge", "")
    ]
    [told] = announced(tx, "poll.closed")
    assert (told["winner"]["key"], told["winner"]["vote_count"]) == ("nudge", 2)
    assert [option["vote_count"] for option in told["options"]] == [0, 2, 1]


def test_of_equals_the_one_wins_that_was_there_first(tx: Tx):
    opened(tx)
    for voter, number in ((ALICE, 3), (BOB, 1)):
        cast_ballot(tx, voter, number)

    winner = polls.close_now(tx).winner

    assert winner is not None
    assert winner.node_key == "cataclysm"


def test_without_votes_nothing_is_chosen(tx: Tx):
    opened(tx)

    assert polls.close_now(tx).winner is None

    assert [(each["chosen"], each["reason"]) for each in answers(tx)] == [(None, "")]
    assert announced(tx, "poll.closed")[0]["winner"] is None
    with pytest.raises(NoOpenPoll):
        polls.close_now(tx)
