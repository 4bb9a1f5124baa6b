"""The tool that prints and plots the history of a world."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from local.tools import curves, worlds_history
from worlds.ecosystem.models import MASS_EXTINCTION, Happening


def test_a_history_is_printed_and_plotted(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    picture = tmp_path / "history.png"

    assert worlds_history.main(["--seed", "3", "--years", "2e5", "--size", "small", "--to", str(picture)]) == 0

    printed = capsys.readouterr().out
    assert "0.20 My" in printed
    assert "species" in printed
    assert "seed 3: 200,000 years" in printed
    assert "oxygen        from" in printed
    with Image.open(picture) as drawn:
        assert drawn.width == curves.WIDTH
        assert len(drawn.getcolors(maxcolors=100_000) or ()) > 4


def test_only_what_happened_shortly_before_explains_a_stray():
    """What happened five million years before explained one, too."""
    catastrophe = Happening(10_920_000, MASS_EXTINCTION)
    samples = [
        worlds_history.Sample(year, 15, 0, 0.3, 60, 0, 0.25, 1_000, shares, happened)
        for year, shares, happened in (
            (11_000_000, (0.95, 0.045, 0.005), (catastrophe,)),
            (12_000_000, (0.84, 0.12, 0.04), ()),
            (16_000_000, (0.84, 0.12, 0.2), ()),
        )
    ]

    lines = list(worlds_history.strays(samples))

    assert [line.split(" after ")[1] for line in lines] == [
        *["mass extinction 80,000 years before"] * 3,
        "nothing that is known",
    ]
