"""The tool that lets villages trade and plots it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from local.tools import curves, worlds_market


def test_a_season_is_printed_and_plotted(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    picture = tmp_path / "market.png"

    status = worlds_market.main(["--people", "12", "--days", "90", "--villages", "2", "--to", str(picture)])

    printed = capsys.readouterr().out
    assert status in (0, 1)
    assert "day   90: shopping costs" in printed
    assert "coins, as at the beginning" in printed
    with Image.open(picture) as drawn:
        assert drawn.width == curves.WIDTH


def test_it_takes_a_season_to_know_a_market(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        worlds_market.main(["--days", "30"])

    assert "at least 90" in capsys.readouterr().err
