"""Following the log: every event once, in an order that holds, however transactions overlap."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.jobs.events import JobLevelUp
from doors.discord.events import DiscordAnnouncementRequested
from kernel.database import Connection, Tx, connect, reading, transaction
from kernel.events import service as events
from kernel.events.following import LogPosition, Page, end, find_position, read_after
from kernel.events.log import read_log
from kernel.events.replaying import request_replay

BEGINNING = LogPosition(0, 0)


def say(tx: Tx, number: int) -> None:
    events.broadcast(tx, "said", number)


def numbers(page: Page) -> list[int]:
    return [frame.payload for frame in page.frames]


def look(conn: Connection, position: LogPosition, limit: int = 500) -> Page:
    with reading(conn) as tx:
        return read_after(tx, position, limit)


def find(conn: Connection, last_id: UUID) -> LogPosition | None:
    with reading(conn) as tx:
        return find_position(tx, last_id)


def begun(tx: Tx, number: int) -> None:
    """Said, and known to the database, but not committed."""
    say(tx, number)
    tx.execute("SELECT 1").fetchone()


def test_two_transactions_that_commit_in_the_opposite_order_of_their_ids(conn: Connection, database_url: str):
    with closing(connect(database_url)) as one, closing(connect(database_url)) as two:
        with transaction(one) as first:
            begun(first, 1)
            with transaction(two) as second:
                begun(second, 2)
            early = look(conn, BEGINNING)

        late = look(conn, early.position)

    assert numbers(early) == []  # the second is committed, but the first may come to lie before it
    assert numbers(late) == [1, 2]


def test_two_transactions_that_write_in_the_opposite_order_of_their_ids(conn: Connection, database_url: str):
    """The position, drawn when the event is written, does not tell the order either."""
    with closing(connect(database_url)) as one, closing(connect(database_url)) as two:
        with transaction(one) as first:
            first.execute("SELECT pg_current_xact_id()").fetchone()
            with transaction(two) as second:
                begun(second, 2)
            early = look(conn, BEGINNING)
            begun(first, 1)

        late = look(conn, early.position)

    assert numbers(early) == []
    assert numbers(late) == [1, 2]
    assert late.frames[0].id != late.frames[1].id


def test_a_transaction_that_rolls_back_delays_no_reader(conn: Connection, database_url: str):
    with closing(connect(database_url)) as one, pytest.raises(ZeroDivisionError), transaction(one) as first:
        begun(first, 1)
        with transaction(conn) as second:
            say(second, 2)
        raise ZeroDivisionError

    assert numbers(look(conn, BEGINNING)) == [2]


WRITERS = 4
STEPS = st.lists(
    st.tuples(st.sampled_from(["write", "write", "commit", "roll back", "read"]), st.integers(0, WRITERS - 1)),
    max_size=40,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS, limit=st.integers(1, 3))
def test_whatever_overlaps_a_reader_gets_every_event_once_and_in_order(
    conn: Connection, database_url: str, steps: list[tuple[str, int]], limit: int
):
    with reading(conn) as tx:
        position = end(tx)
    got: list[Page] = []
    committed: set[int] = set()
    with ExitStack() as stack:
        writers = [stack.enter_context(closing(connect(database_url))) for _ in range(WRITERS)]
        written: dict[int, list[int]] = {}
        for number, (step, writer) in enumerate(steps):
            conn_of = writers[writer]
            if step == "write":
                if writer not in written:
                    conn_of.execute("BEGIN")
                with reading(conn_of) as tx:  # which neither begins nor commits
                    say(tx, number)
                written.setdefault(writer, []).append(number)
            elif step == "read":
                got.append(look(conn, position, limit))
                position = got[-1].position
            elif writer in written:
                conn_of.execute("COMMIT" if step == "commit" else "ROLLBACK")
                committed.update(written.pop(writer) if step == "commit" else ())
                written.pop(writer, None)
        for writer in written:
            writers[writer].execute("ROLLBACK")
    while (page := look(conn, position, limit)).frames:
        got.append(page)
        position = page.position

    positions = [each for page in got for each in page.positions]
    assert sorted(number for page in got for number in numbers(page)) == sorted(committed)
    assert positions == sorted(set(positions))


def test_from_any_event_on_a_listener_gets_exactly_what_it_has_not_had(conn: Connection):
    for number in range(5):
        with transaction(conn) as tx:
            say(tx, number)
            say(tx, number + 100)
    everything = look(conn, BEGINNING)

    for had, frame in enumerate(everything.frames, start=1):
        position = everything.positions[had - 1]
        assert find(conn, frame.id) == position
        assert look(conn, position).frames == everything.frames[had:]


def test_from_the_id_of_a_place_on_too(conn: Connection):
    positions: list[LogPosition] = []
    for number in range(3):
        with transaction(conn) as tx:
            say(tx, number)
        with reading(conn) as tx:
            positions.append(end(tx))

    for had, position in enumerate(positions, start=1):
        assert find(conn, position.as_id()) == position
        assert numbers(look(conn, position)) == list(range(had, 3))


@given(st.integers(0, 2**61 - 1), st.integers(0, 2**61 - 1))
def test_a_places_id_is_a_uuid_that_differs_from_every_other(transaction_id: int, position: int):
    id = LogPosition(transaction_id, position).as_id()

    assert (id.version, id.variant) == (8, "specified in RFC 4122")
    assert id != LogPosition(transaction_id ^ 1, position).as_id() != LogPosition(transaction_id, position ^ 1).as_id()


def test_made_up_ids_are_unknown(conn: Connection):
    with transaction(conn) as tx:
        say(tx, 1)
    with reading(conn) as tx:
        ahead = LogPosition(end(tx).transaction_id + 1000, 0)

    assert find(conn, uuid4()) is None
    assert find(conn, ahead.as_id()) is None  # of another database, or made up


def test_what_our_own_parts_ask_of_each_other_is_not_shown(conn: Connection):
    with transaction(conn) as tx:
        events.announce(tx, DiscordAnnouncementRequested(title="a", description="b", color=1))
        request_replay(tx, "discord", tx.now - timedelta(days=1), tx.now)
        say(tx, 1)

    page = look(conn, BEGINNING, limit=1)

    assert numbers(page) == [1]
    assert look(conn, page.position).frames == ()


def test_a_page_that_is_full_says_so_and_the_next_one_goes_on(conn: Connection):
    with transaction(conn) as tx:
        for number in range(5):
            say(tx, number)

    first = look(conn, BEGINNING, limit=3)
    second = look(conn, first.position, limit=3)

    assert (numbers(first), first.full) == ([0, 1, 2], True)
    assert (numbers(second), second.full) == ([3, 4], False)
    assert second.position > second.positions[-1]


def test_a_level_up_tells_its_source(conn: Connection):
    with transaction(conn) as tx:
        events.announce(
            tx, JobLevelUp(user_id=uuid4(), job_key="merchant", old_level=1, new_level=2, source="item.sold")
        )

    (frame,) = look(conn, BEGINNING).frames

    assert (frame.type, frame.payload["source"]) == ("job.level_up", "item.sold")


@pytest.fixture
def long_log(conn: Connection) -> Connection:
    """24 days of 2,000 events each, in a partition per day."""
    today = datetime.now(UTC)
    with transaction(conn, now=today - timedelta(days=23)) as tx:
        events.ensure_partitions_ahead(tx)
    with transaction(conn, now=today - timedelta(days=9)) as tx:
        events.ensure_partitions_ahead(tx)
    for day in range(24):
        conn.execute(
            """
            INSERT INTO events (event_id, event_type, payload, created_at)
            SELECT gen_random_uuid(), 'said', to_jsonb(number), %s FROM generate_series(1, 2000) AS number
            """,
            (today - timedelta(days=day),),
        )
    return conn


def plan(conn: Connection, ask: Callable[[Connection], None]) -> str:
    """How the database goes about the last statement."""
    conn.execute("LOAD 'auto_explain'")
    said: list[str] = []
    conn.add_notice_handler(lambda notice: said.append(notice.message_primary or ""))
    conn.execute("SET auto_explain.log_min_duration = 0; SET auto_explain.log_level = 'notice'")
    conn.execute("SET auto_explain.log_analyze = on; SET client_min_messages = 'notice'")
    ask(conn)
    return said[-1]


def test_neither_a_look_at_the_log_nor_a_search_in_it_reads_it_through(long_log: Connection):
    with reading(long_log) as tx:
        position = end(tx)
    with transaction(long_log) as tx:
        say(tx, 1)
    last = look(long_log, position).frames[-1]
    for _ in range(3):
        assert look(long_log, position).frames == (last,)
        assert find(long_log, last.id) is not None
    times: list[float] = []
    for _ in range(100):
        begun_at = time.perf_counter()
        look(long_log, position)
        times.append(time.perf_counter() - begun_at)

    print(f"one look at the log: {sum(times) * 10:.2f} ms")
    reading_on = plan(long_log, lambda conn: look(conn, position) and None)
    searching = plan(long_log, lambda conn: find(conn, last.id) and None)

    looking_back = plan(long_log, lambda conn: look_back(conn))

    assert "Seq Scan" not in reading_on + searching + looking_back
    assert "Sort  (" not in looking_back
    assert "Merge Append" in reading_on
    assert "events_in_order" in reading_on or "transaction_id_position_idx" in reading_on
    assert "event_id_idx" in searching
    assert min(times) < 0.02  # others want the machine as well


def look_back(conn: Connection) -> None:
    with reading(conn) as tx:
        assert len(read_log(tx, limit=1000)) == 1000
