"""The basic chat commands, and the requests that they send."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from local.demo.cast import STREAMER_BOT, Viewer
from local.demo.game import Answer, Request
from local.demo.ledger import MONEY, Move


def _no_moves(_: Answer) -> Iterable[Move]:
    return ()


def _no_contributions(_: Answer) -> Mapping[str, int]:
    return {}


def _message(answer: Answer) -> str:
    return answer.text


@dataclass(frozen=True)
class Line:
    """A chat line that sends a request to the game.

    Attributes:
        moves: the items that a success moves.
        contributions: what a success contributes to the community, {metric: how much}.
        reply: the bot's reply in chat, "" for none; errors are shown as they are.
        refusals: error codes that are part of the game; any other is a fault.
    """

    speaker: Viewer
    text: str
    request: Request
    moves: Callable[[Answer], Iterable[Move]] = _no_moves
    contributions: Callable[[Answer], Mapping[str, int]] = _no_contributions
    reply: Callable[[Answer], str] = _message
    refusals: frozenset[str] = frozenset()


def register(viewer: Viewer) -> Line:
    """Register in the short form; viewers with a second account use the long one."""
    if viewer.second is None:
        body = viewer.caller
    else:
        platform, platform_id = viewer.second
        body = {
            "username": viewer.name,
            "known_platform": viewer.platform,
            "known_platform_id": viewer.platform_id,
            "new_platform": platform,
            "new_platform_id": platform_id,
        }
    return Line(viewer, "!join", Request("POST", "/api/v1/user/register", body))


def inventory(viewer: Viewer) -> Line:
    request = Request("GET", "/api/v1/user/inventory", viewer.caller)
    return Line(viewer, "!inventory", request, reply=lambda answer: f"You hold {_listed(answer.body['items'])}.")


def unlock(node_key: str, why: str) -> Line:
    request = Request("POST", "/api/v1/progression/admin/unlock", {"node_key": node_key, "level": 1})
    return Line(STREAMER_BOT, f"!unlock {node_key}  ({why})", request)


def hand_out(viewer: Viewer, item: str, quantity: int) -> Line:
    body = {
        "platform": viewer.platform,
        "username": viewer.name,
        "item_name": item,
        "quantity": quantity,
    }
    return Line(
        STREAMER_BOT,
        f"!hand @{viewer.name} {item} {quantity}",
        Request("POST", "/api/v1/user/item/add", body),
        lambda _: [Move("handed out", viewer.user_id, item, quantity)],
    )


def buy(viewer: Viewer, item: str, quantity: int, *, refusals: Iterable[str] = ()) -> Line:
    def moves(answer: Answer) -> list[Move]:
        if answer.replayed:
            return []
        return [
            Move("bought", viewer.user_id, item, answer.body["items_bought"]),
            Move("bought", viewer.user_id, MONEY, -answer.body["cost"]),
        ]

    def contributions(answer: Answer) -> Mapping[str, int]:
        return {} if answer.replayed else {"item_bought": answer.body["items_bought"]}

    request = Request("POST", "/api/v1/economy/buy", _trade(viewer, item, quantity))
    return Line(viewer, f"!buy {item} {quantity}", request, moves, contributions, refusals=frozenset(refusals))


def sell(viewer: Viewer, item: str, quantity: int, *, refusals: Iterable[str] = ()) -> Line:
    def moves(answer: Answer) -> list[Move]:
        return [
            Move("sold", viewer.user_id, item, -answer.body["items_sold"]),
            Move("sold", viewer.user_id, MONEY, answer.body["money_gained"]),
        ]

    def contributions(answer: Answer) -> Mapping[str, int]:
        return {"item_sold": answer.body["items_sold"]}

    request = Request("POST", "/api/v1/economy/sell", _trade(viewer, item, quantity))
    return Line(viewer, f"!sell {item} {quantity}", request, moves, contributions, refusals=frozenset(refusals))


def give(viewer: Viewer, friend: Viewer, item: str, quantity: int, *, refusals: Iterable[str] = ()) -> Line:
    body = {
        "owner_platform": viewer.platform,
        "owner_platform_id": viewer.platform_id,
        "owner": viewer.name,
        "receiver_platform": friend.platform,
        "receiver": friend.name,
        "item_name": item,
        "quantity": quantity,
    }
    return Line(
        viewer,
        f"!give @{friend.name} {item} {quantity}",
        Request("POST", "/api/v1/user/item/give", body),
        lambda _: [
            Move("given", viewer.user_id, item, -quantity),
            Move("given", friend.user_id, item, quantity),
        ],
        refusals=frozenset(refusals),
    )


def prices(viewer: Viewer) -> Line:
    def reply(answer: Answer) -> str:
        offers = [f"{item['public_name']} {item['buy_price']}{_sale(item)}" for item in answer.body]
        return f"The shop sells {', '.join(offers)}."

    return Line(viewer, "!shop", Request("GET", "/api/v1/prices/buy"), reply=reply)


def resale_prices(viewer: Viewer) -> Line:
    def reply(answer: Answer) -> str:
        offers = [f"{item['public_name']} {item['sell_price']}" for item in answer.body]
        return f"The shop pays {', '.join(offers)}."

    return Line(viewer, "!prices", Request("GET", "/api/v1/prices"), reply=reply)


def link_status(viewer: Viewer) -> Line:
    body = {"platform": viewer.platform, "platform_id": viewer.platform_id}
    return Line(viewer, "!link", Request("GET", "/api/v1/link/status", body))


def link_initiate(viewer: Viewer) -> Line:
    return Line(viewer, "!link start", Request("POST", "/api/v1/link/initiate", viewer.caller))


def link_claim(viewer: Viewer, token: str) -> Line:
    body = viewer.caller | {"token": token}
    return Line(viewer, f"!link {token}", Request("POST", "/api/v1/link/claim", body))


def link_confirm(viewer: Viewer) -> Line:
    return Line(viewer, "!link confirm", Request("POST", "/api/v1/link/confirm", viewer.caller))


def time_out(viewer: Viewer, seconds: int, reason: str) -> Line:
    body = {
        "platform": viewer.platform,
        "username": viewer.name,
        "duration_seconds": seconds,
        "reason": reason,
    }
    request = Request("POST", "/api/v1/user/timeout", body)
    return Line(STREAMER_BOT, f"!timeout @{viewer.name} {seconds} ({reason})", request)


def read_timeout(asker: Viewer, viewer: Viewer) -> Line:
    def reply(answer: Answer) -> str:
        if not answer.body["is_timed_out"]:
            return f"{viewer.name} may speak."
        return f"{viewer.name} is back in {answer.body['remaining_seconds']:.0f} seconds."

    query = {"platform": viewer.platform, "username": viewer.name}
    return Line(asker, f"!timeout? @{viewer.name}", Request("GET", "/api/v1/user/timeout", query), reply=reply)


def find_users(text: str) -> Line:
    def reply(answer: Answer) -> str:
        names = [user["username"] for user in answer.body["users"]]
        return f"{len(names)} found: {', '.join(names)}." if names else "No one found."

    request = Request("POST", "/api/v1/user/search", {"query": text, "limit": 8})
    return Line(STREAMER_BOT, f"!who {text}", request, reply=reply)


def tree(viewer: Viewer) -> Line:
    def reply(answer: Answer) -> str:
        nodes = answer.body["nodes"]
        return f"{sum(node['is_unlocked'] for node in nodes)} of {len(nodes)} nodes are unlocked."

    return Line(viewer, "!tree", Request("GET", "/api/v1/progression/tree"), reply=reply)


def available(viewer: Viewer) -> Line:
    def reply(answer: Answer) -> str:
        names = [node["display_name"] for node in answer.body["available"]]
        more = f" and {len(names) - 6} more" if len(names) > 6 else ""
        return f"Could come next: {', '.join(names[:6])}{more}." if names else "Everything is unlocked."

    return Line(viewer, "!next", Request("GET", "/api/v1/progression/available"), reply=reply)


def _trade(viewer: Viewer, item: str, quantity: int) -> dict[str, Any]:
    return viewer.caller | {"item_name": item, "quantity": quantity}


def _sale(item: dict[str, Any]) -> str:
    return f" (instead of {item['base_value']})" if item["buy_price"] < item["base_value"] else ""


def _listed(items: list[dict[str, Any]]) -> str:
    return ", ".join(f"{item['quantity']} × {item['public_name']}" for item in items) or "nothing yet"
