from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from time import monotonic

import psycopg
import pytest

from community.players.models import PlayerRef
from community.voting import controls
from community.voting.ballots import cast_ballot
from community.voting.models import VotingFrozen
from kernel.database import Connection, connect, transaction
from kernel.errors import TryAgain
from tests.support.factories import make_player


@pytest.mark.parametrize("voters", [8, 24])
def test_a_freeze_gets_through_a_crowd_that_keeps_voting(conn: Connection, database_url: str, voters: int):
    with transaction(conn) as tx:
        for n in range(voters):
            make_player(tx, f"v{n}", platform_id=str(n))
    over = threading.Event()
    cast = [0] * voters

    def vote(n: int) -> None:
        with closing(connect(database_url)) as c:
            while not over.is_set():
                try:
                    with transaction(c) as tx:
                        cast_ballot(tx, PlayerRef("twitch", str(n), f"v{n}"), 1 + n % 4)
                    cast[n] += 1
                except VotingFrozen:
                    return
                except TryAgain:
                    pass

    with ThreadPoolExecutor(voters) as pool:
        for n in range(voters):
            pool.submit(vote, n)
        while sum(cast) < voters * 2:
            pass
        began = monotonic()
        try:
            with transaction(conn) as tx:
                controls.freeze_voting(tx)
            outcome = "done"
        except psycopg.Error as error:
            outcome = repr(error)
        took = monotonic() - began
        over.set()
    print(voters, "voters,", sum(cast), "votes; freeze", outcome, "after", round(took, 2))
    assert outcome == "done"
    assert took < 1
