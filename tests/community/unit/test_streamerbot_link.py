"""When Streamer.bot is tried again, when it is left alone, and what wakes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from doors.outbound import Rejected, Unavailable
from functions.community.notify_streamerbot.actions import Action
from functions.community.notify_streamerbot.link import GivenUp, StreamerbotLink

NOON = 1_700_000_000.5
HI = Action("Hi", {})


@dataclass
class World:
    """A Streamer.bot that is there or not, at a time that the test sets.

    Attributes:
        opened: connections so far.
        stale: the connection that is open has gone without a word.
    """

    now: float = NOON
    there: bool = True
    refuses: bool = False
    stale: bool = False
    opened: int = 0
    closed: int = 0
    attempts: int = 0
    ran: list[str] = field(default_factory=list[str])

    def open(self, seconds: float) -> World:
        self.attempts += 1
        if not self.there:
            raise Unavailable("nobody there")
        self.opened += 1
        self.stale = False
        return self

    def do_action(self, id: str, name: str, args: dict[str, str], *, seconds: float) -> None:
        if not self.there:
            self.attempts += 1
            raise Unavailable("no answer")
        if self.refuses:
            raise Rejected("action not found")
        self.ran.append(id)

    def is_alive(self) -> bool:
        return not self.stale

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def run(world: World) -> Callable[..., None]:
    link = StreamerbotLink(world.open, lambda: world.now)

    def run(id: str = "1", *, happened: float | None = None, seconds: float = 30) -> None:
        link.run(id, HI, happened=int(world.now) if happened is None else happened, seconds=seconds)

    return run


Run = Callable[..., None]


def pause_after(run: Run) -> float:
    with pytest.raises(Unavailable) as failed:
        run()
    assert failed.value.retry_after is not None
    return failed.value.retry_after


def fall_asleep(world: World, run: Run) -> list[float]:
    """The pauses on the way there."""
    world.there = False
    pauses: list[float] = []
    while True:
        try:
            run()
        except Unavailable as error:
            pauses.append(error.retry_after or 0)
            world.now += pauses[-1]
        except GivenUp:
            return pauses


def test_one_connection_serves_until_it_breaks(world: World, run: Run):
    run("1")
    run("2")
    world.stale = True
    run("3")

    assert world.ran == ["1", "2", "3"]
    assert (world.opened, world.closed) == (2, 1)


def test_pauses_double_from_one_second_to_thirty_and_after_ten_failures_there_are_no_more(world: World, run: Run):
    assert fall_asleep(world, run) == [1, 2, 4, 8, 16, 30, 30, 30, 30]
    assert world.attempts == 10


def test_nothing_is_tried_during_a_pause(world: World, run: Run):
    world.there = False
    assert pause_after(run) == 1

    world.now += 0.25

    assert pause_after(run) == 0.75
    assert world.attempts == 1


def test_whoever_is_back_hears_everything_and_counts_from_one_again(world: World, run: Run):
    world.there = False
    world.now += pause_after(run)
    world.now += pause_after(run)
    world.there = True
    run("1", happened=NOON - 600)
    world.there = False

    assert pause_after(run) == 1
    assert world.ran == ["1"]


def test_a_connection_that_fails_is_not_used_again(world: World, run: Run):
    run("1")
    world.there = False
    world.now += pause_after(run)
    world.there = True
    run("2")

    assert (world.opened, world.closed) == (2, 1)


def test_asleep_it_gives_up_what_has_happened_until_then_without_trying(world: World, run: Run):
    fall_asleep(world, run)
    world.there = True

    with pytest.raises(GivenUp):
        run("old", happened=world.now - 1)

    assert world.attempts == 10
    assert world.ran == []


def test_the_next_thing_that_happens_wakes_it(world: World, run: Run):
    fall_asleep(world, run)
    world.there = True
    world.now += 3600

    run("new")
    run("old", happened=NOON)

    assert world.ran == ["new", "old"]


def test_a_clock_that_was_ahead_delays_and_drops_nothing_for_long(world: World, run: Run):
    world.now += 365 * 86_400
    fall_asleep(world, run)
    world.there = True
    world.now = NOON

    with pytest.raises(GivenUp):
        run("before", happened=NOON - 1)
    world.now += 2
    run("after", happened=NOON)

    world.there = False
    world.stale = True
    world.now += 365 * 86_400
    pause_after(run)
    world.now = NOON
    assert pause_after(run) == 30
    world.now += 30
    world.there = True
    run("later")
    assert world.ran == ["after", "later"]


def test_waking_it_in_vain_takes_one_attempt(world: World, run: Run):
    fall_asleep(world, run)
    world.now += 3600

    with pytest.raises(GivenUp):
        run("new")
    with pytest.raises(GivenUp):
        run("old", happened=world.now - 1)

    assert world.attempts == 11


def test_who_refuses_is_there(world: World, run: Run):
    world.there = False
    world.now += pause_after(run)
    world.there, world.refuses = True, True
    with pytest.raises(Rejected, match="action not found"):
        run()
    world.there = False

    assert pause_after(run) == 1
    assert world.opened == 1


def test_nothing_is_begun_that_cannot_be_finished(world: World, run: Run):
    with pytest.raises(Unavailable):
        run(seconds=1)

    assert world.attempts == 0
