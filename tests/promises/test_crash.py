"""Kills every process under load over HTTP, at random: answered requests stay done, and nothing is done twice.

`make storm ARGS="--minutes 60"` is this test for longer.
"""

from __future__ import annotations

import pytest

from tests.promises import long_storm
from tests.promises.long_storm import LongStorm
from tests.promises.preparation import choose_seed


@pytest.mark.slow
def test_answered_requests_survive_random_kills_of_every_process(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    minutes: float = pytestconfig.getoption("--minutes", 2.0) or 2.0
    monkeypatch.setenv("GAMBLE_JOIN_DURATION_MINUTES", "0.2")

    with capsys.disabled():
        report = long_storm.run(LongStorm(minutes), choose_seed(), print)

    assert report.killed.keys() >= {"stack", "outer ring", "Postgres"}
    assert report.killed.total() >= 3 * minutes
    assert report.answers["retries"] >= 10 * minutes
    assert report.calls.keys() >= {"confirm", "unlinked", "forgotten", "import", "undo", "gamble", "upgrade"}
