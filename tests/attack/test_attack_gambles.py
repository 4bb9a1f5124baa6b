from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from time import monotonic

import psycopg
import pytest

from community.gambles import execution, service
from community.players.models import PlayerRef
from kernel.database import Connection, connect, transaction
from kernel.errors import DomainError, TryAgain
from tests.support.factories import make_player, unlock


@pytest.mark.parametrize("players", [24])
def test_a_gamble_is_played_although_a_crowd_keeps_joining(conn: Connection, database_url: str, players: int):
    with transaction(conn) as tx:
        unlock(tx, "feature_gamble")
        for n in range(players):
            make_player(tx, f"v{n}", platform_id=str(n), items={"lootbox_tier0": 5})
    with transaction(conn) as tx:
        gamble = service.start_gamble(tx, PlayerRef("twitch", "0", "v0"), [("lootbox_tier0", 1)])
    over = threading.Event()
    tried = [0] * players

    def join(n: int) -> None:
        with closing(connect(database_url)) as c:
            while not over.is_set():
                try:
                    with transaction(c) as tx:
                        service.join_gamble(tx, PlayerRef("twitch", str(n), f"v{n}"))
                except (DomainError, TryAgain):
                    pass
                tried[n] += 1

    with ThreadPoolExecutor(players) as pool:
        for n in range(1, players):
            pool.submit(join, n)
        while sum(tried) < players * 2:
            pass
        began = monotonic()
        try:
            with transaction(conn, now=gamble.join_deadline + timedelta(seconds=1)) as tx:
                played = execution.execute(tx, gamble.gamble_id)
            outcome = "done" if played else "nothing"
        except psycopg.Error as error:
            outcome = repr(error)
        took = monotonic() - began
        over.set()
    print(players, "players,", sum(tried), "joins; execution", outcome, "after", round(took, 2))
    assert outcome == "done"
    assert took < 1
