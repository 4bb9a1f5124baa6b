"""Chat commands for using items, crafting and gambling, and the requests that they send."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kernel.texts import translate, translate_n
from local.demo.cast import Viewer
from local.demo.commands import Line
from local.demo.game import Answer, Request
from local.demo.ledger import MONEY, Move
from local.demo.words import english, shown

Recipe = Mapping[str, Any]
"""A recipe as the game lists it."""


def use(viewer: Viewer, item: str, quantity: int, target: str = "", *, refusals: Iterable[str] = ()) -> Line:
    """Use an item. Its outcome is read from the log: see `crafts.moves`."""
    body = viewer.caller | {"item_name": shown(item), "quantity": quantity, "target_user": target}
    text = translate("!use {item} {quantity} {target}", item=shown(item), quantity=quantity, target=target).rstrip()
    return Line(
        viewer,
        text,
        Request("POST", "/api/v1/user/item/use", body),
        lambda _: [Move("used", viewer.user_id, item, -quantity)],
        refusals=frozenset(refusals),
    )


def recipes(viewer: Viewer) -> Line:
    def reply(answer: Answer) -> str:
        names = [recipe["public_name"] for recipe in answer.body["recipes"]]
        return translate("You can make {names}.", names=", ".join(names))

    query = {"user": viewer.name, "platform": viewer.platform, "platform_id": viewer.platform_id}
    return Line(viewer, translate("!recipes"), Request("GET", "/api/v1/crafting/recipes", query), reply=reply)


def upgrade(viewer: Viewer, recipe: Recipe, units: int, name_of: Callable[[str], str]) -> Line:
    """Upgrade an item. A recipe that takes time takes its ingredients now and delivers later."""

    def moves(answer: Answer) -> list[Move]:
        made = answer.body["quantity_upgraded"]
        followed = (made - answer.body["bonus_quantity"]) // recipe["outputs"][0]["quantity"]
        taken = [
            Move("crafting", viewer.user_id, name_of(row["item_name"]), -row["quantity"] * followed)
            for row in recipe["inputs"]
        ]
        later = answer.body.get("job_id")
        return taken if later else [*taken, Move("crafted", viewer.user_id, english(recipe), made)]

    body = viewer.caller | {"item": recipe["public_name"], "quantity": units}
    request = Request("POST", "/api/v1/user/item/upgrade", body)
    text = translate("!upgrade {item} {quantity}", item=recipe["public_name"], quantity=units)
    return Line(viewer, text, request, moves)


def disassemble(viewer: Viewer, item: str, units: int, name_of: Callable[[str], str]) -> Line:
    def moves(answer: Answer) -> list[Move]:
        gone = Move("crafting", viewer.user_id, item, -answer.body["quantity_processed"])
        return [gone, *(_got("crafted", viewer, name_of, name, n) for name, n in answer.body["outputs"].items())]

    request = Request("POST", "/api/v1/user/item/disassemble", viewer.caller | {"item": shown(item), "quantity": units})
    text = translate("!disassemble {item} {quantity}", item=shown(item), quantity=units)
    return Line(viewer, text, request, moves)


def crafting_jobs(viewer: Viewer) -> Line:
    def reply(answer: Answer) -> str:
        jobs = [
            translate_n(
                "{things} in {n} second",
                "{things} in {n} seconds",
                job["remaining_seconds"],
                things=f"{job['quantity']} × {job['public_name']}",
            )
            for job in answer.body["jobs"]
        ]
        if not jobs:
            return translate("Nothing is in the works.")
        return translate("In the works: {jobs}.", jobs=", ".join(jobs))

    query = {"platform": viewer.platform, "platform_id": viewer.platform_id}
    return Line(viewer, translate("!works"), Request("GET", "/api/v1/crafting/jobs", query), reply=reply)


def cancel(viewer: Viewer, name_of: Callable[[str], str]) -> Line:
    def moves(answer: Answer) -> list[Move]:
        return [_got("crafting", viewer, name_of, name, n) for name, n in answer.body["refunded"].items()]

    return Line(viewer, translate("!cancel"), Request("POST", "/api/v1/crafting/cancel", viewer.caller), moves)


def start_gamble(viewer: Viewer, box: str, quantity: int, seconds: int) -> Line:
    body = viewer.caller | {"bets": [{"item_name": shown(box), "quantity": quantity}], "join_seconds": seconds}
    return Line(
        viewer,
        translate("!gamble {item} {quantity}", item=shown(box), quantity=quantity),
        Request("POST", "/api/v1/gamble/start", body),
        lambda _: [Move("staked", viewer.user_id, box, -quantity)],
        refusals=frozenset({"gamble_active"}),
    )


def join_gamble(viewer: Viewer, box: str, quantity: int) -> Line:
    return Line(
        viewer,
        translate("!join"),
        Request("POST", "/api/v1/gamble/join", viewer.caller),
        lambda _: [Move("staked", viewer.user_id, box, -quantity)],
        refusals=frozenset({"gamble_too_late", "gamble_not_joining", "gamble_not_found"}),
    )


def achievements(viewer: Viewer) -> Line:
    def reply(answer: Answer) -> str:
        mine = [each["name"] for each in answer.body["achievements"] if each["unlocked"]]
        return translate(
            "{unlocked} of {total}: {names}.",
            unlocked=answer.body["unlocked"],
            total=answer.body["total"],
            names=", ".join(mine),
        )

    query = {"platform": viewer.platform, "platform_id": viewer.platform_id}
    return Line(viewer, translate("!achievements"), Request("GET", "/api/v1/achievements", query), reply=reply)


def moves(event: Mapping[str, Any], name_of: Callable[[str], str]) -> list[Move]:
    """The items that an event of the log brought to a player without being part of an answer."""
    payload = event["payload"]
    match event["event_type"]:
        case "lootbox.opened":
            return _all_got("opened", payload["user_id"], payload["drops"], name_of)
        case "gamble.complete" if payload["winner_id"]:
            return _all_got("won", payload["winner_id"], payload["items"], name_of)
        case "achievement.unlocked":
            reward = payload["reward"]
            purse = {"item_name": MONEY, "quantity": reward["money"] or 0}
            return _all_got("rewarded", payload["user_id"], [purse, *(reward["items"] or ())], name_of)
        case "item.upgraded" if payload.get("job_id"):
            return _all_got("crafted", payload["user_id"], [payload], name_of)
        case _:
            return []


def _got(reason: str, viewer: Viewer, name_of: Callable[[str], str], name: str, quantity: int) -> Move:
    return Move(reason, viewer.user_id, name_of(name), quantity)


def _all_got(reason: str, user_id: str, rows: Iterable[Mapping[str, Any]], name_of: Callable[[str], str]) -> list[Move]:
    return [Move(reason, user_id, name_of(row["item_name"]), row["quantity"]) for row in rows if row["quantity"]]
