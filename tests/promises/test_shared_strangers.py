"""A raid: newcomers write several lines within a second, which come in several batches at once."""

from __future__ import annotations

from functools import partial
from time import sleep

from community.messages import service as messages
from community.messages.models import Line
from community.players.models import PlayerRef
from kernel.database import Connection, Tx
from tests.support.races import race_of

BATCHES = 4
ROUNDS = 8


def test_batches_that_share_strangers_do_not_deadlock(conn: Connection, database_url: str):
    with race_of(BATCHES, database_url) as race:
        for number in range(ROUNDS):
            lines = [Line(PlayerRef("twitch", f"{number}-{each}", f"raider{each}"), "hi") for each in range(25)]
            race(*[partial(send, lines=lines[shift:] + lines[:shift]) for shift in range(BATCHES)])

    assert conn.execute("SELECT count(*) AS users FROM users").fetchone() == {"users": 25 * ROUNDS}
    assert deadlocks(conn) == 0


def send(tx: Tx, lines: list[Line]) -> None:
    messages.handle_messages(tx, "twitch", lines)


def deadlocks(conn: Connection) -> int:
    """Those of this database; a session reports them when it ends."""
    while conn.execute(
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    ).fetchall():
        sleep(0.01)
    row = conn.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").fetchone()
    assert row
    return row["deadlocks"]
