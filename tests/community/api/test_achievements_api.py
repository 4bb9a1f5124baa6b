"""/api/v1/achievements."""

from __future__ import annotations

from typing import Any

import pytest

from community.achievements.content import achievements
from community.achievements.models import AchievementProgress
from community.achievements.queries import upsert_progress
from community.messages.service import handle_message
from community.players.models import PlayerRef
from kernel.database import Connection, transaction
from tests.support.api import CallApi
from tests.support.factories import stored

ALICE = PlayerRef("twitch", "a", "alice")
PATH = "/api/v1/achievements"


def by_key(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in body["achievements"]}


@pytest.fixture
def alice(conn: Connection) -> str:
    """She has said two things."""
    with transaction(conn) as tx:
        for _ in range(2):
            handle_message(tx, ALICE, "hello")
        return str(stored(tx, ALICE).id)


def test_without_anybody_it_lists_what_there_is(call: CallApi):
    answer = call("GET", PATH)

    assert answer.status == 200
    assert [row["key"] for row in answer.json["achievements"]] == list(achievements.by_key)
    assert (answer.json["unlocked"], answer.json["total"]) == (0, 21)
    rows = by_key(answer.json)
    assert rows["master_crafter"] == {
        "key": "master_crafter",
        "name": "Master crafter",
        "description": achievements.by_key["master_crafter"].description,
        "count": 100,
        "reward": {"recipe": "weapon_cannon"},
        "unlocked": False,
    }
    assert rows["treasure_hunter"]["reward"] == {
        "items": [{"item_name": "lootbox_tier2", "public_name": "strongbox", "quantity": 1}],
        "xp": 100,
        "job_key": "explorer",
    }


@pytest.mark.parametrize("named", ["platform_id", "username", "user_id"])
def test_a_player_named_in_any_way_sees_how_far_they_are(call: CallApi, alice: str, named: str):
    query = {
        "platform_id": {"platform": "Twitch", "platform_id": "a"},
        "username": {"platform": "twitch", "username": "ALICE"},
        "user_id": {"user_id": alice},
    }[named]

    answer = call("GET", PATH, query=query)

    assert (answer.status, answer.json["unlocked"], answer.json["total"]) == (200, 1, 21)
    rows = by_key(answer.json)
    assert (rows["first_words"]["progress"], rows["first_words"]["unlocked"]) == (1, True)
    assert rows["first_words"]["unlocked_at"].endswith("Z")
    assert rows["first_words"]["reward"] == {"money": 10}
    assert (rows["chatterbox"]["progress"], rows["chatterbox"]["unlocked"]) == (2, False)
    assert "unlocked_at" not in rows["chatterbox"]
    assert rows["journeyman"]["progress"] == 0


def test_nobody_is_shown_more_than_it_takes(call: CallApi, conn: Connection, alice: str):
    with transaction(conn) as tx:
        id_ = stored(tx, ALICE).id
        upsert_progress(
            tx, id_, {"chatterbox": AchievementProgress(1200), "one_that_is_no_more": AchievementProgress(3)}
        )

    rows = by_key(call("GET", PATH, query={"user_id": alice}).json)

    assert (rows["chatterbox"]["progress"], rows["chatterbox"]["unlocked"]) == (1000, False)
    assert "one_that_is_no_more" not in rows


def test_nobody_of_that_name(call: CallApi):
    answer = call("GET", PATH, query={"platform": "twitch", "username": "nobody"})

    assert (answer.status, answer.json["code"]) == (404, "not_found")


def test_half_a_name_is_refused(call: CallApi, subtests: pytest.Subtests):
    for query, code, field in [
        ({"platform": "twitch"}, "missing_parameter", "platform_id"),
        ({"username": "alice"}, "missing_parameter", "platform"),
        ({"platform": "pigeon", "platform_id": "a"}, "invalid_platform", "platform"),
        ({"user_id": "alice"}, "validation", "user_id"),
    ]:
        with subtests.test(query=query, code=code):
            answer = call("GET", PATH, query=query)

            assert (answer.status, answer.json["code"], list(answer.json["fields"])) == (400, code, [field])
