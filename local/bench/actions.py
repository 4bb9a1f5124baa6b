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
from brandish.messages.service import handle_message
from brandish.players import registration
from brandish.players.models import PlayerRef

ITEM = "spade"
LINE = "did anybody see that? what a shot"

UseCase = Callable[[Tx, PlayerRef, PlayerRef], Any]
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


def _caller(player: PlayerRef, other: PlayerRef) -> dict[str, Any]:
    return {"platform": player.platform, "platform_id": player.platform_id, "username": player.username}


def _one(player: PlayerRef, other: PlayerRef) -> dict[str, Any]:
    return _caller(player, other) | {"item_name": ITEM, "quantity": 1}


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


def _buy(tx: Tx, player: PlayerRef, other: PlayerRef) -> Any:
    return economy.buy_item(tx, player, ITEM, 1)


def _sell(tx: Tx, player: PlayerRef, other: PlayerRef) -> Any:
    return economy.sell_item(tx, player, ITEM, 1)


def _add(tx: Tx, player: PlayerRef, other: PlayerRef) -> Any:
    return inventory.add_item(tx, player, ITEM, 1)


def _remove(tx: Tx, player: PlayerRef, other: PlayerRef) -> Any:
    return inventory.remove_item(tx, player, ITEM, 1)


def _give(tx: Tx, player: PlayerRef, other: PlayerRef) -> Any:
    return inventory.give_item(tx, player, PlayerRef(other.platform, None, other.username), ITEM, 1)


def _message(tx: Tx, player: PlayerRef, other: PlayerRef) -> Any:
    return handle_message(tx, player, LINE)


def _line(player: PlayerRef, other: PlayerRef) -> dict[str, Any]:
    return _caller(player, other) | {"message": LINE}


def _register(tx: Tx, player: PlayerRef, other: PlayerRef) -> Any:
    return registration.register(tx, player, player)


_ECONOMY, _USERS, _MESSAGES = "economy.app.handler", "users.app.handler", "messages.app.handler"

ACTIONS = (
    Action("message", _MESSAGES, "/api/v1/message/handle", _message, _line),
    Action("buy", _ECONOMY, "/api/v1/economy/buy", _buy, _one),
    Action("sell", _ECONOMY, "/api/v1/economy/sell", _sell, _one),
    Action("add", _USERS, "/api/v1/user/item/add", _add, _one),
    Action("remove", _USERS, "/api/v1/user/item/remove", _remove, _one),
    Action("give", _USERS, "/api/v1/user/item/give", _give, _gift),
    Action("register (known)", _USERS, "/api/v1/user/register", _register, _caller),
    Action("register (new)", _USERS, "/api/v1/user/register", _register, _caller, newcomer=True),
)
BY_NAME = {action.name: action for action in ACTIONS}
