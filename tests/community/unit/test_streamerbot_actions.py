"""Which action Streamer.bot runs for which event, and with what. Set-ups that worked with BrandishBot depend on it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from community.gambles.completion_events import GambleCompleted, PrizeItem, Score
from community.items.events import ItemUsed
from community.jobs.events import JobLevelUp
from community.timeouts.models import TimeoutApplied, TimeoutCleared
from community.voting.events import AllUnlocked, CycleCompleted, OptionOffered, UnlockedNode, VotingStarted
from community.voting.poll_events import PollChoice, PollClosed, PollOpened, PollTally
from functions.community.notify_streamerbot.actions import OF_PLAYERS, TYPES, action_for
from kernel.events.models import Event
from local.stack import template

ALICE = UUID("9d3f7e5c-1b2a-4c6d-8e9f-0a1b2c3d4e5f")
GAMBLE = UUID("4f9b5b3e-0d3c-4a53-8c57-0a8e6b1d2c3f")
NOW = int(datetime(2199, 5, 1, 20, 16, tzinfo=UTC).timestamp())
TEMPLATE = Path(__file__).parents[3] / "template.yaml"

GAMBLE_OVER = GambleCompleted(
    gamble_id=GAMBLE,
    initiator_id=ALICE,
    winner_id=ALICE,
    winner_username="Alice",
    total_value=1250,
    participant_count=3,
    participants=(Score(user_id=ALICE, username="Alice", score=700),),
    items=(
        PrizeItem(
            item_name="lootbox_tier1",
            public_name="lootbox",
            display_name="lootboxes",
            quantity=2,
            quality_level="COMMON",
        ),
        PrizeItem(item_name="item_spade", public_name="spade", display_name="spade", quantity=1, quality_level="RARE"),
    ),
    timestamp=NOW,
)
VOTE = VotingStarted(
    session_id=7,
    options=(
        OptionOffered(
            node_key="feature_duel",
            display_name="Duels",
            description="Fight it out.",
            unlock_duration="Short",
            target_level=1,
        ),
        OptionOffered(
            node_key="upgrade_luck", display_name="Luck", description="", unlock_duration="Long", target_level=3
        ),
    ),
    previous_unlock="Gambling",
    auto_selected=False,
)


POLL: dict[str, Any] = {"poll_id": GAMBLE, "session_id": 8, "world_id": ALICE, "world_name": "Gaia"}
CHOICE = PollChoice(option_id=1, key="nudge", display_name="Nudge", description="A little.")
TALLY = PollTally(**dict(CHOICE), vote_count=3, weighted_votes=3)


def envelope(event: Event) -> dict[str, Any]:
    """As it is on the bus."""
    return raw(event.type, event.model_dump(mode="json"), dict(event.metadata))


def raw(type: str, payload: dict[str, Any], metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"version": "1.0", "id": str(GAMBLE), "type": type, "timestamp": NOW, "payload": payload} | {
        "metadata": metadata or {}
    }


def asked(found: dict[str, Any]) -> tuple[str, dict[str, str]]:
    action = action_for(found)
    assert action is not None
    return action.name, dict(action.args)


@pytest.mark.parametrize(
    ("event", "name", "args"),
    [
        (
            JobLevelUp(
                user_id=ALICE, username="Alice", job_key="merchant", old_level=1, new_level=2, source="item.sold"
            ),
            "JobLevelUp",
            {
                "user_id": str(ALICE),
                "username": "Alice",
                "job_key": "merchant",
                "old_level": "1",
                "new_level": "2",
                "source": "item.sold",
            },
        ),
        (
            VOTE,
            "VotingStarted",
            {
                "previous_unlock": "Gambling",
                "options_count": "2",
                "option_1": "Duels",
                "option_1_key": "feature_duel",
                "option_1_description": "Fight it out.",
                "option_1_duration": "Short",
                "option_2": "Luck",
                "option_2_key": "upgrade_luck",
                "option_2_description": "",
                "option_2_duration": "Long",
            },
        ),
        (
            CycleCompleted(
                unlocked_node=UnlockedNode(node_key="feature_duel", display_name="Duels", description="Fight.", level=1)
            ),
            "CycleCompleted",
            {"node_key": "feature_duel", "display_name": "Duels", "description": "Fight."},
        ),
        (
            PollOpened(**POLL, options=(CHOICE,), closes_at=datetime.fromtimestamp(NOW, UTC)),
            "PollOpened",
            {
                "poll_id": str(GAMBLE),
                "world_name": "Gaia",
                "closes_at": "2199-05-01T20:16:00Z",
                "options_count": "1",
                "option_1": "Nudge",
                "option_1_key": "nudge",
                "option_1_description": "A little.",
            },
        ),
        (
            PollClosed(**POLL, options=(TALLY,), winner=TALLY),
            "PollClosed",
            {
                "poll_id": str(GAMBLE),
                "world_name": "Gaia",
                "has_winner": "true",
                "winner": "Nudge",
                "winner_key": "nudge",
                "winner_votes": "3",
                "votes": "3",
            },
        ),
        (AllUnlocked(message="That was all."), "AllUnlocked", {"message": "That was all."}),
        (
            GAMBLE_OVER,
            "GambleCompleted",
            {
                "gamble_id": str(GAMBLE),
                "winner_id": str(ALICE),
                "winner_username": "Alice",
                "total_value": "1250",
                "participant_count": "3",
                "has_winner": "true",
                "items": "2 × lootboxes, 1 × spade (rare)",
            },
        ),
        (
            ItemUsed(
                user_id=ALICE,
                username="Alice",
                platform="twitch",
                item_name="weapon_dart",
                quantity=2,
                target="bob",
                timestamp=NOW,
            ),
            "ItemUsed",
            {
                "user_id": str(ALICE),
                "username": "Alice",
                "platform": "twitch",
                "item_name": "weapon_dart",
                "quantity": "2",
                "target": "bob",
            },
        ),
        (
            TimeoutApplied(platform="twitch", username="bob", duration_seconds=90, reason="grenade", timestamp=NOW),
            "TimeoutUpdate",
            {
                "platform": "twitch",
                "username": "bob",
                "action": "applied",
                "duration_seconds": "90",
                "reason": "grenade",
            },
        ),
        (
            TimeoutCleared(platform="twitch", username="bob", reason="revive", timestamp=NOW),
            "TimeoutUpdate",
            {"platform": "twitch", "username": "bob", "action": "cleared", "duration_seconds": "0", "reason": "revive"},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_event_of_ours_becomes_the_action_it_always_was(event: Event, name: str, args: dict[str, str]):
    assert asked(envelope(event)) == (name, args)


def test_a_gamble_that_nobody_won_says_so():
    refunded = GAMBLE_OVER.model_copy(update={"winner_id": None, "winner_username": None, "items": ()})

    _, args = asked(envelope(refunded))

    assert (args["winner_id"], args["winner_username"], args["items"], args["has_winner"]) == ("", "", "", "false")


def test_a_poll_that_no_one_voted_in_has_no_winner():
    _, args = asked(envelope(PollClosed(**POLL, options=(TALLY.model_copy(update={"vote_count": 0}),), winner=None)))

    assert (args["has_winner"], args["winner"], args["winner_votes"], args["votes"]) == ("false", "", "0", "0")


def test_a_vote_that_follows_nothing_has_an_empty_previous_unlock():
    _, args = asked(envelope(VOTE.model_copy(update={"previous_unlock": None})))

    assert args["previous_unlock"] == ""


def test_an_option_without_a_name_goes_by_its_key():
    _, args = asked(raw("progression.voting_started", {"options": [{"node_key": "feature_duel"}]}))

    assert args == {
        "previous_unlock": "",
        "options_count": "1",
        "option_1": "feature_duel",
        "option_1_key": "feature_duel",
        "option_1_description": "",
        "option_1_duration": "",
    }


@pytest.mark.parametrize("type", ["item.sold", "progression.target.set", "gamble.completed", "discord.sync_requested"])
def test_of_anything_else_streamerbot_hears_nothing(type: str):
    assert action_for(raw(type, {})) is None


def test_the_template_sends_all_events_that_have_an_action_those_of_players_in_a_group_of_their_own():
    groups = {
        target.group: set(rule.pattern["detail-type"])
        for rule in template.load(TEMPLATE, {}).rules
        for target in rule.targets
        if target.name == "ForStreamerbot"
    }

    # The rule for events of players is Discord's, too; achievements have no action.
    assert groups == {
        "streamerbot": TYPES - OF_PLAYERS,
        "streamerbot-players": OF_PLAYERS | {"achievement.unlocked"},
    }
    assert [type for type in TYPES if action_for(raw(type, {})) is None] == []
