"""What a crowd of clients calls, all of it decided by a seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from brandish.players.models import PLATFORMS, PlayerRef

PLAYERS = tuple(PlayerRef(PLATFORMS[n % 3], f"id-{n}", f"player{n}") for n in range(20))
STRANGERS = 40
"""People who are not there at the start, and whom several clients register."""

ITEMS = {
    "spade": "item_spade",
    "pebble": "weapon_pebble",
    "spike": "blast_spike",
    "tonic": "tonic_small",
    "firepot": "item_firepot",
    "offcut": "item_offcut",  # the shop does not buy it
    "boulder": "weapon_boulder",  # the shop does not sell it
    "money": "money",  # neither
    "unicorn": "",  # there is none
}
"""{name as players say it: internal name}."""

_ODDS = {"buy": 25, "sell": 25, "give": 22, "add": 10, "remove": 10, "register": 8, "say": 25, "vote": 5}
_GOODS = ("spade", "pebble", "spike", "tonic", "firepot", "offcut", "boulder")
_QUANTITIES = (1, 1, 1, 1, 2, 2, 3, 5, 25, 10_000)


@dataclass(frozen=True)
class Call:
    """
    Attributes:
        actor, receiver: positions in `PLAYERS`; for `register` of a stranger the actor is `len(PLAYERS)` or more.
        key: the Idempotency-Key; None: the call is sent once, whatever comes of it.
    """

    action: str
    path: str
    body: Mapping[str, Any]
    actor: int
    item: str = ""
    quantity: int = 0
    receiver: int | None = None
    key: str | None = None


def player(number: int) -> PlayerRef:
    if number < len(PLAYERS):
        return PLAYERS[number]
    return PlayerRef(PLATFORMS[number % 3], f"stranger-{number}", f"stranger{number}")


def draw(rng: Random, key: str | None) -> Call:
    action = rng.choices(list(_ODDS), list(_ODDS.values()))[0]
    who = rng.randrange(len(PLAYERS))
    item = rng.choice((*_GOODS, "money")) if rng.random() > 0.01 else "unicorn"
    quantity = rng.choice(_QUANTITIES)
    if action in ("buy", "sell"):
        return trade(action, who, item, quantity, key=key, old_path=rng.random() < 0.3)
    if action == "give":
        return gift(who, rng.randrange(len(PLAYERS)), item, quantity, key=key)
    if action == "add":
        return hand(action, who, item, quantity, key=key)
    if action == "remove":
        return hand(action, who, item, min(quantity, 25), key=key)
    if action == "say":
        return line(who, key=key)
    if action == "vote":
        return ballot(who, rng.randint(1, 2), key=key)
    return registration(rng.randrange(len(PLAYERS) + STRANGERS), key=key)


def trade(action: str, who: int, item: str, quantity: int, *, key: str | None = None, old_path: bool = False) -> Call:
    """Buy or sell."""
    body = _caller(who) | {"item_name": item, "quantity": quantity}
    path = f"/api/v1/user/item/{action}" if old_path else f"/api/v1/economy/{action}"
    return Call(action, path, body, who, item, quantity, key=key)


def hand(action: str, who: int, item: str, quantity: int, *, key: str | None = None) -> Call:
    """Add or remove."""
    actor = player(who)
    body = {"platform": actor.platform, "username": actor.username, "item_name": item, "quantity": quantity}
    return Call(action, f"/api/v1/user/item/{action}", body, who, item, quantity, key=key)


def gift(who: int, receiver: int, item: str, quantity: int, *, key: str | None = None) -> Call:
    giver, taker = player(who), player(receiver)
    body = {
        "owner_platform": giver.platform,
        "owner_platform_id": giver.platform_id,
        "owner": giver.username,
        "receiver_platform": taker.platform,
        "receiver": taker.username,
        "item_name": item,
        "quantity": quantity,
    }
    return Call("give", "/api/v1/user/item/give", body, who, item, quantity, receiver, key)


def registration(who: int, *, key: str | None = None) -> Call:
    return Call("register", "/api/v1/user/register", _caller(who), who, key=key)


def line(who: int, *, key: str | None = None) -> Call:
    """Of chat."""
    return Call("say", "/api/v1/message/handle", _caller(who) | {"message": "hello"}, who, quantity=1, key=key)


def ballot(who: int, option: int, *, key: str | None = None) -> Call:
    return Call("vote", "/api/v1/progression/vote", _caller(who) | {"option_index": option}, who, quantity=1, key=key)


def _caller(who: int) -> dict[str, Any]:
    actor = player(who)
    return {"platform": actor.platform, "platform_id": actor.platform_id, "username": actor.username}


@dataclass(frozen=True)
class Plan:
    """Who sends what, in rounds that all clients begin together.

    Attributes:
        together: how many requests of a round several clients send at the same moment, with one key.
    """

    seed: int
    clients: int
    rounds: int
    calls: int
    together: int = 4

    def round(self, client: int, number: int) -> list[Call]:
        """The calls of one client in one round: those shared with others first."""
        return [*self._shared(client, number), *self._own(client, number), *self._repeats(client, number)]

    def _shared(self, client: int, number: int) -> list[Call]:
        rng = Random(f"{self.seed} shared {number}")
        drawn: list[Call] = []
        for n in range(self.together):
            call = draw(rng, f"{self.seed}-shared-{number}-{n}")
            senders = rng.sample(range(self.clients), min(self.clients, rng.randint(2, 4)))
            if client in senders:
                drawn.append(call)
        return drawn

    def _own(self, client: int, number: int) -> list[Call]:
        rng = Random(f"{self.seed} own {client} {number}")
        return [
            draw(rng, f"{self.seed}-own-{client}-{number}-{n}" if rng.random() < 0.16 else None)
            for n in range(self.calls)
        ]

    def _repeats(self, client: int, number: int) -> list[Call]:
        """Some of what anybody sent with a key in an earlier round."""
        if number == 0:
            return []
        rng = Random(f"{self.seed} repeats {client} {number}")
        earlier = self._own(rng.randrange(self.clients), rng.randrange(number))
        with_key = [call for call in earlier if call.key]
        return rng.sample(with_key, min(len(with_key), 2))
