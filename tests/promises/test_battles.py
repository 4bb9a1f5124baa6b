"""Every battle ends, and each of its turns is spoken, stored and counted once, no matter what fails outside."""

from __future__ import annotations

from contextlib import closing
from random import Random

import pytest

from kernel.database import connect, transaction
from kernel.migrations import migrate
from personas.preparation import prepare
from tests.promises.debates import Numbers, play
from tests.promises.durable_database import durable_database
from tests.support.migrations import MIGRATIONS


def test_battles_end_no_matter_what_fails_outside(database_url: str, monkeypatch: pytest.MonkeyPatch):
    ends = play(database_url, Numbers(battles=20, accounts=4, workers=2, kill_rate=0.03), monkeypatch)

    assert ends["completed"] >= 10, ends


@pytest.mark.slow
def test_five_hundred_battles_end_although_postgres_is_restarted_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    with durable_database() as server:
        migrate(server.url, MIGRATIONS)
        with closing(connect(server.url)) as conn, transaction(conn, rng=Random(1)) as tx:
            prepare(tx)

        ends = play(
            server.url, Numbers(battles=500, accounts=50, workers=4, restarts=4), monkeypatch, restart=server.crash
        )

    with capsys.disabled():
        print(f"\n    {dict(ends)}")
    assert ends["completed"] >= 250, ends
