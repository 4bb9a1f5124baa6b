"""The calls of many clients, determined by a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from community.players.models import PLATFORMS, PlayerRef

PLAYERS = tuple(PlayerRef(PLATFORMS[n % 3], f"id-{n}", f"player{n}") for n in range(20))
STRANGERS = 40
"""Players who do not exist at the start, and whom several clients register."""

FAMILIES = 6
MOVERS = tuple(
    PlayerRef(platform, f"mover-{family}-{platform}", f"mover{family}{platform}")
    for family in range(FAMILIES)
    for platform in PLATFORMS[:3]
)
"""Accounts that are linked, unlinked and forgotten again and again: a family is one person with three of them.

They attack no one, and all their calls have keys, so that what they have done is known after they are forgotten.
"""
FIRST_MOVER = len(PLAYERS) + STRANGERS

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
    **{"use": 60, "upgrade": 25, "disassemble": 10, "cancel": 20, "gamble": 6, "join": 14, "move": 70},
}
_MOVES = {
    **{"say": 12, "register": 3, "buy": 6, "sell": 6, "give": 10, "add": 8, "remove": 2, "vote": 3, "use": 8},
    **{"upgrade": 6, "disassemble": 3, "cancel": 3, "gamble": 2, "join": 6},
    **{"link": 12, "unlink": 8, "forget": 4, "import": 5},
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
        actor, receiver: as for `player`.
        key: the Idempotency-Key; None: the call is sent once, whatever the outcome.
        then: the key of the call that follows, where that is not made from this one's.
    """

    action: str
    path: str
    body: dict[str, Any]
    actor: int
    item: str = ""
    quantity: int = 0
    receiver: int | None = None
    key: str | None = None
    then: str = ""


def player(number: int) -> PlayerRef:
    """`PLAYERS`, then the strangers, then `MOVERS`."""
    if number < len(PLAYERS):
        return PLAYERS[number]
    if number >= FIRST_MOVER:
        return MOVERS[number - FIRST_MOVER]
    return PlayerRef(PLATFORMS[number % 3], f"stranger-{number}", f"stranger{number}")


def person(platform_id: str) -> str:
    """Who has an account: for a mover the family, for all others the account alone."""
    return platform_id.rpartition("-")[0] if platform_id.startswith("mover-") else platform_id


def is_mover(name: str) -> bool:
    """Whether a person is one of the families."""
    return name.startswith("mover-")


def draw(rng: Random, key: str | None, *, moves: bool = True) -> Call:
    """A random call.

    Args:
        moves: also of `MOVERS`.
    """
    action = rng.choices(list(_ODDS), list(_ODDS.values()))[0]
    if action == "move" and moves:
        return _drawn_move(rng, key or f"{rng.getrandbits(64):016x}")
    who = rng.randrange(len(PLAYERS))
    item = rng.choice((*_GOODS, "money")) if rng.random() > 0.01 else "unicorn"
    quantity = rng.choice(_QUANTITIES)
    if action in ("buy", "sell"):
        return trade(action, who, item, quantity, key=key, old_path=rng.random() < 0.3)
    if action == "give":
        receiver = rng.randrange(len(PLAYERS)) if rng.random() < 0.8 else FIRST_MOVER + rng.randrange(len(MOVERS))
        return gift(who, receiver, item, quantity, key=key)
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


def _drawn_move(rng: Random, key: str) -> Call:
    """What a mover does."""
    action = rng.choices(list(_MOVES), list(_MOVES.values()))[0]
    who = FIRST_MOVER + rng.randrange(len(MOVERS))
    item = rng.choice((*_GOODS, "money", *_BOXES, *_MADE))
    quantity = rng.choice((1, 2, 5, 25))
    match action:
        case "say":
            return line(who, key=key)
        case "register":
            return registration(who, key=key)
        case "buy" | "sell":
            return trade(action, who, item, quantity, key=key)
        case "give":
            others = (rng.randrange(len(PLAYERS)), FIRST_MOVER + rng.randrange(len(MOVERS)))
            return gift(who, rng.choice(others), item, quantity, key=key)
        case "add" | "remove":
            return hand(action, who, item, quantity, key=key)
        case "vote":
            return ballot(who, rng.randint(1, 2), key=key)
        case "use":
            return use(who, rng.choice(_BOXES), rng.choice((1, 2, 10)), key=key)
        case "upgrade" | "disassemble":
            name = rng.choice(_MADE if action == "upgrade" else _SALVAGED)
            return craft(action, who, name, rng.choice((1, 2, 5)), key=key)
        case "cancel":
            return cancellation(who, key=key)
        case "gamble":
            return gamble(who, rng.choice(("crate", "lootbox")), rng.randint(1, 3), key=key)
        case "join":
            return entry(who, key=key)
        case "link" | "unlink":
            family = range(who - (who - FIRST_MOVER) % 3, who - (who - FIRST_MOVER) % 3 + 3)
            other = rng.choice([each for each in family if each != who])
            return link(who, other, key=key) if action == "link" else unlinking(who, other, key=key)
        case "forget":
            return forgetting(who, key=key)
        case _:
            return _drawn_import(rng, key)


def _drawn_import(rng: Random, key: str) -> Call:
    """A file with three accounts that exist now and then, and one that never will."""
    platform = rng.choice(PLATFORMS[:3])
    there = [each for each in range(FIRST_MOVER + len(MOVERS)) if player(each).platform == platform]
    lines = [
        f"{player(each).username},{player(each).platform_id if rng.random() < 0.5 else ''},{rng.randint(1, 5000)}"
        for each in rng.sample(there, 3)
    ]
    return points_import(platform, [*lines, f"viewer {key},,1"], undone=rng.random() < 0.3, key=key)


def follow_up(call: Call, body: Any) -> Call | None:
    """The next step of what takes several requests, after an answer that it is done."""
    key = call.then or f"{call.key} then"
    match call.action:
        case "link":
            assert call.receiver is not None
            content = _caller(call.receiver) | {"token": body["token"]}
            return Call("claim", "/api/v1/link/claim", content, call.receiver, receiver=call.actor, key=key)
        case "claim":
            assert call.receiver is not None
            return Call("confirm", "/api/v1/link/confirm", _account(call.receiver), call.receiver, key=key)
        case "unlink":
            return replace(call, action="unlinked", body=call.body | {"confirm": True}, key=key)
        case "forget":
            return replace(call, action="forgotten", body=call.body | {"confirm": body["confirm"]}, key=key)
        case "import" if call.quantity:
            undo = {"batch_id": body["batch"]["batch_id"]}
            return Call("undo", "/api/v1/admin/imports/undo", undo, call.actor, key=key)
        case _:
            return None


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


def link(who: int, other: int, *, key: str | None = None) -> Call:
    """The first of three steps: a code for an account, which the other one claims."""
    return Call("link", "/api/v1/link/initiate", _caller(who), who, receiver=other, key=key)


def unlinking(who: int, other: int, *, key: str | None = None) -> Call:
    """The first of two steps to unlink the other account's platform."""
    body = _account(who) | {"target_platform": player(other).platform}
    return Call("unlink", "/api/v1/link/unlink", body, who, key=key)


def forgetting(who: int, *, key: str) -> Call:
    """The first of two steps, whose answer is not stored: the key is that of the second."""
    return Call("forget", "/api/v1/admin/players/forget", _account(who), who, then=key)


def points_import(platform: str, lines: Sequence[str], *, undone: bool, key: str | None = None) -> Call:
    content = "\n".join(("username,id,points", *lines))
    body = {"platform": platform, "content": content, "dry_run": False}
    return Call("import", "/api/v1/admin/imports", body, FIRST_MOVER, quantity=int(undone), key=key)


def _account(who: int) -> dict[str, Any]:
    actor = player(who)
    return {"platform": actor.platform, "platform_id": actor.platform_id}


def _caller(who: int) -> dict[str, Any]:
    return _account(who) | {"username": player(who).username}


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
