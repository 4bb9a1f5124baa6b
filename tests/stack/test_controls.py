"""Every control of an administrator works on a running stack and leaves its event in the log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from local.demo.game import Game, Request
from local.stack.postgres import Postgres
from local.stack.process import StackProcess

API_KEY = "key-of-the-controls"
ALICE = {"platform": "twitch", "platform_id": "1", "username": "alice"}

# In an order in which each finds something to do.
CONTROLS: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    ("POST", "progression/admin/freeze", {}, "progression.voting_frozen"),
    ("POST", "progression/admin/start", {}, "progression.voting_resumed"),
    ("POST", "progression/admin/force-end", {}, "progression.voting_ended"),
    ("POST", "progression/admin/start-voting", {}, "progression.voting_started"),
    ("POST", "progression/admin/end-voting", {}, "progression.voting_frozen"),
    ("POST", "progression/admin/instant-unlock", {}, "progression.node_unlocked"),
    ("PUT", "progression/admin/weights", ALICE | {"voting_weight": 3}, "progression.voting_weight_set"),
    ("PUT", "progression/admin/pace", {"pace": 2}, "progression.pace_changed"),
    ("POST", "progression/admin/contribution", {"amount": 7}, "progression.contribution_added"),
    ("POST", "progression/admin/unlock", {"node_key": "feature_filter_sellable"}, "progression.node_unlocked"),
    ("POST", "progression/admin/relock", {"node_key": "feature_filter_sellable"}, "progression.node_relocked"),
    ("POST", "admin/progression/reload-weights", {}, "progression.weights_reloaded"),
    ("POST", "progression/admin/unlock-all", {}, "progression.all_unlocked"),
    (
        "POST",
        "admin/jobs/award-xp",
        {"platform": "twitch", "username": "alice", "job_key": "merchant", "amount": 150},
        "job.level_up",
    ),
    ("POST", "admin/jobs/reset-daily-xp", {}, "daily_reset.complete"),
    ("POST", "progression/admin/reset", {"reset_by": "a test"}, "progression.reset"),
)


@pytest.fixture(scope="module")
def game(postgres: Postgres, template_database: str) -> Iterator[Game]:
    name = f"controls_{uuid4().hex}"
    with (
        StackProcess(postgres.create_database(name, template_database), API_KEY) as stack,
        Game(stack.url, API_KEY) as playing,
    ):
        yield playing
    postgres.drop_database(name)


@pytest.mark.slow
def test_every_control_works_and_leaves_an_event(game: Game):
    assert game.ask(Request("POST", "/api/v1/user/register", ALICE)).ok
    seen: set[int] = set()
    for method, path, body, event_type in CONTROLS:
        answer = game.ask(Request(method, f"/api/v1/{path}", body))

        assert answer.status == 200, (path, answer.text)
        events = game.ask(Request("GET", "/api/v1/admin/events", {"limit": 1000})).body["events"]
        assert event_type in {event["event_type"] for event in events if event["id"] not in seen}, path
        seen |= {event["id"] for event in events}
