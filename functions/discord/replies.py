"""What people on Discord are shown when they do something, cut to what Discord takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from doors import discord_messages
from doors.discord_messages import Embed, Field, clip, plain

__all__ = [
    "Button",
    "Choice",
    "Embed",
    "Field",
    "File",
    "Form",
    "Input",
    "Reply",
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
"""Flag of a message that only the caller sees."""

GREY, BLURPLE, GREEN, RED = 2, 1, 3, 4
"""Styles of buttons."""

MOST_CHOICES: Final = 25


@dataclass(frozen=True, slots=True)
class Choice:
    """
    Attributes:
        description: shown in menus only.
    """

    name: str
    value: str | int
    description: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    custom_id: str
    style: int = GREY
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Select:
    custom_id: str
    choices: tuple[Choice, ...]
    placeholder: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """One field of a form, for one line."""

    custom_id: str
    label: str
    placeholder: str = ""
    longest: int = 100


@dataclass(frozen=True, slots=True)
class Form:
    """A window to fill in; what was written comes as a component of that custom id. The answer to a reading only:
    opening it changes nothing."""

    custom_id: str
    title: str
    inputs: tuple[Input, ...]


@dataclass(frozen=True, slots=True)
class File:
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """
    Attributes:
        public: everybody in the channel sees it; None: as the command says.
        update: it takes the place of the message whose button was pressed.
        files: from deferred commands only.
    """

    text: str = ""
    embeds: tuple[Embed, ...] = ()
    components: tuple[Button | Select, ...] = ()
    public: bool | None = None
    update: bool = False
    files: tuple[File, ...] = ()


def card(title: str, text: str = "", *fields: Field, footer: str = "", public: bool | None = None) -> Reply:
    """The usual reply: one embed."""
    return Reply(embeds=(Embed(title, text, fields, footer),), public=public)


def answer(reply: Reply | Form, *, public: bool) -> dict[str, Any]:
    """
    Args:
        public: what the command says; the reply may know better.
    """
    if isinstance(reply, Form):
        return {"type": FORM, "data": _form(reply)}
    shown = public if reply.public is None else reply.public
    data = message(reply)
    if reply.update:
        return {"type": UPDATE, "data": data}
    return {"type": MESSAGE, "data": data if shown else {**data, "flags": EPHEMERAL}}


def message(reply: Reply) -> dict[str, Any]:
    """As Discord's API takes it, within its limits."""
    content = clip(reply.text, 2000)
    told = discord_messages.message(*reply.embeds)
    told["content"] = content if content or reply.embeds or reply.files else "…"
    told["components"] = _rows(reply.components)
    return told


def waiting(*, public: bool) -> dict[str, Any]:
    return {"type": WAIT, "data": {} if public else {"flags": EPHEMERAL}}


def choices(found: Sequence[Choice]) -> dict[str, Any]:
    listed = [{"name": _filled(each.name, 100), "value": _value(each.value)} for each in found]
    return {"type": CHOICES, "data": {"choices": listed[:MOST_CHOICES]}}


def _filled(text: str, length: int) -> str:
    """Discord takes no empty names."""
    return clip(text, length) or "\u200b"


def _value(value: str | int) -> str | int:
    return value[:100] if isinstance(value, str) else value


def _rows(components: Sequence[Button | Select]) -> list[dict[str, Any]]:
    """At most five rows: a menu fills one, of buttons there are up to five in each."""
    rows: list[list[dict[str, Any]]] = []
    for component in components:
        if isinstance(component, Select):
            rows.append([_select(component)])
        elif rows and rows[-1][0]["type"] == 2 and len(rows[-1]) < 5:
            rows[-1].append(_button(component))
        else:
            rows.append([_button(component)])
    return [{"type": 1, "components": row} for row in rows[:5]]


def _button(button: Button) -> dict[str, Any]:
    return {
        "type": 2,
        "style": button.style,
        "label": _filled(button.label, 80),
        "custom_id": _custom_id(button.custom_id),
        "disabled": button.disabled,
    }


def _select(select: Select) -> dict[str, Any]:
    options: list[Mapping[str, Any]] = [
        {"label": _filled(choice.name, 100), "value": str(choice.value)[:100]}
        | ({"description": clip(choice.description, 100)} if choice.description else {})
        for choice in select.choices[:MOST_CHOICES]
    ]
    return {
        "type": 3,
        "custom_id": _custom_id(select.custom_id),
        "options": options,
        "placeholder": clip(select.placeholder, 150),
    }


def _form(form: Form) -> dict[str, Any]:
    inputs = [
        {
            "type": 4,
            "custom_id": _custom_id(each.custom_id),
            "style": 1,
            "label": _filled(each.label, 45),
            "placeholder": clip(each.placeholder, 100),
            "max_length": each.longest,
            "required": True,
        }
        for each in form.inputs[:5]
    ]
    return {
        "custom_id": _custom_id(form.custom_id),
        "title": _filled(form.title, 45),
        "components": [{"type": 1, "components": [each]} for each in inputs],
    }


def _custom_id(custom_id: str) -> str:
    """Ours, and never cut: half of one would mean something else."""
    if not 1 <= len(custom_id) <= 100:
        raise ValueError(f"a custom id has 1 to 100 characters: {custom_id!r}")
    return custom_id
