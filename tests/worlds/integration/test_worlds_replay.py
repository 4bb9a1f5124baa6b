"""`make worlds-replay`: says what differs from the log, and mends it only when told to."""

from __future__ import annotations

from contextlib import closing

import pytest

from kernel.database import connect, transaction
from local.tools import worlds_replay
from tests.support.worlds import come_to_lobby


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["worlds-replay", *arguments])
    return worlds_replay.main()


def test_it_says_what_differs_and_mends_it_only_when_told_to(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("DATABASE_URL", database_url)
    with closing(connect(database_url)) as conn:
        with transaction(conn) as tx:
            ann = come_to_lobby(tx)

        assert run(monkeypatch) == 0
        assert "all tables are as the log says" in capsys.readouterr().out
        conn.execute("UPDATE worlds.characters SET x = 77")
        conn.execute("DELETE FROM worlds.entities WHERE name = 'old statue'")
        for _ in range(2):  # the first has changed nothing
            assert run(monkeypatch) == 1
            out = capsys.readouterr().out
            assert f"characters: character_id {ann.character_id}" in out
            assert "    x: 77, by the log 50\n" in out
            assert "entities: missing: " in out
            assert 'ARGS="--write"' in out
        assert run(monkeypatch, "--write") == 0
        assert "are now as the log says" in capsys.readouterr().out
        assert run(monkeypatch) == 0
        assert conn.execute("SELECT x FROM worlds.characters").fetchall() == [{"x": 50}]
        [noted] = conn.execute("SELECT payload, metadata FROM worlds.events WHERE event_type = 'ReadModelsRebuilt'")
        assert noted["payload"]["differences"] == 2
        assert noted["metadata"] == {"actor": "operator"}


def test_a_log_that_this_code_does_not_know_is_left_alone(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("DATABASE_URL", database_url)
    with closing(connect(database_url)) as conn:
        conn.execute(
            """
            INSERT INTO worlds.events
                (event_id, event_type, aggregate_type, aggregate_id, version, occurred_at, payload)
            VALUES (gen_random_uuid(), 'BellRung', 'bell', gen_random_uuid(), 1, now(), '{}')
            """
        )

    assert run(monkeypatch, "--write") == 1
    assert capsys.readouterr().err == "There is no type of event called BellRung\n"
