"""Each package has its tests: what `make coverage` refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.tools.coverage_floor import main


def report(folder: Path, **files: tuple[int, int]) -> str:
    """Write a report of files of Worlds: (statements that ran, statements)."""
    found = {
        f"layers/worlds/worlds/{name.replace('__', '/')}.py": {
            "summary": {"covered_lines": ran, "num_statements": there}
        }
        for name, (ran, there) in files.items()
    }
    file = folder / "coverage.json"
    file.write_text(json.dumps({"files": found}))
    return str(file)


@pytest.mark.parametrize(("ran", "status"), [(80, 0), (79, 1)])
def test_a_package_below_80_per_cent_fails_however_good_the_others_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ran: int, status: int
):
    file = report(tmp_path, play__service=(1000, 1000), tickets__service=(ran - 10, 90), tickets__models=(10, 10))

    assert main([file, "worlds"]) == status

    assert ("worlds.tickets: 79.0 %" in capsys.readouterr().err) == bool(status)


def test_a_product_that_was_not_measured_fails(tmp_path: Path):
    assert main([report(tmp_path, play__service=(1, 1)), "personas"]) == 1
