"""Whatever comes between: who listens gets what it wanted, all of it, in the log's order, and once by the ids."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.event_aliases import ALIASES
from functions.shared.sockets import connections
from functions.shared.sockets.rounds import Rounds
from kernel.events.frames import Filter, Frame
from tests.support.listeners import Crash, FakeSockets, ListenerEnd, fake_sockets

TYPES = ["item.sold", "gamble.complete", "progression.target.set"]
WISHES = ["", "item.sold", "gamble.completed,item.sold", "progression.voting_started", "nothing.like.it"]
LISTENERS = 3

Step = tuple[str, int]

steps = st.lists(
    st.one_of(
        st.tuples(st.just("happen"), st.integers(0, 2)),
        st.tuples(st.just("at_work"), st.integers(0, 2)),
        st.tuples(st.just("settle"), st.just(0)),
        st.tuples(st.just("meanwhile"), st.integers(0, 2)),
        st.tuples(st.sampled_from(["come", "vanish", "leave", "again", "fail", "ask"]), st.integers(0, LISTENERS - 1)),
        st.tuples(st.just("crash"), st.integers(0, 8)),
        st.tuples(st.just("fresh"), st.just(0)),
        st.tuples(st.just("round"), st.just(0)),
        st.tuples(st.just("round"), st.just(0)),
    ),
    max_size=30,
)


@dataclass
class Listener:
    """Someone with a filter, over as many connections as it takes.

    Attributes:
        kept: what it had on connections that have ended.
    """

    wish: str
    end: ListenerEnd | None = None
    connection_id: str = ""
    kept: list[Frame] = field(default_factory=list[Frame])

    @property
    def frames(self) -> list[Frame]:
        return self.kept + (self.end.frames if self.end else [])

    @property
    def is_there(self) -> bool:
        return self.end is not None and self.end.open

    def lose(self) -> None:
        if self.end:
            self.end.open = False
            self.kept += self.end.frames
            self.end = None

    def had(self) -> list[Frame]:
        """The events, without what came again."""
        return list({f.id: f for f in self.frames if f.type not in ("connected", "keepalive")}.values())

    def wanted(self, here: FakeSockets) -> list[Frame]:
        """All that it should have had since its first greeting."""
        start = next((frame.id for frame in self.frames if frame.type == "connected"), None)
        if start is None:
            return []
        number = here.log.find(start)
        assert number is not None
        wanted = Filter.of(self.wish, ALIASES)
        return [mine for frame in here.log.frames[number:] if (mine := wanted.frame(frame)) is not None]


class Play:
    def __init__(self, here: FakeSockets, filters: list[str]) -> None:
        self.here = here
        self.rounds = Rounds()
        self.listeners = [Listener(wish) for wish in filters]
        self.made = 0
        self.trouble = False
        here.log.frames.clear()
        here.log.settled = 0
        here.log.meanwhile.clear()
        here.ends.clear()
        here.calls_left = None
        for connection_id in here.items():
            connections.delete(connection_id)

    def take(self, step: str, number: int) -> None:
        match step:
            case "happen" | "at_work":
                payload = {"auto_selected": True} if number == 2 else None
                self.here.log.happen(TYPES[number], payload, settled=step == "happen")
            case "meanwhile":
                self.here.log.meanwhile += [TYPES[number]] * (number + 1)
            case "settle":
                self.here.log.settle()
            case "crash":
                self.trouble = True
                self.here.calls_left = number
                with suppress(Crash):
                    self.rounds.run(keep_alive=True)
                self.here.calls_left = None
                self.rounds = Rounds()
            case "fresh":
                self.rounds = Rounds()
            case "round":
                self.rounds.run(keep_alive=number == 1)
            case _:
                self.listen(step, self.listeners[number])

    def listen(self, step: str, listener: Listener) -> None:
        match step:
            case "come" if not listener.is_there:
                self.come(listener)
            case "vanish":
                listener.lose()
            case "leave" if listener.is_there:
                self.here.leave(listener.connection_id)
                listener.lose()
            case "again":  # the old connection is still there, as far as the server knows
                listener.lose()
                self.come(listener)
            case "fail" if listener.end:
                self.trouble = True
                listener.end.failures = 2
            case "ask" if listener.is_there:
                self.trouble = True  # what comes again it has asked for
                last_id = listener.frames[-1].id if listener.frames else None
                about = f', "last_event_id": "{last_id}"' if last_id else ""
                self.here.say(listener.connection_id, f'{{"action": "subscribe", "types": "{listener.wish}"{about}}}')
            case _:
                pass

    def come(self, listener: Listener) -> None:
        listener.lose()
        self.made += 1
        listener.connection_id = f"{self.made}="
        query: dict[str, Any] = {"types": listener.wish}
        if listener.frames:
            query["last_event_id"] = str(listener.frames[-1].id)
        listener.end = self.here.connect(listener.connection_id, **query)

    def finish(self) -> None:
        """The trouble is over; who is closed comes back."""
        self.here.log.settle()
        self.here.log.meanwhile.clear()
        for _ in range(4):
            for listener in self.listeners:
                if listener.end:
                    listener.end.failures = 0
                if not listener.is_there:
                    self.come(listener)
            self.rounds.run()

    def check(self) -> None:
        for listener in self.listeners:
            assert listener.had() == listener.wanted(self.here)
            if not self.trouble:
                ids: list[UUID] = [f.id for f in listener.frames if f.type not in ("connected", "keepalive")]
                assert len(ids) == len(set(ids))


@pytest.fixture(scope="module")
def here() -> Any:
    with pytest.MonkeyPatch.context() as monkeypatch, fake_sockets(monkeypatch) as made:
        yield made


@settings(max_examples=15, deadline=None, database=None)
@given(filters=st.lists(st.sampled_from(WISHES), min_size=LISTENERS, max_size=LISTENERS), steps=steps)
def test_every_listener_gets_all_it_wanted_in_order_and_once(here: FakeSockets, filters: list[str], steps: list[Step]):
    play = Play(here, filters)

    for step, number in steps:
        play.take(step, number)
    play.finish()

    play.check()
