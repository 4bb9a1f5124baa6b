"""What the channel is told."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.achievements.models import AchievementUnlocked, RewardView
from community.catalog.content import items
from community.jobs.events import JobLevelUp
from community.progression.content import tree
from community.voting.events import AllUnlocked, CycleCompleted, NodesWithdrawn, WithdrawnOption, WithdrawnTarget
from doors.discord.messages import Embed, Field, clip, message, plain
from functions.community.notify_discord.texts import TEXTS, ballot, poll_ballot, public_names
from tests.support.fake_discord import problems
from worlds.deep_time import turning

ALICE, BOB = str(uuid4()), str(uuid4())

GAMBLE = {
    "id": str(uuid4()),
    "initiator_id": ALICE,
    "initiator_username": "alice",
    "platform": "twitch",
    "state": "Joining",
    "created_at": "2026-03-01T12:00:00Z",
    "join_deadline": "2026-03-01T12:02:00Z",
    "bets": [{"item_name": "lootbox_tier1", "quantity": 5}],
}
COMPLETE: dict[str, Any] = {
    "gamble_id": GAMBLE["id"],
    "initiator_id": ALICE,
    "winner_id": BOB,
    "winner_username": "bob",
    "total_value": 12345,
    "participant_count": 40,
    "participants": [{"user_id": BOB, "username": f"player{n}", "score": 9000 - n} for n in range(25)],
    "items": [{"item_name": "money", "quantity": 1200, "quality_level": "COMMON"}],
    "timestamp": 1_772_366_400,
}
VOTE: dict[str, Any] = {
    "session_id": 7,
    "options": [
        {
            "node_key": f"node_{n}",
            "display_name": f"Node {n}",
            "description": "Does something.",
            "unlock_duration": "Short",
            "target_level": n,
        }
        for n in (1, 2)
    ],
    "previous_unlock": "Economy",
    "auto_selected": False,
}


def told(type: str, payload: dict[str, Any]) -> Embed:
    return TEXTS[type](payload)


def payload(event: Any) -> dict[str, Any]:
    return event.model_dump(mode="json")


def test_a_level_up_names_who_and_what():
    up = JobLevelUp(user_id=uuid4(), username="al_ice", job_key="blacksmith", old_level=4, new_level=5, source="test")

    embed = told("job.level_up", payload(up))

    assert embed.text == r"**al\_ice** is now a level 5 Blacksmith."


def test_a_level_up_from_before_names_were_told_is_somebodys():
    embed = told("job.level_up", {"user_id": ALICE, "job_key": "farmer", "old_level": 1, "new_level": 2})

    assert embed.text.startswith("**Somebody**")


def test_a_vote_lists_its_options_as_they_are_numbered():
    embed = told("progression.voting_started", VOTE)

    assert embed.text == "**Economy** is unlocked. What shall the community work for next?"
    assert [field.name for field in embed.fields] == ["1. Node 1", "2. Node 2 (level 2)"]
    assert embed.fields[0].text == "Does something.\n*Short*"


def test_a_menu_shows_names_as_they_are():
    (option, *_) = VOTE["options"]
    (menu,) = ballot(VOTE | {"options": [option | {"display_name": "Big-Box_(new)"}]})

    assert [choice.name for choice in menu.choices] == ["1. Big-Box_(new)"]


def test_a_target_without_a_vote_is_no_vote():
    embed = told("progression.voting_started", VOTE | {"auto_selected": True, "options": VOTE["options"][:1]})

    assert embed.text == "There is nothing to choose from this time: **Node 1** comes next."
    assert embed.fields == ()


POLL: dict[str, Any] = {"poll_id": ALICE, "session_id": 8, "world_id": BOB, "world_name": "Gaia"}
CHOICES: list[dict[str, Any]] = [
    {"option_id": 1, "key": "observe", "display_name": "Let it be", "description": "Nothing.", "vote_count": 1},
    {"option_id": 2, "key": "nudge", "display_name": "Nudge", "description": "A little.", "vote_count": 2},
]


def test_a_poll_lists_what_may_become_of_a_world_with_a_menu():
    opened = POLL | {"options": CHOICES, "closes_at": "2026-03-01T12:05:00Z"}

    embed, [menu] = told("poll.opened", opened), poll_ballot(opened)

    assert embed.title == "A turning point of Gaia"
    assert embed.text.endswith("The vote ends <t:1772366700:R>.")
    assert [field.name for field in embed.fields] == ["1. Let it be", "2. Nudge"]
    assert (menu.custom_id, [choice.value for choice in menu.choices]) == ("vote:8", [1, 2])


@pytest.mark.parametrize(
    ("winner", "text"),
    [
        (CHOICES[1], "The chat has decided: **Nudge**, with 2 of 3 votes."),
        (None, "No one voted, so nothing happens."),
    ],
)
def test_a_poll_ends_with_what_was_chosen(winner: dict[str, Any] | None, text: str):
    assert told("poll.closed", POLL | {"options": CHOICES, "winner": winner}).text == text


@pytest.mark.parametrize("reason", [turning.ENERGY, turning.PAUSED, turning.GONE, turning.RESET])
def test_the_chat_is_told_why_its_choice_cannot_happen(reason: str):
    missed = POLL | {"chosen": "spark", "reason": reason}

    assert told("world.turning_point_missed", missed).text.startswith("What the chat has chosen cannot happen. The ")


def test_voters_are_told_what_left_the_vote():
    def gone(*keys: str, target: str | None = None) -> str:
        options = tuple(
            WithdrawnOption(node_key=key, display_name=key.capitalize(), target_level=1, vote_count=2) for key in keys
        )
        dropped = target and WithdrawnTarget(node_key=target, display_name="Slots", target_level=1, points=9)
        event = NodesWithdrawn(options=options, session_id=8, target=dropped or None)
        return told("progression.nodes_withdrawn", payload(event)).text

    one = "**Duel** is no longer part of the game. If you voted for it, vote again."
    two = "**Duel** and **Farm** are no longer part of the game. If you voted for one of them, vote again."
    target = "**Slots** is no longer the target. Its points count towards the next one."
    assert [gone("duel"), gone("duel", "farm"), gone(target="slots")] == [one, two, target]
    assert gone("duel", target="slots") == f"{one} {target}"


def test_an_unlock_shows_what_it_is():
    node = tree.nodes["feature_economy"]

    embed = told("progression.cycle.completed", payload(CycleCompleted.of(node, 1)))

    assert embed.title == f"Unlocked: {plain(node.name)}"
    assert embed.text == plain(node.description)


def test_the_end_of_the_tree_is_told():
    assert told("progression.all_unlocked", payload(AllUnlocked.now())).text == AllUnlocked.now().message


def test_a_gamble_says_the_stake_and_when_it_ends():
    embed = told("gamble.started", GAMBLE)

    assert embed.text.startswith("**alice** stakes 5 × lootboxes. ")
    assert embed.text.endswith("<t:1772366520:R>")


def test_the_end_of_a_gamble_names_the_winner_the_best_and_the_prize():
    embed = told("gamble.complete", COMPLETE)

    assert embed.text == "**bob** takes it all, worth **12,345 money**."
    players, best, prize = embed.fields
    assert players.text == "40"
    assert best.text.splitlines()[0] == "player0: 9,000"
    assert best.text.splitlines()[-1] == "and 30 more"
    assert prize.text == "1,200 × money"


def test_a_refunded_gamble_has_no_winner():
    embed = told("gamble.complete", COMPLETE | {"winner_id": None, "winner_username": None, "participants": []})

    assert embed.title == "The gamble is off"
    assert embed.text == "It was for boxes that are no longer part of the game. The boxes were returned."
    alone = told("gamble.complete", COMPLETE | {"winner_id": None, "participant_count": 1})
    assert alone.text == "No one else joined. The boxes were returned."


def test_an_achievement_shows_its_reward():
    item = {"item_name": "lootbox_tier1", "public_name": "lootbox", "quantity": 2}
    reward = {"money": 1000, "items": [item], "xp": 50, "job_key": "farmer", "recipe": None}
    event = AchievementUnlocked(
        user_id=uuid4(),
        username="alice",
        achievement_key="a",
        name="First words",
        description="Say it.",
        reward=RewardView.model_validate(reward),
        timestamp=0,
    )

    embed = told("achievement.unlocked", payload(event))

    assert (embed.title, embed.text) == ("Achievement: First words", "**alice**: Say it.")
    assert embed.fields[0].text == "1,000 money, 2 × lootboxes and 50 XP as Farmer"


def test_an_announcement_is_green_unless_it_says_otherwise():
    said = {"title": "Hello", "description": "*All* of you", "color": None}

    assert told("discord.announcement_requested", said).color == 0x57F287
    assert told("discord.announcement_requested", said | {"color": 0}).color == 0
    assert told("discord.announcement_requested", said).text == "*All* of you"


def test_items_are_called_what_players_call_them():
    assert public_names() == {name: item.public_name for name, item in items.by_name.items()}


@pytest.mark.parametrize(
    "name", ["**bold**", "@everyone", "<@123>", "[x](https://a.b)", "`code`", "||secret||", "# title", "- list", "a\nb"]
)
def test_a_players_name_is_shown_as_it_is(name: str):
    shown = told("gamble.started", GAMBLE | {"initiator_username": name}).text

    assert f"**{plain(name)}** stakes" in shown
    assert "\n" not in plain(name)
    assert plain(name).replace("\\", "") == " ".join(name.split())
    assert not set("*@<[`|#-") & {
        mark for before, mark in zip(plain(name), plain(name)[1:], strict=False) if before != "\\"
    }


def test_what_is_too_long_ends_in_an_ellipsis():
    assert (clip("abc", 3), clip("abcd", 3)) == ("abc", "ab…")


@given(
    st.lists(
        st.builds(
            Embed,
            title=st.text(max_size=400),
            text=st.text(max_size=6500),
            fields=st.lists(st.builds(Field, st.text(max_size=400), st.text(max_size=1500)), max_size=30).map(tuple),
            footer=st.text(max_size=300),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_no_message_is_longer_than_discord_takes(embeds: list[Embed]):
    assert problems(message(*embeds)) == []
