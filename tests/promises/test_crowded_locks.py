"""A transaction that must be alone gets through a crowd whose members share a lock, however many keep coming."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from time import monotonic, sleep

from community.gambles import execution
from community.gambles import service as gambles
from community.players.models import PlayerRef
from community.voting import controls
from community.voting.ballots import cast_ballot
from kernel.database import Connection, Tx, connect, transaction
from kernel.errors import DomainError, TryAgain
from tests.support.factories import make_player, unlock

MEMBERS = 24
SECONDS = 5
"""Half of what a statement may take: with row locks, it was cancelled after ten seconds."""

Act = Callable[[Tx, PlayerRef], object]


@contextmanager
def crowd(database_url: str, act: Act) -> Iterator[None]:
    """Every member acts again and again, each on a connection of its own, until the end of the block."""
    over = threading.Event()
    tried = [0] * MEMBERS

    def member(number: int) -> None:
        with closing(connect(database_url)) as own:
            while not over.is_set():
                with suppress(DomainError, TryAgain), transaction(own) as tx:
                    act(tx, player(number))
                tried[number] += 1

    with ThreadPoolExecutor(MEMBERS) as pool:
        members = [pool.submit(member, number) for number in range(MEMBERS)]
        while min(tried) < 1:
            sleep(0.01)
        try:
            yield
        finally:
            over.set()
    for each in members:
        each.result()


def player(number: int) -> PlayerRef:
    return PlayerRef("twitch", f"{number}", f"member{number}")


def gather(conn: Connection) -> None:
    with transaction(conn) as tx:
        unlock(tx, "feature_gamble")
        for ref in map(player, range(MEMBERS)):
            make_player(tx, str(ref.username), platform_id=ref.platform_id, items={"lootbox_tier0": 5})


def test_voting_is_frozen_although_a_crowd_keeps_voting(conn: Connection, database_url: str):
    gather(conn)

    with crowd(database_url, lambda tx, who: cast_ballot(tx, who, 1)):
        began = monotonic()
        with transaction(conn) as tx:
            controls.freeze_voting(tx)
        took = monotonic() - began

    assert took < SECONDS


def test_a_gamble_is_played_although_a_crowd_keeps_joining(conn: Connection, database_url: str):
    gather(conn)
    with transaction(conn) as tx:
        gamble = gambles.start_gamble(tx, player(0), [("lootbox_tier0", 1)])

    with crowd(database_url, gambles.join_gamble):
        began = monotonic()
        with transaction(conn, now=gamble.join_deadline + timedelta(seconds=1)) as tx:
            assert execution.execute(tx, gamble.gamble_id)
        took = monotonic() - began

    assert took < SECONDS
