"""/info: an explanation of the game's features."""

from __future__ import annotations

from community.info import service as info
from community.info.content import name_of, texts
from doors.discord.commands import command, text
from doors.discord.interaction import Interaction
from doors.discord.replies import Choice, DiscordReply, card
from kernel.database import Tx
from kernel.texts import translate


def _names(call: Interaction, tx: Tx) -> list[Choice]:
    """The features, followed by their topics."""
    features = texts.by_feature
    topics = [
        Choice(f"{name_of(name)}: {name_of(topic)}", topic) for name, each in features.items() for topic in each.topics
    ]
    return [Choice(name_of(name), name) for name in features] + topics


@command("info", "How the game works.", text("feature", "About what.", longest=50, suggest=_names))
def info_about(call: Interaction, tx: Tx) -> DiscordReply:
    feature = call.text("feature")
    title = name_of(feature.casefold()) if feature else translate("The game")
    return card(title[:1].upper() + title[1:], info.describe("discord", feature))
