"""The push: what happens goes to everybody who listens over a WebSocket."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from community.event_aliases import ALIASES
from functions.shared.sockets import push
from functions.shared.sockets.connections import SocketConnection
from functions.shared.sockets.feed import MAX_READS_OF_ONE, FeedFailed, FeedPage
from functions.shared.sockets.planning import plan_pushes
from functions.shared.sockets.rounds import RoundResult, Rounds
from kernel.events.frames import Filter
from tests.support.listeners import Crash, FakeSockets, ListenerEnd, fake_sockets
from tests.support.outer_ring import Time

PAUSE_SECONDS = 0.05
TICK = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSockets]:
    with fake_sockets(monkeypatch) as made:
        push.rounds.cache_clear()
        monkeypatch.setattr(push, "PAUSE_SECONDS", PAUSE_SECONDS)
        yield made


@pytest.fixture
def sleeps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What is slept, in seconds, and passes at once."""
    delivered: list[float] = []
    monkeypatch.setattr(time, "sleep", delivered.append)
    return delivered


def wake(*bodies: Any, sent: float | None = None, context: Any = None) -> None:
    """Give the function a batch of messages; none: what a new listener causes."""
    attributes = {"SentTimestamp": str(int(1000 * (sent or time.time())))}
    records = [{"body": json.dumps(body), "attributes": attributes} for body in bodies or [{}]]
    push.handler({"Records": records}, context or Time(30.0))


def delivered(frame: Any, **metadata: Any) -> dict[str, Any]:
    """An event as the bus hands it on."""
    detail = {"id": str(frame.id), "type": frame.type, "metadata": metadata}
    return {"source": "brandish", "detail-type": frame.type, "detail": detail}


def test_a_new_listener_is_greeted_and_then_gets_what_happens(here: FakeSockets):
    here.log.happen("before")
    end = here.connect("a=")
    wake()
    news = here.log.happen("item.sold")
    wake(delivered(news))

    greeting, sold = end.frames
    assert (greeting.type, greeting.id) == ("connected", here.log.position(1))
    assert greeting.payload == {"client_id": "a=", "filters": []}
    assert abs(greeting.timestamp - time.time()) < 60
    assert sold == news


def test_who_comes_with_an_expired_ticket_is_told_so_and_hears_nothing(here: FakeSockets, sleeps: list[float]):
    here.log.happen("item.sold")
    end = here.connect("a=", opened=False, authorizer={"refusal": "ticket_expired"}, types="item.sold")
    here.say("a=", '{"action":"subscribe"}')

    wake(context=OpensLate(end))

    assert (end.farewell, end.frames, here.items()) == ("ticket_expired", [], {})
    assert json.loads(end.messages[0])["error"] == "The ticket has expired. Request a new one."
    assert sleeps == [push.OPENING_PAUSE_SECONDS]


class OpensLate(Time):
    """After the first round, which asks how much time is left."""

    def __init__(self, end: ListenerEnd) -> None:
        super().__init__(30.0)
        self._end = end

    def get_remaining_time_in_millis(self) -> int:
        self._end.open = True
        return super().get_remaining_time_in_millis()


def test_a_refused_listener_that_left_is_forgotten(here: FakeSockets, sleeps: list[float]):
    here.connect("a=", opened=False, age=6, authorizer={"refusal": "ticket_expired"})

    wake()

    assert (here.items(), sleeps) == ({}, [])


def test_who_listens_with_a_key_is_closed_within_a_minute_of_its_revocation(here: FakeSockets):
    overlay = here.connect("a=")
    bot = here.connect("b=", authorizer={"role": "bot", "principalId": "bot"})
    page = here.connect("c=", authorizer={"role": "viewer", "principalId": "ticket", "ticket": "true"})
    wake()
    here.revoked |= {"overlay", "ticket"}  # a key may be called so

    wake(TICK)
    news = here.log.happen("item.sold")
    wake(delivered(news))

    assert overlay.farewell == "key_revoked"
    assert overlay.names() == ["connected"]
    assert bot.names() == page.names() == ["connected", "item.sold"]
    assert set(here.items()) == {"b=", "c="}


def test_each_gets_what_it_wants_under_the_name_it_knows(here: FakeSockets):
    everything, legacy, target = here.connect("a="), here.connect("b=", types="gamble.completed"), here.connect("c=")
    here.say("c=", '{"action":"subscribe","types":["progression.voting_started"]}')
    wake()

    here.log.happen("gamble.complete")
    here.log.happen("progression.target.set", {"auto_selected": True})
    here.log.happen("progression.target.set", {"auto_selected": False})
    wake()

    assert everything.names() == ["connected", "gamble.complete", "progression.target.set", "progression.target.set"]
    assert legacy.names() == ["connected", "gamble.completed"]
    assert target.names() == ["connected", "progression.voting_started"]
    assert target.frames[0].payload == {"client_id": "c=", "filters": ["progression.voting_started"]}


def test_what_happens_at_once_arrives_in_one_message(here: FakeSockets):
    end = here.connect()
    wake()

    frames = [here.log.happen("item.sold") for _ in range(20)]
    wake()

    assert len(end.messages) == 2
    assert end.frames[1:] == frames


def test_a_message_is_never_too_long_and_no_frame_is_split(here: FakeSockets):
    end = here.connect()
    wake()

    frames = [here.log.happen("item.sold", {"text": "ä" * 5_000}) for _ in range(8)]
    frames.append(here.log.happen("item.sold", {"text": "x" * 120_000}))
    wake()

    assert [len(message.encode()) // 10_000 for message in end.messages] == [0, 3, 3, 2, 12]
    assert end.frames[1:] == frames


def test_a_frame_that_no_message_can_hold_is_left_out_alone(here: FakeSockets, caplog: pytest.LogCaptureFixture):
    end = here.connect()
    wake()

    here.log.happen("first")
    here.log.happen("item.sold", {"text": "x" * 140_000})
    here.log.happen("last")
    wake()

    assert end.names() == ["connected", "first", "last"]
    assert "too large" in caplog.text


def test_who_comes_back_gets_what_it_has_missed_and_then_goes_along(here: FakeSockets):
    old = [here.log.happen("item.sold") for _ in range(5)]
    present = here.connect("a=")
    wake()
    end = here.connect("b=", last_event_id=str(old[1].id), types="item.sold")
    here.log.happen("item.bought")
    news = here.log.happen("item.sold")

    wake()
    later = here.log.happen("item.sold")
    wake()

    assert [frame.type for frame in end.frames] == ["connected", *["item.sold"] * 5]
    assert [frame.id for frame in end.frames] == [old[1].id, *(frame.id for frame in old[2:]), news.id, later.id]
    assert present.names() == ["connected", "item.bought", "item.sold", "item.sold"]
    assert "place" not in here.items()["b="]


def test_who_missed_more_than_a_page_catches_up_page_by_page(here: FakeSockets):
    frames = [here.log.happen("item.sold") for _ in range(1234)]
    end = here.connect("a=", last_event_id=str(frames[0].id))

    wake()

    assert end.frames[1:] == frames[1:]
    assert end.names().count("connected") == 1


def test_a_keepalives_id_is_a_place_to_go_on_from(here: FakeSockets):
    end = here.connect("a=", types="nothing.like.it")
    wake()
    here.log.happen("item.sold")
    wake()
    push.rounds().last_sent_at.clear()  # half a minute later
    wake(TICK)
    keepalive = end.frames[-1]
    assert (keepalive.type, keepalive.payload) == ("keepalive", None)

    here.log.happen("item.bought")
    again = here.connect("b=", last_event_id=str(keepalive.id))
    wake()

    assert again.names() == ["connected", "item.bought"]


def test_only_the_silent_are_kept_alive(here: FakeSockets):
    end, other = here.connect("a="), here.connect("b=", types="item.sold")
    wake()
    push.rounds().last_sent_at["b="] -= 31

    wake(TICK)

    assert (end.names(), other.names()) == (["connected"], ["connected", "keepalive"])


def test_an_expired_id_means_from_now_on(here: FakeSockets):
    here.log.happen("item.sold")

    end = here.connect("a=", last_event_id=str(uuid4()))
    wake()
    here.log.happen("item.bought")
    wake()

    assert end.names() == ["connected", "item.bought"]
    assert end.frames[0].id == here.log.position(1)


def test_the_first_listener_receives_nothing_from_before(here: FakeSockets):
    first = here.connect("a=")
    wake()
    first.open = False
    here.log.happen("item.sold")
    wake()
    here.log.happen("item.bought")

    end = here.connect("b=")
    wake()

    assert end.names() == ["connected"]
    assert end.frames[0].id == here.log.position(2)


def test_many_who_were_lost_together_cost_few_readings(here: FakeSockets):
    frames = [here.log.happen("item.sold") for _ in range(60)]
    ends = [here.connect(f"{number}=", last_event_id=str(frames[number].id)) for number in range(60)]

    wake()

    assert [end.frames[1:] for end in ends] == [frames[number + 1 :] for number in range(60)]
    assert len(here.log.readings) < 20


def test_many_who_are_far_apart_are_served_in_several_rounds(here: FakeSockets):
    frames = [here.log.happen("item.sold") for _ in range(60)]
    ends = [here.connect(f"{number}=", last_event_id=str(here.log.position(number))) for number in range(60)]

    wake()

    assert [end.frames[1:] for end in ends] == [frames[number:] for number in range(60)]


def test_those_of_one_key_who_catch_up_share_a_part_of_a_round(here: FakeSockets):
    for _ in range(60):
        here.log.happen("item.sold")
    for number in range(20):
        here.connect(f"{number}=", last_event_id=str(here.log.position(number)))
    live = here.connect("live=")
    other = here.connect("z=", authorizer={"role": "viewer", "principalId": "another"})
    rounds = Rounds()
    rounds.run()
    begun = len(here.log.readings)
    for end in here.ends.values():
        end.messages.clear()
    for number in range(20):
        here.say(f"{number}=", json.dumps({"action": "subscribe", "last_event_id": str(here.log.position(number))}))
    other_back = here.connect(
        "y=",
        authorizer={"role": "viewer", "principalId": "another"},
        last_event_id=str(here.log.position(30)),
    )
    here.log.happen("item.bought")

    assert rounds.run().more

    assert live.names() == other.names() == ["item.bought"]
    assert other_back.names() == ["connected", *["item.sold"] * 30, "item.bought"]
    assert [end for id, end in here.ends.items() if end.frames and id[:-1].isdigit()]
    assert len(here.log.readings) - begun <= MAX_READS_OF_ONE + 2


def test_those_who_are_up_to_date_come_first():
    head, old = uuid4(), uuid4()
    live = SocketConnection("live=", Filter.of([], ALIASES), 1, 1, None, 0, 0.0, 0)
    behind = replace(live, id="behind=", position=old)

    plans = plan_pushes(
        [behind, live], head, FeedPage((), head, False, True), {behind.id: FeedPage((), head, False, True)}, 0.0
    )

    assert [plan.connection for plan in plans] == [live, behind]


def test_those_of_one_key_catch_up_with_so_much_in_a_round(here: FakeSockets):
    for _ in range(500):
        here.log.happen("item.sold")
    old = str(here.log.frames[0].id)
    ends = [here.connect(f"{number}=", last_event_id=old) for number in range(10)]

    rounds = Rounds()
    assert rounds.run().more

    assert sum(len(end.frames) > 0 for end in ends) == 5
    rounds.run()
    assert [len(end.frames) for end in ends] == [500] * 10


def test_behind_those_who_never_open_others_wait_for_the_next_second(here: FakeSockets):
    frames = [here.log.happen("item.sold") for _ in range(30)]
    for number in range(29):
        here.connect(f"{number}=", opened=False, age=10, last_event_id=str(here.log.position(number)))

    assert Rounds().run() == RoundResult(failed=True)

    end = here.connect("there=", last_event_id=str(here.log.position(29)))
    while not end.frames:
        assert Rounds().run() in (RoundResult(more=True, failed=True), RoundResult(failed=True))
    assert end.frames[1:] == frames[29:]


def test_who_has_gone_is_forgotten(here: FakeSockets):
    end, other = here.connect("a="), here.connect("b=")
    wake()
    end.open = False

    here.log.happen("item.sold")
    wake()

    assert list(here.items()) == ["b="]
    assert other.names() == ["connected", "item.sold"]


def test_who_is_about_to_open_is_tried_again_within_the_second(here: FakeSockets, sleeps: list[float]):
    end = here.connect("a=", opened=False)

    wake(context=OpensLate(end))

    assert end.names() == ["connected"]
    assert 0 < sum(sleeps) < 1


def test_who_never_opens_is_forgotten_after_half_a_minute(here: FakeSockets):
    here.connect("young=", opened=False, age=20)
    here.connect("old=", opened=False, age=31)
    here.connect("ahead=", opened=False, age=-86_400)  # of a clock that was ahead

    wake()

    assert list(here.items()) == ["young="]


def test_who_cannot_be_reached_gets_it_later_and_the_others_do_not_wait(here: FakeSockets):
    end, other = here.connect("a="), here.connect("b=")
    wake()
    end.failures = 2
    news = here.log.happen("item.sold")
    rounds = Rounds()

    assert rounds.run() == RoundResult(failed=True)
    assert other.names() == ["connected", "item.sold"]
    here.log.happen("item.bought")
    assert rounds.run() == RoundResult(failed=True)
    assert rounds.run() == RoundResult()

    assert end.names() == ["connected", "item.sold", "item.bought"]
    assert other.names() == ["connected", "item.sold", "item.bought"]
    assert "failures" not in here.items()["a="]
    assert end.frames[1] == news


def test_who_fails_three_times_is_closed_and_goes_on_when_it_comes_back(here: FakeSockets):
    end = here.connect("a=")
    wake()
    here.log.happen("item.sold")
    end.failures = 3
    rounds = Rounds()

    assert [rounds.run() for _ in range(3)] == [RoundResult(failed=True), RoundResult(failed=True), RoundResult()]

    assert end.farewell == "too_slow"
    assert here.items() == {}
    again = here.connect("b=", last_event_id=str(end.frames[-1].id))
    wake()
    assert again.names() == ["connected", "item.sold"]


def test_a_message_that_fails_in_the_middle_is_not_followed_by_the_next(here: FakeSockets):
    end = here.connect("a=")
    wake()
    frames = [here.log.happen("item.sold", {"text": "x" * 60_000}) for _ in range(3)]
    end.taken, end.failures = 1, 1

    Rounds().run()
    Rounds().run()

    assert end.frames[1:] == frames


@pytest.mark.parametrize("calls", range(10))
def test_wherever_a_round_dies_nothing_is_lost(here: FakeSockets, calls: int):
    """One goes along, one cannot be reached, and one comes back."""
    first = here.log.happen("item.sold")
    ends = [here.connect("a="), here.connect("b=")]
    Rounds().run()
    here.log.happen("item.sold")
    ends[1].failures = 1
    ends.append(here.connect("c=", last_event_id=str(first.id)))

    here.calls_left = calls
    with pytest.raises(Crash):
        Rounds().run()
    here.calls_left = None
    last = here.log.happen("item.sold")
    Rounds().run()
    Rounds().run()  # for whom the second one could not be reached

    for end in ends:
        events = {frame.id: frame for frame in end.frames if frame.type == "item.sold"}
        assert list(events.values()) == [here.log.frames[1], last]


def test_a_new_subscription_counts_from_its_greeting_on(here: FakeSockets):
    end = here.connect("a=", types="item.sold")
    wake()
    here.log.happen("item.bought")
    wake()

    here.say("a=", '{"action":"subscribe","types":["item.bought"]}')
    wake()
    here.log.happen("item.bought")
    here.log.happen("item.sold")
    wake()

    assert end.names() == ["connected", "connected", "item.bought"]
    assert end.frames[1].id == here.log.position(1)
    assert end.frames[1].payload == {"client_id": "a=", "filters": ["item.bought"]}


def test_a_subscription_may_reach_back(here: FakeSockets):
    end = here.connect("a=", types="item.sold")
    wake()
    here.log.happen("item.bought")
    wake()

    here.say(
        "a=", json.dumps({"action": "subscribe", "types": ["item.bought"], "last_event_id": str(end.frames[0].id)})
    )
    wake()

    assert end.names() == ["connected", "connected", "item.bought"]


def test_a_new_subscription_while_the_frames_are_on_their_way_loses_none_of_them(here: FakeSockets):
    frames = [here.log.happen("item.sold") for _ in range(3)]
    end = here.connect("a=", last_event_id=str(frames[0].id))
    ask = json.dumps({"action": "subscribe", "last_event_id": str(frames[1].id)})
    end.then.append(lambda: here.say("a=", ask))

    wake()
    wake()  # caused by the new wish

    assert [frame.id for frame in end.frames] == [
        *(frames[0].id, frames[1].id, frames[2].id),  # the first greeting bears the id it was asked to go on from
        *(frames[1].id, frames[2].id),
    ]


def test_who_wants_something_else_while_it_cannot_be_reached_goes_on_from_there(here: FakeSockets):
    end = here.connect("a=")
    wake()
    frames = [here.log.happen("item.sold", {"text": "x" * 60_000}) for _ in range(2)]
    end.taken, end.failures = 1, 1
    end.then.append(lambda: here.say("a=", '{"action":"subscribe","types":"item.sold"}'))

    Rounds().run()
    Rounds().run()

    assert end.names() == ["connected", "item.sold", "connected", "item.sold"]
    assert [end.frames[1], end.frames[3]] == frames


def test_who_asks_for_more_while_it_cannot_be_reached_gets_more(here: FakeSockets):
    end = here.connect("a=", types="item.sold")
    wake()
    here.log.happen("item.bought")
    wake()
    for _ in range(2):
        here.log.happen("item.sold", {"text": "x" * 60_000})
    end.taken, end.failures = 1, 1
    ask = json.dumps({"action": "subscribe", "types": [], "last_event_id": str(end.frames[0].id)})
    end.then.append(lambda: here.say("a=", ask))

    Rounds().run()
    Rounds().run()

    assert end.names() == ["connected", "item.sold", "connected", "item.bought", "item.sold", "item.sold"]


def test_events_from_before_the_first_listener_are_not_read(here: FakeSockets):
    before, begun = delivered(here.log.happen("item.sold")), time.time()
    wake()
    here.calls_left = 0

    wake(before, sent=begun - 10)

    with pytest.raises(Crash):
        wake(before, sent=time.time() + 10)


def test_without_listeners_the_log_is_not_read(here: FakeSockets):
    wake()
    wake(delivered(here.log.happen("item.sold")))
    wake(TICK)

    assert here.log.readings == []


def test_a_clock_that_differs_from_the_queues_keeps_no_news_from_who_has_come_meanwhile(here: FakeSockets):
    wake()
    end = here.connect("a=")
    wake()
    news = here.log.happen("item.sold")

    wake(delivered(news), sent=time.time() - 5)

    assert end.frames[1:] == [news]


def test_news_that_everybody_has_had_cost_nothing(here: FakeSockets):
    here.connect("a=")
    wake()
    first, second = here.log.happen("item.sold"), here.log.happen("item.sold")
    wake(delivered(first))
    readings = len(here.log.readings)

    wake(delivered(second))

    assert len(here.log.readings) == readings


def test_news_that_the_log_does_not_show_yet_are_waited_for(here: FakeSockets):
    end = here.connect("a=")
    wake()
    late = here.log.happen("item.sold", settled=False)

    class Settles(Time):
        def get_remaining_time_in_millis(self) -> int:
            here.log.settle()  # after the first round
            return 30_000

    wake(delivered(late), context=Settles())

    assert end.frames[1:] == [late]


def test_news_from_long_ago_are_not_waited_for(here: FakeSockets, sleeps: list[float]):
    here.connect("a=")
    wake()
    never = here.log.happen("item.sold", settled=False)

    wake(delivered(never), sent=time.time() - 10)

    assert sum(sleeps) <= PAUSE_SECONDS  # the usual one before a round


@pytest.mark.parametrize("replayed", [{"replay-name": "last-week"}])
def test_replays_from_the_archive_start_no_round(here: FakeSockets, replayed: dict[str, Any]):
    here.connect("a=")
    wake()
    readings = len(here.log.readings)

    wake({**delivered(here.log.happen("item.sold")), **replayed})

    assert len(here.log.readings) == readings


def test_a_log_that_cannot_be_read_is_asked_again_and_then_the_message_comes_again(here: FakeSockets):
    end = here.connect("a=")
    wake()
    here.log.happen("item.sold")
    here.log.down = True

    with pytest.raises(FeedFailed, match="no database"):
        wake(context=Time(push.ROUND_SECONDS))

    class Recovers(Time):
        def get_remaining_time_in_millis(self) -> int:
            here.log.down = False
            return 30_000

    wake(context=Recovers())
    assert end.names() == ["connected", "item.sold"]


def test_what_does_not_fit_into_the_functions_time_is_done_by_the_next_one(here: FakeSockets):
    frames = [here.log.happen("item.sold") for _ in range(700)]
    end = here.connect("a=", last_event_id=str(frames[0].id))
    here.wake_ups()

    wake(context=Time(5.0))

    assert len(end.frames) == 501
    (message,) = here.wake_ups()
    push.handler({"Records": [message]}, Time(30.0))
    assert end.frames[1:] == frames[1:]


def test_who_comes_while_the_head_runs_after_the_log_misses_nothing(here: FakeSockets):
    """More than a page of news for those who keep up, and a connection that resumes in the middle of them."""
    present = here.connect("a=")
    wake()
    frames = [here.log.happen("item.sold") for _ in range(1100)]
    end = here.connect("b=", last_event_id=str(frames[700].id))

    wake()

    assert present.frames[1:] == frames
    assert end.frames[1:] == frames[701:]


def test_an_overtaken_pusher_stops_and_triggers_another_run(here: FakeSockets):
    end = here.connect("a=")
    wake()
    here.wake_ups()
    first = here.log.happen("item.sold")

    def overtake() -> None:
        Rounds().run()
        here.log.happen("item.bought")

    end.then.append(overtake)
    wake(delivered(first))

    assert [frame.type for frame in end.frames] == ["connected", "item.sold", "item.sold"]
    (look,) = here.wake_ups()
    assert look["body"] == "{}"

    wake()

    assert [frame.type for frame in end.frames[3:]] == ["item.bought"]
