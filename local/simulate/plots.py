"""Plots as SVG: a line per community, readable on a light and on a dark page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import floor, log10
from typing import Final

WIDTH: Final = 720
HEIGHT: Final = 300
LEFT: Final = 64
RIGHT: Final = 24
TOP: Final = 44
BOTTOM: Final = 60
GRID_LINES: Final = 5
STYLE: Final = (
    "text{font:12px system-ui,sans-serif;fill:#334155}.title{font-weight:600;font-size:14px}"
    ".grid{stroke:#94a3b8;stroke-opacity:.35}.line{fill:none;stroke-width:2}"
    ".a{stroke:#0284c7}.b{stroke:#c2410c}.c{stroke:#15803d}"
    "@media (prefers-color-scheme:dark){text{fill:#cbd5e1}.a{stroke:#38bdf8}.b{stroke:#fb923c}.c{stroke:#4ade80}}"
)

Line = tuple[str, Sequence[tuple[float, float]]]
"""(label, points (x, y) in ascending order of x)"""


def plot(title: str, x_label: str, lines: Sequence[Line]) -> str:
    """Return the text of an SVG file with up to three lines over a common scale that begins at 0."""
    most_x = max(x for _, points in lines for x, _ in points)
    step = _step(max(y for _, points in lines for _, y in points))
    most_y = step * GRID_LINES
    inner_width, inner_height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def place(x: float, y: float) -> str:
        return f"{LEFT + inner_width * x / most_x:.1f},{TOP + inner_height * (1 - y / most_y):.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">',
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}</style>",
        f'<text class="title" x="{LEFT}" y="24">{escape(title)}</text>',
    ]
    for number in range(GRID_LINES + 1):
        y = TOP + inner_height * (1 - number / GRID_LINES)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{step * number:g}</text>')
    for x in range(0, floor(most_x) + 1, 5):
        across = LEFT + inner_width * x / most_x
        parts.append(f'<text x="{across:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{x}</text>')
    parts.append(f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 10}" text-anchor="end">{escape(x_label)}</text>')
    for index, (label, points) in enumerate(lines):
        colour, across = "abc"[index], LEFT + index * 150
        way = " ".join(place(x, y) for x, y in points)
        parts.append(f'<polyline class="line {colour}" points="{way}"/>')
        parts.append(f'<path class="line {colour}" d="M{across} {HEIGHT - 14}h18"/>')
        parts.append(f'<text x="{across + 24}" y="{HEIGHT - 10}">{escape(label)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _step(most: float) -> float:
    """Return the smallest round step of which `GRID_LINES` reach the highest value."""
    least = max(most, 1) / GRID_LINES
    power = 10 ** floor(log10(least))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= least)
