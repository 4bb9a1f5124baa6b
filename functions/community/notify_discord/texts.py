"""The texts of announcements: one function per event type, from its payload to an embed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

import community
from community.catalog.english import plural
from doors.discord.messages import Choice, Embed, Field, Select, plain
from functions.community.notify_discord.battle_texts import BATTLES
from kernel.content.command_texts import DESCRIPTION
from kernel.texts import listed, number, term, term_n, to_translate, translate, translate_n

GREEN: Final = 0x57F287
YELLOW: Final = 0xFEE75C
FUCHSIA: Final = 0xEB459E
GREY: Final = 0x99AAB5

MAX_LISTED: Final = 10

Payload = Mapping[str, Any]


def level_up(payload: Payload) -> Embed:
    text = translate(
        "**{name}** is now a level {level} {job}.",
        name=_player(payload),
        level=payload["new_level"],
        job=_job(payload["job_key"]),
    )
    return Embed(translate("Level up!"), text, color=GREEN)


def voting_started(payload: Payload) -> Embed:
    options: Sequence[Payload] = payload.get("options") or ()
    if payload.get("auto_selected"):
        names = ", ".join(_node(option) for option in options)
        text = translate("There is nothing to choose from this time: **{names}** comes next.", names=names)
        return Embed(translate("The next target"), text)
    before = payload.get("previous_unlock")
    if before:
        text = translate("**{node}** is unlocked. What shall the community work for next?", node=plain(before))
    else:
        text = translate("What shall the community work for next?")
    return Embed(
        translate("A new vote"),
        text,
        tuple(Field(f"{place}. {_node(option)}", _about(option)) for place, option in enumerate(options, 1)),
        footer=translate("Vote here, or with /vote"),
    )


def ballot(payload: Payload) -> list[Select]:
    """The voting menu, which the interactions function handles."""
    if payload.get("auto_selected"):
        return []
    options: Sequence[Payload] = payload["options"]
    choices = [
        Choice(f"{place}. {_with_level(option, _name(option))}", place, option.get("description") or "")
        for place, option in enumerate(options, 1)
    ]
    return [Select(f"vote:{payload['session_id']}", tuple(choices), term(DESCRIPTION, "Vote for what comes next."))]


def poll_opened(payload: Payload) -> Embed:
    options: Sequence[Payload] = payload["options"]
    closes_at = int(datetime.fromisoformat(payload["closes_at"]).timestamp())
    return Embed(
        translate("A turning point of {world}", world=payload["world_name"]),
        translate("What becomes of this world? The chat decides. The vote ends {time}.", time=f"<t:{closes_at}:R>"),
        tuple(Field(f"{place}. {plain(_name(option))}", _about(option)) for place, option in enumerate(options, 1)),
        footer=translate("Vote here, or with /vote"),
    )


def poll_ballot(payload: Payload) -> list[Select]:
    """The menu of a poll, which the interactions function handles as that of a vote."""
    choices = [
        Choice(f"{place}. {_name(option)}", place, option["description"])
        for place, option in enumerate(payload["options"], 1)
    ]
    return [Select(f"vote:{payload['session_id']}", tuple(choices), payload["world_name"])]


def poll_closed(payload: Payload) -> Embed:
    winner = payload["winner"]
    title = translate("A turning point of {world}", world=payload["world_name"])
    if winner is None:
        return Embed(title, translate("No one voted, so nothing happens."), color=GREY)
    total = sum(option["vote_count"] for option in payload["options"])
    chosen = f"**{plain(_name(winner))}**"
    text = translate_n(
        "The chat has decided: {option}, with {votes} of {n} vote.",
        "The chat has decided: {option}, with {votes} of {n} votes.",
        total,
        option=chosen,
        votes=winner["vote_count"],
    )
    return Embed(title, text, color=YELLOW)


def turning_point_missed(payload: Payload) -> Embed:
    why = translate(_MISSED[payload["reason"]])
    return Embed(
        translate("A turning point of {world}", world=payload["world_name"]),
        translate("What the chat has chosen cannot happen. {why}", why=why),
        color=GREY,
    )


_MISSED: Final[Mapping[str, str]] = {
    "energy": to_translate("The world's energy no longer suffices."),
    "paused": to_translate("The world's time stands still."),
    "gone": to_translate("The world is no longer there."),
    "reset": to_translate("The world's years have been forgotten."),
}
"""{why it does not happen: the sentence}"""


def nodes_withdrawn(payload: Payload) -> Embed:
    names = [f"**{plain(_name(option))}**" for option in payload.get("options") or ()]
    sentences: list[str] = []
    if len(names) == 1:
        sentences.append(
            translate("{node} is no longer part of the game. If you voted for it, vote again.", node=names[0])
        )
    elif names:
        sentences.append(
            translate(
                "{nodes} are no longer part of the game. If you voted for one of them, vote again.", nodes=listed(names)
            )
        )
    if target := payload.get("target"):
        sentences.append(
            translate(
                "{node} is no longer the target. Its points count towards the next one.",
                node=f"**{plain(_name(target))}**",
            )
        )
    return Embed(translate("The tree has changed"), " ".join(sentences), color=GREY)


def cycle_completed(payload: Payload) -> Embed:
    node = payload["unlocked_node"]
    return Embed(translate("Unlocked: {node}", node=_node(node)), plain(node.get("description") or ""), color=YELLOW)


def all_unlocked(payload: Payload) -> Embed:
    return Embed(translate("Everything is unlocked!"), plain(payload["message"]), color=YELLOW)


def gamble_started(payload: Payload) -> Embed:
    stake = listed([_times(bet) for bet in payload["bets"]])
    deadline = int(datetime.fromisoformat(payload["join_deadline"]).timestamp())
    text = translate(
        "**{name}** stakes {boxes}. Everyone who joins stakes the same, and one of them wins everything in the boxes.",
        name=_named(payload.get("initiator_username")),
        boxes=stake,
    )
    time = translate("Time to join: {time}", time=f"<t:{deadline}:R>")
    return Embed(translate("A gamble!"), f"{text}\n{time}", color=FUCHSIA)


def gamble_complete(payload: Payload) -> Embed:
    if not payload.get("winner_id"):
        if int(payload.get("participant_count") or 0) < 2:
            why = translate("No one else joined. The boxes were returned.")
        else:
            why = translate("It was for boxes that are no longer part of the game. The boxes were returned.")
        return Embed(translate("The gamble is off"), why, color=GREY)
    winner = _named(payload.get("winner_username"))
    fields = [Field(translate("Players"), str(payload["participant_count"]), inline=True)]
    if ranking := payload.get("participants"):
        rows = [f"{_named(each.get('username'))}: {number(each['score'])}" for each in ranking]
        fields.append(Field(translate("Best boxes"), _lines(rows, payload["participant_count"])))
    if items := payload.get("items"):
        fields.append(Field(translate("Prize"), _lines([_times(item) for item in items], len(items))))
    text = translate("**{name}** takes it all, worth **{money}**.", name=winner, money=_money(payload["total_value"]))
    return Embed(translate("The gamble is decided"), text, tuple(fields), color=FUCHSIA)


def achievement_unlocked(payload: Payload) -> Embed:
    text = f"**{_player(payload)}**: {plain(payload.get('description') or '')}"
    reward = _reward(payload.get("reward") or {})
    fields = (Field(translate("Reward"), reward),) if reward else ()
    return Embed(translate("Achievement: {name}", name=plain(payload["name"])), text, fields, color=YELLOW)


def reached_level(payload: Payload) -> tuple[str, str]:
    """What a level-up is about, without the player, and the player."""
    what = translate("Level {level} {job}", level=payload["new_level"], job=_job(payload["job_key"]))
    return what, _player(payload)


def achieved(payload: Payload) -> tuple[str, str]:
    """What an achievement is about, without the player, and the player."""
    reward = _reward(payload.get("reward") or {})
    return plain(payload["name"]) + (f" ({reward})" if reward else ""), _player(payload)


def announcement(payload: Payload) -> Embed:
    """An administrator's announcement; Markdown is allowed."""
    color = payload.get("color")
    return Embed(payload["title"], payload["description"], color=GREEN if color is None else color)


TEXTS: Mapping[str, Callable[[Payload], Embed]] = {
    **BATTLES,
    "job.level_up": level_up,
    "progression.voting_started": voting_started,
    "progression.nodes_withdrawn": nodes_withdrawn,
    "poll.opened": poll_opened,
    "poll.closed": poll_closed,
    "world.turning_point_missed": turning_point_missed,
    "progression.cycle.completed": cycle_completed,
    "progression.all_unlocked": all_unlocked,
    "gamble.started": gamble_started,
    "gamble.complete": gamble_complete,
    "achievement.unlocked": achievement_unlocked,
    "discord.announcement_requested": announcement,
}


def marked(embed: Embed, *, at: int, test: bool, replayed: bool) -> Embed:
    """Return the embed with its time, marked as a test or as told before.

    Args:
        at: unix seconds.
    """
    title = translate("[Test] {title}", title=embed.title) if test else embed.title
    return replace(embed, title=title, footer=translate("Told once more") if replayed else embed.footer, at=at)


def _player(payload: Payload) -> str:
    return _named(payload.get("username"))


def _named(name: str | None) -> str:
    return plain(name or translate("Somebody"))


def _job(key: str) -> str:
    return plain(term("job", job_names().get(key, key.replace("_", " ").capitalize())))


def _money(amount: int) -> str:
    return translate_n("{n} money", "{n} money", amount, n=number(amount))


def _node(node: Payload) -> str:
    return _with_level(node, plain(_name(node)))


def _name(node: Payload) -> str:
    """For a menu, where Discord does not interpret Markdown."""
    return node.get("display_name") or _title(node["node_key"])


def _with_level(node: Payload, name: str) -> str:
    """The name with its level, unless that is 1."""
    level = node.get("target_level") or node.get("level") or 1
    return translate("{node} (level {level})", node=name, level=level) if level > 1 else name


def _about(option: Payload) -> str:
    duration = option.get("unlock_duration")
    return plain(option.get("description") or "") + (f"\n*{plain(duration)}*" if duration else "")


def _reward(reward: Payload) -> str:
    parts = [_money(reward["money"])] if reward.get("money") else []
    parts += [_times(item) for item in reward.get("items") or ()]
    if reward.get("xp"):
        job = _job(reward.get("job_key") or "")
        parts.append(translate("{xp} XP as {job}", xp=number(reward["xp"]), job=job))
    if reward.get("recipe"):
        parts.append(translate("the recipe for {item}", item=_recipe(reward["recipe"])))
    return listed(parts)


def _times(item: Payload) -> str:
    quality = str(item.get("quality_level") or "COMMON")
    shown = f"{number(item['quantity'])} × {plain(_item(item, item['quantity']))}"
    return shown if quality == "COMMON" else f"{shown} ({term('quality', quality.lower())})"


def _item(item: Payload, quantity: int) -> str:
    """Return the item's name for a quantity; the name in the event, if the content does not know the item."""
    name = public_names().get(item["item_name"])
    if name is None:
        return item.get("public_name") or item["item_name"]
    return term_n("item", name, plural(name, 2), quantity)


def _recipe(key: str) -> str:
    name = public_names().get(recipe_items().get(key, ""))
    return plain(term("item", name)) if name else _title(key)


def _title(key: str) -> str:
    return plain(key.replace("_", " ").capitalize())


def _lines(rows: Sequence[str], of: int) -> str:
    """The first rows, and how many of the total are left out."""
    shown = list(rows[:MAX_LISTED])
    more = of - len(shown)
    if more > 0:
        shown.append(translate_n("and {n} more", "and {n} more", more, n=number(more)))
    return "\n".join(shown)


@cache
def public_names() -> Mapping[str, str]:
    """What the content calls each item in English, {internal name: public name}."""
    return {item["internal_name"]: item["public_name"] for item in _content("items.json")["items"]}


@cache
def job_names() -> Mapping[str, str]:
    return {job["key"]: job["display_name"] for job in _content("jobs.json")["jobs"]}


@cache
def recipe_items() -> Mapping[str, str]:
    """What each recipe makes, {recipe key: internal name}."""
    return {recipe["recipe_key"]: recipe["target_item"] for recipe in _content("recipes/upgrade.json")["recipes"]}


def _content(file: str) -> Mapping[str, Any]:
    """Read a file: importing the content takes longer than all of this function."""
    return json.loads((configs() / file).read_bytes())


def configs() -> Path:
    """The folder of the community's configs: beside the package's parent in Lambda, above it in a checkout."""
    above = Path(community.__file__).resolve().parents
    return next(folder / "configs" / "community" for folder in above if (folder / "configs" / "community").is_dir())
