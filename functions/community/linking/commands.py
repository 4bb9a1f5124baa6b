"""/link and /unlink: link and unlink the accounts of one person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from community.linking import service as linking
from community.linking import texts
from community.linking.rules import TOKEN_LENGTH
from doors.discord.commands import command, component, flag, integer, text
from doors.discord.interaction import Interaction
from doors.discord.messages import plain
from doors.discord.replies import GREEN_BUTTON, RED_BUTTON, Button, DiscordReply, Embed, Form, Input, card
from functions.community.discord.players import PLATFORM_CHOICES, player_of
from kernel.database import Tx
from kernel.texts import to_translate, translate

NO_CLAIM: Final = -1
"""Claims are numbered from 1."""

_LINKING, _UNLINKING = to_translate("Link your accounts"), to_translate("Unlink an account")
_STEPS = to_translate(
    "Then come back and confirm: with the button, or with /link confirm. If you already have a code, enter it."
)


@command(
    "link",
    "Play as the same player on this and another platform.",
    text("token", "The code from your other account."),
    flag("confirm", "The other account has claimed your code: see which it is, and link the two."),
    integer("number", "Which account it is, if several have claimed your code: it was told its number.", least=1),
    changes=True,
)
def link(call: Interaction, tx: Tx) -> DiscordReply:
    if code := call.text("token"):
        return _claimed(call, tx, code)
    if call.flag("confirm") or call.integer("number"):
        return _asked(call, tx, number=call.integer("number") or None)
    token = linking.start_link(tx, player_of(call))
    return DiscordReply(
        embeds=(Embed(translate(_LINKING), f"{texts.started(token)} {translate(_STEPS)}"),),
        components=(
            Button(translate("Confirm"), f"link:check:{token.token}", GREEN_BUTTON),
            Button(translate("Enter a code"), "link:code"),
        ),
    )


@component("link:check", changes=True, own=True)
def ask_to_confirm(call: Interaction, tx: Tx) -> DiscordReply:
    return _asked(call, tx, call.arguments[0] if call.arguments else "")


def _asked(call: Interaction, tx: Tx, code: str = "", number: int | None = None) -> DiscordReply:
    """Name the account that claimed the code, before anything is linked."""
    token, claim = linking.find_claim(tx, player_of(call), code, number)
    return DiscordReply(
        embeds=(Embed(translate(_LINKING), plain(texts.asked(claim.account))),),
        components=(Button(translate("That is me: link"), f"link:confirm:{token.token}:{claim.number}", GREEN_BUTTON),),
        update=bool(code),
    )


@component("link:confirm", changes=True, once=True, own=True)
def confirm_link(call: Interaction, tx: Tx) -> DiscordReply:
    code = call.arguments[0] if call.arguments else ""
    linked = texts.linked(linking.confirm_link(tx, player_of(call), code, _number(call.arguments[1:])))
    return DiscordReply(embeds=(Embed(translate(_LINKING), plain(linked)),), update=True)


def _number(arguments: Sequence[str]) -> int | None:
    """Return the number of the claim that a button is for; None for one from before claims had numbers."""
    if not arguments:
        return None
    written = arguments[0]
    is_number = written.isascii() and written.isdecimal() and len(written) < 10
    return (is_number and int(written)) or NO_CLAIM


@component("link:code")
def ask_for_code(call: Interaction, tx: Tx) -> Form:
    code = Input("token", translate("The code from your other account"), longest=TOKEN_LENGTH)
    return Form("link:claim", translate(_LINKING), (code,))


@component("link:claim", changes=True)
def claim_link(call: Interaction, tx: Tx) -> DiscordReply:
    return _claimed(call, tx, call.fields.get("token", "").strip())


def _claimed(call: Interaction, tx: Tx, code: str) -> DiscordReply:
    return card(translate(_LINKING), plain(texts.claimed(linking.claim_link(tx, code, player_of(call)))))


@command(
    "unlink",
    "Unlink one of your accounts.",
    text("platform", "Which one.", required=True, choices=PLATFORM_CHOICES),
    flag("confirm", "Skip the warning and unlink now."),
    changes=True,
)
def unlink(call: Interaction, tx: Tx) -> DiscordReply:
    platform = call.text("platform")
    if call.flag("confirm"):
        return card(translate(_UNLINKING), _unlinked(call, tx, platform))
    linking.request_unlink(tx, player_of(call), platform)
    warning = texts.unlink_asked(platform, own=platform == "discord")
    return DiscordReply(
        embeds=(Embed(translate(_UNLINKING), warning),),
        components=(Button(translate("Unlink"), f"unlink:{platform}:{call.id}", RED_BUTTON),),
    )


@component("unlink", changes=True, once=True, own=True)
def confirm_unlink(call: Interaction, tx: Tx) -> DiscordReply:
    platform = call.arguments[0] if call.arguments else ""
    return DiscordReply(embeds=(Embed(translate(_UNLINKING), _unlinked(call, tx, platform)),), update=True)


def _unlinked(call: Interaction, tx: Tx, platform: str) -> str:
    linking.confirm_unlink(tx, player_of(call), platform)
    return texts.unlinked(platform)
