"""Drawing a card: 960 by 540 pixels, the same bytes for the same facts. Source: personas 10."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final
from unicodedata import category

from msgspec import Struct
from PIL import Image, ImageDraw, ImageFont

from personas.cards.layout import cut_line, printable, set_lines
from personas.cards.models import CardFacts

SIZE: Final = (960, 540)
PADDING: Final = 16
TAKEAWAY_GAP: Final = 6

Color = tuple[int, int, int]
CANVAS: Final[Color] = (15, 23, 42)
INK: Final[Color] = (15, 23, 42)
MUTED: Final[Color] = (71, 85, 105)
LABEL: Final[Color] = (29, 78, 216)
"""Darker than the borders' blue, which is too pale to be read on the boxes."""
BLUE: Final[Color] = (59, 130, 246)
GREY: Final[Color] = (148, 163, 184)


class Box(Struct, frozen=True):
    """A frame with texts inside."""

    x0: int
    y0: int
    x1: int
    y1: int
    fill: Color
    border: Color

    @property
    def left(self) -> int:
        return self.x0 + PADDING

    @property
    def right(self) -> int:
        return self.x1 - PADDING

    @property
    def text_width(self) -> int:
        return self.x1 - self.x0 - 2 * PADDING


TITLE: Final = Box(24, 24, 936, 150, fill=(248, 250, 252), border=BLUE)
LEFT: Final = Box(24, 166, 644, 440, fill=(248, 250, 252), border=GREY)
RIGHT: Final = Box(660, 166, 936, 440, fill=(241, 245, 249), border=GREY)
FOOTER: Final = Box(24, 456, 936, 516, fill=(219, 234, 254), border=BLUE)

_FACE: Final = str(Path(__file__).with_name("card.ttf"))


class Type(Struct, frozen=True):
    """Letters of a size. A feed shows the card at 400 pixels: none is smaller than it can be read there.

    Attributes:
        line: from one base to the next.
    """

    font: ImageFont.FreeTypeFont
    line: int

    @classmethod
    def of(cls, size: int, line: int) -> Type:
        # The layout engine that every build of Pillow has, so that all draw alike.
        return cls(ImageFont.truetype(_FACE, size, layout_engine=ImageFont.Layout.BASIC), line)

    def width(self, text: str) -> float:
        return self.font.getlength(text)


Sizes = tuple[tuple[Type, int], ...]
"""A text is set in the first size in which it fits on so many lines; if it fits in none, it is cut in the last one."""

TOPIC: Final[Sizes] = ((Type.of(54, 54), 1), (Type.of(46, 46), 1), (Type.of(38, 43), 2))
NAME: Final[Sizes] = ((Type.of(38, 44), 1), (Type.of(32, 44), 1))
VERDICT: Final[Sizes] = ((Type.of(38, 44), 1), (Type.of(32, 38), 2), (Type.of(27, 33), 3))
TAKEAWAY: Final = Type.of(25, 29)
HEADING: Final = Type.of(22, 24)
NOTE: Final = Type.of(23, 28)
LINK: Final = Type.of(21, 24)

TAKEAWAY_LINES: Final = 7
"""Lines of the box on the right. A takeaway that does not fit on those that are left is not drawn."""


def draw_card(facts: CardFacts, url: str) -> bytes:
    """Return the card as a PNG.

    Args:
        url: where it is to be read, without the scheme.
    """
    image = Image.new("RGB", SIZE, CANVAS)
    card = _Card(ImageDraw.Draw(image))
    labels = facts.labels

    card.frame(TITLE)
    card.text(labels.topic, HEADING, TITLE.left, 52, LABEL)
    card.text_at_the_right(facts.origin, NOTE, TITLE.right, 52)
    lines, type_ = fitted(facts.topic, TOPIC, TITLE.text_width)
    card.lines(lines, type_, TITLE.left, 122 if len(lines) == 1 else 94)

    card.frame(LEFT)
    card.text(labels.sides, HEADING, LEFT.left, 196, LABEL)
    for side, name, y in (("PRO", facts.pro_name, 238), ("CON", facts.con_name, 284)):
        card.name(name, labels.winner if facts.winner == side else "", LEFT.left, y, LEFT.text_width)
    card.text(labels.verdict, HEADING, LEFT.left, 328, LABEL)
    lines, type_ = fitted(facts.verdict, VERDICT, LEFT.text_width)
    card.lines(lines, type_, LEFT.left, 372 if len(lines) < 3 else 362)

    card.frame(RIGHT)
    card.text(labels.takeaways, HEADING, RIGHT.left, 196, LABEL)
    if facts.takeaways:
        card.takeaways(facts.takeaways, RIGHT.left, 232, RIGHT.text_width)
    else:
        lines = set_lines(labels.no_takeaways, TAKEAWAY.width, RIGHT.text_width, TAKEAWAY_LINES)
        card.lines(lines, TAKEAWAY, RIGHT.left, 232, MUTED)

    card.frame(FOOTER)
    card.text(labels.link, HEADING, FOOTER.left, 481, LABEL)
    card.text_at_the_right(facts.progress, NOTE, FOOTER.right, 481)
    card.lines(set_lines(url, LINK.width, FOOTER.text_width, 1), LINK, FOOTER.left, 507, MUTED)

    drawn = BytesIO()
    image.save(drawn, "PNG")
    return drawn.getvalue()


class _Card:
    """A card that is being drawn. Every y is that of a line's base."""

    def __init__(self, draw: ImageDraw.ImageDraw) -> None:
        self._draw = draw

    def frame(self, box: Box) -> None:
        self._draw.rectangle((box.x0, box.y0, box.x1, box.y1), fill=box.fill, outline=box.border, width=1)

    def text(self, text: str, type_: Type, x: float, y: int, fill: Color = INK) -> None:
        self._draw.text((x, y), text, fill=fill, font=type_.font, anchor="ls")

    def text_at_the_right(self, text: str, type_: Type, x: float, y: int) -> None:
        self._draw.text((x, y), text, fill=MUTED, font=type_.font, anchor="rs")

    def lines(self, lines: Sequence[str], type_: Type, x: int, y: int, fill: Color = INK) -> None:
        """Draw lines below one another."""
        for number, line in enumerate(lines):
            self.text(line, type_, x, y + number * type_.line, fill)

    def name(self, name: str, mark: str, x: int, y: int, width: int) -> None:
        """Draw a side's name, and a mark behind it."""
        room = width - (PADDING + HEADING.width(mark) if mark else 0)
        [line], type_ = fitted(name, NAME, room)
        self.text(line, type_, x, y)
        if mark:
            self.text(mark, HEADING, x + type_.width(line) + PADDING, y, LABEL)

    def takeaways(self, takeaways: Sequence[str], x: int, y: int, width: float) -> None:
        """Draw those that fit, one below the other; the first one is cut if it does not."""
        left = TAKEAWAY_LINES
        for number, takeaway in enumerate(takeaways):
            lines = set_lines(seen(takeaway), TAKEAWAY.width, width, TAKEAWAY_LINES)
            if number and len(lines) > left:
                return
            self.lines(lines, TAKEAWAY, x, y)
            left -= len(lines)
            y += len(lines) * TAKEAWAY.line + TAKEAWAY_GAP


def fitted(text: str, sizes: Sizes, width: float) -> tuple[list[str], Type]:
    """Return the lines of a text, one at least, and the size in which they are set."""
    shown = seen(text)
    for type_, most in sizes:
        lines = set_lines(shown, type_.width, width, most + 1)
        if len(lines) <= most:
            return lines or [""], type_
    type_, most = sizes[-1]
    if most == 1:
        return [cut_line(printable(shown), type_.width, width)], type_
    return set_lines(shown, type_.width, width, most), type_


def seen(text: str) -> str:
    """Return a text without the pictures that the typeface does not have, such as emoji."""
    return "".join(each for each in text if category(each) not in _PICTURES or _is_drawn(each))


_PICTURES: Final = ("So", "Sk", "Co", "Cn")


@cache
def _is_drawn(character: str) -> bool:
    return _picture_of(character) != _picture_of("\U0010fffd")


def _picture_of(character: str) -> bytes:
    image = Image.new("L", (48, 48))
    ImageDraw.Draw(image).text((8, 36), character, fill=255, font=NOTE.font, anchor="ls")
    return image.tobytes()
