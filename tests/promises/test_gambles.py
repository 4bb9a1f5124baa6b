"""Large gambles: concurrent joins, starts and merges, and a clock that is killed while it executes one."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import datetime, timedelta
from functools import partial
from queue import Empty, SimpleQueue
from random import Random
from threading import Event
from typing import TypeVar
from uuid import UUID

import pytest
from psycopg.errors import DeadlockDetected

from community.catalog.content import items
from community.gambles.clock import execute_due
from community.gambles.models import Gamble, GambleNotFound, GambleNotJoining
from community.gambles.service import join_gamble, read_gamble, start_gamble
from community.inventory.models import Inventory, Quality, Slot
from community.linking.service import claim_link, confirm_link, start_link
from community.players import service as players
from community.players.models import PlayerRef
from kernel import connections as database
from kernel.database import Connection, Tx, connect, transaction
from kernel.errors import TryAgain
from tests.promises.environment_pool import Environments, environments
from tests.promises.interrupted import interrupted
from tests.support.api import handler_of, proxy_event
from tests.support.factories import announced, make_player, unlock
from tests.support.races import PATIENCE

CONNECTIONS, CLOCKS, STAKE = 8, 3, 5
GAMBLERS = [PlayerRef("twitch", f"id-{number}", f"gambler{number}") for number in range(200)]
HOST = PlayerRef("twitch", "host", "host")
BOX = items.by_name["lootbox_tier1"].item_id  # what is in it is no such box

Held = Counter[tuple[int, Quality]]
Answer = TypeVar("Answer")


def prepare_players(conn: Connection) -> Gamble:
    """Everybody has boxes of two qualities, and nothing else; the host has started a gamble."""
    rng = Random(7)
    with transaction(conn) as tx:
        unlock(tx, "feature_gamble", "job_gambler")
        for ref in (HOST, *GAMBLERS):
            player = players.load_or_create(tx, ref)
            one, other = rng.sample(list(Quality), 2)
            stacks = Inventory().give(BOX, rng.randint(1, STAKE + 2), one).give(BOX, STAKE + 1, other)
            players.save(tx, player.having(stacks))
    with transaction(conn) as tx:
        return start_gamble(tx, HOST, [("lootbox", STAKE)])


def held(conn: Connection) -> dict[UUID, Held]:
    """What each player has, what waits for them included."""
    everybody: dict[UUID, Held] = {}
    for row in conn.execute("SELECT user_id, inventory_data FROM user_inventory").fetchall():
        slots = Inventory.from_json(row["inventory_data"]).slots
        everybody[row["user_id"]] = Counter({(slot.item_id, slot.quality): slot.quantity for slot in slots})
    for row in conn.execute("SELECT user_id, slots FROM deliveries").fetchall():
        for item_id, quantity, quality in row["slots"]:
            everybody[row["user_id"]][item_id, Quality(quality)] += quantity
    return everybody


def total(held_by_each: dict[UUID, Held]) -> Held:
    everything: Held = Counter()
    for each in held_by_each.values():
        everything.update(each)
    return everything


def in_slots(slots: tuple[Slot, ...]) -> Held:
    everything: Held = Counter()
    for slot in slots:
        everything[slot.item_id, slot.quality] += slot.quantity
    return everything


class Evening:
    """The state that players and clocks share.

    Attributes:
        refused: those who came too late.
        due: set when the deadline has come, for the clocks.
        over: set when the clocks may stop.
        played: what they have played.
    """

    def __init__(self, url: str, gamble: Gamble, due_after: int) -> None:
        self._url = url
        self._gamble = gamble
        self._due_after = due_after
        self._waiting: SimpleQueue[PlayerRef] = SimpleQueue()
        for ref in GAMBLERS:
            self._waiting.put(ref)
        self.joined: list[PlayerRef] = []
        self.refused: list[PlayerRef] = []
        self.enough, self.due, self.over = Event(), Event(), Event()
        self.played: list[UUID] = []
        self.looks = 0

    def join(self) -> None:
        """In the last second, by id or without."""
        with closing(connect(self._url)) as conn, suppress(Empty):
            while True:
                ref = self._waiting.get_nowait()
                try:
                    self._act(conn, self._join(ref), early=timedelta(milliseconds=5))
                    self.joined.append(ref)
                except (GambleNotJoining, GambleNotFound):
                    self.refused.append(ref)
                if len(self.joined) >= self._due_after:
                    self.enough.set()

    def _join(self, ref: PlayerRef) -> Callable[[Tx], object]:
        gamble_id = self._gamble.gamble_id if GAMBLERS.index(ref) % 2 else None
        return lambda tx: join_gamble(tx, ref, gamble_id)

    def watch_the_clock(self) -> None:
        with closing(connect(self._url)) as conn:
            while not self.over.is_set():
                early = timedelta(0) if self.due.is_set() else timedelta(seconds=6)
                self.played += self._act(conn, execute_due, early=early)
                self.looks += 1

    def _act(self, conn: Connection, work: Callable[[Tx], Answer], early: timedelta) -> Answer:
        """As a door does it: what saved nothing is done again."""
        while True:
            with suppress(TryAgain), transaction(conn, now=self._gamble.join_deadline - early) as tx:
                return work(tx)


@pytest.mark.parametrize("due_after", [pytest.param(200, marks=pytest.mark.slow), 70])
def test_of_200_participants_one_wins_everything_once(conn: Connection, database_url: str, due_after: int):
    gamble = prepare_players(conn)
    evening = Evening(database_url, gamble, due_after)
    with transaction(conn) as tx:
        (host,) = read_gamble(tx).participants
    before = held(conn)
    before[host.user_id] += in_slots(host.stake)

    with interrupted(database_url, gamble.join_deadline) as process, ThreadPoolExecutor(CONNECTIONS + CLOCKS) as pool:
        joiners = [pool.submit(evening.join) for _ in range(CONNECTIONS)]
        clocks = [pool.submit(evening.watch_the_clock) for _ in range(CLOCKS)]
        try:
            assert evening.enough.wait(PATIENCE)
            begin_and_stop_in_the_middle(process)
            evening.due.set()
            evening.over.wait(0.3)
            assert evening.played == []  # all wait for the one who holds it
            process.kill()
            for joiner in joiners:
                joiner.result(PATIENCE)
            looks = evening.looks
            while evening.looks < looks + 10 and not all(clock.done() for clock in clocks):
                evening.over.wait(0.01)
        finally:
            evening.over.set()
        for clock in clocks:
            clock.result(PATIENCE)

    assert evening.played == [gamble.gamble_id]
    assert len(evening.joined) + len(evening.refused) == len(GAMBLERS)
    if due_after == len(GAMBLERS):
        assert evening.refused == []
    assert_all_is_accounted_for(conn, evening, before)


def begin_and_stop_in_the_middle(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("go\n")
    process.stdin.flush()
    assert process.stdout.readline() == "in the middle\n"


def assert_all_is_accounted_for(conn: Connection, evening: Evening, before: dict[UUID, Held]) -> None:
    with transaction(conn) as tx:
        gamble = read_gamble(tx, evening.played[0])
        told = announced(tx, "gamble.complete")
        joined = announced(tx, "gamble.joined")
    rows = conn.execute("SELECT user_id, item_id, quantity, quality_level, value FROM gamble_opened_items").fetchall()
    stats = conn.execute(
        """
        SELECT user_id FROM (SELECT user_id, event_type FROM stats_inbox
                             UNION ALL SELECT user_id, event_type FROM stats_events) AS happened
        WHERE event_type = 'gamble_participated'
        """
    ).fetchall()

    # One execution, one winner, one event.
    assert gamble.state == "Completed"
    assert [(each["gamble_id"], each["winner_id"]) for each in told] == [(str(gamble.gamble_id), str(gamble.winner_id))]
    players_ = {each.user_id for each in gamble.participants}
    assert told[0]["participant_count"] == len(players_) == len(evening.joined) + 1
    assert Counter(row["user_id"] for row in stats) == Counter(players_)
    assert {each["username"] for each in joined} == {ref.username for ref in evening.joined}
    assert len(joined) == len(evening.joined)

    # Every box was opened, or is where it was.
    now = held(conn)
    for user_id, had in before.items():
        stake = next((each.stake for each in gamble.participants if each.user_id == user_id), ())
        assert sum(slot.quantity for slot in stake) in (0, STAKE)
        boxes = {key: quantity for key, quantity in now[user_id].items() if key[0] == BOX}
        assert boxes == +(had - in_slots(stake))

    # Every drop is the winner's.
    found: Held = Counter()
    scores: Counter[UUID] = Counter()
    for row in rows:
        found[row["item_id"], Quality(row["quality_level"])] += row["quantity"]
        scores[row["user_id"]] += row["value"]
    prize = Counter({key: quantity for key, quantity in total(now).items() if key[0] != BOX})
    assert prize == found
    assert gamble.winner_id is not None
    assert {key: n for key, n in now[gamble.winner_id].items() if key[0] != BOX} == found
    assert scores.keys() == players_  # every such box holds money
    assert gamble.total_value == told[0]["total_value"] == scores.total()
    assert scores[gamble.winner_id] == max(scores.values())


@pytest.fixture
def together(database_url: str) -> Iterator[Environments]:
    with environments(database_url, CONNECTIONS) as run:
        yield run


def ask(path: str, ref: PlayerRef, **more: object) -> str:
    """The code of the refusal, or "done"."""
    body = {"platform": ref.platform, "platform_id": ref.platform_id, "username": ref.username, **more}
    answer = handler_of(path)(proxy_event("POST", path, body), None)
    return json.loads(answer["body"]).get("code", "done")


@pytest.mark.parametrize("attempt", range(3))
def test_of_eight_concurrent_starts_of_a_gamble_one_succeeds(conn: Connection, together: Environments, attempt: int):
    with transaction(conn) as tx:
        unlock(tx, "feature_gamble")
        for ref in GAMBLERS[:CONNECTIONS]:
            make_player(tx, str(ref.username), platform_id=ref.platform_id, items={"lootbox_tier1": STAKE})
    bets = [{"item_name": "lootbox", "quantity": STAKE}]

    answers = together([partial(ask, "/api/v1/gamble/start", ref, bets=bets) for ref in GAMBLERS[:CONNECTIONS]])

    assert Counter(answers) == {"done": 1, "gamble_active": CONNECTIONS - 1}
    assert sum(total(held(conn)).values()) == STAKE * (CONNECTIONS - 1)
    with transaction(conn) as tx:
        assert len(announced(tx, "gamble.started")) == 1


@pytest.mark.parametrize("attempt", range(3))
def test_eight_concurrent_joins_make_one_participant(conn: Connection, together: Environments, attempt: int):
    with transaction(conn) as tx:
        unlock(tx, "feature_gamble")
        for ref in (HOST, GAMBLERS[0]):
            make_player(tx, str(ref.username), platform_id=ref.platform_id, items={"lootbox_tier1": 10 * STAKE})
        start_gamble(tx, HOST, [("lootbox", STAKE)])

    answers = together([partial(ask, "/api/v1/gamble/join", GAMBLERS[0])] * CONNECTIONS)

    assert Counter(answers) == {"done": 1, "already_joined": CONNECTIONS - 1}
    assert sum(total(held(conn)).values()) == 18 * STAKE


@pytest.mark.parametrize("attempt", range(5))
def test_two_participants_merge_while_their_gamble_is_executed(conn: Connection, together: Environments, attempt: int):
    """Every writer locks the gamble's row before the players' rows, so there is no deadlock."""
    other = PlayerRef("discord", "other", "other")
    with transaction(conn) as tx:
        unlock(tx, "feature_gamble")
        for ref in (HOST, other, GAMBLERS[0]):
            boxes = {"lootbox_tier1": STAKE}
            make_player(tx, str(ref.username), platform=ref.platform, platform_id=ref.platform_id, items=boxes)
        gamble = start_gamble(tx, other, [("lootbox", STAKE)])
        join_gamble(tx, HOST)
        join_gamble(tx, GAMBLERS[0])
    with transaction(conn) as tx:
        claim_link(tx, start_link(tx, HOST).token, other)
    deadlocks: list[TryAgain] = []

    def act(work: Callable[[Tx], object], now: datetime | None = None) -> object:
        connection = database.connection()
        while True:
            try:
                with transaction(connection, now=now) as tx:
                    return work(tx)
            except TryAgain as again:
                if isinstance(again.__cause__, DeadlockDetected):
                    deadlocks.append(again)

    together(
        [
            partial(act, lambda tx: confirm_link(tx, HOST)),
            *[partial(act, execute_due, gamble.join_deadline)] * CLOCKS,
        ]
    )

    assert deadlocks == []
    with transaction(conn) as tx:
        played = read_gamble(tx, gamble.gamble_id)
        assert len(announced(tx, "gamble.complete")) == 1
    assert played.state == "Completed"
    assert len(played.participants) == 2
    assert {played.initiator_id, played.winner_id} <= {each.user_id for each in played.participants}
    found: Held = Counter()
    for row in conn.execute("SELECT item_id, quantity, quality_level FROM gamble_opened_items").fetchall():
        found[row["item_id"], Quality(row["quality_level"])] += row["quantity"]
    assert +held(conn)[played.winner_id or UUID(int=0)] == total(held(conn)) == found
