"""/my-data and /forget-me: what is stored about a player, and how to be forgotten."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager

from community.players.models import NoSuchPlayer, UnknownPlayer
from community.privacy import forgetting, texts
from community.privacy.exporting import export_player
from community.privacy.models import NothingStored, PlayerExport
from doors.discord.commands import command, component
from doors.discord.interaction import Interaction
from doors.discord.replies import RED_BUTTON, Button, DiscordReply, Embed, File, card, plain
from functions.community.discord.players import player_of
from kernel.database import Tx
from kernel.texts import translate

MOST_TEXT = 150_000
"""Characters in the file: it travels as an event, which may have 256 KB."""


@contextmanager
def strangers_refused() -> Generator[None]:
    """Refuse for good when a stranger asks, who would otherwise be registered for it."""
    try:
        yield
    except (NoSuchPlayer, UnknownPlayer) as error:
        raise NothingStored from error


@command("my-data", "Everything that is stored about you, as a file.", deferred=True)
def my_data(call: Interaction, tx: Tx) -> DiscordReply:
    with strangers_refused():
        export = export_player(tx, player_of(call))
    text, is_whole = fitting(export, MOST_TEXT)
    return DiscordReply(texts.exported() if is_whole else texts.shortened(), files=(File("my-data.json", text),))


def fitting(export: PlayerExport, most: int) -> tuple[str, bool]:
    """Return an export as JSON of at most so many characters, and whether it has everything.

    The longest lists lose their oldest entries first.
    """
    records = {name: list(rows) for name, rows in export.records.items()}
    is_whole = not export.more
    while True:
        document = {
            "user_id": str(export.user_id),
            "username": export.username,
            "exported_at": export.exported_at.isoformat(timespec="seconds"),
            "records": records,
        }
        text = json.dumps(document, ensure_ascii=False, indent=1)
        longest = max(records, key=lambda name: len(records[name]))
        if len(text.encode()) <= most or not records[longest]:
            return text, is_whole
        records[longest] = records[longest][: len(records[longest]) // 2]
        is_whole = False


@command("forget-me", "Delete everything that is stored about you.")
def forget_me(call: Interaction, tx: Tx) -> DiscordReply:
    with strangers_refused():
        player = forgetting.ask(tx, player_of(call))
    question = Embed(translate("Forget me"), texts.question(plain(player.username)))
    button = Button(translate("Forget me"), f"forget:{forgetting.confirmation(player.id)}", RED_BUTTON)
    return DiscordReply(embeds=(question,), components=(button,))


@component("forget", changes=True, once=True, own=True)
def forget(call: Interaction, tx: Tx) -> DiscordReply:
    (code, *_) = (*call.arguments, "")
    with strangers_refused():
        forgetting.forget_oneself(tx, player_of(call), code)
    reply = card(translate("Forget me"), texts.forgotten())
    return DiscordReply(embeds=reply.embeds, update=True)
