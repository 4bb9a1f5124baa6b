"""A hundred people among five hundred of the game, over WebSockets: how fast they are answered, and what is lost.

The local stack is killed once in between. Who has sent a command that was not answered sends the same again.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from time import perf_counter
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID, uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from kernel.accounts.models import Identity
from kernel.database import Connection, Tx, transaction
from kernel.database import connect as connect_database
from local.bench.numbers import median, percentile
from local.stack.process import StackProcess
from local.worlds.settling import settle_npc
from worlds.characters import service as characters
from worlds.characters.events import PlayerMoved
from worlds.entering import service as entering
from worlds.entering.models import CharacterWish
from worlds.rebuilding.running import run as rebuild
from worlds.space.models import Position
from worlds.tickets import service as tickets
from worlds.world import queries as worlds_sql
from worlds.world import service as worlds
from worlds.world.events import ThingPlaced
from worlds.world.models import READY, TEMPERATE, World

PEOPLE: Final = 100
GROUP: Final = 10
"""So many hear each other."""
APART: Final = 2_000
"""Decimetres from group to group, four times as far as a voice carries."""
COMMANDS_PER_SECOND: Final = 50
"""Of all together."""
VILLAGERS: Final = 50
"""People of the game who live where each group stands, within earshot of it."""
VILLAGERS_WITHIN: Final = 400
"""Decimetres from the group's place."""
PILES, IN_PILE = 5, 40
"""Of berries, where each group stands."""
ANSWER_BUDGET_MS: Final = 50
HEARD_BUDGET_MS: Final = 300
PATIENCE_SECONDS: Final = 60
WORLD_SECONDS: Final = 300

COLUMNS = (
    "people", "villagers", "commands", "sent_again", "answer_median_ms", "answer_p95_ms", "answer_budget_ms", "heard",
    "heard_p95_ms", "heard_budget_ms", "away_s", "lost", "doubled", "disordered", "things_off", "tables_off", "verdict",
)  # fmt: skip

Row = dict[str, Any]
Progress = Callable[[str], None]


@dataclass(slots=True)
class _Seen:
    """What all clients have seen together.

    Attributes:
        answers: when a command was sent, and seconds to its answer, of those that were sent once.
        delays: when something was said, and seconds until someone heard it.
        away: from the kill until everyone is connected again. What is sent in between waits for the stack.
        sent_at: {token: when it was said}.
        hearers: {token: who has read it, each time}.
        again: commands that had to be sent again.
        disordered: posts whose number does not follow that of the one before.
    """

    answers: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    delays: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    away: tuple[float, float] = (0.0, 0.0)
    sent_at: dict[str, float] = field(default_factory=dict[str, float])
    speakers: dict[str, int] = field(default_factory=dict[str, int])
    hearers: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter[int]))
    again: int = 0
    disordered: int = 0

    def in_time(self, waits: list[tuple[float, float]]) -> list[float]:
        """Return the waits for what was sent while the stack was there."""
        gone, back = self.away
        return [seconds for sent, seconds in waits if sent + seconds < gone or sent > back]


def measure(database_url: str, *, seconds: float, progress: Progress) -> Row:
    """Let people play for so long, and kill the stack after half of it.

    Returns:
        A row of `COLUMNS`. `heard`: posts of what others said. `lost`, `doubled`: of these. `away_s`: from the kill
        until everyone is connected again; what was sent in between counts for all but the times. `things_off`: by how
        many berries more or fewer there are than before. `tables_off`: tables that differ from the log.
    """
    with StackProcess(database_url) as stack, closing(connect_database(database_url)) as conn:
        progress("a hundred people, their world is made")
        identities = _arrive(conn)
        things = _berries(conn)
        seen = asyncio.run(_play(stack, conn, identities, seconds, progress))
        off = _berries(conn) - things
        progress("comparing the tables with the log")
        differences = {each.table for each in rebuild(conn, write=False).differences}
    return _row(seen, off, len(differences))


def _arrive(conn: Connection) -> list[tuple[Identity, UUID]]:
    """Return people with a body each, in groups, with things to pick up."""
    world = _ready_world(conn)
    people: list[tuple[Identity, UUID]] = []
    with transaction(conn) as tx:
        for number in range(PEOPLE):
            me = make_account(tx, number)
            body = entering.create(tx, me, TEMPERATE, CharacterWish(name=_name(number), species="human", seed=1))
            place = _place_of(number // GROUP, body.position)
            moved = PlayerMoved(
                character_id=body.character_id,
                start=body.position,
                to=place,
                mode=body.mode,
                facing=body.facing,
                stamina_cost=0,
                stamina=body.stamina,
            )
            characters.save(tx, body, [moved])
            people.append((me, body.character_id))
            if number % GROUP < PILES:
                world = _put(tx, world, place)
            if number % GROUP == 0:
                _settle(tx, world, number // GROUP, place)
    return people


def _ready_world(conn: Connection) -> World:
    deadline = perf_counter() + WORLD_SECONDS
    while perf_counter() < deadline:
        with transaction(conn) as tx:
            row = worlds_sql.lock(tx, TEMPERATE).fetchone()
            if row is not None and (world := worlds_sql.read(row)).status == READY:
                return world
        asyncio.run(asyncio.sleep(0.5))
    raise RuntimeError("The world was not made in time.")


def make_account(tx: Tx, number: int) -> Identity:
    """Let someone have an account, and be signed in."""
    me = Identity(uuid4(), uuid4(), f"walker{number}", frozenset())
    tx.execute(
        "INSERT INTO kernel.accounts (account_id, email, user_name, password_hash, roles, created_at)"
        " VALUES (%s, %s, %s, '-', '{}', %s)",
        (me.account_id, f"walker-{me.account_id}@example.org", f"walker_{me.account_id.hex[:12]}", tx.now),
    )
    tx.execute(
        "INSERT INTO kernel.sessions (session_id, account_id, began_at, expires_at) VALUES (%s, %s, %s, %s)",
        (me.session_id, me.account_id, tx.now, tx.now + timedelta(days=1)),
    )
    return me


def _name(number: int) -> str:
    """Return a name for a number, of letters that look like no other, because names in a world must not look alike."""
    return "Walker " + "".join("abdefghkpr"[int(digit)] for digit in f"{number:02}")


def _villager(number: int) -> str:
    return "Settler " + "".join("abdefghkpr"[int(digit)] for digit in f"{number:03}")


def _place_of(group: int, entrance: Position) -> Position:
    return Position(entrance.x + group % 5 * APART, entrance.y + group // 5 * APART, entrance.z)


def _put(tx: Tx, world: World, place: Position) -> World:
    placed = ThingPlaced(
        world_id=world.world_id,
        entity_id=uuid4(),
        kind="item",
        name="berry",
        position=place,
        item="berry",
        quantity=IN_PILE,
        durability=100,
        quality=1,
    )
    return worlds.save(tx, world, world.world_id, [placed])


def _settle(tx: Tx, world: World, group: int, place: Position) -> None:
    """Let people of the game live around a place."""
    dice = random.Random(group)
    for number in range(VILLAGERS):
        east, north = (dice.randrange(-VILLAGERS_WITHIN, VILLAGERS_WITHIN) for _ in range(2))
        home = Position(place.x + east, place.y + north, place.z)
        settle_npc(tx, world, _villager(group * VILLAGERS + number), home)


def _berries(conn: Connection) -> int:
    """Return how many there are, in the world and on people."""
    row = conn.execute(
        "SELECT (SELECT coalesce(sum(quantity), 0) FROM worlds.entities WHERE item = 'berry')"
        " + (SELECT coalesce(sum(quantity), 0) FROM worlds.holdings WHERE item = 'berry') AS berries"
    ).fetchone()
    assert row is not None
    return int(row["berries"])


async def _play(
    stack: StackProcess, conn: Connection, people: list[tuple[Identity, UUID]], seconds: float, progress: Progress
) -> _Seen:
    seen = _Seen()

    def address(me: Identity, character_id: UUID) -> str:
        with transaction(conn) as tx:
            ticket = tickets.issue(tx, me)
        query = urlencode({"ticket": ticket, "character_id": str(character_id)})
        return f"{stack.url.replace('http', 'ws', 1)}/api/game/ws?{query}"

    clients = [
        _Client(number, lambda me=me, character=character: address(me, character), seen)
        for number, (me, character) in enumerate(people)
    ]
    listening = [asyncio.create_task(each.stay_connected()) for each in clients]
    for each in clients:
        await asyncio.wait_for(each.is_open.wait(), PATIENCE_SECONDS)
    progress(f"a hundred people play, {seconds:.0f} s")
    playing = [asyncio.create_task(each.play(seconds)) for each in clients]
    await asyncio.sleep(seconds / 2)
    progress("the stack is killed")
    gone = perf_counter()
    await asyncio.to_thread(stack.kill)
    await asyncio.to_thread(stack.start)
    progress("the stack is there again")
    for each in clients:
        await asyncio.wait_for(each.is_open.wait(), PATIENCE_SECONDS)
    seen.away = gone, perf_counter()
    await asyncio.gather(*playing)
    await _quiet(seen)
    for each in listening:
        each.cancel()
    await asyncio.gather(*listening, return_exceptions=True)
    return seen


async def _quiet(seen: _Seen) -> None:
    """Wait until all that was said is heard, as long as more of it keeps arriving."""
    before = -1
    while (now := sum(map(Counter.total, seen.hearers.values()))) != before:
        before = now
        await asyncio.sleep(5)


class _Client:
    """Someone who plays; the address is good for one connection."""

    def __init__(self, number: int, address: Callable[[], str], seen: _Seen) -> None:
        self.is_open = asyncio.Event()
        self._number = number
        self._address = address
        self._seen = seen
        self._socket: ClientConnection | None = None
        self._last_seq: int | None = None
        self._answer: asyncio.Future[None] | None = None
        self._waits_for = ""
        self._dice = random.Random(number)

    async def stay_connected(self) -> None:
        """Connect, and connect again whenever the connection ends."""
        while True:
            try:
                async with connect(self._address(), max_size=2**20) as self._socket:
                    self.is_open.set()
                    async for frame in self._socket:
                        self._read(str(frame))
            except (OSError, WebSocketException):
                pass
            self.is_open.clear()
            if self._answer and not self._answer.done():
                self._answer.set_exception(ConnectionError("to be sent again"))
            await asyncio.sleep(0.5)

    async def play(self, seconds: float) -> None:
        """Send a command at a time, at a steady pace."""
        pause = PEOPLE / COMMANDS_PER_SECOND
        due = perf_counter() + self._dice.uniform(0, pause)
        end = perf_counter() + seconds
        while due < end:
            await asyncio.sleep(max(0.0, due - perf_counter()))
            await self._send(self._line())
            due += pause
            if due < perf_counter():  # after a while without a stack, all would go on at the same moment
                due = perf_counter() + self._dice.uniform(0, pause)

    def _line(self) -> str:
        if self._dice.random() < 0.1:
            return "say "
        near = _villager(self._number // GROUP * VILLAGERS + self._dice.randrange(VILLAGERS))
        return self._dice.choice(("look", f"look {near}", "n", "s", "e", "w", "get 2 berries", "drop 1 berry"))

    async def _send(self, text: str) -> None:
        command_id = str(uuid4())
        began = perf_counter()
        if text == "say ":
            text += command_id
            self._seen.sent_at[command_id], self._seen.speakers[command_id] = began, self._number
        tries = 0
        while True:
            await asyncio.wait_for(self.is_open.wait(), PATIENCE_SECONDS)
            assert self._socket is not None
            self._waits_for, self._answer = command_id, asyncio.get_running_loop().create_future()
            tries += 1
            try:
                await self._socket.send(json.dumps({"type": "command", "id": command_id, "data": {"text": text}}))
                await asyncio.wait_for(self._answer, PATIENCE_SECONDS)
            except (OSError, WebSocketException):
                await asyncio.sleep(0.1)
                continue
            break
        if tries == 1:
            self._seen.answers.append((began, perf_counter() - began))
        else:
            self._seen.again += 1
            self._seen.sent_at.pop(command_id, None)  # heard by all, but not within a time that says something

    def _read(self, frame: str) -> None:
        for line in frame.split("\n"):
            document = json.loads(line)
            if document.get("command_id") == self._waits_for and self._answer and not self._answer.done():
                if document["data"].get("code") == "DATABASE_ERROR":
                    self._answer.set_exception(ConnectionError("to be sent again"))
                else:
                    self._answer.set_result(None)
            elif "seq" in document:
                self._hear(document)

    def _hear(self, document: dict[str, Any]) -> None:
        """Take a post as every client should: one whose number was there already is the same, sent twice."""
        if self._last_seq is not None and document["seq"] <= self._last_seq:
            return
        if self._last_seq is not None and document["seq"] != self._last_seq + 1:
            self._seen.disordered += 1
        self._last_seq = document["seq"]
        token = document["data"].get("text", "").split(" ")[-1]
        again = document.get("again")  # among the last lines, after coming back
        if token in self._seen.speakers and not (again and self._seen.hearers[token][self._number]):
            self._seen.hearers[token][self._number] += 1
            if (sent_at := self._seen.sent_at.get(token)) and not again:
                self._seen.delays.append((sent_at, perf_counter() - sent_at))


def _row(seen: _Seen, things_off: int, tables_off: int) -> Row:
    lost = doubled = 0
    for token, speaker in seen.speakers.items():
        group = range(speaker // GROUP * GROUP, (speaker // GROUP + 1) * GROUP)
        counts = [seen.hearers[token][number] for number in group if number != speaker]
        lost += counts.count(0)
        doubled += sum(count - 1 for count in counts if count > 1)
    answers, delays = seen.in_time(seen.answers), seen.in_time(seen.delays)
    row: Row = {
        "people": PEOPLE,
        "villagers": PEOPLE // GROUP * VILLAGERS,
        "commands": len(seen.answers) + seen.again,
        "sent_again": seen.again,
        "answer_median_ms": round(median(answers) * 1000, 1),
        "answer_p95_ms": round(percentile(answers, 0.95) * 1000, 1),
        "answer_budget_ms": ANSWER_BUDGET_MS,
        "heard": sum(map(Counter.total, seen.hearers.values())),
        "heard_p95_ms": round(percentile(delays, 0.95) * 1000, 1),
        "heard_budget_ms": HEARD_BUDGET_MS,
        "away_s": round(seen.away[1] - seen.away[0], 1),
        "lost": lost,
        "doubled": doubled,
        "disordered": seen.disordered,
        "things_off": things_off,
        "tables_off": tables_off,
    }
    wrong = any(row[name] for name in ("lost", "doubled", "disordered", "things_off", "tables_off"))
    slow = row["answer_p95_ms"] > ANSWER_BUDGET_MS or row["heard_p95_ms"] > HEARD_BUDGET_MS
    row["verdict"] = "WRONG" if wrong else "OVER" if slow else ""
    return row
