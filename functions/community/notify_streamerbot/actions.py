"""Which Streamer.bot action an event triggers, with which arguments. Source: rules 18."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct

Values = Mapping[str, Any]
Args = dict[str, str]


class Action(Struct, frozen=True):
    """An action of the streamer's, with its arguments.

    Attributes:
        name: without the prefix, which is a setting.
        args: text only, like Streamer.bot's variables; unknown values are empty.
    """

    name: str
    args: Mapping[str, str]


def action_for(envelope: Values) -> Action | None:
    """The action for an event; None if its type triggers none."""
    if envelope["type"] not in _ACTIONS:
        return None
    name, args = _ACTIONS[envelope["type"]]
    return Action(name, args(envelope))


def text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _payload(*names: str) -> Callable[[Values], Args]:
    """The fields of the payload under their own names."""
    return lambda envelope: _pick(envelope["payload"], *names)


def _pick(values: Values, *names: str) -> Args:
    return {name: text(values.get(name)) for name in names}


def _voting_started(envelope: Values) -> Args:
    payload = envelope["payload"]
    options = payload.get("options") or ()
    args = _pick(payload, "previous_unlock") | {"options_count": text(len(options))}
    for number, option in enumerate(options, start=1):
        args |= {
            f"option_{number}": text(option.get("display_name") or option.get("node_key")),
            f"option_{number}_key": text(option.get("node_key")),
            f"option_{number}_description": text(option.get("description")),
            f"option_{number}_duration": text(option.get("unlock_duration")),
        }
    return args


def _poll_opened(envelope: Values) -> Args:
    payload = envelope["payload"]
    options = payload.get("options") or ()
    args = _pick(payload, "poll_id", "world_name", "closes_at") | {"options_count": text(len(options))}
    for number, option in enumerate(options, start=1):
        args |= {
            f"option_{number}": text(option["display_name"]),
            f"option_{number}_key": text(option["key"]),
            f"option_{number}_description": text(option["description"]),
        }
    return args


def _poll_closed(envelope: Values) -> Args:
    payload = envelope["payload"]
    winner = payload.get("winner") or {}
    return _pick(payload, "poll_id", "world_name") | {
        "has_winner": text(bool(winner)),
        "winner": text(winner.get("display_name")),
        "winner_key": text(winner.get("key")),
        "winner_votes": text(winner.get("vote_count", 0)),
        "votes": text(sum(option["vote_count"] for option in payload.get("options") or ())),
    }


def _cycle_completed(envelope: Values) -> Args:
    return _pick(envelope["payload"].get("unlocked_node") or {}, "node_key", "display_name", "description")


def _gamble_completed(envelope: Values) -> Args:
    payload = envelope["payload"]
    args = _pick(payload, "gamble_id", "winner_id", "winner_username", "total_value", "participant_count")
    return args | {
        "has_winner": text(bool(payload.get("winner_id"))),
        "items": ", ".join(map(_prize_item, payload.get("items") or ())),
    }


def _prize_item(item: Values) -> str:
    """Describe an item for chat: "2 × lootboxes (rare)"."""
    # Events that were written before they had a display name may still arrive.
    name = item.get("display_name") or item.get("public_name") or item.get("item_name")
    named = f"{text(item.get('quantity'))} × {text(name)}"
    quality = text(item.get("quality_level")).lower()
    return named if quality in ("", "common") else f"{named} ({quality})"


_timeout_update = _payload("platform", "username", "action", "duration_seconds", "reason")

_ACTIONS: Mapping[str, tuple[str, Callable[[Values], Args]]] = {
    "job.level_up": ("JobLevelUp", _payload("user_id", "username", "job_key", "old_level", "new_level", "source")),
    "progression.voting_started": ("VotingStarted", _voting_started),
    "poll.opened": ("PollOpened", _poll_opened),
    "poll.closed": ("PollClosed", _poll_closed),
    "progression.cycle.completed": ("CycleCompleted", _cycle_completed),
    "progression.all_unlocked": ("AllUnlocked", _payload("message")),
    "gamble.complete": ("GambleCompleted", _gamble_completed),
    "item.used": ("ItemUsed", _payload("user_id", "username", "platform", "item_name", "quantity", "target")),
    "timeout.applied": ("TimeoutUpdate", _timeout_update),
    "timeout.cleared": ("TimeoutUpdate", _timeout_update),
}

TYPES: Final = frozenset(_ACTIONS)
"""The events that trigger an action."""

OF_PLAYERS: Final = frozenset({"job.level_up"})
"""Those about single players, of which a crowd causes hundreds at once."""
