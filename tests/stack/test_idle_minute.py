"""An empty house costs next to nothing: one question a minute, no relay; and yet an event leaves within two seconds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from uuid import uuid4

import pytest

from local.stack.postgres import Postgres
from tests.support.code import ROOT

MINUTES = 10


@pytest.mark.slow
def test_an_idle_minute_is_one_question_per_clock(postgres: Postgres, template_database: str):
    """In seconds: the schedules' clock runs sixty times as fast."""
    name = f"idle_{uuid4().hex}"
    environment = {
        **os.environ,
        "BRANDISH_CLOCK_SPEED": "60",
        "DATABASE_URL": postgres.create_database(name, template_database),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    done = subprocess.run(
        [sys.executable, "-m", "local.tools.idle_minute", str(MINUTES)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    cost = json.loads(done.stdout.splitlines()[-1])
    print(cost)

    # The schedules began at some moment within a minute, so there may be one more.
    assert cost["invocations"].keys() == {"Clock", "NotifySockets"}
    assert all(MINUTES - 1 <= count <= MINUTES + 1 for count in cost["invocations"].values())
    assert cost["round_trips"] == cost["invocations"]["Clock"]
    # With every tenth question goes another: whether too many of the clocks' connections are taken.
    assert cost["statements"] <= cost["round_trips"] * 1.1 + 2
    assert cost["seconds_to_the_bus"] < 2
    postgres.drop_database(name)
