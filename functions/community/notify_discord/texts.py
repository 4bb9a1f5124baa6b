"""The texts of announcements: one function per event type, from its payload to an embed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import community
from doors.discord.messages import Choice, Embed, Field, Select, plain
from kernel.texts import translate

GREEN: Final = 0x57F287
YELLOW: Final = 0xFEE75C
FUCHSIA: Final = 0xEB459E
GREY: Final = 0x99AAB5

MAX_LISTED: Final = 10
UNKNOWN_PLAYER: Final = "Somebody"

Payload = Mapping[str, Any]


def level_up(payload: Payload) -> Embed:
    job = _title(payload["job_key"])
    return Embed("Level up!", f"**{_player(payload)}** is now a level {payload['new_level']} {job}.", color=GREEN)


def voting_started(payload: Payload) -> Embed:
    options: Sequence[Payload] = payload.get("options") or ()
    if payload.get("auto_selected"):
        names = ", ".join(_node(option) for option in options)
        return Embed("The next target", f"There is nothing to choose from this time: **{names}** comes next.")
    before = payload.get("previous_unlock")
    intro = f"**{plain(before)}** is unlocked. " if before else ""
    return Embed(
        "A new vote",
        f"{intro}What shall the community work for next?",
        tuple(Field(f"{number}. {_node(option)}", _about(option)) for number, option in enumerate(options, 1)),
        footer="Vote here, or with /vote",
    )


def ballot(payload: Payload) -> list[Select]:
    """The voting menu, which the interactions function handles."""
    if payload.get("auto_selected"):
        return []
    options: Sequence[Payload] = payload["options"]
    choices = [
        Choice(f"{number}. {_with_level(option, _name(option))}", number, option.get("description") or "")
        for number, option in enumerate(options, 1)
    ]
    return [Select(f"vote:{payload['session_id']}", tuple(choices), "Vote for what comes next.")]


def cycle_completed(payload: Payload) -> Embed:
    node = payload["unlocked_node"]
    return Embed(f"Unlocked: {_node(node)}", plain(node.get("description") or ""), color=YELLOW)


def all_unlocked(payload: Payload) -> Embed:
    return Embed("Everything is unlocked!", plain(payload["message"]), color=YELLOW)


def gamble_started(payload: Payload) -> Embed:
    stake = _list([_times(bet) for bet in payload["bets"]])
    deadline = int(datetime.fromisoformat(payload["join_deadline"]).timestamp())
    return Embed(
        "A gamble!",
        f"**{plain(payload.get('initiator_username') or UNKNOWN_PLAYER)}** stakes {stake}. Everyone who joins stakes "
        f"the same, and one of them wins everything in the boxes.\nTime to join: <t:{deadline}:R>",
        color=FUCHSIA,
    )


def gamble_complete(payload: Payload) -> Embed:
    if not payload.get("winner_id"):
        return Embed("The gamble is off", "No one else joined. The boxes were returned.", color=GREY)
    winner = plain(payload.get("winner_username") or UNKNOWN_PLAYER)
    fields = [Field("Players", str(payload["participant_count"]), inline=True)]
    if ranking := payload.get("participants"):
        rows = [f"{plain(each.get('username') or UNKNOWN_PLAYER)}: {each['score']:,}" for each in ranking]
        fields.append(Field("Best boxes", _lines(rows, payload["participant_count"])))
    if items := payload.get("items"):
        fields.append(Field("Prize", _lines([_times(item) for item in items], len(items))))
    text = f"**{winner}** takes it all, worth **{payload['total_value']:,}** money."
    return Embed("The gamble is decided", text, tuple(fields), color=FUCHSIA)


def achievement_unlocked(payload: Payload) -> Embed:
    text = f"**{_player(payload)}**: {plain(payload.get('description') or '')}"
    reward = _reward(payload.get("reward") or {})
    fields = (Field("Reward", reward),) if reward else ()
    return Embed(f"Achievement: {plain(payload['name'])}", text, fields, color=YELLOW)


def reached_level(payload: Payload) -> tuple[str, str]:
    """What a level-up is about, without the player, and the player."""
    return translate("Level {level} {job}", level=payload["new_level"], job=_title(payload["job_key"])), _player(
        payload
    )


def achieved(payload: Payload) -> tuple[str, str]:
    """What an achievement is about, without the player, and the player."""
    reward = _reward(payload.get("reward") or {})
    return plain(payload["name"]) + (f" ({reward})" if reward else ""), _player(payload)


def announcement(payload: Payload) -> Embed:
    """An administrator's announcement; Markdown is allowed."""
    color = payload.get("color")
    return Embed(payload["title"], payload["description"], color=GREEN if color is None else color)


TEXTS: Mapping[str, Callable[[Payload], Embed]] = {
    "job.level_up": level_up,
    "progression.voting_started": voting_started,
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
    return plain(payload.get("username") or UNKNOWN_PLAYER)


def _node(node: Payload) -> str:
    return _with_level(node, plain(_name(node)))


def _name(node: Payload) -> str:
    """For a menu, where Discord does not interpret Markdown."""
    return node.get("display_name") or _title(node["node_key"])


def _with_level(node: Payload, name: str) -> str:
    """The name with its level, unless that is 1."""
    level = node.get("target_level") or node.get("level") or 1
    return f"{name} (level {level})" if level > 1 else name


def _about(option: Payload) -> str:
    duration = option.get("unlock_duration")
    return plain(option.get("description") or "") + (f"\n*{plain(duration)}*" if duration else "")


def _reward(reward: Payload) -> str:
    parts = [f"{reward['money']:,} money"] if reward.get("money") else []
    parts += [_times(item) for item in reward.get("items") or ()]
    if reward.get("xp"):
        parts.append(f"{reward['xp']:,} XP as {_title(reward.get('job_key') or '')}")
    if reward.get("recipe"):
        parts.append(f"the recipe for {_title(reward['recipe'])}")
    return _list(parts)


def _times(item: Payload) -> str:
    name = item.get("public_name") or public_names().get(item["item_name"]) or item["item_name"]
    quality = str(item.get("quality_level") or "COMMON")
    shown = f"{item['quantity']:,} × {plain(name)}"
    return shown if quality == "COMMON" else f"{shown} ({quality.lower()})"


def _title(key: str) -> str:
    return plain(key.replace("_", " ").capitalize())


def _list(parts: Sequence[str]) -> str:
    return ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1] if parts else ""


def _lines(rows: Sequence[str], of: int) -> str:
    """The first rows, and how many of the total are left out."""
    more = of - len(rows[:MAX_LISTED])
    return "\n".join([*rows[:MAX_LISTED], *([f"and {more:,} more"] if more > 0 else [])])


@cache
def public_names() -> Mapping[str, str]:
    """What players call each item, {internal name: public name}.

    Read from the file, because importing the content takes longer than all of this function.
    """
    items = json.loads((configs() / "items.json").read_bytes())["items"]
    return {item["internal_name"]: item["public_name"] for item in items}


def configs() -> Path:
    """The folder of the community's configs: beside the package's parent in Lambda, above it in a checkout."""
    above = Path(community.__file__).resolve().parents
    return next(folder / "configs" / "community" for folder in above if (folder / "configs" / "community").is_dir())
