"""`python -m local.simulate [options]`: a month of three communities by the game's rules. `--help` lists options."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

from local.simulate.chat import DAYS, PLAYING
from local.simulate.month import Month, intervals, simulate
from local.simulate.plots import Line, plot

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "docs" / "balancing"
COMMUNITIES: Final = {10: 20, 100: 8, 1000: 6}
"""{active viewers: how many months are simulated}. The fewer there are, the more a month depends on chance."""
SEED: Final = 1
FIRST_WEEK: Final = 7


def main() -> int:
    options = _options()
    months = {
        viewers: [simulate(viewers, options.seed + number, playing=options.playing) for number in range(count)]
        for viewers, count in COMMUNITIES.items()
    }
    print(f"{DAYS} days, seed {options.seed}, {options.playing:.0%} of the regulars use commands")
    print(table(months, options.seed, options.playing))
    if options.plots:
        FOLDER.mkdir(exist_ok=True)
        for name, text in plots({viewers: found[0] for viewers, found in months.items()}).items():
            file = FOLDER / name
            file.write_text(text, encoding="utf-8")
            print(file.relative_to(ROOT))
    return 0


def table(months: dict[int, list[Month]], seed: int, playing: float) -> str:
    """Return the table of all communities. A month's numbers are the medians of the simulated ones."""
    heads = (
        "active viewers",
        "months",
        "evenings between unlocks",
        "pace",
        "points per evening",
        "money",
        "of which top 1 %",
        "unlocks in a first week at pace 1",
    )
    rows: list[tuple[str, ...]] = [heads]
    for viewers, found in months.items():
        unprepared = simulate(viewers, seed, days=FIRST_WEEK, playing=playing, known=False)
        rows.append(
            (
                f"{viewers:,}",
                str(len(found)),
                f"{median(intervals(found)):.1f}",
                f"{median(month.pace for month in found):.2f}",
                f"{median(month.points[-1] / month.evenings for month in found):,.0f}",
                f"{median(month.money[-1] for month in found):,.0f}",
                f"{median(month.richest for month in found):.0%}",
                str(len(unprepared.unlocks)),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(lines)


def plots(months: dict[int, Month]) -> dict[str, str]:
    """Return {file name: SVG} of one month of each community."""

    def per_viewer(values: Sequence[int], viewers: int) -> list[tuple[float, float]]:
        return [(0.0, 0.0), *((number, value / viewers) for number, value in enumerate(values, start=1))]

    def steps(month: Month) -> list[tuple[float, float]]:
        stairs = [(at, float(count)) for number, at in enumerate(month.unlocks) for count in (number, number + 1)]
        return [(0.0, 0.0), *stairs, (float(month.evenings), float(len(month.unlocks)))]

    def line(viewers: int, points: list[tuple[float, float]]) -> Line:
        return f"{viewers:,} viewers", points

    across = "evenings"
    return {
        "points.svg": plot(
            "Contribution points per active viewer",
            across,
            [line(viewers, per_viewer(month.points, viewers)) for viewers, month in months.items()],
        ),
        "unlocks.svg": plot(
            "Levels unlocked", across, [line(viewers, steps(month)) for viewers, month in months.items()]
        ),
        "money.svg": plot(
            "Money in circulation per active viewer",
            across,
            [line(viewers, per_viewer(month.money, viewers)) for viewers, month in months.items()],
        ),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make simulate", description="Simulates a month of communities of 10, 100 and 1,000 active viewers."
    )
    parser.add_argument("--seed", type=int, default=SEED, metavar="N", help=f"other months; {SEED} when left out")
    parser.add_argument(
        "--playing",
        type=float,
        default=PLAYING,
        metavar="SHARE",
        help=f"share of the regulars who use commands, 0 to 1; {PLAYING} when left out",
    )
    parser.add_argument("--no-plots", dest="plots", action="store_false", help="only print the table")
    options = parser.parse_args()
    if not 0 <= options.playing <= 1:
        parser.error("--playing takes 0 to 1")
    return options


if __name__ == "__main__":
    sys.exit(main())
