"""Many battles at once on a virtual clock: everything that can go wrong outside goes wrong, often.

The functions are real: the desk, which runs in environments of its own beside Postgres, and the loop of the outer
function. What stands in for AWS delivers every message three times, some of them at the same moment, kills the outer
function before and after it asks the desk, and restarts Postgres. The LLM is an HTTP server that fails every third
time, and that sometimes says too much or what it must not.
"""

from __future__ import annotations

import heapq
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from itertools import count
from math import ceil
from random import Random
from time import sleep
from typing import Any, Final, LiteralString
from uuid import UUID

import psycopg
import pytest
from msgspec.structs import replace

from doors import invoking
from doors.desk import create_handler
from doors.llm import openai
from doors.llm import service as llm
from functions.shared.clock import app as clock_app
from functions.shared.outside import app as outer
from functions.shared.outside.settings import AnsweringSettings
from kernel import connections, database
from kernel.connections import Login, log_in_with
from kernel.database import Tx, connect, transaction
from kernel.errors import TryAgain
from personas.battles import service as battles
from personas.battles.models import BattleDraft
from personas.outside_kinds import KINDS
from tests.support.people import make_account
from tests.support.personas import make_persona, room_id

VISIBILITY: Final = timedelta(seconds=240)
RECEIVES: Final = 3
DELIVERIES: Final = 3
RELAY: Final = timedelta(seconds=1)
FORBIDDEN: Final = "synergy"
LONGEST: Final = timedelta(hours=2)
"""All is over long before."""


class Killed(BaseException):
    """The outer function is gone."""


@dataclass
class VirtualClock:
    now: datetime = field(
        default_factory=lambda: datetime.combine(datetime.now(UTC).date() + timedelta(days=1), time(12), UTC)
    )

    def as_datetime(self) -> type[datetime]:
        """Return the class that the database module asks for the time."""
        clock = self

        class Virtual(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> Any:
                return clock.now

        return Virtual


class Model(ThreadingHTTPServer):
    """An LLM that fails every third time, and counts for which piece of work it was asked.

    Attributes:
        calls, failures, again: by piece; `again` are calls with a stricter prompt.
    """

    def __init__(self, rng: Random) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.rng = rng
        self.numbers = count(1)
        self.lock = threading.Lock()
        self.calls: Counter[tuple[str, str]] = Counter()
        self.failures: Counter[tuple[str, str]] = Counter()
        self.again: Counter[tuple[str, str]] = Counter()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def said(self, system: str, data: Any) -> str | None:
        """What it answers; None for a failure."""
        with self.lock:
            piece = _piece(data)
            self.calls[piece] += 1
            self.again[piece] += "Your last attempt" in system
            if next(self.numbers) % 3 == 0:
                self.failures[piece] += 1
                return None
            kind = self.rng.random()
        if kind < 0.04:
            return "word " * 200
        if kind < 0.07:
            return f"We need {FORBIDDEN} here."
        return f"On {piece[0]}: we measured it for {len(self.calls)} days, because the result counts."


def _piece(data: Any) -> tuple[str, str]:
    """The piece of work that a prompt is about: (topic, turn), (topic, name of who replies) or (topic, "")."""
    if "topic" in data:
        return data["topic"], str(data["turn"])
    return data["post"]["text"], data.get("persona", {}).get("name", "")


class _Answer(BaseHTTPRequestHandler):
    server: Model  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_POST(self) -> None:
        system, user = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["messages"]
        said = self.server.said(system["content"], json.loads(user["content"]))
        body = json.dumps({"choices": [{"message": {"content": said}}]}).encode()
        self.send_response(500 if said is None else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@dataclass(order=True)
class Message:
    at: datetime
    number: int
    body: dict[str, Any] = field(compare=False)
    receives: int = field(default=0, compare=False)


class Cloud:
    """What stands in for AWS.

    Attributes:
        lost: requests whose attempt was cut off, by id.
    """

    def __init__(self, url: str, rng: Random, workers: int, kill_rate: float) -> None:
        self.clock = VirtualClock()
        self.lost: Counter[int] = Counter()
        self._rng = rng
        self._kill_rate = kill_rate
        self._numbers = count()
        self._messages: list[Message] = []
        self._relayed = 0
        self._here = threading.local()
        self._desk = create_handler(KINDS)
        self._outer = ThreadPoolExecutor(workers)
        self._inner = ThreadPoolExecutor(workers, initializer=log_in_with, initargs=(Login(url, 10),))

    def close(self) -> None:
        self._outer.shutdown()
        workers = self._inner._max_workers
        line = threading.Barrier(workers)
        list(self._inner.map(lambda _: (line.wait(60), connections.close()), range(workers)))
        self._inner.shutdown()

    # The Lambda client of the outer function

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        asked = json.loads(Payload)
        self._here.request_id = asked["request_id"]
        self._perhaps_kill()
        try:
            answer = self._inner.submit(self._desk, asked, None).result()
        except Exception as error:
            sleep(0.2)  # Postgres starts again
            return {"FunctionError": "Unhandled", "Payload": BytesIO(str(error).encode())}
        self._perhaps_kill()
        if "next" in answer and "request" in answer["next"]:
            self._here.request_id = answer["next"]["request"]["request_id"]
        return {"Payload": BytesIO(json.dumps(answer).encode())}

    def _perhaps_kill(self) -> None:
        if self._rng.random() < self._kill_rate:
            raise Killed

    # The SQS client of the outer function

    def send_message(self, *, QueueUrl: str, MessageBody: str, DelaySeconds: int) -> None:  # noqa: N803
        self._send(json.loads(MessageBody), timedelta(seconds=DelaySeconds))

    # The context of the outer function

    def get_remaining_time_in_millis(self) -> int:
        """Seldom so little that a turn is not handed over."""
        return 60_000 if self._rng.random() < 0.1 else 240_000

    # The relay and the queue

    def _send(self, body: dict[str, Any], delay: timedelta = timedelta()) -> None:
        due = self.clock.now + timedelta(seconds=5 * ceil(delay / timedelta(seconds=5)))
        # Twice at the same moment, and once more when it is over, or not.
        for after in (0, 0, 10 * self._rng.randrange(30)):
            heapq.heappush(self._messages, Message(due + timedelta(seconds=after), next(self._numbers), body))

    def relay(self) -> None:
        """Send what was asked for."""
        rows = self.ask(
            "SELECT position, payload FROM events WHERE event_type = 'outside.requested' AND position > %s"
            " ORDER BY position",
            (self._relayed,),
        )
        for row in rows:
            self._relayed = row["position"]
            self._send(row["payload"], RELAY)

    def ask(self, query: LiteralString, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Return a query's rows, as soon as Postgres answers."""
        for _ in range(100):
            try:
                return self._inner.submit(lambda: connections.connection().execute(query, params).fetchall()).result()
            except psycopg.OperationalError:
                sleep(0.2)
        raise AssertionError("Postgres does not come back")

    def is_over(self) -> bool:
        [row] = self.ask(
            """
            SELECT EXISTS (SELECT FROM kernel.outside_requests WHERE status IN ('pending', 'claimed'))
                OR EXISTS (SELECT FROM personas.battles WHERE status IN ('SCHEDULED', 'RUNNING')) AS goes_on
            """
        )
        return not row["goes_on"]

    def run(self, restart: Callable[[], None] | None, restarts: int) -> None:
        """Deliver everything until all is over."""
        begins = self.clock.now
        minutes = count(1)
        next_minute = begins + timedelta(minutes=1)
        crashes = sorted(self._rng.uniform(1, 240) for _ in range(restarts))
        self.relay()
        while True:
            next_at = min(self._messages[0].at if self._messages else next_minute, next_minute)
            assert next_at < begins + LONGEST, "it never ends"
            self.clock.now = max(self.clock.now, next_at)
            if self.clock.now >= next_minute:
                self._tick()
                next_minute = begins + timedelta(minutes=next(minutes) + 1)
            while crashes and restart and self.clock.now - begins > timedelta(seconds=crashes[0]):
                crashes.pop(0)
                threading.Timer(self._rng.uniform(0, 0.3), restart).start()
            due: list[Message] = []
            while self._messages and self._messages[0].at <= self.clock.now:
                due.append(heapq.heappop(self._messages))
            list(self._outer.map(self._deliver, due))
            self.relay()
            if not self._messages and self.is_over():
                return

    def _deliver(self, message: Message) -> None:
        self._here.request_id = message.body["request_id"]
        try:
            outer.answer(message.body, self)
        except (Killed, invoking.InvocationFailed):
            self.lost[self._here.request_id] += 1
            if message.receives + 1 < RECEIVES:
                again = Message(self.clock.now + VISIBILITY, next(self._numbers), message.body, message.receives + 1)
                heapq.heappush(self._messages, again)

    def _tick(self) -> None:
        try:
            self._inner.submit(clock_app.do_all, ["outside", "battles"]).result()
        except* (psycopg.OperationalError, TryAgain):
            pass  # the next minute is the retry


@dataclass(frozen=True)
class Numbers:
    """How much of everything.

    Attributes:
        kill_rate: how likely the outer function is killed before, and again after it asks the desk.
    """

    battles: int
    accounts: int
    workers: int
    restarts: int = 0
    kill_rate: float = 0.01
    seed: int = 1


@contextmanager
def cloud(url: str, numbers: Numbers, patch: pytest.MonkeyPatch) -> Iterator[tuple[Cloud, Model]]:
    model = Model(Random(numbers.seed))
    aws = Cloud(url, Random(numbers.seed), numbers.workers, numbers.kill_rate)
    settings = replace(llm.settings, provider="openai", openai_base_url=model.url, retries=0)
    patch.setattr(llm, "settings", settings)
    patch.setattr(openai, "settings", settings)
    patch.setattr(outer, "settings", AnsweringSettings("queue", {"personas": "desk"}))
    patch.setattr(invoking, "client", lambda *_: aws)
    patch.setattr(outer, "client", lambda *_: aws)
    patch.setattr(database, "datetime", aws.clock.as_datetime())
    serving = threading.Thread(target=model.serve_forever, args=(0.05,))
    serving.start()
    try:
        yield aws, model
    finally:
        aws.close()
        model.shutdown()
        model.server_close()
        serving.join()


def play(
    url: str, numbers: Numbers, patch: pytest.MonkeyPatch, restart: Callable[[], None] | None = None
) -> Counter[str]:
    """Begin all battles, run until all is over, and check what must be true; return how the battles ended."""
    with cloud(url, numbers, patch) as (aws, model):
        with closing(connect(url)) as conn, transaction(conn) as tx:
            begin(tx, numbers)
        aws.run(restart, numbers.restarts)
        with closing(connect(url)) as conn:
            return check(conn, aws, model, numbers)


def begin(tx: Tx, numbers: Numbers) -> None:
    """Create accounts with three personas each, which have few replies in every tenth, and their battles."""
    room = room_id(tx)
    for number in range(numbers.accounts):
        account_id = make_account(tx)
        for name in "ABC":
            quota = 4 if number % 10 == 0 else 100
            make_persona(tx, account_id, f"{name}{number}", do_not_say=(FORBIDDEN,), daily_reply_quota=quota)
        for battle in range(number, numbers.battles, numbers.accounts):
            draft = BattleDraft(topic=f"Battle {battle}")
            battles.create(tx, account_id, room, lambda draft=draft: draft)


def check(conn: database.Connection, aws: Cloud, model: Model, numbers: Numbers) -> Counter[str]:
    ended = conn.execute("SELECT * FROM personas.battles").fetchall()
    assert len(ended) == numbers.battles
    for battle in ended:
        assert (battle["status"] == "COMPLETED") == (battle["halt_reason"] is None), battle
        assert battle["status"] in ("COMPLETED", "HALTED", "FAILED"), battle
        assert (battle["verdict"] is not None) == (battle["next_turn"] > 2), battle

    # One turn per index, all of them, each announced once; one end.
    turns = conn.execute(
        "SELECT post_id, array_agg(turn_index::int ORDER BY turn_index) AS said FROM personas.battle_turns GROUP BY 1"
    ).fetchall()
    said = {row["post_id"]: row["said"] for row in turns}
    for battle in ended:
        done = battle["next_turn"] - 1
        assert said.get(battle["post_id"], []) == list(range(1, done + 1)), battle
        assert (battle["status"] == "COMPLETED") == (done == battle["turn_count"]), battle
    told = conn.execute(
        "SELECT event_type, payload->>'battle_id' AS battle, payload->>'turn_index' AS turn FROM events"
        " WHERE event_type LIKE 'battle.%'"
    ).fetchall()
    announced = Counter((row["event_type"], row["battle"], row["turn"]) for row in told)
    expected = Counter[tuple[str, str, str | None]]()
    for battle_id, all_of_it in said.items():
        expected.update(("battle.turn", str(battle_id), str(turn)) for turn in all_of_it)
    for battle in ended:
        end = "battle.completed" if battle["status"] == "COMPLETED" else "battle.halted"
        expected.update([("battle.created", str(battle["post_id"]), None), (end, str(battle["post_id"]), None)])
    assert announced == expected

    # A unit of both quotas for each turn and each reply, no more and no less.
    pieces = Counter[UUID]()
    for table in ("battle_turns", "replies"):
        for row in conn.execute(f"SELECT persona_id FROM personas.{table}"):
            pieces[row["persona_id"]] += 1
    personas = conn.execute("SELECT persona_id, account_id, daily_reply_quota FROM personas.personas").fetchall()
    used = {
        row["scope_id"]: row["used"]
        for row in conn.execute("SELECT scope_id, used FROM personas.quota_usage WHERE quota_type = 'reply'")
    }
    logged = Counter(row["persona_id"] for row in conn.execute("SELECT persona_id FROM personas.quota_events"))
    by_account = Counter[UUID]()
    for persona in personas:
        spent = pieces[persona["persona_id"]]
        by_account[persona["account_id"]] += spent
        assert used.get(persona["persona_id"], 0) == logged[persona["persona_id"]] == spent
        assert spent <= persona["daily_reply_quota"]
    assert {account: used.get(account, 0) for account in by_account} == dict(by_account)

    _check_calls(conn, aws, model)
    return Counter(battle["halt_reason"] or "completed" for battle in ended)


def _check_calls(conn: database.Connection, aws: Cloud, model: Model) -> None:
    """One call for each piece, and one more for each kill, failure and stricter prompt."""
    topics = {str(row["post_id"]): row["topic"] for row in conn.execute("SELECT post_id, topic FROM personas.battles")}
    names = {
        str(row["persona_id"]): row["name"] for row in conn.execute("SELECT persona_id, name FROM personas.personas")
    }
    lost: Counter[tuple[str, str]] = Counter()
    for row in conn.execute("SELECT request_id, dedupe_key FROM kernel.outside_requests"):
        kind, post_id, which = row["dedupe_key"].split(":")[:3]
        piece = {"turn": which, "reply": names.get(which, "")}.get(kind, "")
        lost[topics[post_id], piece] += aws.lost[row["request_id"]]
    for piece, calls in model.calls.items():
        if piece[1]:  # a thread has more than one summary
            allowed = 1 + lost[piece] + model.failures[piece] + model.again[piece]
            assert calls <= allowed, (piece, calls, lost[piece], model.failures[piece], model.again[piece])
