"""The actions that are timed: each as a use case and as the request that leads to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from brandish.database import Tx
from brandish.economy import service as economy
from brandish.inventory import service as inventory
from brandish.jobs import rules as jobs
from brandish.players import registration
from brandish.players.models import PlayerRef

ITEM = "spade"

UseCase = Callable[[Tx, PlayerRef, PlayerRef], object]
Body = Callable[[PlayerRef, PlayerRef], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Action:
    """`use_case` and `body` are told the player and another one."""

    name: str
    handler: str
    path: str
    use_case: UseCase
    body: Body
    newcomer: bool = False  # the player is new each time

    def who(self, player: PlayerRef) -> PlayerRef:
        return stranger() if self.newcomer else player


def bench_player(number: int) -> PlayerRef:
    return PlayerRef("twitch", f"bench-{number}", f"bench_{number}")


def stranger() -> PlayerRef:
    return PlayerRef("twitch", str(uuid4()), "stranger")


def lift_daily_cap() -> None:
    """The day's XP would be used up after 60 sales, and the sales from then on would have less to save."""
    jobs.DAILY_CAP = 10**9


def _caller(player: PlayerRef) -> dict[str, Any]:
    return {"platform": player.platform, "platform_id": player.platform_id, "username": player.username}


def _one(player: PlayerRef, other: PlayerRef) -> dict[str, Any]:
    return _caller(player) | {"item_name": ITEM, "quantity": 1}


def _gift(player: PlayerRef, other: PlayerRef) -> dict[str, Any]:
    return {
        "owner_platform": player.platform,
        "owner_platform_id": player.platform_id,
        "owner": player.username,
        "receiver_platform": other.platform,
        "receiver": other.username,
        "item_name": ITEM,
        "quantity": 1,
    }


ACTIONS = (
    Action(
        "buy", "economy.app.handler", "/api/v1/economy/buy", lambda tx, who, _: economy.buy_item(tx, who, ITEM, 1), _one
    ),
    Action(
        "sell", "economy.app.handler", "/api/v1/economy/sell", lambda tx, who, _: economy.sell_item(tx, who, ITEM, 1), _one
    ),
    Action(
        "add", "users.app.handler", "/api/v1/user/item/add", lambda tx, who, _: inventory.add_item(tx, who, ITEM, 1), _one
    ),
    Action(
        "remove",
        "users.app.handler",
        "/api/v1/user/item/remove",
        lambda tx, who, _: inventory.remove_item(tx, who, ITEM, 1),
        _one,
    ),
    Action(
        "give",
        "users.app.handler",
        "/api/v1/user/item/give",
        lambda tx, who, other: inventory.give_item(tx, who, PlayerRef(other.platform, None, other.username), ITEM, 1),
        _gift,
    ),
    Action(
        "register (known)",
        "users.app.handler",
        "/api/v1/user/register",
        lambda tx, who, _: registration.register(tx, who, who),
        lambda who, _: _caller(who),
    ),
    Action(
        "register (new)",
        "users.app.handler",
        "/api/v1/user/register",
        lambda tx, who, _: registration.register(tx, who, who),
        lambda who, _: _caller(who),
        newcomer=True,
    ),
)
BY_NAME = {action.name: action for action in ACTIONS}
