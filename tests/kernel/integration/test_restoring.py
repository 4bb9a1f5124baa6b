"""After a restore: what listeners and messages remember of the lost time means nothing new."""

from __future__ import annotations

import pytest

from kernel import restoring
from kernel.database import Connection, reading, transaction
from kernel.events import service as events
from kernel.events.following import LogPosition, end, read_after
from kernel.outside import service as outside
from kernel.restoring import skip_what_was_handed_out


def say(conn: Connection, number: int) -> None:
    with transaction(conn) as tx:
        events.broadcast(tx, "said", number)


def ask(conn: Connection) -> int:
    with transaction(conn) as tx:
        outside.ask(tx, "toys.ball", {}, dedupe_key="ball", trace_id="")
        row = tx.execute("SELECT max(request_id) AS number FROM kernel.outside_requests").fetchone()
        assert row
        return row["number"]


def test_a_listener_from_the_lost_time_gets_what_is_new_and_nothing_twice(
    conn: Connection, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(restoring, "LEAST_TRANSACTIONS", 300)
    say(conn, 1)
    with reading(conn) as tx:
        now = end(tx)
    lost_time = LogPosition(now.transaction_id + 100, now.position + 500)  # its events are not in the backup

    assert skip_what_was_handed_out(conn) >= 300
    say(conn, 2)

    with reading(conn) as tx:
        page = read_after(tx, lost_time, 10)
    assert [frame.payload for frame in page.frames] == [2]


def test_a_message_from_the_lost_time_means_no_other_request(conn: Connection, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(restoring, "LEAST_TRANSACTIONS", 1)
    say(conn, 1)
    before = ask(conn)

    skip_what_was_handed_out(conn)
    conn.execute("DELETE FROM kernel.outside_requests")

    assert ask(conn) > before + 1000
