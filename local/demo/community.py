"""Chat commands about the community: talking, voting, searching, and standings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from community.stats.texts import of_player
from kernel.texts import translate
from local.demo.cast import STREAMER_BOT, Viewer
from local.demo.commands import Line
from local.demo.game import Answer, Request


def _once(metric: str) -> Callable[[Answer], Mapping[str, int]]:
    return lambda _: {metric: 1}


def talk(viewer: Viewer, text: str) -> Line:
    def reply(answer: Answer) -> str:
        codes = [match["code"] for match in answer.body["matches"] or ()]
        return translate("(The streamer hears about {words}.)", words=", ".join(codes)) if codes else ""

    said = translate(text)
    request = Request("POST", "/api/v1/message/handle", viewer.caller | {"message": said})
    return Line(viewer, said, request, reply=reply, contributions=_once("message"))


def vote(viewer: Viewer, number: int, *, refusals: Iterable[str] = ()) -> Line:
    def contributions(answer: Answer) -> Mapping[str, int]:
        return {} if answer.body.get("already_voted") else {"vote_cast": 1}

    request = Request("POST", "/api/v1/progression/vote", viewer.caller | {"option_index": number})
    return Line(
        viewer,
        translate("!vote {number}", number=number),
        request,
        contributions=contributions,
        refusals=frozenset(refusals),
    )


def open_vote(viewer: Viewer) -> Line:
    """Ask for the open vote and its current counts."""

    def reply(answer: Answer) -> str:
        if "message" in answer.body:
            return str(answer.body["message"])
        options = [f"{number}. {_option(option)}" for number, option in enumerate(answer.body["options"], 1)]
        return translate("You can vote for {options}.", options="; ".join(options))

    return Line(viewer, translate("!vote"), Request("GET", "/api/v1/progression/session"), reply=reply)


def progress(viewer: Viewer) -> Line:
    def reply(answer: Answer) -> str:
        if "message" in answer.body:
            return str(answer.body["message"])
        made, cost = answer.body["contributions_accumulated"], answer.body["target_unlock_cost"]
        target = answer.body["target_node_name"]
        return translate("{made} of {cost} points for {target}.", made=made, cost=cost, target=target)

    return Line(viewer, translate("!points"), Request("GET", "/api/v1/progression/unlock-progress"), reply=reply)


def add_points(points: int, why: str) -> Line:
    request = Request("POST", "/api/v1/progression/admin/contribution", {"amount": points})
    text = translate("!points {points}  ({why})", points=points, why=translate(why))
    return Line(STREAMER_BOT, text, request)


def search(viewer: Viewer) -> Line:
    request = Request("POST", "/api/v1/user/search", viewer.caller)
    return Line(
        viewer, translate("!search"), request, contributions=_once("search_performed"), refusals=frozenset({"cooldown"})
    )


def reset_search_cooldown(viewer: Viewer) -> Line:
    body = {"action": "search", "platform": viewer.platform, "username": viewer.name}
    request = Request("POST", "/api/v1/admin/cooldown/reset", body)
    return Line(STREAMER_BOT, translate("!rested @{name}  (for tonight's demonstration)", name=viewer.name), request)


def jobs(viewer: Viewer) -> Line:
    def reply(answer: Answer) -> str:
        rows = [f"{job['display_name']} {job['level']} ({job['current_xp']} XP)" for job in answer.body["jobs"]]
        if not rows:
            return translate("No job is unlocked yet.")
        return translate("Your levels: {levels}.", levels=", ".join(rows))

    query = {"platform": viewer.platform, "platform_id": viewer.platform_id}
    return Line(viewer, translate("!jobs"), Request("GET", "/api/v1/jobs/user", query), reply=reply)


def stats(viewer: Viewer) -> Line:
    def reply(answer: Answer) -> str:
        counts = of_player(answer.body["event_counts"])
        most = sorted(counts, key=lambda name: (-counts[name], name))[:4]
        days = answer.body.get("current_streak", 0)
        words = ", ".join(f"{name}: {counts[name]}" for name in most)
        return translate("Today: {counts}. Day {days} in a row.", counts=words, days=days)

    query = {"platform": viewer.platform, "platform_id": viewer.platform_id, "period": "daily"}
    return Line(viewer, translate("!stats"), Request("GET", "/api/v1/stats/user", query), reply=reply)


def ranking(viewer: Viewer) -> Line:
    def reply(answer: Answer) -> str:
        places = [f"{row['rank']}. {row['username']} ({row['contribution']})" for row in answer.body]
        return translate("Most points for the community: {places}.", places=", ".join(places))

    return Line(viewer, translate("!top"), Request("GET", "/api/v1/progression/leaderboard", {"limit": 3}), reply=reply)


def engagement(viewer: Viewer) -> Line:
    query = {"platform": viewer.platform, "platform_id": viewer.platform_id}
    return Line(viewer, translate("!me"), Request("GET", "/api/v1/progression/engagement", query))


def _option(option: dict[str, Any]) -> str:
    level = f" {option['target_level']}" if option["target_level"] > 1 else ""
    votes = f" ({option['vote_count']})" if option["vote_count"] else ""
    return f"{option['node_details']['display_name']}{level}{votes}"
