"""The tool that lets villages trade and plots it."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest
from PIL import Image

from local.tools import curves, worlds_market

YEAR = 360


@pytest.mark.slow
@pytest.mark.parametrize("seed", [7, 8])
def test_a_year_of_a_hundred_people_is_healthy_and_takes_less_than_a_minute(seed: int):
    began = process_time()

    samples, found, _ = worlds_market.simulate(seed, people=100, days=YEAR, villages=1)

    assert process_time() - began < 60
    assert len(samples) == YEAR
    assert found.problems == []
    assert abs(found.inflation) < 0.1
    assert 0.3 <= found.gini <= 0.5
    assert found.trades >= 10
    assert found.largest_share <= 0.5
    assert found.starved == 0


def test_a_season_is_printed_and_plotted(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    picture = tmp_path / "market.png"

    status = worlds_market.main(["--people", "12", "--days", "90", "--villages", "2", "--to", str(picture)])

    printed = capsys.readouterr().out
    assert "day   90: shopping costs" in printed
    assert "coins, as at the beginning" in printed
    # Twelve people are too few for a market: the tool says so, and its status, too.
    assert status == 1
    assert "fewer than 10 trades for each person and day" in printed
    with Image.open(picture) as drawn:
        assert drawn.width == curves.WIDTH


def test_it_takes_a_season_to_know_a_market(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        worlds_market.main(["--days", "30"])

    assert "at least 90" in capsys.readouterr().err
