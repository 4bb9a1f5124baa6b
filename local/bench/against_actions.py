"""The actions that a comparison measures, and the setup they need, as calls for `against_worker`.

They use only the HTTP contract, which all revisions share, and no code of the game.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.bench import requests

Call = dict[str, Any]
Account = dict[str, str]

PLAYERS = 40  # of each client
MOST_AT_ONCE = 10_000  # of an item, in one request
STOCK = ("spade", "stick", "crate", *["money"] * 10)
"""What a player begins with, MOST_AT_ONCE of each. The dearest action, an upgrade, costs 500 money and 10 sticks."""
LEFT_TO_UNLOCK = (
    "upgrade_crafting_1",
    "feature_filter_consumable",
    "feature_filter_sellable",
    "feature_filter_upgrade",
    "item_cannon",
    "item_keg",
    "item_lootbox3",
    "item_mirror",
)
"""What the community votes on. None of it affects the measured actions."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The people of one repetition; its newcomer appears in no other."""

    player: Account
    other: Account
    newcomer: Account

    @classmethod
    def of(cls, client: int, number: int) -> Turn:
        """The people of a client's repetition.

        Args:
            number: of the repetition, counted over the whole run.
        """
        return cls(
            _account(f"player-{client}-{number % PLAYERS}"),
            _account(f"player-{client}-{(number + 1) % PLAYERS}"),
            _account(f"newcomer-{client}-{number}"),
        )


@dataclass(frozen=True, slots=True)
class Step:
    """A call of a script.

    Attributes:
        action: its name in the table; None: it is not measured.
    """

    action: str | None
    call: Callable[[Turn], Call]


@dataclass(frozen=True, slots=True)
class Script:
    """The steps of a repetition.

    Attributes:
        alone: only one client can play it at a time.
    """

    steps: tuple[Step, ...]
    alone: bool = False


def post(path: str, body: Mapping[str, Any] | None = None) -> Call:
    return {"event": requests.event("POST", f"/api/v1/{path}", body)}


def get(path: str, **query: str) -> Call:
    return {"event": requests.event("GET", f"/api/v1/{path}", query=query or None)}


def setup_calls(clients: int) -> Iterator[Call]:
    """Unlock everything except what the vote is about, and register the players with plenty of items and money."""
    yield post("progression/admin/unlock-all")
    for node_key in LEFT_TO_UNLOCK:
        yield post("progression/admin/relock", {"node_key": node_key})
    yield post("progression/admin/start")
    for client in range(clients):
        for number in range(PLAYERS):
            player = Turn.of(client, number).player
            yield post("user/register", player)
            for item in STOCK:
                yield post("user/item/add", player | {"item_name": item, "quantity": MOST_AT_ONCE})


def round_calls() -> Iterator[Call]:
    """Reset what would make later rounds differ from earlier ones: the daily XP limit and the full inboxes."""
    yield post("admin/jobs/reset-daily-xp")
    yield {"function": "clock", "formerly": "clock_rollup", "event": {}}


def _account(name: str) -> Account:
    # All of one length, so that every call carries as many bytes.
    digest = hashlib.sha256(name.encode()).hexdigest()[:12]
    return {"platform": "twitch", "platform_id": digest, "username": f"bench_{digest}"}


def _id_of(account: Account) -> dict[str, str]:
    return {"platform": account["platform"], "platform_id": account["platform_id"]}


def _single(action: str, call: Callable[[Turn], Call]) -> Script:
    return Script((Step(action, call),))


def _start_gamble(turn: Turn) -> Call:
    bets = [{"item_name": "crate", "quantity": 1}]
    return post("gamble/start", turn.player | {"bets": bets}) | {"keep": "gamble_id"}


def _play_gamble(_: Turn) -> Call:
    return {"function": "clock", "formerly": "clock_due", "event": {}, "kept": ["gamble_id"]}


SCRIPTS = (
    _single("chat line", lambda turn: post("message/handle", turn.player | {"message": "did anyone see that?"})),
    _single("search", lambda turn: post("user/search", turn.player)),
    _single("buy", lambda turn: post("economy/buy", turn.player | {"item_name": "spade", "quantity": 1})),
    _single("sell", lambda turn: post("economy/sell", turn.player | {"item_name": "spade", "quantity": 1})),
    _single("upgrade", lambda turn: post("user/item/upgrade", turn.player | {"item": "buckler", "quantity": 1})),
    Script(
        (
            Step("start gamble", _start_gamble),
            Step("join gamble", lambda turn: post("gamble/join", turn.other)),
            Step(None, _play_gamble),
        ),
        alone=True,
    ),
    _single("register (new)", lambda turn: post("user/register", turn.newcomer)),
    _single("vote", lambda turn: post("progression/vote", turn.newcomer | {"option_index": 1})),
    _single(
        "award XP",
        lambda turn: post("jobs/award-xp", turn.player | {"job_key": "merchant", "xp_amount": 10, "source": "api"}),
    ),
    _single("user stats", lambda turn: get("stats/user", **_id_of(turn.player))),
    _single("stats board", lambda _: get("stats/leaderboard", event_type="message_received")),
    _single("inventory", lambda turn: get("user/inventory", **turn.player)),
    _single("progression board", lambda _: get("progression/unlock-progress")),
)
ACTIONS = tuple(step.action for script in SCRIPTS for step in script.steps if step.action)
