"""The measured actions, each as a use case and as the request that leads to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from community.cooldowns import rules as cooldowns
from community.crafting import service as crafting
from community.economy import service as economy
from community.inventory import service as inventory
from community.items.service import use_item
from community.jobs import rules as jobs
from community.jobs.awards import award_xp
from community.linking import registration
from community.messages.service import handle_message
from community.players.models import PlayerRef
from community.search.service import search_for_treasure
from community.stats.recording import record
from community.voting.ballots import cast_ballot
from kernel.database import Tx

ITEM = "spade"
BOXES = 5
LINE = "did anyone see that? what a shot"

UseCase = Callable[[Tx, PlayerRef, PlayerRef], Any]
Body = Callable[[PlayerRef, PlayerRef], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Action:
    """A measured action; `use_case` and `body` get the player and another one."""

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


def lift_limits() -> None:
    """Disable the daily XP cap and the cooldowns.

    The cap would be reached after 60 sales, and later sales would save less. Cooldowns are still read and written.
    """
    jobs.DAILY_CAP = 10**9
    cooldowns.require_expired = lambda expires_at, action, now: None


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


def _open(tx: Tx, player: PlayerRef, other: PlayerRef) -> Any:
    return use_item(tx, player, "lootbox", BOXES)


def _boxes(player: PlayerRef, other: PlayerRef) -> dict[str, Any]:
    return _caller(player, other) | {"item_name": "lootbox", "quantity": BOXES}


def _throw(tx: Tx, player: PlayerRef, other: PlayerRef) -> Any:
    return use_item(tx, player, "dart", 1, other.username)


def _dart(player: PlayerRef, other: PlayerRef) -> dict[str, Any]:
    return _caller(player, other) | {"item_name": "dart", "quantity": 1, "target_user": other.username}


def _upgrade(tx: Tx, player: PlayerRef, other: PlayerRef) -> Any:
    return crafting.upgrade_item(tx, player, "buckler", 1)


def _recipe(player: PlayerRef, other: PlayerRef) -> dict[str, Any]:
    return _caller(player, other) | {"item": "buckler", "quantity": 1}


def _disassemble(tx: Tx, player: PlayerRef, other: PlayerRef) -> Any:
    return crafting.disassemble_item(tx, player, "buckler", 1)


def _message(tx: Tx, player: PlayerRef, other: PlayerRef) -> Any:
    return handle_message(tx, player, LINE)


def _line(player: PlayerRef, other: PlayerRef) -> dict[str, Any]:
    return _caller(player, other) | {"message": LINE}


def _vote(tx: Tx, player: PlayerRef, other: PlayerRef) -> Any:
    return cast_ballot(tx, player, 1)


def _ballot(player: PlayerRef, other: PlayerRef) -> dict[str, Any]:
    return _caller(player, other) | {"option_index": 1}


def _search(tx: Tx, player: PlayerRef, other: PlayerRef) -> Any:
    return search_for_treasure(tx, player)


def _award(tx: Tx, player: PlayerRef, other: PlayerRef) -> Any:
    return award_xp(tx, player, "merchant", 10, "api")


def _lesson(player: PlayerRef, other: PlayerRef) -> dict[str, Any]:
    return _caller(player, other) | {"job_key": "merchant", "xp_amount": 10, "source": "api"}


def _record(tx: Tx, player: PlayerRef, other: PlayerRef) -> Any:
    return record(tx, player, "slots_spin")


def _spin(player: PlayerRef, other: PlayerRef) -> dict[str, Any]:
    return _caller(player, other) | {"event_type": "slots_spin"}


def _register(tx: Tx, player: PlayerRef, other: PlayerRef) -> Any:
    return registration.register(tx, player, player)


_ECONOMY, _USERS, _CRAFTING = (
    "functions.community.economy.app.handler",
    "functions.community.users.app.handler",
    "functions.community.crafting.app.handler",
)

ACTIONS = (
    Action("message", "functions.community.messages.app.handler", "/api/v1/message/handle", _message, _line),
    Action("search", _USERS, "/api/v1/user/search", _search, _caller),
    Action("award-xp", "functions.community.jobs.app.handler", "/api/v1/jobs/award-xp", _award, _lesson),
    Action("stats/event", "functions.community.stats.app.handler", "/api/v1/stats/event", _record, _spin),
    Action("buy", _ECONOMY, "/api/v1/economy/buy", _buy, _one),
    Action("sell", _ECONOMY, "/api/v1/economy/sell", _sell, _one),
    Action("add", _USERS, "/api/v1/user/item/add", _add, _one),
    Action("remove", _USERS, "/api/v1/user/item/remove", _remove, _one),
    Action("give", _USERS, "/api/v1/user/item/give", _give, _gift),
    Action("open 5 boxes", _USERS, "/api/v1/user/item/use", _open, _boxes),
    Action("use on another", _USERS, "/api/v1/user/item/use", _throw, _dart),
    Action("upgrade", _CRAFTING, "/api/v1/user/item/upgrade", _upgrade, _recipe),
    Action("disassemble", _CRAFTING, "/api/v1/user/item/disassemble", _disassemble, _recipe),
    Action("register (known)", _USERS, "/api/v1/user/register", _register, _caller),
    # Last, because newcomers make small tables large, and the query plans were made for small ones.
    Action(
        "vote (new)",
        "functions.community.progression.app.handler",
        "/api/v1/progression/vote",
        _vote,
        _ballot,
        newcomer=True,
    ),
    Action("register (new)", _USERS, "/api/v1/user/register", _register, _caller, newcomer=True),
)
BY_NAME = {action.name: action for action in ACTIONS}
