"""Replies to interactions, within Discord's limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct

from doors.discord import messages as discord_messages
from doors.discord.messages import (
    GREEN_BUTTON,
    MOST_CHOICES,
    RED_BUTTON,
    Button,
    Choice,
    Embed,
    Field,
    Select,
    clip,
    custom_id_of,
    non_empty,
    plain,
)

__all__ = [
    "GREEN_BUTTON",
    "RED_BUTTON",
    "Button",
    "Choice",
    "DiscordReply",
    "Embed",
    "Field",
    "File",
    "Form",
    "Input",
    "Select",
    "answer",
    "card",
    "choices",
    "message",
    "plain",
    "waiting",
]

MESSAGE: Final = 4
WAIT: Final = 5
KEEP: Final = 6
UPDATE: Final = 7
CHOICES: Final = 8
FORM: Final = 9

EPHEMERAL: Final = 1 << 6
"""The flag of messages that only the caller sees."""


class Input(Struct, frozen=True):
    """A field of a form, for one line of text."""

    custom_id: str
    label: str
    placeholder: str = ""
    longest: int = 100


class Form(Struct, frozen=True):
    """A form in a window; its input arrives as a component with this custom id. Opening it must not change anything."""

    custom_id: str
    title: str
    inputs: tuple[Input, ...]


class File(Struct, frozen=True):
    """A text file in a reply."""

    name: str
    text: str


class DiscordReply(Struct, frozen=True):
    """A reply to an interaction.

    Attributes:
        public: True if everyone in the channel sees it; None: as the command says.
        update: True if it replaces the message whose button was pressed.
        files: for deferred commands only.
    """

    text: str = ""
    embeds: tuple[Embed, ...] = ()
    components: tuple[Button | Select, ...] = ()
    public: bool | None = None
    update: bool = False
    files: tuple[File, ...] = ()


def card(title: str, text: str = "", *fields: Field, footer: str = "", public: bool | None = None) -> DiscordReply:
    """Return the usual reply: one embed."""
    return DiscordReply(embeds=(Embed(title, text, fields, footer),), public=public)


def answer(reply: DiscordReply | Form, *, public: bool) -> dict[str, Any]:
    """Return the answer to an interaction.

    Args:
        public: the command's default; the reply may override it.
    """
    if isinstance(reply, Form):
        return {"type": FORM, "data": _form(reply)}
    shown = public if reply.public is None else reply.public
    data = message(reply)
    if reply.update:
        return {"type": UPDATE, "data": data}
    return {"type": MESSAGE, "data": data if shown else {**data, "flags": EPHEMERAL}}


def message(reply: DiscordReply) -> dict[str, Any]:
    """Return the reply as a message in the format of Discord's API, within its limits."""
    content = clip(reply.text, 2000)
    body = discord_messages.message(*reply.embeds, components=reply.components)
    body["content"] = content if content or reply.embeds or reply.files else "…"
    return body


def waiting(*, public: bool) -> dict[str, Any]:
    """Return the answer that defers an interaction."""
    return {"type": WAIT, "data": {} if public else {"flags": EPHEMERAL}}


def choices(found: Sequence[Choice]) -> dict[str, Any]:
    """Return suggestions as the answer to an autocompletion."""
    listed = [{"name": non_empty(each.name, 100), "value": _value(each.value)} for each in found]
    return {"type": CHOICES, "data": {"choices": listed[:MOST_CHOICES]}}


def _value(value: str | int) -> str | int:
    return value[:100] if isinstance(value, str) else value


def _form(form: Form) -> dict[str, Any]:
    inputs = [
        {
            "type": 4,
            "custom_id": custom_id_of(each.custom_id),
            "style": 1,
            "label": non_empty(each.label, 45),
            "placeholder": clip(each.placeholder, 100),
            "max_length": each.longest,
            "required": True,
        }
        for each in form.inputs[:5]
    ]
    return {
        "custom_id": custom_id_of(form.custom_id),
        "title": non_empty(form.title, 45),
        "components": [{"type": 1, "components": [each]} for each in inputs],
    }
