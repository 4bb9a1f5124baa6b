"""Achievements, as they come with what players do."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime

import pytest

from community.achievements.models import AchievementProgress, Achievements
from community.achievements.queries import upsert_progress
from community.crafting.models import RecipeLocked
from community.crafting.service import upgrade_item
from community.inventory.models import STACK_LIMIT
from community.linking.service import claim_link, confirm_link, start_link
from community.messages.service import handle_message
from community.players.models import PlayerRef
from kernel.database import Connection, Tx, connect, transaction
from tests.support.factories import announced, holdings, make_player, stored, unlock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BOB = PlayerRef("discord", "b1", "bob")


def chat(tx: Tx, ref: PlayerRef, lines: int = 1) -> None:
    for _ in range(lines):
        handle_message(tx, ref, "hello")


def progress_of(tx: Tx, ref: PlayerRef) -> Mapping[str, AchievementProgress]:
    return stored(tx, ref)[Achievements].progress


def have_done(tx: Tx, ref: PlayerRef, **counts: int) -> None:
    upsert_progress(tx, stored(tx, ref).id, {key: AchievementProgress(count) for key, count in counts.items()})


def unlocked(tx: Tx) -> list[str]:
    return [event["achievement_key"] for event in announced(tx, "achievement.unlocked")]


def test_what_is_unlocked_comes_with_what_was_done(tx: Tx):
    tx.now = NOON
    alice = make_player(tx)

    chat(tx, alice, lines=2)

    assert holdings(tx, alice) == {"money": 10}
    assert progress_of(tx, alice) == {
        "first_words": AchievementProgress(1, NOON),
        "chatterbox": AchievementProgress(2),
        "collector": AchievementProgress(1),
    }
    assert announced(tx, "achievement.unlocked") == [
        {
            "user_id": str(stored(tx, alice).id),
            "username": stored(tx, alice).username,
            "achievement_key": "first_words",
            "name": "First words",
            "description": "Say something in chat.",
            "reward": {"money": 10, "items": None, "xp": None, "job_key": None, "recipe": None},
            "timestamp": int(NOON.timestamp()),
        }
    ]


def test_a_stranger_may_begin_with_one(tx: Tx):
    chat(tx, BOB)

    assert (holdings(tx, BOB), unlocked(tx)) == ({"money": 10}, ["first_words"])


def test_the_last_of_five_unlocks_the_collection(tx: Tx):
    alice = make_player(tx)
    have_done(tx, alice, collector=3, chatterbox=999)

    chat(tx, alice)

    assert unlocked(tx) == ["first_words", "chatterbox", "collector"]
    assert holdings(tx, alice) == {"money": 10, "lootbox_tier1": 3, "lootbox_tier3": 1}


def test_a_reward_waits_for_room(tx: Tx):
    alice = make_player(tx, money=STACK_LIMIT)

    chat(tx, alice)

    assert holdings(tx, alice) == {"money": STACK_LIMIT}
    row = tx.execute("SELECT source, slots, no_room FROM deliveries").fetchone()
    assert row is not None
    assert (row["source"], row["no_room"]) == ("achievement", True)


def test_a_hundred_things_make_a_master_who_knows_the_cannon(tx: Tx):
    unlock(tx, "feature_upgrade")
    things = {"weapon_pebble": 1000, "weapon_dart": 10}
    alice = make_player(tx, money=100_000, items=things)
    with pytest.raises(RecipeLocked):
        upgrade_item(tx, alice, "cannon", 1)

    upgrade_item(tx, alice, "boulder", 100)

    assert unlocked(tx) == ["master_crafter"]
    assert upgrade_item(tx, alice, "cannon", 1).job is not None


def test_two_accounts_reach_together_what_neither_has_reached_alone(tx: Tx):
    alice = make_player(tx)
    chat(tx, alice)
    chat(tx, BOB)
    have_done(tx, alice, chatterbox=600)
    have_done(tx, BOB, chatterbox=600)

    claim_link(tx, start_link(tx, alice).token, BOB)
    confirm_link(tx, alice)

    assert progress_of(tx, BOB)["chatterbox"] == AchievementProgress(1200)
    assert progress_of(tx, BOB)["first_words"].unlocked_at is not None
    chat(tx, BOB)
    assert unlocked(tx) == ["first_words", "first_words", "chatterbox"]
    assert holdings(tx, alice) == {"money": 20, "lootbox_tier1": 3}


def test_eight_mouths_of_one_player_unlock_it_once(database_url: str, conn: Connection):
    with transaction(conn) as tx:
        alice = make_player(tx)

    def talk(_: int) -> None:
        with closing(connect(database_url)) as own:
            for _ in range(5):
                with transaction(own) as tx:
                    chat(tx, alice)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(talk, range(8)))
        with transaction(conn) as tx:
            assert progress_of(tx, alice)["chatterbox"] == AchievementProgress(40)
            assert (holdings(tx, alice), unlocked(tx)) == ({"money": 10}, ["first_words"])
            have_done(tx, alice, chatterbox=970)
        list(pool.map(talk, range(8)))

    with transaction(conn) as tx:
        assert unlocked(tx) == ["first_words", "chatterbox"]
        assert holdings(tx, alice) == {"money": 10, "lootbox_tier1": 3}
        assert progress_of(tx, alice)["chatterbox"].count == 1000
        assert progress_of(tx, alice)["collector"] == AchievementProgress(2)


def test_who_has_unlocked_all_there_is_for_lines_writes_nothing_more(conn: Connection):
    def versions() -> list[str]:
        with transaction(conn) as tx:
            rows = tx.execute("SELECT xmin::text AS version FROM user_achievements ORDER BY achievement_key")
            return [row["version"] for row in rows.fetchall()]

    with transaction(conn) as tx:
        alice = make_player(tx)
        have_done(tx, alice, chatterbox=999)
        chat(tx, alice)
    before = versions()

    with transaction(conn) as tx:
        chat(tx, alice)

    assert len(before) == 3
    assert versions() == before
