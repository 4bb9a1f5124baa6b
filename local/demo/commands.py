"""The basic chat commands, and the requests that they send."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kernel.texts import translate, translate_n
from local.demo.cast import STREAMER_BOT, Viewer
from local.demo.game import Answer, Request
from local.demo.ledger import MONEY, Move
from local.demo.words import shown


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
    return Line(viewer, translate("!join"), Request("POST", "/api/v1/user/register", body))


def inventory(viewer: Viewer) -> Line:
    request = Request("GET", "/api/v1/user/inventory", viewer.caller)
    return Line(viewer, translate("!inventory"), request, reply=_held)


def unlock(node_key: str, why: str) -> Line:
    request = Request("POST", "/api/v1/progression/admin/unlock", {"node_key": node_key, "level": 1})
    text = translate("!unlock {node}  ({why})", node=node_key, why=translate(why))
    return Line(STREAMER_BOT, text, request)


def hand_out(viewer: Viewer, item: str, quantity: int) -> Line:
    body = {
        "platform": viewer.platform,
        "username": viewer.name,
        "item_name": shown(item),
        "quantity": quantity,
    }
    return Line(
        STREAMER_BOT,
        translate("!hand @{name} {item} {quantity}", name=viewer.name, item=shown(item), quantity=quantity),
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
    text = translate("!buy {item} {quantity}", item=shown(item), quantity=quantity)
    return Line(viewer, text, request, moves, contributions, refusals=frozenset(refusals))


def sell(viewer: Viewer, item: str, quantity: int, *, refusals: Iterable[str] = ()) -> Line:
    def moves(answer: Answer) -> list[Move]:
        return [
            Move("sold", viewer.user_id, item, -answer.body["items_sold"]),
            Move("sold", viewer.user_id, MONEY, answer.body["money_gained"]),
        ]

    def contributions(answer: Answer) -> Mapping[str, int]:
        return {"item_sold": answer.body["items_sold"]}

    request = Request("POST", "/api/v1/economy/sell", _trade(viewer, item, quantity))
    text = translate("!sell {item} {quantity}", item=shown(item), quantity=quantity)
    return Line(viewer, text, request, moves, contributions, refusals=frozenset(refusals))


def give(viewer: Viewer, friend: Viewer, item: str, quantity: int, *, refusals: Iterable[str] = ()) -> Line:
    body = {
        "owner_platform": viewer.platform,
        "owner_platform_id": viewer.platform_id,
        "owner": viewer.name,
        "receiver_platform": friend.platform,
        "receiver": friend.name,
        "item_name": shown(item),
        "quantity": quantity,
    }
    return Line(
        viewer,
        translate("!give @{name} {item} {quantity}", name=friend.name, item=shown(item), quantity=quantity),
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
        return translate("The shop sells {offers}.", offers=", ".join(offers))

    return Line(viewer, translate("!shop"), Request("GET", "/api/v1/prices/buy"), reply=reply)


def resale_prices(viewer: Viewer) -> Line:
    def reply(answer: Answer) -> str:
        offers = [f"{item['public_name']} {item['sell_price']}" for item in answer.body]
        return translate("The shop pays {offers}.", offers=", ".join(offers))

    return Line(viewer, translate("!prices"), Request("GET", "/api/v1/prices"), reply=reply)


def link_status(viewer: Viewer) -> Line:
    body = {"platform": viewer.platform, "platform_id": viewer.platform_id}
    return Line(viewer, translate("!link"), Request("GET", "/api/v1/link/status", body))


def link_initiate(viewer: Viewer) -> Line:
    return Line(viewer, translate("!link start"), Request("POST", "/api/v1/link/initiate", viewer.caller))


def link_claim(viewer: Viewer, token: str) -> Line:
    body = viewer.caller | {"token": token}
    return Line(viewer, translate("!link {code}", code=token), Request("POST", "/api/v1/link/claim", body))


def link_confirm(viewer: Viewer) -> Line:
    return Line(viewer, translate("!link confirm"), Request("POST", "/api/v1/link/confirm", viewer.caller))


def time_out(viewer: Viewer, seconds: int, reason: str) -> Line:
    body = {
        "platform": viewer.platform,
        "username": viewer.name,
        "duration_seconds": seconds,
        "reason": translate(reason),
    }
    request = Request("POST", "/api/v1/user/timeout", body)
    return Line(
        STREAMER_BOT,
        translate("!timeout @{name} {seconds} ({reason})", name=viewer.name, seconds=seconds, reason=translate(reason)),
        request,
    )


def read_timeout(asker: Viewer, viewer: Viewer) -> Line:
    def reply(answer: Answer) -> str:
        if not answer.body["is_timed_out"]:
            return translate("{name} may speak.", name=viewer.name)
        seconds = round(answer.body["remaining_seconds"])
        return translate_n("{name} is back in {n} second.", "{name} is back in {n} seconds.", seconds, name=viewer.name)

    query = {"platform": viewer.platform, "username": viewer.name}
    return Line(
        asker,
        translate("!timeout? @{name}", name=viewer.name),
        Request("GET", "/api/v1/user/timeout", query),
        reply=reply,
    )


def find_users(text: str) -> Line:
    def reply(answer: Answer) -> str:
        names = [user["username"] for user in answer.body["users"]]
        if not names:
            return translate("No one found.")
        return translate_n("{n} found: {names}.", "{n} found: {names}.", len(names), names=", ".join(names))

    request = Request("POST", "/api/v1/user/search", {"query": text, "limit": 8})
    return Line(STREAMER_BOT, translate("!who {text}", text=text), request, reply=reply)


def tree(viewer: Viewer) -> Line:
    def reply(answer: Answer) -> str:
        nodes = answer.body["nodes"]
        unlocked = sum(node["is_unlocked"] for node in nodes)
        return translate("{unlocked} of {nodes} nodes are unlocked.", unlocked=unlocked, nodes=len(nodes))

    return Line(viewer, translate("!tree"), Request("GET", "/api/v1/progression/tree"), reply=reply)


def available(viewer: Viewer) -> Line:
    def reply(answer: Answer) -> str:
        names = [node["display_name"] for node in answer.body["available"]]
        if not names:
            return translate("Everything is unlocked.")
        first, more = ", ".join(names[:6]), len(names) - 6
        if more > 0:
            return translate_n(
                "Could come next: {names} and {n} more.", "Could come next: {names} and {n} more.", more, names=first
            )
        return translate("Could come next: {names}.", names=first)

    return Line(viewer, translate("!next"), Request("GET", "/api/v1/progression/available"), reply=reply)


def _trade(viewer: Viewer, item: str, quantity: int) -> dict[str, Any]:
    return viewer.caller | {"item_name": shown(item), "quantity": quantity}


def _sale(item: dict[str, Any]) -> str:
    if item["buy_price"] >= item["base_value"]:
        return ""
    return f" {translate('(instead of {price})', price=item['base_value'])}"


def _held(answer: Answer) -> str:
    things = [f"{item['quantity']} × {item['public_name']}" for item in answer.body["items"]]
    if not things:
        return translate("You hold nothing yet.")
    return translate("You hold {things}.", things=", ".join(things))
