"""The game's events during the evening, read from its event log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from kernel.texts import term, translate, translate_n
from local.demo.game import Game, Request

LOG: Final = "/api/v1/admin/events"
MOST: Final = 1000  # rows per request

Event = Mapping[str, Any]


class Log:
    def __init__(self, game: Game) -> None:
        self._game = game
        self._seen: set[str] = set()
        self.events: list[Event] = []

    def begin(self) -> None:
        """Skip all events up to now."""
        self._take_unseen()

    def news(self) -> list[Event]:
        """The events since the last call, oldest first."""
        rows = self._take_unseen()
        self.events += rows
        return rows

    def _take_unseen(self) -> list[Event]:
        """Compared by id, because concurrent events may appear in the log in either order."""
        rows = [row for row in reversed(self._rows(limit=MOST)) if row["event_id"] not in self._seen]
        self._seen.update(row["event_id"] for row in rows)
        return rows

    def payloads(self, event_type: str) -> list[Mapping[str, Any]]:
        """The payloads of this evening's events of a type, oldest first."""
        return [event["payload"] for event in self.events if event["event_type"] == event_type]

    def count_ballots(self, session_id: int) -> int:
        """The ballots cast in a session, as far back as the newest rows reach."""
        rows = self._rows(event_type="progression.vote_recorded", limit=MOST)
        return sum(row["payload"]["session_id"] == session_id for row in rows)

    def _rows(self, **query: Any) -> list[Event]:
        """Newest first."""
        answer = self._game.ask(Request("GET", LOG, query))
        return answer.body["events"] if answer.ok else []


def headlines(events: list[Event], name_of: Callable[[str], str]) -> list[str]:
    """The lines that the streamer's bot would post in chat about the events."""
    lines: list[str] = []
    unlocked = ""
    for event in events:
        payload = event["payload"]
        match event["event_type"]:
            case "progression.cycle.completed":
                node = payload["unlocked_node"]
                unlocked = translate("Unlocked: {node}!", node=_levelled(node["display_name"], node["level"]))
                lines.append(unlocked)
            case "progression.target.set":
                ahead = lines.pop() + " " if lines and lines[-1] == unlocked else ""
                target = _levelled(payload["display_name"], payload["target_level"])
                lines.append(f"{ahead}{translate('Next: {node}.', node=target)}")
            case "job.level_up":
                lines.append(
                    translate(
                        "{name} is now a {job} of level {level}.",
                        name=name_of(payload["user_id"]),
                        job=term("job", payload["job_key"].capitalize()),
                        level=payload["new_level"],
                    )
                )
            case "achievement.unlocked":
                lines.append(_achieved(payload, name_of(payload["user_id"])))
            case "gamble.complete" if payload["winner_id"]:
                lines.append(
                    translate(
                        "{name} wins the gamble: what {players} players had in their boxes, worth {money}.",
                        name=payload["winner_username"],
                        players=payload["participant_count"],
                        money=translate_n("{n} money", "{n} money", payload["total_value"]),
                    )
                )
            case "progression.all_unlocked":
                lines.append(translate(payload["message"]))
            case _:
                pass
    return lines


def _achieved(payload: Mapping[str, Any], name: str) -> str:
    achievement, description = term("achievement", payload["name"]), term("description", payload["description"])
    return f"{name}: {achievement}! {description}"


def _levelled(name: str, level: int) -> str:
    """A node's name; the event has it in the community's language, which need not be the evening's."""
    shown = term("node", name)
    return translate("{node} (level {level})", node=shown, level=level) if level > 1 else shown
