"""How people stand, told on Discord."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from community.achievements.content import achievements
from community.achievements.models import AchievementProgress, Achievements
from community.catalog.content import items
from community.engagement.recording import record
from community.info.content import texts
from community.jobs import awards
from community.players import service as players
from community.players.models import PlayerRef
from community.stats import recording
from community.timeouts import service as timeouts
from kernel.database import Connection, transaction
from tests.support.discord_client import DiscordClient, Person
from tests.support.factories import make_player, unlock

ALICE = Person("500000000000000001", "alice")
BOB = Person("500000000000000002", "bob_the_*builder*")
STRANGER = Person("500000000000000003", "carol")


@pytest.fixture(autouse=True)
def _players(environment: Connection) -> None:
    with transaction(environment) as tx:
        for person, money in ((ALICE, 100), (BOB, 200)):
            make_player(tx, person.username, platform="discord", platform_id=person.id, money=money)


def test_engagement_is_told_with_its_counters(discord: DiscordClient, conn: Connection):
    with transaction(conn) as tx:
        score = record(tx, BOB.player, "message", 7)

    told = discord.command(ALICE, "engagement", user=BOB)

    assert told.private
    assert f"<@{BOB.id}> has made {score} points for the community." in told.text
    assert "Messages\n7" in told.text
    assert "Items crafted\n0" in told.text
    assert f"<@{ALICE.id}> has made 0 points" in discord.command(ALICE, "engagement").text


def test_stats_count_what_somebody_did_ever(discord: DiscordClient, conn: Connection):
    with transaction(conn) as tx:
        recording.record(tx, ALICE.player, "sneezed_loudly", None)
    with transaction(conn) as tx:
        recording.record(tx, ALICE.player, "sneezed_loudly", None)

    told = discord.command(ALICE, "stats")

    assert "Sneezed loudly: 2" in told.text
    assert "Days in a row\n1" in told.text


def test_the_stats_of_who_never_played_are_their_own_to_begin(discord: DiscordClient):
    assert "Nobody called carol has played here yet." in discord.command(ALICE, "stats", user=STRANGER).text
    assert "Days in a row\n1" in discord.command(STRANGER, "stats").text


def test_jobs_have_a_field_each_and_a_star_on_the_best(discord: DiscordClient, conn: Connection):
    with transaction(conn) as tx:
        unlock(tx, "job_merchant", "job_explorer")
        awards.award_xp(tx, ALICE.player, "merchant", 120, "admin")

    told = discord.command(BOB, "jobs", user=ALICE)

    assert told.private
    fields = {field["name"]: field["value"] for field in told.data["embeds"][0]["fields"]}
    assert fields.keys() == {"⭐ Merchant", "Explorer"}
    assert fields["⭐ Merchant"].startswith("Level 1 of 10\n")
    assert fields["Explorer"] == "Level 0 of 10\n0 XP, 100 to go"
    assert "⭐" not in discord.command(BOB, "jobs").text


def test_before_any_job_is_unlocked_there_is_none_to_show(discord: DiscordClient):
    assert "not unlocked any job" in discord.command(ALICE, "jobs").text


def test_the_leaderboard_shows_who_is_ahead(discord: DiscordClient):
    told = discord.command(ALICE, "leaderboard", metric="money")

    assert not told.private
    assert told.text.splitlines()[1:] == [r"**1.** bob\_the\_\*builder\*: 200", "**2.** alice: 100"]
    assert "**2.**" not in discord.command(ALICE, "leaderboard", metric="money", limit=1).text


@pytest.mark.parametrize("metric", ["engagement_score", "contribution", "items", "messages"])
def test_there_is_a_leaderboard_of_everything(discord: DiscordClient, metric: str):
    assert "Nobody yet." in discord.command(ALICE, "leaderboard", metric=metric).text


def test_a_leaderboard_is_of_engagement_when_nothing_is_said(discord: DiscordClient, conn: Connection):
    with transaction(conn) as tx:
        record(tx, ALICE.player, "message", 5)

    assert "Leaderboard: Engagement\n**1.** alice: " in discord.command(BOB, "leaderboard").text
    assert "there is no such choice" in discord.command(BOB, "leaderboard", metric="beauty").text
    assert "must be from 1 to 100" in discord.command(BOB, "leaderboard", limit=101).text


def test_a_long_leaderboard_has_pages(discord: DiscordClient, conn: Connection):
    with transaction(conn) as tx:
        for number in range(40):
            make_player(tx, "x" * 90 + str(number), money=1000 + number)
    first = discord.command(ALICE, "leaderboard", metric="money", limit=20)

    second = discord.press(ALICE, first.custom_id("▶"))

    assert second.answer["type"] == 7
    assert "**16.**" in second.text
    assert "**20.**" in second.text
    assert "**21.**" not in second.text
    assert discord.press(ALICE, "leaderboard:beauty:x:0").status == 200


def test_a_timeout_is_told_in_seconds(discord: DiscordClient, conn: Connection):
    with transaction(conn) as tx:
        timeouts.apply_timeout(tx, PlayerRef("discord", username=BOB.username), timedelta(seconds=50))
        timeouts.apply_timeout(tx, PlayerRef("twitch", username=ALICE.username), timedelta(seconds=50))

    told = discord.command(ALICE, "check-timeout", user=BOB)

    assert told.private
    assert re.search(rf"Yes, <@{BOB.id}> must be silent for (49|50) seconds\.", told.text)
    assert f"No, <@{ALICE.id}> may talk." in discord.command(ALICE, "check-timeout").text


def test_what_there_is_to_know_is_told_by_feature_or_topic(discord: DiscordClient):
    assert "**The shop**" in discord.command(ALICE, "info", feature="economy").text
    assert "**Buying**" in discord.command(ALICE, "info", feature="buy").text
    assert discord.command(ALICE, "info").text.startswith("The game\n")
    assert 'nothing to read about "nonsense"' in discord.command(ALICE, "info", feature="nonsense").text


def test_features_are_suggested_and_their_topics_behind_them(discord: DiscordClient):
    suggested = discord.suggest(ALICE, "info", "feature", "econ")

    assert suggested[0] == "economy"
    assert "buy" in suggested
    assert len(discord.suggest(ALICE, "info", "feature")) == 25


def test_every_text_is_shown_whole(discord: DiscordClient):
    for name, feature in texts.by_feature.items():
        for key, text in ((name, feature), *feature.topics.items()):
            shown = discord.command(ALICE, "info", feature=key).data["embeds"][0]["description"]
            assert shown in (text.discord, texts.by_feature.get(key, text).discord)


def test_a_rank_is_shown_between_those_ahead_and_behind(discord: DiscordClient, conn: Connection):
    with transaction(conn) as tx:
        for number in range(8):
            make_player(tx, f"viewer{number}", money=200 if number < 2 else number)

    told = discord.command(ALICE, "rank", metric="money")

    assert not told.private
    lines = told.text.splitlines()
    assert lines[:2] == ["Rank: Money", f"<@{ALICE.id}>"]
    assert {line.split()[0] for line in lines[2:5]} == {"**1.**"}
    assert lines[5:] == ["**4.** alice: 100 ◀", "**5.** viewer7: 7", "**6.** viewer6: 6", "**7.** viewer5: 5"]
    assert f"<@{ALICE.id}> has none yet." in discord.command(BOB, "rank", metric="messages", user=ALICE).text


def test_a_balance_is_told_at_a_glance(discord: DiscordClient, conn: Connection):
    names = [item.internal_name for item in items.by_name.values() if not item.is_money][:9]
    things = {name: 10 + number for number, name in enumerate(names)}
    with transaction(conn) as tx:
        make_player(tx, "rich", platform="discord", platform_id="77", money=234_567, items=things)

    told = discord.command(ALICE, "balance", user=Person("77", "rich"))

    assert told.private
    assert told.text.startswith("What rich has\n")
    assert "Money\n234,567\nThings\n126\n" in told.text
    assert f"Most of all\n18 × {items.by_name[names[-1]].public_name}s\n" in told.text
    assert told.text.endswith("and more: /inventory shows everything")
    assert "Money\n100\nThings\n0" in discord.command(ALICE, "balance").text


def test_achievements_show_the_unlocked_ones_first_and_then_the_nearest(discord: DiscordClient, conn: Connection):
    first, second, *_ = achievements.by_key.values()
    with transaction(conn) as tx:
        player = players.load(tx, ALICE.player)
        progress = {second.key: AchievementProgress(second.count, tx.now), first.key: AchievementProgress(0)}
        players.save(tx, player.having(Achievements(progress)))

    told = discord.command(ALICE, "achievements")

    assert told.private
    lines = told.text.splitlines()
    assert lines[0] == f"Achievements: 1 of {len(achievements.by_key)}"
    assert lines[1].startswith("🏆")
    assert second.name in lines[1]
    assert all(line.startswith("🔒") for line in lines[2:5])
