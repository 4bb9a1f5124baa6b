"""Record real answers as the examples of the OpenAPI file: `python -m local.tools.openapi_recording`.

It plays the requests below against a Postgres of its own, with known dice, and writes what was sent and answered to
docs/examples.json. Run it when an answer changes its shape, then `python -m local.tools.openapi`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from local.bench import requests
from local.bench.bench_database import LEFT_TO_UNLOCK
from local.stack.routes import Routes
from local.stack.template import load
from local.tools.environment import begun_game, call, new_database

ROOT: Final = Path(__file__).resolve().parents[2]
FILE: Final = ROOT / "docs" / "examples.json"

ALICE: Final = {"platform": "twitch", "platform_id": "1001", "username": "alice"}
BOB: Final = {"platform": "twitch", "platform_id": "1002", "username": "bob"}
ALICES_ACCOUNT: Final = {"platform": "twitch", "platform_id": "1001"}
DISCORD: Final = {"platform": "discord", "platform_id": "204255221017214977"}
POINTS: Final = {"platform": "twitch", "content": "name,points\nalice,100\ncarla,250\nbob,many\n"}
SINCE: Final = {"since": "2026-11-01T00:00:00Z"}

Step = tuple[str, str, Mapping[str, Any]]
"""(method, path, body or query)"""

STEPS: Final[tuple[Step, ...]] = (
    ("POST", "/api/v1/progression/admin/unlock-all", {}),
    *(("POST", "/api/v1/progression/admin/relock", {"node_key": key}) for key in LEFT_TO_UNLOCK),
    ("POST", "/api/v1/progression/admin/start", {}),
    ("POST", "/api/v1/user/register", ALICE),
    ("POST", "/api/v1/user/register", ALICE),
    ("POST", "/api/v1/user/register", BOB),
    ("POST", "/api/v1/message/test", ALICE),
    ("POST", "/api/v1/message/handle", ALICE | {"message": "is OBS running?", "roles": ["moderator", "subscriber"]}),
    (
        "POST",
        "/api/v1/message/batch",
        {
            "platform": "twitch",
            "messages": [
                {"platform_id": "1001", "username": "alice", "message": "hello"},
                {"platform_id": "1002", "username": "bob", "message": "hi alice"},
            ],
        },
    ),
    (
        "POST",
        "/api/v1/user/item/add",
        {"platform": "twitch", "username": "alice", "item_name": "money", "quantity": 900},
    ),
    *(
        (
            "POST",
            "/api/v1/user/item/add",
            {"platform": "twitch", "username": name, "item_name": item, "quantity": quantity},
        )
        for name, item, quantity in (
            ("alice", "crate", 20),
            ("bob", "crate", 5),
            ("alice", "dart", 3),
            ("alice", "stick", 3),
            ("alice", "lootbox", 20),
        )
    ),
    ("POST", "/api/v1/economy/buy", ALICE | {"item_name": "spade", "quantity": 4}),
    ("POST", "/api/v1/economy/sell", ALICE | {"item_name": "spade", "quantity": 1}),
    (
        "POST",
        "/api/v1/user/item/give",
        {
            "owner_platform": "twitch",
            "owner_platform_id": "1001",
            "owner": "alice",
            "receiver_platform": "twitch",
            "receiver": "bob",
            "item_name": "spade",
            "quantity": 1,
        },
    ),
    (
        "POST",
        "/api/v1/user/item/remove",
        {"platform": "twitch", "username": "alice", "item_name": "spade", "quantity": 1},
    ),
    ("POST", "/api/v1/user/item/use", ALICE | {"item_name": "dart", "quantity": 1, "target_user": "bob"}),
    ("POST", "/api/v1/user/item/upgrade", ALICE | {"item": "lootbox", "quantity": 2}),
    ("POST", "/api/v1/user/item/disassemble", ALICE | {"item": "lootbox", "quantity": 1}),
    ("POST", "/api/v1/user/item/upgrade", ALICE | {"item": "firepot", "quantity": 1}),
    ("GET", "/api/v1/crafting/jobs", ALICES_ACCOUNT),
    ("POST", "/api/v1/crafting/cancel", ALICE),
    ("GET", "/api/v1/crafting/recipes", {"item": "crate", "platform": "twitch", "platform_id": "1001"}),
    ("POST", "/api/v1/user/search", ALICE | {"item_hint": "spade"}),
    ("PUT", "/api/v1/user/timeout", {"platform": "twitch", "username": "troll", "duration_seconds": 60}),
    ("GET", "/api/v1/user/timeout", {"platform": "twitch", "username": "troll"}),
    ("POST", "/api/v1/admin/timeout/clear", {"platform": "twitch", "username": "troll"}),
    ("GET", "/api/v1/user/inventory", ALICE),
    ("GET", "/api/v1/user/inventory-by-username", {"platform": "twitch", "username": "alice"}),
    ("GET", "/api/v1/user/inventory/alice", {"platform": "twitch"}),
    ("GET", "/api/v1/prices", {}),
    ("GET", "/api/v1/prices/buy", {}),
    ("POST", "/api/v1/gamble/start", ALICE | {"bets": [{"item_name": "crate", "quantity": 2}]}),
    ("POST", "/api/v1/gamble/join", BOB),
    ("GET", "/api/v1/gamble/get", {}),
    ("GET", "/api/v1/gamble/active", {}),
    ("GET", "/api/v1/progression/tree", {}),
    ("GET", "/api/v1/progression/available", {}),
    ("POST", "/api/v1/progression/vote", ALICE | {"option_index": 1}),
    ("GET", "/api/v1/progression/status", {}),
    ("GET", "/api/v1/progression/session", {}),
    ("GET", "/api/v1/progression/unlock-progress", {}),
    ("GET", "/api/v1/progression/estimate/item_spike", {}),
    ("GET", "/api/v1/progression/velocity", {}),
    ("GET", "/api/v1/progression/leaderboard", {}),
    ("POST", "/api/v1/progression/engagement", ALICE | {"metric_type": "message"}),
    ("POST", "/api/v1/progression/engagement/alice", {"platform": "twitch", "metric_type": "message"}),
    ("GET", "/api/v1/progression/engagement", ALICES_ACCOUNT),
    ("GET", "/api/v1/progression/engagement-by-username", {"platform": "twitch", "username": "alice"}),
    ("GET", "/api/v1/progression/engagement/alice", {"platform": "twitch"}),
    (
        "PUT",
        "/api/v1/progression/admin/weights",
        {"platform": "twitch", "username": "alice", "voting_weight": 2, "reason": "moderator"},
    ),
    ("POST", "/api/v1/progression/admin/contribution", {"amount": 5}),
    ("PUT", "/api/v1/progression/admin/pace", {"pace": 2.5}),
    ("PUT", "/api/v1/progression/admin/pace", {"pace": None}),
    ("POST", "/api/v1/progression/admin/freeze", {}),
    ("POST", "/api/v1/progression/admin/start", {}),
    ("POST", "/api/v1/progression/admin/instant-unlock", {}),
    ("POST", "/api/v1/progression/admin/force-end", {}),
    ("GET", "/api/v1/jobs", {}),
    ("GET", "/api/v1/jobs/user", ALICES_ACCOUNT),
    ("GET", "/api/v1/jobs/bonus", ALICES_ACCOUNT | {"job_key": "scholar", "bonus_type": "engagement_bonus"}),
    ("POST", "/api/v1/jobs/award-xp", ALICE | {"job_key": "merchant", "xp_amount": 20}),
    (
        "POST",
        "/api/v1/admin/jobs/xp",
        {"platform": "twitch", "username": "alice", "job_key": "merchant", "amount": 20},
    ),
    ("POST", "/api/v1/admin/jobs/reset-daily-xp", {}),
    ("GET", "/api/v1/admin/jobs/reset-status", {}),
    ("GET", "/api/v1/achievements", ALICES_ACCOUNT),
    ("POST", "/api/v1/stats/event", ALICES_ACCOUNT | {"event_type": "slots_spin"}),
    ("GET", "/api/v1/stats/user", ALICES_ACCOUNT),
    ("GET", "/api/v1/stats/system", {}),
    ("GET", "/api/v1/stats/rank", ALICES_ACCOUNT | {"event_type": "money"}),
    ("GET", "/api/v1/stats/leaderboard", {"event_type": "message_received"}),
    ("GET", "/api/v1/quests/active", {}),
    ("GET", "/api/v1/quests/progress", ALICES_ACCOUNT),
    ("POST", "/api/v1/link/initiate", ALICE),
    ("POST", "/api/v1/link/claim", DISCORD | {"token": "{token}"}),
    ("POST", "/api/v1/link/confirm", ALICES_ACCOUNT),
    ("GET", "/api/v1/link/status", ALICES_ACCOUNT),
    ("POST", "/api/v1/link/unlink", ALICES_ACCOUNT | {"target_platform": "discord"}),
    ("GET", "/api/v1/info", {"platform": "twitch", "feature": "economy"}),
    ("POST", "/api/v1/admin/keys", {"name": "my-bot", "role": "bot"}),
    ("GET", "/api/v1/admin/keys", {}),
    ("POST", "/api/v1/admin/keys/revoke", {"name": "my-bot"}),
    ("POST", "/api/v1/admin/keys/rotate-tickets", {}),
    ("PUT", "/api/v1/admin/features/discord_commands", {"on": False}),
    ("GET", "/api/v1/admin/features", {}),
    ("GET", "/api/v1/admin/events", SINCE | {"limit": 2}),
    ("POST", "/api/v1/admin/events/replay", SINCE | {"until": "2027-01-01T00:00:00Z", "to": "discord"}),
    ("GET", "/api/v1/admin/items", {}),
    ("GET", "/api/v1/admin/jobs", {}),
    ("GET", "/api/v1/admin/cache/stats", {}),
    ("GET", "/api/v1/admin/metrics", {}),
    ("GET", "/api/v1/admin/users/lookup", {"platform": "twitch", "username": "alice"}),
    ("GET", "/api/v1/admin/users/recent", {}),
    ("POST", "/api/v1/admin/excluded-accounts", {"platform": "twitch", "username": "my_bot"}),
    ("GET", "/api/v1/admin/excluded-accounts", {}),
    ("POST", "/api/v1/admin/excluded-accounts/remove", {"platform": "twitch", "username": "my_bot"}),
    ("POST", "/api/v1/admin/imports", POINTS),
    ("POST", "/api/v1/admin/imports", POINTS | {"dry_run": False}),
    ("GET", "/api/v1/admin/imports", {}),
    ("POST", "/api/v1/admin/imports/undo", {"batch_id": "{batch}"}),
    ("GET", "/api/v1/admin/users/active", {}),
    (
        "POST",
        "/api/v1/admin/recipes/unlock",
        {"platform": "twitch", "username": "alice", "recipe_key": "lootbox_tier2"},
    ),
    ("POST", "/api/v1/admin/cooldown/reset", {"action": "search", "platform": "twitch", "username": "alice"}),
    ("POST", "/api/v1/admin/progression/reload-weights", {}),
    ("POST", "/api/v1/admin/reload-aliases", {}),
    ("POST", "/api/v1/admin/announce", {"title": "Tonight", "description": "We play for the mirror."}),
    ("POST", "/api/v1/admin/sse/broadcast", {"type": "raid", "payload": {"from": "bob", "viewers": 42}}),
    ("POST", "/api/v1/progression/admin/reset", {"reset_by": "alice", "reason": "a new season"}),
    ("GET", "/healthz", {}),
)

API_KEY: Final = "kq3v1bq0Zc8mXy7Rk2d9"
LINK_TOKEN: Final = "K7MQ2A"
MOST_ENTRIES: Final = 2
"""Of a list in an answer: the tree has a hundred."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")


def main() -> None:
    with new_database() as url, begun_game(url):
        recorded = dict(_played())
    plain = _Plain(link_token=recorded["POST /api/v1/link/initiate 200"]["answer"]["token"])
    FILE.write_text(json.dumps(plain.of(recorded), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(FILE.relative_to(ROOT))


def _played() -> Iterator[tuple[str, dict[str, Any]]]:
    """Play all steps; yield ("METHOD path status", {"sent", "answer"}) for the first of each."""
    template = load(ROOT / "template.yaml")
    routes = Routes(template.api.routes)
    seen = set[tuple[str, int]]()
    learned: dict[Any, Any] = {}
    for method, path, values in STEPS:
        sent = {key: learned[value] if value in ("{token}", "{batch}") else value for key, value in values.items()}
        match = routes.match(method, path)
        assert match, path
        if method == "GET":
            event = requests.event(method, path, query={key: str(value) for key, value in sent.items()})
        else:
            event = requests.event(method, path, sent)
        answer = call(template.functions[match.route.function].handler, event)
        assert answer["statusCode"] < 300, f"{path}: {answer['body']}"
        body = json.loads(answer["body"])
        if path.endswith("/initiate"):
            learned["{token}"] = body["token"]
        elif path.endswith("/imports") and method == "POST" and "batch" in body:
            learned["{batch}"] = body["batch"]["batch_id"]
        name = f"{method} {path}"
        if (name, answer["statusCode"]) not in seen:
            seen.add((name, answer["statusCode"]))
            yield f"{name} {answer['statusCode']}", {"sent": sent, "answer": body}


class _Plain:
    """Replaces what differs from run to run, and shortens lists."""

    def __init__(self, link_token: str) -> None:
        self._link_token = link_token
        self._ids: dict[str, str] = {}

    def of(self, value: Any, name: str = "") -> Any:
        match value:
            case dict():
                return {key: self.of(each, key) for key, each in value.items()}
            case list():
                return [self.of(each, name) for each in value[:MOST_ENTRIES]]
            case str() if name == "api_key":
                return API_KEY
            case str():
                text = _UUID.sub(lambda match: self._id(match[0]), value)
                return _TIME.sub("2026-11-29T19:30:00Z", text.replace(self._link_token, LINK_TOKEN))
            case int() if name == "timestamp":
                return 1795980600
            case float():
                return round(value, 1)  # an answer may be written a hundredth of a second later
            case _:
                return value

    def _id(self, given: str) -> str:
        made = UUID(int=(0x0193F0B27C1D7A529A610D7F0F3B7C11 + 0x1000193 * len(self._ids)) & (2**128 - 1))
        return self._ids.setdefault(given, str(made))


if __name__ == "__main__":
    main()
