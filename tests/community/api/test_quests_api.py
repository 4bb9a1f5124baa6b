"""/api/v1/quests, and the two commands on Discord."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from community.players.models import PlayerRef
from community.quests.models import ActiveQuest, QuestProgress
from community.quests.queries import upsert_progress
from community.quests.rules import active_quests
from kernel.database import Connection, transaction
from tests.support.api import CallApi
from tests.support.discord_client import DiscordClient, Person
from tests.support.factories import announced, holdings, make_player, stored, unlock

ALICE = Person("500000000000000001", "alice")
ACTIVE, PROGRESS, CLAIM = (f"/api/v1/quests/{name}" for name in ("active", "progress", "claim"))
BY_ID = {"platform": "discord", "platform_id": ALICE.id}


@pytest.fixture
def alice(conn: Connection) -> str:
    """She has completed the first quest of this week, and begun the second."""
    with transaction(conn) as tx:
        unlock(tx, "feature_weekly_quests")
        make_player(tx, "alice", platform="discord", platform_id=ALICE.id)
        first, second, _ = active_quests(tx.now)
        user_id = stored(tx, ALICE.player).id
        progress = {
            first.quest_id: QuestProgress(first.quest.requirement, tx.now, completed_at=tx.now),
            second.quest_id: QuestProgress(1, tx.now),
        }
        upsert_progress(tx, user_id, progress)
    return str(user_id)


def this_week() -> tuple[ActiveQuest, ...]:
    return active_quests(datetime.now(UTC))


def money(conn: Connection, ref: PlayerRef) -> int:
    with transaction(conn) as tx:
        return holdings(tx, ref).get("money", 0)


@pytest.mark.usefixtures("alice")
def test_the_weeks_quests_are_listed(call: CallApi):
    answer = call("GET", ACTIVE, role="viewer")

    assert answer.status == 200
    year, week, _ = datetime.now(UTC).isocalendar()
    monday = f"{datetime.fromisocalendar(year, week, 1):%Y-%m-%dT%H:%M:%SZ}"
    for row, active in zip(answer.json, this_week(), strict=True):
        quest = active.quest
        targets = {"target_category": quest.target_category, "target_recipe_key": quest.target_recipe_key}
        assert row == {
            "quest_id": active.quest_id,
            "quest_key": quest.key,
            "quest_type": quest.type,
            "description": quest.description,
            **{name: value for name, value in targets.items() if value},
            "base_requirement": quest.requirement,
            "base_reward_money": quest.reward_money,
            "base_reward_xp": quest.reward_xp,
            "active": True,
            "week_number": week,
            "year": year,
            "created_at": monday,
            "updated_at": monday,
        }


@pytest.mark.parametrize("named", ["user_id", "discord id", "platform_id", "username"])
def test_a_player_named_in_any_way_sees_how_far_they_are(call: CallApi, alice: str, named: str):
    query = {
        "user_id": {"user_id": alice},
        "discord id": {"user_id": ALICE.id},
        "platform_id": BY_ID,
        "username": {"platform": "discord", "username": "ALICE"},
    }[named]

    answer = call("GET", PROGRESS, query=query, role="viewer")

    assert answer.status == 200
    done, begun = answer.json
    first, second, _ = this_week()
    moments = {name: done.pop(name) for name in ("started_at", "completed_at")}
    assert all(moment.endswith("Z") for moment in moments.values())
    assert done == {
        "user_id": alice,
        "quest_id": first.quest_id,
        "quest_key": first.quest.key,
        "quest_type": first.quest.type,
        "description": first.quest.description,
        "progress_current": first.quest.requirement,
        "progress_required": first.quest.requirement,
        "reward_money": first.quest.reward_money,
        "reward_xp": first.quest.reward_xp,
        "quest_name": first.quest.description,
        "progress": first.quest.requirement,
        "target": first.quest.requirement,
        "completed": True,
    }
    assert (begun["quest_id"], begun["progress"], begun["completed"]) == (second.quest_id, 1, False)
    assert begun.keys().isdisjoint({"completed_at", "claimed_at"})


@pytest.mark.usefixtures("alice")
def test_whom_nobody_knows_has_no_progress(call: CallApi):
    answer = call("GET", PROGRESS, query={"platform": "twitch", "username": "nobody"})
    assert (answer.status, answer.json["code"]) == (404, "not_found")

    answer = call("POST", CLAIM, {"platform": "twitch", "username": "nobody", "quest_key": "earn_5000"})
    assert (answer.status, answer.json["code"]) == (400, "user_not_found")


@pytest.mark.parametrize("named", ["quest_id", "quest_key"])
def test_a_claim_is_paid_once(call: CallApi, conn: Connection, alice: str, named: str):
    [first, *_] = this_week()
    body = BY_ID | {named: first.quest_id if named == "quest_id" else first.quest.key}

    answer = call("POST", CLAIM, body, role="bot")

    assert (answer.status, answer.json["money_earned"]) == (200, first.quest.reward_money)
    assert str(first.quest.reward_money) in answer.json["message"]
    again = call("POST", CLAIM, body)
    assert (again.status, again.json["code"]) == (400, "not_claimable")
    assert money(conn, ALICE.player) == first.quest.reward_money
    rows = call("GET", PROGRESS, query={"user_id": alice}).json
    assert "claimed_at" in rows[0]


@pytest.mark.usefixtures("alice")
def test_a_retry_with_the_same_key_gets_the_same_answer(call: CallApi, conn: Connection):
    [first, *_] = this_week()
    body, headers = BY_ID | {"quest_id": first.quest_id}, {"Idempotency-Key": "k1"}

    answers = [call("POST", CLAIM, body, headers=headers) for _ in range(3)]

    assert {(answer.status, answer.text) for answer in answers} == {(200, answers[0].text)}
    assert money(conn, ALICE.player) == first.quest.reward_money
    with transaction(conn) as tx:
        assert len(announced(tx, "quest.claimed")) == 1


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "validation", "quest_id"),
        ({"quest_id": 0}, "validation", "quest_id"),
        ({"quest_id": "many"}, "validation", "quest_id"),
        ({"quest_key": ""}, "validation", "quest_key"),
    ],
)
def test_a_claim_must_name_its_quest(call: CallApi, body: dict[str, Any], code: str, field: str):
    answer = call("POST", CLAIM, BY_ID | body)

    assert (answer.status, answer.json["code"], list(answer.json["fields"])) == (400, code, [field])


@pytest.mark.usefixtures("alice")
def test_what_is_begun_or_unknown_is_not_claimable(call: CallApi, conn: Connection):
    _, second, third = this_week()
    for wanted in ({"quest_id": second.quest_id}, {"quest_key": third.quest.key}, {"quest_id": 1}):
        answer = call("POST", CLAIM, BY_ID | wanted)
        assert (answer.status, answer.json["code"]) == (400, "not_claimable")

    assert money(conn, ALICE.player) == 0


@pytest.mark.usefixtures("alice")
def test_a_viewers_key_may_not_claim(call: CallApi, conn: Connection):
    answer = call("POST", CLAIM, BY_ID | {"quest_id": this_week()[0].quest_id}, role="viewer")

    assert answer.status == 403
    assert money(conn, ALICE.player) == 0


def test_before_the_community_has_unlocked_them_there_are_none(call: CallApi, conn: Connection):
    with transaction(conn) as tx:
        make_player(tx, "alice", platform="discord", platform_id=ALICE.id)

    for answer in (
        call("GET", ACTIVE),
        call("GET", PROGRESS, query=BY_ID),
        call("POST", CLAIM, BY_ID | {"quest_id": 1}),
    ):
        assert (answer.status, answer.json["code"]) == (403, "feature_locked")


# ---------------------------------------------------------------- Discord


@pytest.mark.usefixtures("alice")
def test_discord_shows_bars_rewards_and_what_to_do_next(discord: DiscordClient):
    first, second, third = this_week()

    fields = discord.command(ALICE, "quests").data["embeds"][0]["fields"]

    assert [field["name"] for field in fields] == [each.quest.description for each in (first, second, third)]
    assert fields[0]["value"].splitlines() == [
        f"{'█' * 10} {first.quest.requirement}/{first.quest.requirement}",
        f"{first.quest.reward_money} money, {first.quest.reward_xp} Merchant XP",
        f"Completed: `/claimquest {first.quest_id}`",
    ]
    assert fields[1]["value"].endswith(f"Quest {second.quest_id}")
    assert fields[2]["value"].startswith(f"{'░' * 10} 0/{third.quest.requirement}\n")


@pytest.mark.usefixtures("alice")
def test_discord_pays_once(discord: DiscordClient, conn: Connection):
    [first, second, _] = this_week()

    told = discord.command(ALICE, "claimquest", quest_id=first.quest_id)

    assert f"{first.quest.reward_money} money" in told.text
    assert "already claimed" in discord.command(ALICE, "claimquest", quest_id=first.quest_id).text
    assert "not completed yet" in discord.command(ALICE, "claimquest", quest_id=second.quest_id).text
    assert "no such quest" in discord.command(ALICE, "claimquest", quest_id=7).text
    assert money(conn, ALICE.player) == first.quest.reward_money
    assert "Claimed" in discord.command(ALICE, "quests").text


def test_discord_says_that_they_are_locked(discord: DiscordClient):
    assert "not unlocked Weekly Quests yet" in discord.command(ALICE, "quests").text
