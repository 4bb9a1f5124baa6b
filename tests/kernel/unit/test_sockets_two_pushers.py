"""Two pushers at once, as when a message comes again while its function still works. They take turns, call by call."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.shared.sockets import connections, feed, rounds
from functions.shared.sockets.connections import ConcurrentPusher
from functions.shared.sockets.rounds import Rounds
from tests.kernel.unit.test_sockets_laws import LISTENERS, WISHES, Play, Step
from tests.support.listeners import FakeSockets, fake_sockets

T = TypeVar("T")
R = TypeVar("R")

FIRST, SECOND = ("first", 0), ("second", 0)
"""A pusher goes on, up to its next call."""

ROUND, HAPPEN = ("round", 0), ("happen", 0)
CALLS_OF_A_ROUND = 16

turns = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([FIRST, SECOND]), st.integers(1, 8)).map(lambda some: [some[0]] * some[1]),
        st.tuples(st.sampled_from(["happen", "at_work"]), st.integers(0, 2)).map(lambda step: [step]),
        st.tuples(st.sampled_from(["come", "leave", "again", "fail", "ask"]), st.integers(0, LISTENERS - 1)).map(
            lambda step: [step]
        ),
        st.sampled_from([[ROUND], [HAPPEN, ROUND], [("settle", 0)]]),
    ),
    max_size=10,
).map(lambda parts: [turn for part in parts for turn in part])


class Pusher:
    """A round in an environment of its own, which stops before each of its calls until it is its turn."""

    def __init__(self) -> None:
        self.over = self.overtaken = False
        self.failure: Exception | None = None
        self._may_go, self._has_stopped = threading.Semaphore(0), threading.Semaphore(0)
        self.thread = threading.Thread(target=self._work)
        self.thread.start()

    def go_on(self) -> None:
        if not self.over:
            self._may_go.release()
            assert self._has_stopped.acquire(timeout=60)

    def finish(self) -> None:
        while not self.over:
            self.go_on()
        self.thread.join()
        if self.failure is not None:
            raise self.failure

    def wait(self) -> None:
        self._has_stopped.release()
        self._may_go.acquire()

    def _work(self) -> None:
        self._may_go.acquire()
        try:
            Rounds().run()
        except ConcurrentPusher:
            self.overtaken = True
        except Exception as error:
            self.failure = error
        self.over = True
        self._has_stopped.release()


class OneByOne:
    """In the place of the posters: what a pusher does, it does in its own thread, and in the order it says."""

    def map(self, act: Callable[[T], R], things: Iterable[T]) -> Iterator[R]:
        return iter([act(thing) for thing in things])


def push_at_once(play: Play, turns: Sequence[Step]) -> tuple[Pusher, Pusher]:
    """Two rounds and what else happens, in this order."""
    play.trouble = True
    first, second = pushers = Pusher(), Pusher()
    at_work = {pusher.thread: pusher for pusher in pushers}

    def wait() -> None:
        if pusher := at_work.get(threading.current_thread()):
            pusher.wait()

    play.here.before_call = wait
    try:
        for turn in turns:
            if turn == FIRST:
                first.go_on()
            elif turn == SECOND:
                second.go_on()
            else:
                with suppress(ConcurrentPusher):
                    play.take(*turn)
        first.finish()
        second.finish()
    finally:
        play.here.before_call = None
        for pusher in pushers:
            pusher.finish()
    return first, second


def catch_up(play: Play) -> None:
    """The trouble is over, and everybody gets what is left."""
    play.here.log.settle()
    play.here.log.meanwhile.clear()
    for connection_id, end in play.here.ends.items():
        if not end.open:
            connections.delete(connection_id)  # the gateway has noticed
    for listener in play.listeners:
        if listener.end:
            listener.end.failures = 0
        if not listener.is_there:
            play.come(listener)
    for _ in range(100):
        left = play.rounds.run()
        if not (left.more or left.failed):
            return
    raise AssertionError("it does not end")


@pytest.fixture(scope="module")
def here() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as monkeypatch, fake_sockets(monkeypatch) as made:
        monkeypatch.setattr(rounds, "_posters", OneByOne())
        # Soon more than one reading, and more readings than one round has.
        monkeypatch.setattr(feed, "LIMIT", 2)
        monkeypatch.setattr(feed, "MAX_READS", 1)
        yield made


def come(play: Play) -> None:
    """One goes along, one has just come, and one comes back from far behind."""
    play.take("come", 2)
    play.take(*ROUND)
    for step in [("vanish", 2), HAPPEN, HAPPEN, HAPPEN, ("come", 0), ROUND, ROUND, HAPPEN, ("come", 2), ("come", 1)]:
        play.take(*step)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, database=None)
@given(filters=st.lists(st.sampled_from(WISHES), min_size=LISTENERS, max_size=LISTENERS), turns=turns)
def test_two_pushers_may_repeat_and_never_lose(here: FakeSockets, filters: list[str], turns: list[Step]):
    play = Play(here, filters)
    come(play)

    push_at_once(play, turns)
    catch_up(play)

    play.check()


@pytest.mark.parametrize(
    ("prepare", "meanwhile"),
    [
        pytest.param(come, [("fail", 1), HAPPEN, ROUND], id="one cannot be reached", marks=pytest.mark.slow),
        pytest.param(come, [("ask", 0), HAPPEN, ROUND], id="one is left out", marks=pytest.mark.slow),
        pytest.param(
            lambda play: [play.take(*step) for step in [("come", 0), ROUND]],
            [("come", 1), ROUND, HAPPEN],
            id="one is new",
        ),
    ],
)
def test_who_is_late_by_any_number_of_calls_loses_nothing(
    here: FakeSockets, prepare: Callable[[Play], Any], meanwhile: list[Step]
):
    """While one pusher is about to make any of its calls, others make whole rounds."""
    overtaken = False
    for calls in range(CALLS_OF_A_ROUND):
        play = Play(here, ["", "", "item.sold"])
        prepare(play)

        late, _ = push_at_once(play, [FIRST] * calls + meanwhile)
        catch_up(play)

        play.check()
        overtaken |= late.overtaken
    assert overtaken
