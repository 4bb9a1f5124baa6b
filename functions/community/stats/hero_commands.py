"""/world: the hero whom the community follows through worlds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from community.heroes import following, texts
from community.heroes.models import FollowedHero
from doors.discord.commands import command
from doors.discord.interaction import Interaction
from doors.discord.replies import DiscordReply, Field, card, plain
from kernel.database import Tx
from kernel.texts import speaking, translate

ROOM: Final = 1024
"""Characters that a field may have."""


@command("world", "Where the hero is whom we follow through worlds, and how they are.", public=True)
def show_world(call: Interaction, tx: Tx) -> DiscordReply:
    found = following.followed(tx)
    with speaking():
        return _shown(tx, found)


def _shown(tx: Tx, found: FollowedHero) -> DiscordReply:
    title = translate("Our hero in worlds")
    seen = found.sighting
    if seen is None:
        return card(title, plain(texts.not_seen(found)))
    fields = [Field(translate("Player"), plain(found.player), inline=True)]
    if seen.most_hp:
        fields.append(Field(translate("Hit points"), f"{seen.hp} / {seen.most_hp}", inline=True))
    if neighbours := texts.neighbours(seen):
        fields.append(Field(translate("Near"), plain(neighbours)))
    if seen.lines:
        fields.append(Field(translate("Lately"), _last_that_fit(seen.lines)))
    return card(title, plain(texts.where(seen)), *fields, footer=texts.when(found, tx.now))


def _last_that_fit(lines: Sequence[str]) -> str:
    """Return lines, each by itself, without the first ones if not all fit."""
    shown = [plain(line) for line in lines]
    while len(text := "\n".join(shown)) > ROOM and len(shown) > 1:
        shown = shown[1:]
    return text
