from __future__ import annotations

from datetime import timedelta

from kernel.database import Connection, Tx, transaction
from kernel.idempotency import RETENTION, Answer, IdempotencyKey, Replay, find_answer, replay_if_answered, replaying_refusals, store_answer
from kernel.errors import TryAgain
from tests.support.races import race_of
from community.players.models import PlayerRef
from community.messages.models import Line
from community.messages import service as messages
from kernel.action import _run_once_in_transaction
from time import monotonic

import pytest


def test_identical_requests_at_once_on_an_expired_key_act_once(conn: Connection, database_url: str):
    conn.execute("CREATE TABLE acts (n int)")
    with race_of(8, database_url) as race:
        for n in range(25):
            key = IdempotencyKey("c", "/p", str(n))
            with transaction(conn) as tx:
                tx.execute("INSERT INTO idempotency_keys VALUES ('c', '/p', %s, 200, 'old', now() - interval '25 h')", (str(n),))

            def once(c: Connection) -> Answer:
                for _ in range(9):
                    try:
                        return _run_once_in_transaction(act, key, None, c)
                    except TryAgain:
                        pass
                raise AssertionError

            def act(tx: Tx) -> Answer:
                tx.execute("SELECT 1").fetchone()
                tx.execute("INSERT INTO acts VALUES (%s)", (n,))
                return Answer(200, "new")

            got = race.run(*[once] * 8)
            assert [each.body for each in got] == ["new"] * 8
            assert sum(not each.replayed for each in got) == 1
    assert conn.execute("SELECT count(*) AS n FROM acts").fetchone() == {"n": 25}


@pytest.mark.parametrize("batches", [2, 4])
def test_batches_that_share_strangers_do_not_wait_for_deadlocks(conn: Connection, database_url: str, batches: int):
    """A raid: each newcomer writes several lines within a second, which are in several batches."""
    took = []
    with race_of(batches, database_url) as race:
        for n in range(8):
            began = monotonic()
            lines = [Line(PlayerRef("twitch", f"{n}-{i}", f"u{i}"), "hi") for i in range(25)]
            race(*[lambda tx, k=k: messages.handle_messages(tx, "twitch", lines[k:] + lines[:k]) and None for k in range(batches)])
            took.append(round(monotonic() - began, 2))
    print(batches, "batches took", took)
    assert conn.execute("SELECT count(*) AS n FROM users").fetchone() == {"n": 200}
    assert max(took) < 1
