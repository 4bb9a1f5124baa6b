"""/admin-follow: whom the community follows through worlds."""

from __future__ import annotations

from community.heroes import following, texts
from doors.discord.commands import command, member
from doors.discord.interaction import Interaction
from doors.discord.replies import DiscordReply, card, plain
from functions.community.discord.players import player_of
from kernel.database import Tx
from kernel.texts import translate


@command(
    "admin-follow",
    "Follow a player's hero through worlds.",
    member("user", "Whose hero; no one's when left out."),
    changes=True,
    admin=True,
)
def follow(call: Interaction, tx: Tx) -> DiscordReply:
    title = translate("Our hero in worlds")
    wanted = call.member("user")
    if wanted is None:
        following.follow_no_one(tx)
        return card(title, texts.following_no_one())
    return card(title, plain(texts.following(following.follow(tx, player_of(wanted)))))
