"""Round trips to the database per request, counted on the wire, in a warm environment."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from local.bench import bench_database, requests
from local.bench.image import TEMPLATE
from local.stack.routes import Routes
from local.stack.template import load
from local.tools.postgres_proxy import PostgresProxy

CallHandler = Callable[[str, dict[str, Any]], Mapping[str, Any]]
"""(handler, event) -> answer"""

ALICE = {"platform": "twitch", "platform_id": "trips-alice", "username": "trips_alice"}
BOB = {"platform": "twitch", "platform_id": "trips-bob", "username": "trips_bob"}
TRADE = ALICE | {"item_name": "spade", "quantity": 1}
DART = TRADE | {"item_name": "dart"}
GIFT = {
    "owner_platform": "twitch",
    "owner_platform_id": ALICE["platform_id"],
    "owner": ALICE["username"],
    "receiver_platform": "twitch",
    "receiver": BOB["username"],
    "item_name": "spade",
    "quantity": 1,
}
SILENCED = {"platform": "twitch", "username": BOB["username"]}
NEWCOMER = {"platform": "twitch", "platform_id": "trips-{round}", "username": "newcomer_{round}"}
CHATTER = {"platform": "twitch", "platform_id": "trips-chatter-{round}", "username": "chatter_{round}"}
_ALICES_ACCOUNT = {"platform": "twitch", "platform_id": "trips-alice"}
LINKER = {"platform": "twitch", "platform_id": "trips-linker-{round}", "username": "linker_{round}"}
SECOND_ACCOUNT = {"platform": "discord", "platform_id": "trips-second-{round}"}


@dataclass(frozen=True, slots=True)
class TripStep:
    """A request. `{round}` and `{token}` (of the last link/initiate) are replaced everywhere.

    Attributes:
        promised: the round trips that it must take.
    """

    name: str
    promised: int
    method: str
    path: str
    body: Mapping[str, Any] | None = None
    query: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


def _post(name: str, path: str, body: Mapping[str, Any], **headers: str) -> TripStep:
    return TripStep(
        name, 2, "POST", path, body, headers={key.replace("_", "-"): value for key, value in headers.items()}
    )


def _get(name: str, path: str, **query: str) -> TripStep:
    return TripStep(name, 1, "GET", path, query=query)


BATCH = {
    "platform": "twitch",
    "messages": [
        *({"platform_id": f"batch-{number}", "username": f"viewer{number}", "message": "hi"} for number in range(24)),
        {"platform_id": ALICE["platform_id"], "username": ALICE["username"], "message": "hello, OBS?"},
    ],
}

STEPS = (
    _post("register (new)", "/api/v1/user/register", NEWCOMER),
    _post("register (known)", "/api/v1/user/register", ALICE),
    _post("add", "/api/v1/user/item/add", TRADE | {"quantity": 9}),
    _post("add money", "/api/v1/user/item/add", TRADE | {"item_name": "money", "quantity": 1000}),
    _post("remove", "/api/v1/user/item/remove", TRADE),
    _post("give", "/api/v1/user/item/give", GIFT),
    _post("buy", "/api/v1/economy/buy", TRADE),
    _post("buy, with a key", "/api/v1/economy/buy", TRADE, Idempotency_Key="buy-{round}"),
    _post("sell", "/api/v1/economy/sell", TRADE),
    _post("sell, with a key", "/api/v1/economy/sell", TRADE, Idempotency_Key="sell-{round}"),
    _post("add boxes", "/api/v1/user/item/add", TRADE | {"item_name": "crate", "quantity": 50}),
    _post("open 5 boxes", "/api/v1/user/item/use", TRADE | {"item_name": "crate", "quantity": 5}),
    _post("use on oneself", "/api/v1/user/item/use", TRADE),
    _post("add darts", "/api/v1/user/item/add", TRADE | {"item_name": "dart", "quantity": 9}),
    _post("use on another", "/api/v1/user/item/use", DART | {"target_user": BOB["username"]}),
    _post("add firepots", "/api/v1/user/item/add", TRADE | {"item_name": "firepot", "quantity": 9}),
    _post("upgrade", "/api/v1/user/item/upgrade", TRADE | {"item": "lootbox"}),
    _post("disassemble", "/api/v1/user/item/disassemble", TRADE | {"item": "lootbox"}),
    _post("add sticks", "/api/v1/user/item/add", TRADE | {"item_name": "stick", "quantity": 3}),
    _post("upgrade that takes time", "/api/v1/user/item/upgrade", TRADE | {"item": "firepot"}),
    _get("crafting/jobs", "/api/v1/crafting/jobs", platform="twitch", platform_id=ALICE["platform_id"]),
    _post("crafting/cancel", "/api/v1/crafting/cancel", ALICE),
    TripStep("crafting/recipes", 0, "GET", "/api/v1/crafting/recipes"),
    _get("crafting/recipes (known)", "/api/v1/crafting/recipes", user=ALICE["username"], platform="twitch"),
    _get("achievements", "/api/v1/achievements", platform="twitch", platform_id=ALICE["platform_id"]),
    _get("gamble/active", "/api/v1/gamble/active"),
    _get("inventory", "/api/v1/user/inventory", **ALICE),
    _get("inventory by name", "/api/v1/user/inventory-by-username", platform="twitch", username=ALICE["username"]),
    TripStep("user search", 1, "POST", "/api/v1/user/search", {"query": "alice"}),
    _get("prices", "/api/v1/prices"),
    _get("prices/buy", "/api/v1/prices/buy"),
    _get("tree", "/api/v1/progression/tree"),
    _get("available", "/api/v1/progression/available"),
    TripStep("timeout", 2, "PUT", "/api/v1/user/timeout", SILENCED | {"duration_seconds": 60}),
    _get("timeout (read)", "/api/v1/user/timeout", **SILENCED),
    _post("message/handle (new)", "/api/v1/message/handle", CHATTER | {"message": "hello"}),
    _post("message/batch", "/api/v1/message/batch", BATCH),
    _post("message/handle (known)", "/api/v1/message/handle", ALICE | {"message": "hello, OBS?"}),
    _post("use on active chatters", "/api/v1/user/item/use", TRADE | {"item_name": "firepot"}),
    _post("treasure search", "/api/v1/user/search", CHATTER),
    _post("vote", "/api/v1/progression/vote", CHATTER | {"option_index": 1}),
    _post("vote, again", "/api/v1/progression/vote", CHATTER | {"option_index": 2}),
    _get("progression/status", "/api/v1/progression/status"),
    _get("session", "/api/v1/progression/session"),
    _get("unlock-progress", "/api/v1/progression/unlock-progress"),
    _get("estimate", "/api/v1/progression/estimate/item_keg"),
    _get("velocity", "/api/v1/progression/velocity"),
    _post("engagement", "/api/v1/progression/engagement", ALICE | {"metric_type": "message"}),
    _get("engagement (read)", "/api/v1/progression/engagement", **_ALICES_ACCOUNT),
    _get("progression/leaderboard", "/api/v1/progression/leaderboard"),
    _get("jobs", "/api/v1/jobs"),
    _get("jobs/user", "/api/v1/jobs/user", **_ALICES_ACCOUNT),
    _get("jobs/bonus", "/api/v1/jobs/bonus", job_key="scholar", bonus_type="engagement_bonus", **_ALICES_ACCOUNT),
    _post("jobs/award-xp", "/api/v1/jobs/award-xp", ALICE | {"job_key": "merchant", "xp_amount": 1}),
    _post("stats/event", "/api/v1/stats/event", _ALICES_ACCOUNT | {"event_type": "slots_spin"}),
    _get("stats/user", "/api/v1/stats/user", **_ALICES_ACCOUNT),
    _get("stats/system", "/api/v1/stats/system"),
    _get("stats/leaderboard", "/api/v1/stats/leaderboard", event_type="message_received"),
)

# An account that leaves a player changes the community's state, which every environment then reads again. So these come
# after all rounds of the others, each time with two new accounts.
LINKING = (
    _post("", "/api/v1/user/register", LINKER),
    _post("link/initiate", "/api/v1/link/initiate", LINKER),
    _post("link/claim", "/api/v1/link/claim", SECOND_ACCOUNT | {"token": "{token}"}),
    # Only the code knows which players to lock, so they come one round trip later.
    TripStep("link/confirm", 3, "POST", "/api/v1/link/confirm", LINKER),
    TripStep(
        "link/status",
        1,
        "GET",
        "/api/v1/link/status",
        query={"platform": "twitch", "platform_id": LINKER["platform_id"]},
    ),
    _post("link/unlink", "/api/v1/link/unlink", LINKER | {"target_platform": "discord"}),
    _post("link/unlink, confirmed", "/api/v1/link/unlink", LINKER | {"target_platform": "discord", "confirm": True}),
)

_PREPARATIONS = (
    TripStep("", 0, "POST", "/api/v1/progression/admin/unlock-all"),
    # Something to vote on and to unlock.
    *(_post("", "/api/v1/progression/admin/relock", {"node_key": key}) for key in bench_database.LEFT_TO_UNLOCK),
    TripStep("", 0, "POST", "/api/v1/progression/admin/start"),
    _post("", "/api/v1/user/register", ALICE),
    _post("", "/api/v1/user/register", BOB),
)


class Cost(NamedTuple):
    """What a request costs the database; statements include BEGIN, COMMIT and the questions behind it."""

    round_trips: int
    statements: int


def spent(wire: PostgresProxy) -> Cost:
    """Return what a proxy that counts statements has counted so far."""
    return Cost(wire.round_trips(), wire.statements())


def count(call: CallHandler, spent: Callable[[], Cost]) -> dict[str, Cost]:
    """Count what each step costs, {step: cost}.

    It is the least of three rounds, because the request counters may be flushed in one of them.

    Args:
        call: runs a request in one environment, which reaches its database through the proxy.
        spent: the proxy's counts so far.
    """
    routes = Routes(load(TEMPLATE).api.routes)
    handlers = {name: function.handler for name, function in load(TEMPLATE).functions.items()}

    def request(step: TripStep, values: Mapping[str, Any]) -> Any:
        match = routes.match(step.method, step.path)
        assert match, step.path
        event = requests.event(
            step.method,
            step.path,
            _filled(step.body, values),
            query=_filled(step.query, values),
            headers=_filled(step.headers, values),
        )
        answer = call(handlers[match.route.function], event)
        assert answer["statusCode"] < 300, f"{step.name}: {answer}"
        return json.loads(answer["body"])

    for step in _PREPARATIONS:
        request(step, {})
    counted: dict[str, Cost] = {}
    values: dict[str, Any] = {"token": ""}
    for number, step in [(number, step) for steps in (STEPS, LINKING) for number in range(4) for step in steps]:
        values["round"] = number
        before = spent()
        answer = request(step, values)
        if number and step.name:  # the first round fills the caches
            cost = Cost(*(now - then for now, then in zip(spent(), before, strict=True)))
            counted[step.name] = min(counted.get(step.name, cost), cost)
        if step.path.endswith("/initiate"):
            values["token"] = answer["token"]
    return counted


def _filled(parts: Mapping[str, Any] | None, values: Mapping[str, Any]) -> dict[str, Any] | None:
    if parts is None:
        return None
    return {key: part.format(**values) if isinstance(part, str) else part for key, part in parts.items()}
