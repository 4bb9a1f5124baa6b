"""What people of the game say when someone whom a player inhabits is no longer as they were. Source: worlds 19."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from worlds.acting.models import CommandOutcome, GameMessage, Scene, posts_to
from worlds.conversing.rules import feeling_of
from worlds.minds.models import Impressions
from worlds.minds.rules import remarks_of
from worlds.npcs.dialogue import remark

MOST_REMARKS: Final = 2
"""That are made aloud at once: all others think the same."""


def with_remarks(scene: Scene, outcome: CommandOutcome) -> CommandOutcome:
    """Let those speak who notice by what someone does that they are not themselves."""
    names = {scene.me.character_id: scene.me.name, **{each.npc_id: each.name for each in scene.minds}}
    lines = remarks(outcome.impressions, names)
    if not lines:
        return outcome
    heard = [post for line in lines for post in posts_to(scene.people, line)]
    return replace(outcome, messages=[*outcome.messages, *lines], posts=[*outcome.posts, *heard])


def remarks(impressions: Impressions, names: Mapping[UUID, str]) -> list[GameMessage]:
    """Return what is said by those who notice that someone is not themselves.

    Args:
        names: of all of them.
    """
    lines: list[GameMessage] = []
    for each in remarks_of(impressions.relationships)[:MOST_REMARKS]:
        name, of = names[each.npc_id], names[each.other_id]
        line = remark(each.level.name, of, is_better=each.is_better)
        feeling = feeling_of(line).name
        who = {"sender_id": str(each.npc_id), "sender": name, "to_id": str(each.other_id), "feeling": feeling}
        lines.append(GameMessage("dialogue", f"{name}: {line}", who))
    return lines
