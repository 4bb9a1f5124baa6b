"""What tests of votes and targets have in common: paths, shapes and an administrator's controls."""

from __future__ import annotations

from typing import Any

from kernel.database import Connection
from tests.support.api import CallApi

PROGRESSION = "/api/v1/progression"
VOTE, SESSION, STATUS = f"{PROGRESSION}/vote", f"{PROGRESSION}/session", f"{PROGRESSION}/status"
UNLOCK_PROGRESS, ESTIMATE = f"{PROGRESSION}/unlock-progress", f"{PROGRESSION}/estimate"
ADMIN = f"{PROGRESSION}/admin"
ALICE = {"platform": "twitch", "platform_id": "1", "username": "alice"}
BOB = {"platform": "discord", "platform_id": "2", "username": "bob"}

OPTION_FIELDS = {
    "id",
    "session_id",
    "node_id",
    "node_key",
    "target_level",
    "vote_count",
    "weighted_votes",
    "last_highest_vote_at",
    "node_details",
    "estimated_unlock_date",
}
SESSION_FIELDS = {"id", "session_id", "status", "started_at", "voting_deadline", "options", "tier"}
PROGRESS_FIELDS = {
    "id",
    "node_id",
    "node_key",
    "target_level",
    "contributions_accumulated",
    "started_at",
    "unlocked_at",
    "voting_session_id",
    "estimated_unlock_date",
}


def administer(call: CallApi, control: str, body: Any = None) -> Any:
    answer = call("POST", f"{ADMIN}/{control}", body)
    assert answer.status == 200, answer.text
    return answer.json


def contribute(call: CallApi, amount: int) -> None:
    administer(call, "contribution", {"amount": amount})


def target(call: CallApi) -> dict[str, Any]:
    return call("GET", UNLOCK_PROGRESS).json


def delete_votes_and_targets(conn: Connection) -> None:
    conn.execute("DELETE FROM unlock_progress")
    conn.execute("DELETE FROM voting_sessions")
