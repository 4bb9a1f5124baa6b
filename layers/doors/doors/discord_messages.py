"""Messages as Discord's API takes them, within its limits. Both rings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

BLURPLE: Final = 0x5865F2
MOST_EMBEDS: Final = 10
MOST_FIELDS: Final = 25
MOST_TEXT: Final = 6000
"""Of all embeds of a message together."""

_MARKDOWN = re.compile(r"([\\*_~`|>#\[\]()<@:-])")


def plain(text: str) -> str:
    """Text that somebody made up, so that it is shown as it is: no markdown, no mention, no link."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def clip(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    text: str
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Embed:
    """
    Attributes:
        at: unix seconds, shown in the reader's time; 0: none.
        thumbnail: address of a picture.
    """

    title: str
    text: str = ""
    fields: tuple[Field, ...] = ()
    footer: str = ""
    color: int = BLURPLE
    at: int = 0
    thumbnail: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    custom_id: str


def message(*embeds: Embed, buttons: Sequence[Button] = ()) -> dict[str, Any]:
    """Nobody is called by it, whoever's name is in it."""
    row = {"type": 1, "components": [_button(button) for button in buttons]}
    return {
        "embeds": _embeds(embeds),
        "components": [row] if buttons else [],
        "allowed_mentions": {"parse": []},
    }


def _button(button: Button) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": clip(button.label, 80), "custom_id": button.custom_id}


def _embeds(embeds: Sequence[Embed]) -> list[dict[str, Any]]:
    """The first come first; what does not fit any more is left out."""
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
            | ({"timestamp": datetime.fromtimestamp(embed.at, UTC).isoformat()} if embed.at else {})
        )
    return shown
