"""The calls of many clients, determined by a seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from community.players.models import PLATFORMS, PlayerRef

PLAYERS = tuple(PlayerRef(PLATFORMS[n % 3], f"id-{n}", f"player{n}") for n in range(20))
STRANGERS = 40
"""Players who do not exist at the start, and whom several clients register."""

ITEMS = {
    "spade": "item_spade",
    "pebble": "weapon_pebble",
    "spike": "blast_spike",
    "tonic": "tonic_small",
    "firepot": "item_firepot",
    "offcut": "item_offcut",  # the shop does not buy it
    "boulder": "weapon_boulder",  # the shop does not sell it
    "money": "money",  # neither
    "stick": "item_stick",
    "crate": "lootbox_tier0",
    "lootbox": "lootbox_tier1",
    "strongbox": "lootbox_tier2",
    "vaultbox": "lootbox_tier3",
    "dart": "weapon_dart",
    "snare": "blast_snare",
    "keg": "blast_keg",
    "buckler": "guard_buckler",
    "mirror": "guard_mirror",
    "scroll": "scroll_study",
    "lens": "item_lens",
    "unicorn": "",  # there is none
}
"""{name as players say it: internal name}."""

_ODDS = {
    **{"buy": 25, "sell": 25, "give": 22, "add": 10, "remove": 10, "register": 8, "say": 25, "vote": 5},
    **{"use": 60, "upgrade": 25, "disassemble": 10, "cancel": 20, "gamble": 6, "join": 14},
}
_GOODS = ("spade", "pebble", "spike", "tonic", "firepot", "offcut", "boulder")
_WEAPONS = ("dart", "pebble", "boulder", "firepot", "keg")
_BOXES = ("crate", "lootbox", "strongbox", "vaultbox")
_USEFUL = (*_WEAPONS, *_BOXES, "buckler", "mirror", "spike", "snare", "tonic", "spade", "scroll", "lens")
_TARGETED = ("dart", "pebble", "boulder", "snare", "tonic")
_LESSONS = ("merchant", "blacksmith", "gambler", "scholar")  # the last is locked
_MADE = ("lootbox", "strongbox", "vaultbox", "boulder", "snare", "keg", "buckler", "firepot", "firepot", "mirror")
_SALVAGED = ("lootbox", "strongbox", "vaultbox", "boulder", "snare", "keg", "buckler")
_QUANTITIES = (1, 1, 1, 1, 2, 2, 3, 5, 25, 10_000)


@dataclass(frozen=True)
class Call:
    """A request of a client.

    Attributes:
        actor, receiver: positions in `PLAYERS`; for `register` of a stranger the actor is `len(PLAYERS)` or more.
        key: the Idempotency-Key; None: the call is sent once, whatever the outcome.
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
    if action == "use":
        return _drawn_use(rng, who, key)
    if action in ("upgrade", "disassemble"):
        name = rng.choice(_MADE if action == "upgrade" else _SALVAGED)
        return craft(action, who, name, rng.choice((1, 1, 2, 5)), key=key)
    if action == "cancel":
        return cancellation(who, key=key)
    if action == "gamble":
        return gamble(who, rng.choice(("crate", "lootbox")), rng.randint(1, 3), key=key)
    if action == "join":
        return entry(who, key=key)
    return registration(rng.randrange(len(PLAYERS) + STRANGERS), key=key)


def _drawn_use(rng: Random, who: int, key: str | None) -> Call:
    item = rng.choice(_USEFUL)
    quantity = 1 if item in ("spike", "snare") else rng.choice((1, 1, 2))
    if item in _BOXES:
        quantity = rng.choice((1, 2, 10))
    target = ""
    if item in _TARGETED:
        beside = range(who % len(PLATFORMS), len(PLAYERS), len(PLATFORMS))  # on the same platform
        target = str(PLAYERS[rng.choice(beside)].username)
    elif item == "scroll":
        target = rng.choice(_LESSONS)
    elif item == "lens":
        target = "rainbow"
    return use(who, item, quantity, target, key=key)


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
    """A chat message."""
    return Call("say", "/api/v1/message/handle", _caller(who) | {"message": "hello"}, who, quantity=1, key=key)


def ballot(who: int, option: int, *, key: str | None = None) -> Call:
    return Call("vote", "/api/v1/progression/vote", _caller(who) | {"option_index": option}, who, quantity=1, key=key)


def use(who: int, item: str, quantity: int, target: str = "", *, key: str | None = None) -> Call:
    body = _caller(who) | {"item_name": item, "quantity": quantity, "target_user": target}
    return Call("use", "/api/v1/user/item/use", body, who, item, quantity, key=key)


def craft(action: str, who: int, item: str, quantity: int, *, key: str | None = None) -> Call:
    """Upgrade or disassemble."""
    body = _caller(who) | {"item": item, "quantity": quantity}
    return Call(action, f"/api/v1/user/item/{action}", body, who, item, quantity, key=key)


def cancellation(who: int, *, key: str | None = None) -> Call:
    """Cancel the crafting job that was started last."""
    return Call("cancel", "/api/v1/crafting/cancel", _caller(who), who, quantity=1, key=key)


def gamble(who: int, box: str, quantity: int, *, key: str | None = None) -> Call:
    body = _caller(who) | {"bets": [{"item_name": box, "quantity": quantity}]}
    return Call("gamble", "/api/v1/gamble/start", body, who, quantity=1, key=key)


def entry(who: int, *, key: str | None = None) -> Call:
    """Join the active gamble."""
    return Call("join", "/api/v1/gamble/join", _caller(who), who, quantity=1, key=key)


def _caller(who: int) -> dict[str, Any]:
    actor = player(who)
    return {"platform": actor.platform, "platform_id": actor.platform_id, "username": actor.username}


@dataclass(frozen=True)
class Plan:
    """Which client sends what, in rounds that all clients start together.

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
        """Some calls that any client sent with a key in an earlier round."""
        if number == 0:
            return []
        rng = Random(f"{self.seed} repeats {client} {number}")
        earlier = self._own(rng.randrange(self.clients), rng.randrange(number))
        with_key = [call for call in earlier if call.key]
        return rng.sample(with_key, min(len(with_key), 2))
