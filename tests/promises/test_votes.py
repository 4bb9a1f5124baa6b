"""Votes and contributions of a whole community at the same moment, on separate connections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from queue import Empty, SimpleQueue
from random import Random
from threading import Barrier, Event, Thread
from time import monotonic, sleep
from typing import Any, TypeVar

import pytest
from psycopg.errors import DeadlockDetected

from community.contributions import service as contributions
from community.engagement import rules as scores
from community.players import service as players
from community.players.merging import merge
from community.players.models import PlayerRef
from community.progression.content import tree
from community.progression.service import current_state
from community.voting import controls, cycle, rules
from community.voting.ballots import cast_ballot
from community.voting.models import Ballot, VotingOption
from kernel.database import Connection, Tx, connect, transaction
from kernel.errors import DomainError, TryAgain
from tests.support.factories import announced, hold_target, make_player
from tests.support.races import PATIENCE

CONNECTIONS = 8
VOTERS = [PlayerRef("twitch", f"id-{number}", f"voter{number}") for number in range(200)]

Answer = TypeVar("Answer")


def act(conn: Connection, work: Callable[[Tx], Answer]) -> Answer:
    """As a door does it: what saved nothing is done again. A deadlock fails, as in `races.attempt`."""
    while True:
        try:
            with transaction(conn) as tx:
                return work(tx)
        except TryAgain as again:
            if isinstance(again.__cause__, DeadlockDetected):
                raise


def together(url: str, *pieces: Callable[[Connection], Any]) -> list[Any]:
    """Run each on a connection of its own, all beginning at the same moment."""
    start = Barrier(len(pieces), timeout=PATIENCE)

    def run(piece: Callable[[Connection], Any]) -> Any:
        with closing(connect(url)) as conn:
            start.wait()
            return piece(conn)

    with ThreadPoolExecutor(len(pieces)) as pool:
        return list(pool.map(run, pieces))


def working_through(jobs: Sequence[Callable[[Tx], Answer]], answers: list[Answer]) -> Callable[[Connection], None]:
    """A worker that shares a queue of jobs with all that it is given to."""
    queue: SimpleQueue[Callable[[Tx], Answer]] = SimpleQueue()
    for job in jobs:
        queue.put(job)

    def work(conn: Connection) -> None:
        with suppress(Empty):
            while True:
                answers.append(act(conn, queue.get_nowait()))

    return work


@contextmanager
def watched(url: str) -> Iterator[list[int]]:
    """Looks again and again at how many sessions are open; answers what was seen."""
    seen: list[int] = []
    over = Event()

    def watch() -> None:
        with closing(connect(url)) as conn:
            while not over.is_set():
                row = conn.execute("SELECT count(*) AS n FROM voting_sessions WHERE status <> 'completed'").fetchone()
                assert row is not None
                seen.append(row["n"])
                over.wait(0.005)

    watcher = Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def assert_tallies_equal_ballots(conn: Connection) -> None:
    rows = conn.execute(
        """
        SELECT o.vote_count, o.weighted_votes, count(b.user_id) AS ballots, coalesce(sum(b.weight), 0) AS weight
        FROM voting_options o LEFT JOIN ballots b USING (option_id)
        GROUP BY o.option_id
        """
    ).fetchall()
    assert rows
    for row in rows:
        assert (row["vote_count"], row["weighted_votes"]) == (row["ballots"], row["weight"])


def unlocks(conn: Connection) -> list[tuple[str, int]]:
    """By votes, in their order."""
    rows = conn.execute(
        """
        SELECT node_key, level FROM progression_unlocks JOIN progression_nodes USING (node_id)
        WHERE unlocked_by = 'vote' ORDER BY unlock_id
        """
    ).fetchall()
    return [(row["node_key"], row["level"]) for row in rows]


def test_200_concurrent_voters_each_have_one_ballot(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        hold_target(tx)  # the votes' own points would end the session
    dice = Random(1)
    chosen = {voter: dice.randint(1, 4) for voter in VOTERS}
    answers: list[tuple[PlayerRef, Ballot]] = []

    def job(voter: PlayerRef, number: int) -> Callable[[Tx], tuple[PlayerRef, Ballot]]:
        return lambda tx: (voter, cast_ballot(tx, voter, number))

    # Everybody asks twice, some of them at the same moment, for the other thing the second time.
    jobs = [job(voter, option) for voter, number in chosen.items() for option in (number, number % 4 + 1)]
    work = working_through(jobs, answers)

    with watched(database_url) as open_sessions:
        together(database_url, *[work] * CONNECTIONS)

    assert len(answers) == 400
    accepted = {voter: ballot.option for voter, ballot in answers if not ballot.already_voted}
    assert len(accepted) == len([True for _, ballot in answers if not ballot.already_voted]) == len(VOTERS)
    assert all(ballot.option.option_id == accepted[voter].option_id for voter, ballot in answers)
    with transaction(conn) as tx:
        voting_round = cycle.read_voting_state(tx).voting_round
        assert voting_round is not None
        told = announced(tx, "progression.vote_recorded")
    tally = {option.option_id: option.vote_count for option in voting_round.options}
    assert tally == Counter(option.option_id for option in accepted.values())
    assert_tallies_equal_ballots(conn)
    assert sum(tally.values()) == len(told) == len({event["user_id"] for event in told}) == 200
    # Votes were counted one after the other: no count was announced twice.
    assert len({(event["option_id"], event["vote_count"]) for event in told}) == 200
    # Counted one by one in the order of the log, the same option wins.
    count: Counter[int] = Counter()
    led: dict[int, int] = {}
    for place, event in enumerate(told):
        count[event["option_id"]] += 1
        if count[event["option_id"]] == max(count.values()):
            led[event["option_id"]] = place
    winner = min(count, key=lambda option_id: (-count[option_id], led.get(option_id, len(told))))
    assert rules.ranking(voting_round, Random(1))[0].option_id == winner
    assert set(open_sessions) == {1}


def blockers(conn: Connection, waiting: int) -> list[list[int]]:
    """Wait until this many transactions wait for locks; returns the processes that each of them waits for."""
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline:
        rows = conn.execute(
            """
            SELECT pg_blocking_pids(pid) AS pids FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock' ORDER BY pid
            """
        ).fetchall()
        if len(rows) == waiting and all(row["pids"] for row in rows):
            return [row["pids"] for row in rows]
        sleep(0.01)
    raise AssertionError("they never waited")


def test_a_vote_in_progress_delays_the_end_of_the_round_and_no_other_vote(conn: Connection, database_url: str):
    slow, quick = VOTERS[:CONNECTIONS], VOTERS[CONNECTIONS]
    with transaction(conn) as tx:
        hold_target(tx)
        for voter in (*slow, quick):
            make_player(tx, str(voter.username), platform_id=str(voter.platform_id))

    def vote(voter: PlayerRef) -> Ballot:
        with closing(connect(database_url)) as own:
            return act(own, lambda tx: cast_ballot(tx, voter, 1))

    def end() -> VotingOption:
        with closing(connect(database_url)) as own:
            return act(own, controls.force_end_voting)

    with ThreadPoolExecutor(CONNECTIONS + 2) as pool, closing(connect(database_url)) as other:
        with transaction(other) as holding:
            players.load_all(holding, tuple(slow))  # each slow voter waits for themselves, having begun to vote
            slow_votes = [pool.submit(vote, voter) for voter in slow]
            assert blockers(conn, CONNECTIONS) == [[other.info.backend_pid]] * CONNECTIONS

            assert not pool.submit(vote, quick).result(PATIENCE).already_voted

            ending = pool.submit(end)
            waited_for = {pid for pids in blockers(conn, CONNECTIONS + 1) for pid in pids} - {other.info.backend_pid}
            assert waited_for  # the end waits for voters
        assert not any(each.result(PATIENCE).already_voted for each in slow_votes)
        winner = ending.result(PATIENCE)

    assert winner.vote_count == CONNECTIONS + 1
    assert_tallies_equal_ballots(conn)


def test_a_vote_that_waited_for_the_end_of_the_round_is_not_counted_in_it(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        hold_target(tx)

    def vote() -> str:
        with closing(connect(database_url)) as own:
            try:
                return "voted" if act(own, lambda tx: cast_ballot(tx, VOTERS[0], 1)) else ""
            except DomainError as refusal:
                return refusal.code

    with ThreadPoolExecutor(1) as pool, closing(connect(database_url)) as other:
        with transaction(other) as tx:
            winner = controls.force_end_voting(tx)
            voting = pool.submit(vote)
            assert blockers(conn, 1) == [[other.info.backend_pid]]
        assert voting.result(PATIENCE) == "no_voting_session"

    assert winner.vote_count == 0
    assert conn.execute("SELECT FROM ballots").fetchall() == []


def test_8_concurrent_contributors_cross_each_threshold_once(conn: Connection, database_url: str):
    steps, points = 25, 9

    def contribute(own: Connection) -> None:
        for _ in range(steps):
            act(own, lambda tx: contributions.add(tx, current_state(tx), [points]))

    def clock(own: Connection) -> None:
        for _ in range(steps):
            act(own, cycle.ensure_current)

    with watched(database_url) as open_sessions:
        together(database_url, *[contribute] * CONNECTIONS, clock, clock)

    with transaction(conn) as tx:
        now = cycle.read_voting_state(tx)
        told = [(event["node_key"], event["level"]) for event in announced(tx, "progression.node_unlocked")]
        completed = len(announced(tx, "progression.cycle.completed"))
    gained = unlocks(conn)
    cost = sum(tree.nodes[key].cost for key, _ in gained)
    assert now.points == CONNECTIONS * steps * points == 1_800
    assert len(gained) > 5
    assert len(set(gained)) == len(gained) == completed
    assert told == gained
    assert now.accumulated == now.points - cost
    assert not rules.is_reached(now)  # contributors unlock what they reach, without the clock
    rows = conn.execute("SELECT unlocked_at FROM unlock_progress").fetchall()
    assert Counter(row["unlocked_at"] is None for row in rows) == {False: len(gained), True: 1}
    assert set(open_sessions) == {1}


@pytest.mark.parametrize("attempt", range(3))
def test_concurrent_clocks_unlock_each_due_target_once(conn: Connection, database_url: str, attempt: int):
    conn.execute("INSERT INTO contribution_shards (shard, points) VALUES (99, 500)")

    together(database_url, *[cycle.advance] * CONNECTIONS)

    with transaction(conn) as tx:
        now = cycle.read_voting_state(tx)
        told = announced(tx, "progression.node_unlocked")
    gained = unlocks(conn)
    assert len(told) == len(gained) == len(set(gained)) >= 1
    assert now.accumulated == 500 - sum(tree.nodes[key].cost for key, _ in gained)
    assert not rules.is_reached(now)


def test_all_actions_of_an_evening_at_once(conn: Connection, database_url: str):
    """Votes fall while sessions end: each counts in the session it was cast in, and no point is lost."""
    refused: Counter[str] = Counter()
    with transaction(conn) as tx:
        for upgrade in ("basic", "two", "three"):  # otherwise what a vote is worth would depend on who wins
            controls.unlock_node(tx, f"upgrade_progression_{upgrade}", 5)
        worth = scores.score(current_state(tx), "vote_cast", 1, scholar_level=0)

    def one_of_many(seed: int) -> Callable[[Connection], int]:
        dice = Random(seed)

        def draw(tx: Tx) -> int:
            voter = dice.choice(VOTERS)
            what = dice.random()
            if what < 0.6:
                cast_ballot(tx, voter, dice.randint(1, 4))
            elif what < 0.85:
                return contributions.add(tx, current_state(tx), [dice.randint(20, 60)])
            elif what < 0.9:
                cycle.ensure_current(tx)
            else:
                dice.choice(
                    [controls.freeze_voting, controls.start_voting, controls.start_voting, controls.force_end_voting]
                )(tx)
            return 0

        def play(own: Connection) -> int:
            given = 0
            for _ in range(50):
                try:
                    given += act(own, draw)
                except DomainError as refusal:
                    refused[refusal.code] += 1
            return given

        return play

    with watched(database_url) as open_sessions:
        given = sum(together(database_url, *[one_of_many(seed) for seed in range(CONNECTIONS)]))

    assert set(open_sessions) <= {0, 1}
    assert refused.keys() <= {"no_voting_session", "voting_frozen", "invalid_option", "session_active"}
    assert_tallies_equal_ballots(conn)
    with transaction(conn) as tx:
        cycle.ensure_current(tx)
        now = cycle.read_voting_state(tx)
        votes = announced(tx, "progression.vote_recorded")
    gained = unlocks(conn)
    assert now.points == given + worth * len(votes)
    assert now.accumulated == now.points - sum(tree.nodes[key].cost for key, _ in gained)
    assert len(set(gained)) == len(gained)
    row = conn.execute("SELECT count(*) AS n FROM ballots").fetchone()
    assert row == {"n": len(votes)}
    sessions = conn.execute("SELECT status FROM voting_sessions").fetchall()
    assert Counter(row["status"] == "completed" for row in sessions)[False] <= 1
    assert len(sessions) > 3


def test_merges_and_ends_of_seasons_leave_no_vote_without_its_ballot(conn: Connection, database_url: str):
    def merge_two(tx: Tx, one: PlayerRef, other: PlayerRef) -> None:
        keeper, gone = players.load_all(tx, (one, other))
        if keeper and gone and keeper.id != gone.id:
            players.save(tx, merge(tx, keeper, gone)[0])

    def voter(seed: int) -> Callable[[Connection], None]:
        dice = Random(seed)

        def drawn() -> Callable[[Tx], object]:
            what = dice.random()
            one, other = dice.sample(VOTERS[:40], 2)
            option = dice.randint(1, 4)
            if what < 0.8:
                return lambda tx: cast_ballot(tx, one, option)
            if what < 0.95:
                return lambda tx: merge_two(tx, one, other)
            return cycle.ensure_current

        def play(own: Connection) -> None:
            for _ in range(15):
                # Drawn once: if a retry drew again, what often has to be repeated would seldom happen.
                with suppress(DomainError):
                    act(own, drawn())

        return play

    def administrator(own: Connection) -> None:
        for _ in range(5):
            act(own, lambda tx: controls.reset_progression(tx, "admin", "a new season"))

    with watched(database_url) as open_sessions:
        together(database_url, administrator, *[voter(seed) for seed in range(CONNECTIONS - 1)])

    assert set(open_sessions) == {1}
    assert_tallies_equal_ballots(conn)
    with transaction(conn) as tx:
        assert len(announced(tx, "progression.reset")) == 5
