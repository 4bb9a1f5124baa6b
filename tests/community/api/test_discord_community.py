"""Voting on Discord, and how far the community is."""

from __future__ import annotations

import re
from typing import Any

import pytest

from community.contributions import service as contributions
from community.progression.content import tree
from community.voting import controls, cycle
from community.voting.models import VotingRound
from kernel.database import Connection, transaction
from tests.support.community import delete_votes_and_targets
from tests.support.discord_client import DiscordAnswer, DiscordClient, Person
from tests.support.factories import stored

ALICE = Person("500000000000000001", "alice")
BOB = Person("500000000000000002", "bob")


def voting_round(conn: Connection) -> VotingRound:
    with transaction(conn) as tx:
        found = cycle.read_voting_state(tx).voting_round
    assert found is not None
    return found


def votes(conn: Connection) -> list[int]:
    return [option.vote_count for option in voting_round(conn).options]


def names(of: VotingRound) -> list[str]:
    return [tree.nodes[option.node_key].name for option in of.options]


def menu(told: DiscordAnswer) -> dict[str, Any]:
    (found,) = told.components
    assert found["type"] == 3
    return found


def test_everybody_sees_what_is_voted_on_with_a_menu_to_vote_from(discord: DiscordClient, conn: Connection):
    open_now = voting_round(conn)

    told = discord.command(ALICE, "voting-session")

    assert not told.private
    for number, name in enumerate(names(open_now), start=1):
        assert f"{number}. {name}" in told.text
    assert "0 votes, weighing 0" in told.text
    assert menu(told)["custom_id"] == f"vote:{open_now.session_id}"
    assert len(menu(told)["options"]) == len(open_now.options)


def test_a_choice_from_the_menu_is_a_vote(discord: DiscordClient, conn: Connection):
    chosen = menu(discord.command(ALICE, "voting-session"))

    told = discord.press(BOB, chosen["custom_id"], chosen["options"][1]["value"], asker=ALICE)

    assert told.private
    assert f"Your vote counts: {names(voting_round(conn))[1]}" in told.text
    assert votes(conn)[:2] == [0, 1]
    with transaction(conn) as tx:
        assert stored(tx, BOB.player).username == "bob"


def test_one_vote_is_one_vote(discord: DiscordClient, conn: Connection):
    discord.command(ALICE, "vote", option=1)

    assert "\n1 vote, weighing 1" in discord.command(ALICE, "voting-session").text
    assert "option\\: must be at least 1." in discord.command(ALICE, "vote", option=-1).text


def test_choosing_again_changes_nothing_and_says_so(discord: DiscordClient, conn: Connection):
    chosen = menu(discord.command(ALICE, "voting-session"))
    discord.press(ALICE, chosen["custom_id"], "1")

    told = discord.press(ALICE, chosen["custom_id"], "2")

    assert f"You have voted already: {names(voting_round(conn))[0]}" in told.text
    assert votes(conn)[:2] == [1, 0]


def test_the_menu_of_a_vote_that_is_over_is_politely_refused(discord: DiscordClient, conn: Connection):
    old = menu(discord.command(ALICE, "voting-session"))
    with transaction(conn) as tx:
        controls.instant_unlock(tx)

    told = discord.press(ALICE, old["custom_id"], "1")

    assert told.private
    assert told.text == "That vote is over."
    assert f"vote:{voting_round(conn).session_id}" != old["custom_id"]
    assert not any(votes(conn))


def test_a_menu_that_nobody_made_is_politely_refused(discord: DiscordClient, subtests: pytest.Subtests):
    for custom_id, value in [("vote", "1"), ("vote:x", "1"), ("vote:" + "9" * 90, "1"), ("vote:²", "1")]:
        with subtests.test(custom_id=custom_id, value=value):
            assert discord.press(ALICE, custom_id, value).text == "That vote is over."


def test_an_option_that_nobody_offered_is_politely_refused(
    discord: DiscordClient, conn: Connection, subtests: pytest.Subtests
):
    for value in ["x", "0", "99", "9" * 5000]:
        with subtests.test(value=value):
            told = discord.press(ALICE, f"vote:{voting_round(conn).session_id}", value)

            assert told.text == "That is not one of the options of this vote."


def test_a_vote_may_name_its_number(discord: DiscordClient, conn: Connection):
    told = discord.command(ALICE, "vote", option=2)

    assert told.private
    assert "Your vote counts:" in told.text
    assert votes(conn)[:2] == [0, 1]
    assert "not one of the options" in discord.command(BOB, "vote", option=9).text


def test_a_vote_without_a_number_shows_the_menu_to_who_asks(discord: DiscordClient, conn: Connection):
    told = discord.command(ALICE, "vote")

    assert told.private
    assert menu(told)["custom_id"] == f"vote:{voting_round(conn).session_id}"
    assert not any(votes(conn))


def test_options_are_suggested_by_name(discord: DiscordClient, conn: Connection):
    options = names(voting_round(conn))

    assert discord.suggest(ALICE, "vote", "option") == list(range(1, len(options) + 1))
    assert 2 in discord.suggest(ALICE, "vote", "option", options[1])


def test_while_a_vote_is_frozen_there_is_no_menu(discord: DiscordClient, conn: Connection):
    with transaction(conn) as tx:
        controls.freeze_voting(tx)

    shown = discord.command(ALICE, "voting-session")

    assert "frozen" in shown.text
    assert shown.components == []
    assert discord.command(ALICE, "vote").text == "The vote is closed; the winner comes next."
    assert discord.command(ALICE, "vote", option=1).text == "The vote is closed; the winner comes next."


def test_between_votes_the_last_result_is_shown(discord: DiscordClient, conn: Connection):
    with transaction(conn) as tx:
        winner = controls.force_end_voting(tx)

    shown = discord.command(ALICE, "voting-session")

    assert f"The last one went to {tree.nodes[winner.node_key].name}" in shown.text
    assert shown.components == []
    assert discord.command(ALICE, "vote").text == "There is nothing to vote on just now."


def test_before_the_first_vote_there_is_nothing_to_show(discord: DiscordClient, conn: Connection):
    delete_votes_and_targets(conn)

    assert "There has been no vote yet." in discord.command(ALICE, "voting-session").text
    assert "no target" in discord.command(ALICE, "unlock-progress").text
    assert discord.suggest(ALICE, "vote", "option") == []


def test_progress_is_a_bar_with_points_and_a_date(discord: DiscordClient, conn: Connection):
    with transaction(conn) as tx:
        target = cycle.read_voting_state(tx).progress
        assert target is not None
        node = tree.nodes[str(target.node_key)]
        contributions.contribute(tx, node.cost * 35 // 100)

    told = discord.command(ALICE, "unlock-progress")

    assert not told.private
    assert node.name in told.text
    assert "███░░░░░░░ 3" in told.text
    assert f"{node.cost * 35 // 100} / {node.cost}" in told.text
    assert "There is no saying." in told.text  # for gifts have no pace


def test_progress_foresees_the_day_at_the_pace_of_the_last_week(discord: DiscordClient):
    discord.command(ALICE, "vote", option=1)

    told = discord.command(ALICE, "unlock-progress")

    assert re.search(r"Expected\n<t:\d+:D>", told.text)
    assert "There is no saying." not in told.text
