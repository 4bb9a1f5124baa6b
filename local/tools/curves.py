"""Pictures with a panel for each of several curves, one below the other: what tools of Worlds plot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from PIL import Image, ImageDraw

WIDTH: Final = 1000
PANEL: Final = 150
MARGIN: Final = 60
INK: Final = (40, 44, 52)
GRID: Final = (214, 218, 224)
MARK: Final = (235, 170, 160)
COLOURS: Final = ((200, 70, 50), (40, 110, 180), (50, 130, 70), (120, 70, 150), (150, 110, 40))


class Panel(NamedTuple):
    """A curve, and what it lies between.

    Attributes:
        digits: that its values are written with.
    """

    name: str
    values: Sequence[float]
    low: float
    high: float
    digits: int = 0


def plot(
    title: str,
    across: Sequence[float],
    panels: Sequence[Panel],
    ticks: Sequence[tuple[float, str]],
    marks: Sequence[float] = (),
) -> Image.Image:
    """Return a picture of curves with the same horizontal axis, which begins at 0 and ends with its last value.

    Args:
        across: where each value of a curve is.
        ticks: where the axis is labelled, and with what.
        marks: where a line is drawn through all panels.
    """
    image = Image.new("RGB", (WIDTH, MARGIN + len(panels) * (PANEL + MARGIN)), (255, 255, 255))
    pen = ImageDraw.Draw(image)
    pen.text((MARGIN, 16), title, INK)
    last = across[-1] or 1
    columns = {each: MARGIN + (WIDTH - 2 * MARGIN) * each / last for each in (*across, *marks, *(x for x, _ in ticks))}
    for number, (panel, colour) in enumerate(zip(panels, COLOURS, strict=False)):
        top = MARGIN + number * (PANEL + MARGIN)
        span = (panel.high - panel.low) or 1.0
        heights = {value: top + PANEL - PANEL * (value - panel.low) / span for value in panel.values}
        pen.text((MARGIN, top - 16), panel.name, INK)
        for share in (0.0, 0.5, 1.0):
            height = top + PANEL * (1 - share)
            pen.line(((MARGIN, height), (WIDTH - MARGIN, height)), GRID)
            pen.text((6, height - 6), f"{panel.low + span * share:.{panel.digits}f}", INK)
        for place, label in ticks:
            pen.line(((columns[place], top), (columns[place], top + PANEL)), GRID)
            pen.text((columns[place] - 10, top + PANEL + 4), label, INK)
        for place in marks:
            pen.line(((columns[place], top), (columns[place], top + PANEL)), MARK, 2)
        pen.line([(columns[x], heights[y]) for x, y in zip(across, panel.values, strict=True)], colour, 2)
    return image
