"""What administrators do from Discord."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from community.progression.content import tree
from community.progression.pacing import pace
from community.progression.service import current_state
from community.voting import cycle
from community.voting.models import VotingState
from doors.discord import commands
from doors.discord.commands import COMMANDS
from doors.discord.registration import payload
from functions.community.admin import system_commands as admin_system
from functions.community.admin import tree_commands as admin_tree
from functions.shared.discord import catalogue as catalogue  # declares every command
from functions.shared.discord import deferred
from kernel.database import Connection, transaction
from tests.support.discord_client import DiscordAnswer, DiscordClient, Person, command, interaction
from tests.support.discord_limits import check_message
from tests.support.factories import announced, holdings, make_player, unlock, xp

ADA = Person("500000000000000009", "ada")
BOB = Person("500000000000000002", "bob_*b*")
TYPING = [{"name": "item", "type": 3, "value": "", "focused": True}]
STRANGER = Person("500000000000000003", "carol")


@pytest.fixture(autouse=True)
def _players(environment: Connection) -> None:
    with transaction(environment) as tx:
        make_player(tx, BOB.username, platform="discord", platform_id=BOB.id, items={"item_spade": 5})


def administer(discord: DiscordClient, command: str, /, **options: Any) -> DiscordAnswer:
    told = discord.command(ADA, command, admin=True, **options)
    assert told.private
    return told


def have(conn: Connection) -> dict[str, int]:
    with transaction(conn) as tx:
        return holdings(tx, BOB.player)


def happened(conn: Connection, event_type: str) -> list[dict[str, Any]]:
    with transaction(conn) as tx:
        return announced(tx, event_type)


def community(conn: Connection) -> VotingState:
    with transaction(conn) as tx:
        return cycle.read_voting_state(tx)


def test_nobody_else_may(discord: DiscordClient, conn: Connection, subtests: pytest.Subtests):
    for name in sorted(name for name, each in COMMANDS.items() if each.admin):
        with subtests.test(name=name):
            before = conn.execute("SELECT count(*) AS n FROM events").fetchall()

            told = discord.command(BOB, name)

            assert told.private
            assert told.text == "Only administrators of the game's own server may do that, and only there."
            assert conn.execute("SELECT count(*) AS n FROM events").fetchall() == before


@pytest.mark.parametrize(
    ("own", "where", "may"),
    [("", "42", True), ("42", "42", True), ("42", "999", False), ("42", None, False)],
    ids=["one server is as good as another", "at home", "elsewhere", "in a private chat"],
)
def test_the_administrator_of_another_server_is_none_here(
    discord: DiscordClient, monkeypatch: pytest.MonkeyPatch, own: str, where: str | None, may: bool
):
    monkeypatch.setattr(commands, "settings", replace(commands.settings, discord_guild_id=own))
    asked = command(ADA, "add-item", admin=True, user=BOB, item="spade", quantity=3) | {"guild_id": where}
    typing = interaction(4, ADA, {"name": "add-item", "options": TYPING}, admin=True) | {"guild_id": where}
    reading = command(ADA, "help", admin=True) | {"guild_id": where}

    assert ("Added 3" in discord.send(asked).text) == may
    assert (discord.send(typing).choices != []) == may
    assert ("/add-item" in discord.send(reading).text) == may


@pytest.mark.parametrize("name", ["timeout-set", "timeout-clear", "admin-award-xp"])
def test_a_mention_is_an_id_on_discord_and_no_name_elsewhere(discord: DiscordClient, name: str):
    said = {"platform": "twitch", "username": f"<@{BOB.id}>"}
    more = {"timeout-set": {"duration": 60}, "admin-award-xp": {"job": "merchant", "amount": 5}}.get(name, {})

    assert "a mention is for Discord" in administer(discord, name, **said, **more).text


def test_items_are_put_into_an_inventory(discord: DiscordClient, conn: Connection):
    told = administer(discord, "add-item", user=BOB, item="spade", quantity=3)

    assert f"Added 3 × spades to <@{BOB.id}>'s inventory." in told.text
    assert have(conn) == {"item_spade": 8}
    assert "must be from 1 to 10000" in administer(discord, "add-item", user=BOB, item="spade", quantity=0).text
    assert (
        "Nobody called carol has played here yet."
        in administer(discord, "add-item", user=STRANGER, item="spade", quantity=1).text
    )


def test_items_are_taken_away_with_a_note_when_there_were_fewer(discord: DiscordClient, conn: Connection):
    assert "Not all" not in administer(discord, "remove-item", user=BOB, item="spade", quantity=2).text

    told = administer(discord, "remove-item", user=BOB, item="spade", quantity=9)

    assert f"Removed 3 × spades from <@{BOB.id}>'s inventory." in told.text
    assert "Not all 9" in told.text
    assert have(conn) == {}
    nothing_left = administer(discord, "remove-item", user=BOB, item="spade", quantity=1)
    assert nothing_left.text == r"bob\_\*b\* does not have any spade."
    assert "nonsense" in administer(discord, "remove-item", user=BOB, item="nonsense", quantity=1).text


def test_an_administrators_retry_acts_once(discord: DiscordClient, conn: Connection):
    first = administer(discord, "add-item", id="4711", user=BOB, item="spade", quantity=3)
    second = administer(discord, "add-item", id="4711", user=BOB, item="spade", quantity=3)

    assert first.answer == second.answer
    assert have(conn) == {"item_spade": 8}


def test_items_jobs_nodes_and_commands_are_suggested_to_administrators_only(discord: DiscordClient):
    asked = [
        ("add-item", "item", "spad", "spade"),
        ("remove-item", "item", "spad", "spade"),
        ("admin-award-xp", "job", "MERCH", "merchant"),
        ("admin-unlock", "node", "feature_eco", "feature_economy"),
        ("admin-relock", "node", "feature_eco", "feature_economy"),
        ("reload", "command-name", "voting-s", "voting-session"),
    ]

    for name, option, typed, expected in asked:
        assert discord.suggest(ADA, name, option, typed, admin=True) == [expected]
        assert discord.suggest(BOB, name, option, typed) == []


def test_experience_is_awarded(discord: DiscordClient, conn: Connection):
    with transaction(conn) as tx:
        unlock(tx, "job_merchant")
    options = {"platform": "discord", "username": "BOB_*b*", "job": "merchant", "amount": 150}

    told = administer(discord, "admin-award-xp", **options)

    with transaction(conn) as tx:
        gained = xp(tx, BOB.player, "merchant")
    assert gained >= 150
    assert rf"bob\_\*b\* gained {gained} Merchant XP and reached level " in told.text
    assert f"XP together\n{gained}" in told.text


@pytest.mark.parametrize("job", ["Merchant", "MERCHANT", "job_merchant"])
def test_a_job_may_be_called_as_people_call_it(discord: DiscordClient, conn: Connection, job: str):
    with transaction(conn) as tx:
        unlock(tx, "job_merchant")

    told = administer(discord, "admin-award-xp", platform="discord", username=BOB.username, job=job, amount=5)

    assert "Merchant XP" in told.text


def test_who_has_earned_enough_today_is_named(discord: DiscordClient, conn: Connection):
    with transaction(conn) as tx:
        unlock(tx, "job_merchant")
    options = {"platform": "discord", "username": BOB.username, "job": "merchant", "amount": 10_000}
    administer(discord, "admin-award-xp", **options)

    told = administer(discord, "admin-award-xp", **options)

    assert r"bob\_\*b\* has earned all the Merchant XP there is for today" in told.text


def test_experience_that_cannot_be_awarded_is_refused(discord: DiscordClient, subtests: pytest.Subtests):
    for changed, said in [
        ({}, "The community has not unlocked Merchant yet."),
        ({"job": "juggler"}, "There is no job called juggler."),
        ({"username": "carol"}, "Nobody called carol has played here yet."),
        ({"platform": "icq"}, "there is no such choice as icq"),
        ({"amount": 10_001}, "must be from 1 to 10000"),
    ]:
        with subtests.test(changed=changed, said=said):
            options = {"platform": "discord", "username": BOB.username, "job": "merchant", "amount": 5} | changed

            assert said in administer(discord, "admin-award-xp", **options).text


def test_a_name_is_silenced_and_may_talk_again(discord: DiscordClient, conn: Connection):
    options = {"platform": "twitch", "username": "eve_*"}

    told = administer(discord, "timeout-set", **options, duration=60, reason="spam")

    assert r"eve\_\* is timed out for 60 seconds." in told.text
    (applied,) = happened(conn, "timeout.applied")
    assert (applied["platform"], applied["username"], applied["reason"]) == ("twitch", "eve_*", "spam")
    assert r"eve\_\* may talk again." in administer(discord, "timeout-clear", **options).text
    assert r"eve\_\* was not timed out." in administer(discord, "timeout-clear", **options).text
    assert len(happened(conn, "timeout.cleared")) == 1
    assert "must be from 1 to 86400" in administer(discord, "timeout-set", **options, duration=86_401).text


def test_nodes_are_unlocked_and_locked_again(discord: DiscordClient, conn: Connection):
    name = tree.nodes["item_lootbox0"].name

    assert f"Level 3 of {name} is unlocked." in administer(discord, "admin-unlock", node="item_lootbox0", level=3).text
    assert community(conn).levels["item_lootbox0"] == 3
    told = administer(discord, "admin-relock", node="item_lootbox0", level=2)
    assert f"Level 2 of {name} and all above it: locked again." in told.text
    assert community(conn).levels["item_lootbox0"] == 1
    assert f"{name}: locked again." in administer(discord, "admin-relock", node="item_lootbox0").text
    assert "item_lootbox0" not in community(conn).levels
    assert f"Level 1 of {name} is unlocked." in administer(discord, "admin-unlock", node="item_lootbox0").text
    assert community(conn).levels["item_lootbox0"] == 1
    assert "There is no node called nonsense." in administer(discord, "admin-unlock", node="nonsense").text
    assert (
        f"The highest level of {name} is 5." in administer(discord, "admin-unlock", node="item_lootbox0", level=6).text
    )


def test_everything_is_unlocked(discord: DiscordClient, conn: Connection):
    assert "Everything is unlocked:" in administer(discord, "admin-unlock-all").text
    assert community(conn).levels == {node.key: node.max_level for node in tree.nodes.values()}


def test_a_vote_is_resolved_at_once(discord: DiscordClient, conn: Connection):
    before = community(conn)
    assert before.voting_round is not None

    told = administer(discord, "admin-instant-resolve")

    assert "is unlocked." in told.text
    (added,) = community(conn).levels.keys() - before.levels.keys()
    assert added in {option.node_key for option in before.voting_round.options}


def test_a_vote_is_frozen_and_goes_on(discord: DiscordClient, conn: Connection):
    assert "already running" in administer(discord, "admin-start-voting").text
    assert "frozen" in administer(discord, "admin-end-voting").text
    frozen = community(conn).voting_round
    assert frozen is not None
    assert frozen.status == "frozen"
    assert "The vote goes on." in administer(discord, "admin-start-voting").text
    resumed = community(conn).voting_round
    assert resumed == replace(frozen, status="voting")


def test_the_community_is_given_points(discord: DiscordClient, conn: Connection):
    before = community(conn).points

    assert "7 points were added." in administer(discord, "admin-contribution", amount=7).text

    assert community(conn).points == before + 7
    assert "must be from 1" in administer(discord, "admin-contribution", amount=-7).text


def test_the_pace_is_shown_and_fixed(discord: DiscordClient, conn: Connection):
    assert "until a week of play has been measured" in administer(discord, "admin-pace").text
    assert "cost 2.50 times" in administer(discord, "admin-pace", pace="2,5").text
    assert pace(community(conn).pacing) == Fraction(5, 2)
    assert "The pace is a number from 0.25 to 100" in administer(discord, "admin-pace", pace="quick").text
    assert "cost 2.50 times" in administer(discord, "admin-pace").text

    assert "until a week" in administer(discord, "admin-pace", pace="auto").text
    assert pace(community(conn).pacing) == 1


@pytest.mark.parametrize("written", ["reset tree", "RESET", "RESET  TREE"])
def test_the_tree_is_not_reset_without_the_very_words(discord: DiscordClient, conn: Connection, written: str):
    administer(discord, "admin-unlock", node="feature_economy")

    told = administer(discord, "admin-reset-tree", confirmation=written)

    assert "must be exactly RESET TREE" in told.text
    assert "feature_economy" in community(conn).levels


def test_the_tree_is_reset_and_players_keep_what_they_have(discord: DiscordClient, conn: Connection):
    administer(discord, "admin-unlock", node="feature_economy")

    told = administer(discord, "admin-reset-tree", confirmation="RESET TREE")

    assert "begins anew" in told.text
    assert "feature_economy" not in community(conn).levels
    (reset,) = happened(conn, "progression.reset")
    assert reset["reset_by"] == "ada"
    assert reset["preserve_user_progression"] is True
    assert have(conn) == {"item_spade": 5}


def test_weights_are_read_anew(discord: DiscordClient, conn: Connection):
    assert "engagement weights reloaded." in administer(discord, "admin-reload-weights").text
    assert len(happened(conn, "progression.weights_reloaded")) == 1


def test_the_cache_tells_how_often_it_was_of_use(discord: DiscordClient, conn: Connection):
    with transaction(conn) as tx:
        current_state(tx)

    fields = administer(discord, "admin-cache-stats").data["embeds"][0]["fields"]

    told = {field["name"]: field["value"] for field in fields}
    assert told.keys() == {"Hits", "Misses", "Evictions", "Size", "Hit rate"}
    assert told["Size"] == "1"
    assert told["Hit rate"].endswith(" %")


def finished(discord: DiscordClient, conn: Connection) -> dict[str, Any]:
    """What the administrator who waited for the tree is told."""
    assert administer_later(discord) == {"type": 5, "data": {"flags": 64}}
    (waiting,) = happened(conn, "discord.interaction_deferred")
    detail = {
        "version": "1.0",
        "id": str(uuid4()),
        "type": "discord.interaction_deferred",
        "timestamp": 1,
        "payload": waiting,
        "metadata": {},
    }
    record = {"messageId": "1", "eventSource": "aws:sqs", "body": json.dumps({"detail": detail})}
    assert deferred.handler({"Records": [record]}, None) == {"batchItemFailures": []}
    (followup,) = happened(conn, "discord.followup_requested")
    check_message(followup["body"] | ({"content": "x"} if followup["files"] else {}))
    return followup


def administer_later(discord: DiscordClient) -> dict[str, Any]:
    return discord.command(ADA, "admin-tree-status", admin=True).answer


def test_the_tree_is_listed_unlocked_nodes_first(discord: DiscordClient, conn: Connection):
    administer(discord, "admin-unlock", node="item_lootbox0", level=3)

    followup = finished(discord, conn)

    (embed,) = followup["body"]["embeds"]
    lines = embed["description"].splitlines()
    assert len(lines) == len(tree.nodes)
    assert f"🔓 {tree.nodes['item_lootbox0'].name} (`item_lootbox0`) 3/5" in lines
    assert [line[0] for line in lines] == sorted((line[0] for line in lines), reverse=True)
    assert followup["files"] == []
    assert f"of {len(tree.nodes)} unlocked" in embed["footer"]["text"]


def test_a_long_tree_comes_as_a_file(discord: DiscordClient, conn: Connection, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(admin_tree, "MAX_SHOWN", 100)

    followup = finished(discord, conn)

    (file,) = followup["files"]
    assert file["name"] == "tree.txt"
    assert len(file["text"].splitlines()) == len(tree.nodes)
    assert followup["body"]["embeds"] == []
    assert f"of {len(tree.nodes)} unlocked" in followup["body"]["content"]


def test_commands_are_sent_to_discord_anew(discord: DiscordClient, conn: Connection, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(admin_system, "settings", replace(admin_system.settings, discord_guild_id=""))

    assert "All commands" in administer(discord, "reload").text

    (asked,) = happened(conn, "discord.sync_requested")
    assert asked == {"commands": payload(), "remove": None}


def test_one_command_is_removed_from_the_one_server(
    discord: DiscordClient, conn: Connection, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(admin_system, "settings", replace(admin_system.settings, discord_guild_id="42"))

    assert "/ping, it will be removed." in administer(discord, "reload", command_name="/ping").text

    (asked,) = happened(conn, "discord.sync_requested")
    assert asked == {"commands": payload(guild=True), "remove": "ping"}
