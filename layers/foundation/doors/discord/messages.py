"""Messages in the format of Discord's API, within its limits (both rings)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct

BLURPLE: Final = 0x5865F2
MOST_EMBEDS: Final = 10
MOST_CHOICES: Final = 25
MOST_FIELDS: Final = 25
MOST_TEXT: Final = 6000
"""Characters in all embeds of a message together."""

GREY_BUTTON, BLUE_BUTTON, GREEN_BUTTON, RED_BUTTON = 2, 1, 3, 4

_MARKDOWN = re.compile(r"([\\*_~`|>#\[\]()<@:-])")


def plain(text: str) -> str:
    """Escape text from people so that it is shown literally: no markdown, no mention, no link."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def clip(text: str, length: int) -> str:
    """Shorten a text to a length, with an ellipsis."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


class Field(Struct, frozen=True):
    """A field of an embed."""

    name: str
    text: str
    inline: bool = False


class Embed(Struct, frozen=True):
    """An embed.

    Attributes:
        at: unix seconds, shown in the reader's time zone; 0: none.
        thumbnail: URL of a small picture.
        image: URL of a large one.
        url: where its title leads.
    """

    title: str
    text: str = ""
    fields: tuple[Field, ...] = ()
    footer: str = ""
    color: int = BLURPLE
    at: int = 0
    thumbnail: str = ""
    image: str = ""
    url: str = ""


class Choice(Struct, frozen=True):
    """A choice in a menu or of an option.

    Attributes:
        description: shown in menus only.
        words: what people may type for it, besides its name and its value.
    """

    name: str
    value: str | int
    description: str = ""
    words: Sequence[str] = ()


class Button(Struct, frozen=True):
    """A button below a message."""

    label: str
    custom_id: str
    style: int = GREY_BUTTON
    disabled: bool = False


class Select(Struct, frozen=True):
    """A menu below a message."""

    custom_id: str
    choices: tuple[Choice, ...]
    placeholder: str = ""


def message(*embeds: Embed, components: Sequence[Button | Select] = ()) -> dict[str, Any]:
    """Return a message that notifies no one, even if it contains names."""
    return {"embeds": _embeds(embeds), "components": _rows(components), "allowed_mentions": {"parse": []}}


def non_empty(text: str, length: int) -> str:
    """Shorten a text and replace an empty one, which Discord would refuse."""
    return clip(text, length) or "\u200b"


def custom_id_of(custom_id: str) -> str:
    """Return the custom id; it must not be shortened, because part of it would mean something else.

    Raises:
        ValueError: it is empty or too long.
    """
    if not 1 <= len(custom_id) <= 100:
        raise ValueError(f"a custom id has 1 to 100 characters: {custom_id!r}")
    return custom_id


def _rows(components: Sequence[Button | Select]) -> list[dict[str, Any]]:
    """Arrange components in at most five rows: one menu or up to five buttons in each."""
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
        "label": non_empty(button.label, 80),
        "custom_id": custom_id_of(button.custom_id),
        "disabled": button.disabled,
    }


def _select(select: Select) -> dict[str, Any]:
    options: list[Mapping[str, Any]] = [
        {"label": non_empty(choice.name, 100), "value": str(choice.value)[:100]}
        | ({"description": clip(choice.description, 100)} if choice.description else {})
        for choice in select.choices[:MOST_CHOICES]
    ]
    return {
        "type": 3,
        "custom_id": custom_id_of(select.custom_id),
        "options": options,
        "placeholder": clip(select.placeholder, 150),
    }


def _embeds(embeds: Sequence[Embed]) -> list[dict[str, Any]]:
    """Return the embeds in order, without those beyond Discord's limits."""
    left = MOST_TEXT
    shown: list[dict[str, Any]] = []
    for embed in embeds[:MOST_EMBEDS]:
        title, footer = clip(embed.title, 256), clip(embed.footer, 256)
        text = clip(embed.text, 4096)
        left -= len(title) + len(footer) + len(text)
        if left < 0:
            break
        fields: list[dict[str, Any]] = []
        for field in embed.fields[:MOST_FIELDS]:
            name, value = clip(field.name, 256) or "\u200b", clip(field.text, 1024) or "\u200b"
            left -= len(name) + len(value)
            if left < 0:
                break
            fields.append({"name": name, "value": value, "inline": field.inline})
        shown.append(
            {"title": title, "description": text, "color": embed.color, "fields": fields}
            | ({"footer": {"text": footer}} if footer else {})
            | ({"thumbnail": {"url": embed.thumbnail}} if embed.thumbnail else {})
            | ({"image": {"url": embed.image}} if embed.image else {})
            | ({"url": embed.url} if embed.url else {})
            | ({"timestamp": datetime.fromtimestamp(embed.at, UTC).isoformat()} if embed.at else {})
        )
    return shown
