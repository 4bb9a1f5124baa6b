"""Every request of the original's clients, in the form in which they send it, succeeds where its server's did.

Missing are requests about features that do not exist yet: harvest, compost, slots, expeditions, predictions,
subscriptions, simulations. Source: wire 1, 17 and 18, rules 19.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from community.quests.models import QuestProgress
from community.quests.queries import upsert_progress
from community.quests.rules import active_quests
from kernel.database import Connection, transaction
from tests.support.api import CallApi
from tests.support.factories import make_player, stored, unlock

UNLOCKED = (
    *("feature_economy", "feature_search", "feature_upgrade", "feature_disassemble", "feature_gamble"),
    *("feature_weekly_quests", "feature_filter_sellable", "item_spade", "item_lootbox1", "item_scroll", "item_dart"),
    *("item_buckler", "job_merchant", "job_scholar", "job_blacksmith", "job_gambler", "job_explorer"),
)
THINGS = {"money": 9000, "item_spade": 9, "lootbox_tier0": 99, "lootbox_tier1": 9, "scroll_study": 3, "weapon_dart": 3}

ALICE = {"platform": "twitch", "platform_id": "1001", "username": "alice"}
ALICES_ID = {"platform": "twitch", "platform_id": "1001"}
ALICES_NAME = {"platform": "twitch", "username": "alice"}
DAVE = {"platform": "discord", "platform_id": "2001", "username": "dave"}
DAVES_ID = {"platform": "discord", "platform_id": "2001"}
DAVES_NAME = {"platform": "discord", "username": "dave"}
LINK = {"platform": "youtube", "platform_id": "3001"}
EMPTY: dict[str, Any] = {}
NOTHING = None
"""The Discord client posts no body at all where it has nothing to say."""


@dataclass(frozen=True)
class Sent:
    """A request of a client.

    Attributes:
        reads: the fields of the answer that the client reads; of its first row if it is an array.
        remembers: {name: field of the answer}; later requests use the value for "{name}".
    """

    method: str
    path: str
    body: Any = NOTHING
    query: dict[str, str] = field(default_factory=dict[str, str])
    status: int = 200
    reads: tuple[str, ...] = ()
    remembers: dict[str, str] = field(default_factory=dict[str, str])


def get(path: str, *reads: str, **query: str) -> Sent:
    return Sent("GET", path, query=query, reads=reads)


def post(
    path: str,
    body: Any = NOTHING,
    *reads: str,
    status: int = 200,
    query: dict[str, str] | None = None,
    remembers: dict[str, str] | None = None,
) -> Sent:
    return Sent("POST", f"/api/v1{path}", body, query or {}, status, reads or ("message",), remembers or {})


CSHARP = [
    get("/healthz", "status"),
    get("/version", "version", "go_version"),
    get("/api/v1/info", "description", "link", platform="twitch", feature="economy"),
    get("/api/v1/info", "description", "link", platform="streamerbot"),
    post("/user/register", LINK | {"username": "yara"}, "id", "username", status=201),
    post("/user/register", ALICE, "id", "username", "twitch_id"),
    post("/message/handle", ALICE | {"message": "hello"}, "user", "found_strings"),
    post("/message/handle", ALICE | {"message": ""}, "user"),
    post("/test", ALICE),
    # Things
    get("/api/v1/user/inventory", "items", "user", **ALICE),
    get("/api/v1/user/inventory-by-username", "items", "user", **ALICES_NAME),
    post("/user/item/add", ALICES_NAME | {"item_name": "spade", "quantity": 5}),
    post("/user/item/remove", ALICES_NAME | {"item_name": "spade", "quantity": 1}, "removed"),
    post(
        "/user/item/give",
        {
            "owner_platform": "twitch",
            "owner_platform_id": "1001",
            "owner": "alice",
            "receiver_platform": "discord",
            "receiver": "dave",
            "item_name": "spade",
            "quantity": 1,
        },
    ),
    post("/user/item/use", ALICE | {"item_name": "crate", "quantity": 1}),
    post("/user/item/use", ALICE | {"item_name": "dart", "quantity": 1, "target_user": "alice"}),
    post("/user/item/use", ALICE | {"item_name": "scroll", "quantity": 1, "target_user": "merchant"}),
    post("/user/search", ALICE),
    get("/api/v1/prices", "public_name", "base_value", "item_name", "type"),
    get("/api/v1/prices/buy", "public_name", "base_value"),
    post("/user/item/buy", ALICE | {"item_name": "spade", "quantity": 1}, "message", "items_bought"),
    post("/user/item/sell", ALICE | {"item_name": "spade", "quantity": 1}, "message", "money_gained", "items_sold"),
    get("/api/v1/recipes", "recipes"),
    get("/api/v1/recipes", "recipes", **ALICES_ID, user="alice"),
    get("/api/v1/recipes", "recipes", platform="twitch", user="alice"),
    get("/api/v1/recipes", "recipes", **ALICE),
    post("/user/item/upgrade", ALICE | {"item": "lootbox", "quantity": 1}, "message", "new_item"),
    post("/user/item/disassemble", ALICE | {"item": "lootbox", "quantity": 1}, "message", "outputs"),
    # Gambles
    get("/api/v1/gamble/active", "active"),
    post(
        "/gamble/start",
        ALICE | {"bets": [{"item_name": "crate", "quantity": 2}]},
        "message",
        status=201,
        remembers={"gamble": "gamble_id"},
    ),
    post("/gamble/join", DAVE, query={"id": "{gamble}"}),
    get("/api/v1/gamble/get", "id", "state", "participants"),
    get("/api/v1/gamble/get", "id", "join_deadline", id="{gamble}"),
    get("/api/v1/gamble/active", "id", "active", "gamble"),
    # Statistics
    get("/api/v1/stats/user", "period", "total_events", "event_counts", **ALICES_ID),
    get("/api/v1/stats/user", "start_time", "end_time", **ALICES_NAME),
    get("/api/v1/stats/system", "total_events"),
    get("/api/v1/stats/leaderboard", "entries", metric="engagement_score", limit="10"),
    get("/api/v1/user/timeout", "is_timed_out", "remaining_seconds", username="alice"),
    get("/api/v1/quests/active", "quest_key"),
    get("/api/v1/quests/progress", "quest_key", **ALICES_ID, username="alice"),
    post("/quests/claim", ALICE | {"quest_key": "{quest}"}, "money_earned"),
    # Jobs
    get("/api/v1/jobs/user", "primary_job", "jobs", "platform_id", **ALICE),
    get("/api/v1/jobs/user", "jobs", **ALICES_NAME),
    post("/jobs/award-xp", ALICES_NAME | {"job_key": "blacksmith", "xp_amount": 5}),
    # The tree
    get("/api/v1/progression/tree", "nodes"),
    get("/api/v1/progression/available", "available"),
    get("/api/v1/progression/status", "total_unlocked", "total_nodes", "active_session", "active_unlock_progress"),
    get("/api/v1/progression/session", "id", "options", "session"),
    post("/progression/vote", ALICES_ID | {"option_index": 1}),
    post("/progression/vote", LINK | {"node_key": "{node}"}),
    get("/api/v1/progression/unlock-progress", "target_node_name", "completion_percentage", "estimated_unlock_date"),
    get("/api/v1/progression/engagement", "total_score", "messages_sent", **ALICES_ID),
    get("/api/v1/progression/engagement-by-username", "total_score", **ALICES_NAME),
    get("/api/v1/progression/leaderboard", "username", "rank", limit="10"),
    get("/api/v1/progression/estimate/feature_filter_upgrade", "estimated_days", "confidence"),
    # Linking
    post("/link/initiate", LINK | {"username": "yara"}, "token", remembers={"code": "token"}),
    post("/link/claim", ALICE | {"code": "{code}"}, "source_platform", "awaiting_confirmation"),
    post("/link/confirm", LINK, "success", "linked_platforms"),
    get("/api/v1/link/status", "is_linked", "linked_platforms", **LINK),
    post("/link/unlink", LINK | {"target_platform": "twitch"}),
    # Administration
    post("/progression/admin/unlock", {"node_key": "feature_filter_upgrade", "level": 1}),
    post("/progression/admin/relock", {"node_key": "feature_filter_upgrade", "level": 1}),
    post("/progression/admin/contribution", {"amount": 3}),
    post("/progression/admin/end-voting", EMPTY),
    post("/progression/admin/start-voting", EMPTY),
    post("/progression/admin/force-end-voting", EMPTY, "winner"),
    post("/progression/admin/start-voting", EMPTY),
    get("/api/v1/progression/session", "id", "options", "session"),
    post("/progression/admin/instant-unlock", {"node_key": "{node}"}, "unlock"),
    post("/admin/progression/reload-weights", EMPTY),
    get("/api/v1/admin/cache/stats", "hits", "Hits", "hit_rate"),
    post("/admin/timeout/clear", ALICES_NAME),
    get("/api/v1/admin/users/lookup", "id", "platform_id", **ALICES_NAME),
    get("/api/v1/admin/users/recent", "id", "username", limit="10"),
    get("/api/v1/admin/users/active", "username", minutes="10"),
    get("/api/v1/admin/items", "item_name"),
    get("/api/v1/admin/jobs", "Key", "DisplayName"),
    get("/api/v1/admin/events", "events", limit="50"),
    get("/api/v1/admin/metrics", "http", "events", "business"),
    post("/admin/reload-aliases", EMPTY),
    post("/admin/jobs/award-xp", ALICES_NAME | {"job_key": "blacksmith", "amount": 5}, "success", "result"),
    post("/admin/jobs/reset-daily-xp", EMPTY, "success", "records_affected"),
    get("/api/v1/admin/jobs/reset-status", "last_reset_time", "next_reset_time"),
    post("/admin/sse/broadcast", {"event_type": "test", "payload": {"a": 1}}, "client_count"),
    post("/progression/admin/unlock-all", EMPTY),
    post("/progression/admin/reset", {"reset_by": "a", "reason": "", "preserve_user_progression": True}),
]

DISCORD = [
    post(
        "/user/register",
        {
            "username": "fred",
            "known_platform": "discord",
            "known_platform_id": "2003",
            "new_platform": "discord",
            "new_platform_id": "2003",
        },
        "internal_id",
        "discord_id",
        status=201,
    ),
    post("/message/handle", DAVE | {"message": "hello"}, "user", "matches"),
    post("/test", DAVE),
    # Things
    get("/api/v1/user/inventory", "items", **DAVE),
    get("/api/v1/user/inventory", "items", **DAVE, filter="sellable"),
    get("/api/v1/user/inventory-by-username", "items", **DAVES_NAME),
    post("/user/item/add", DAVES_NAME | {"item_name": "spade", "quantity": 5}),
    post("/user/item/remove", DAVES_NAME | {"item_name": "spade", "quantity": 1}, "removed"),
    post(
        "/user/item/give",
        {
            "from_platform": "discord",
            "from_username": "dave",
            "to_platform": "discord",
            "to_username": "erin",
            "item_name": "spade",
            "quantity": 1,
        },
    ),
    post(
        "/user/item/give",
        {
            "from_platform": "discord",
            "from_platform_id": "2001",
            "to_platform": "discord",
            "to_platform_id": "2002",
            "to_username": "erin",
            "item_name": "spade",
            "quantity": 1,
        },
    ),
    post("/user/item/use", DAVE | {"item_name": "crate", "quantity": 1, "target_user": ""}),
    post("/user/item/use", DAVE | {"item_name": "scroll", "quantity": 1, "target_user": "merchant"}),
    post("/user/search", DAVE),
    get("/api/v1/prices", "internal_name", "base_value"),
    get("/api/v1/prices/buy", "internal_name", "base_value"),
    post("/user/item/buy", DAVE | {"item_name": "spade", "quantity": 1}),
    post("/user/item/sell", DAVE | {"item_name": "spade", "quantity": 1}),
    post("/user/item/upgrade", DAVE | {"item": "lootbox", "quantity": 1}),
    post("/user/item/disassemble", DAVE | {"item": "lootbox", "quantity": 1}),
    get("/api/v1/recipes", "recipes"),
    get("/api/v1/recipes", "recipes", **DAVES_ID, user="dave"),
    # Gambles
    post(
        "/gamble/start",
        DAVE | {"bets": [{"item_name": "crate", "quantity": 2}]},
        "message",
        status=201,
        remembers={"gamble": "gamble_id"},
    ),
    post("/gamble/join", ALICE, query={"id": "{gamble}"}),
    # Statistics
    get("/api/v1/stats/user", "event_counts", **DAVES_ID),
    get("/api/v1/stats/system", "event_counts"),
    get("/api/v1/stats/leaderboard", "entries", metric="messages", limit="10"),
    post("/stats/event", DAVES_ID | {"event_type": "reaction", "metadata": {"emoji": "x"}}),
    get("/api/v1/user/timeout", "is_timed_out", "remaining_seconds", username="dave"),
    get("/api/v1/quests/active", "quest_id", "quest_key"),
    get("/api/v1/quests/progress", "quest_key", "progress_current", user_id="2001"),
    post("/quests/claim", {"user_id": "2001", "quest_id": "{quest_id}"}, "money_earned"),
    # Jobs
    get("/api/v1/jobs", "job_key", "display_name"),
    get("/api/v1/jobs/user", "primary_job", "jobs", **DAVES_ID, user_id="discord:2001"),
    get("/api/v1/jobs/bonus", "bonus", user_id="discord:2001", job_key="merchant", bonus_type="price_adjustment"),
    post(
        "/jobs/award-xp",
        {"user_id": "discord:2001", "job_key": "job_blacksmith", "xp_amount": 5, "source": "discord"},
        "new_level",
        "leveled_up",
    ),
    # The tree
    get("/api/v1/progression/tree", "nodes"),
    get("/api/v1/progression/session", "id", "options"),
    post("/progression/vote", DAVE | {"node_key": "{node}"}),
    get("/api/v1/progression/unlock-progress", "target_unlock_cost", "estimated_unlock_date"),
    get("/api/v1/progression/engagement", "messages_sent", "commands_used", **DAVES_ID),
    get("/api/v1/progression/leaderboard", "user_id", "contribution", "rank", limit="10"),
    # Linking
    post("/link/initiate", DAVES_ID, "token", "expires_in", remembers={"code": "token"}),
    post("/link/claim", LINK | {"token": "{code}"}, "source_platform"),
    post("/link/confirm", DAVES_ID, "success", "linked_platforms"),
    get("/api/v1/link/status", "linked_platforms", **DAVES_ID),
    post("/link/unlink", DAVES_ID | {"target_platform": "youtube", "confirm": False}),
    post("/link/unlink", DAVES_ID | {"target_platform": "youtube", "confirm": True}),
    # Administration
    Sent("PUT", "/api/v1/user/timeout", DAVES_NAME | {"duration_seconds": 60, "reason": "x"}, reads=("message",)),
    post("/admin/timeout/clear", DAVES_NAME),
    post("/admin/job/award-xp", DAVES_NAME | {"job_key": "blacksmith", "amount": 5}, "success", "result"),
    post("/progression/admin/unlock", {"node_key": "feature_filter_upgrade", "level": 1}),
    post("/progression/admin/relock", {"node_key": "feature_filter_upgrade", "level": 0}),
    post("/progression/admin/contribution", {"amount": 3}),
    post("/progression/admin/end-voting"),
    post("/progression/admin/start-voting"),
    post("/progression/admin/instant-unlock"),
    Sent("POST", "/api/admin/progression/reload-weights", reads=("message",)),
    get("/api/v1/admin/cache/stats", "Hits", "Misses", "Evictions", "Size"),
    post("/admin/reload-aliases"),
    post("/progression/admin/unlock-all"),
    post("/progression/admin/reset", {"reset_by": "dave", "reason": "x", "preserve_user_progression": True}),
]


@pytest.fixture
def community(conn: Connection) -> dict[str, Any]:
    """A community in which everything that clients ask for is possible, and what they know about it."""
    with transaction(conn) as tx:
        unlock(tx, *UNLOCKED)
        quest = active_quests(tx.now)[0]
        done = {quest.quest_id: QuestProgress(quest.quest.requirement, tx.now, completed_at=tx.now)}
        for caller in (ALICE, DAVE):
            ref = make_player(
                tx, caller["username"], platform=caller["platform"], platform_id=caller["platform_id"], items=THINGS
            )
            upsert_progress(tx, stored(tx, ref).id, done)
        make_player(tx, "erin", platform="discord", platform_id="2002")
    return {"quest": quest.quest.key, "quest_id": quest.quest_id}


@pytest.mark.parametrize("requests", [CSHARP, DISCORD], ids=["csharp", "discord"])
def test_a_client_gets_what_it_asks_for(
    call: CallApi, community: dict[str, Any], requests: list[Sent], subtests: pytest.Subtests
):
    known = community
    for sent in requests:
        with subtests.test(f"{sent.method} {sent.path}", body=sent.body, query=sent.query):
            answer = call(sent.method, sent.path, filled(sent.body, known), query=filled(sent.query, known))

            assert answer.status == sent.status, answer.text
            first = answer.json[0] if isinstance(answer.json, list) else answer.json
            assert set(sent.reads) <= first.keys()
            known |= {name: first[field] for name, field in sent.remembers.items()}
            if "options" in first:
                known["node"] = first["options"][0]["node_key"]


def filled(sent: Any, known: Mapping[str, Any]) -> Any:
    """Return what is sent with the values for "{name}"."""
    if isinstance(sent, dict):
        return {name: filled(value, known) for name, value in sent.items()}
    return known[sent[1:-1]] if isinstance(sent, str) and sent.startswith("{") else sent
