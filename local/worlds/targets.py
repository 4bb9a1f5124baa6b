"""`python -m local.worlds.targets`: measures what Worlds has targets for and needs no running stack.

On a database of its own, which is removed. What needs a stack is measured by `make bench ARGS=worlds`.
Source: worlds 1.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter, process_time
from typing import Final
from uuid import UUID, uuid4

from msgspec import Struct

from kernel.accounts import tokens
from kernel.accounts.key_ring import derive
from kernel.accounts.models import Identity
from kernel.database import Tx, connect, transaction
from kernel.migrations import migrate
from local.bench.worlds import make_account
from local.stack.postgres import Postgres
from worlds.characters import history
from worlds.characters import service as characters
from worlds.characters.events import PlayerTurned
from worlds.entering import service as entering
from worlds.entering.making import entrance_of
from worlds.generation.parameters import Parameters
from worlds.generation.stages import generate
from worlds.log import reading
from worlds.play import queries
from worlds.play import service as play
from worlds.play.frames import ClientFrame
from worlds.preparation import prepare
from worlds.space.models import METRE
from worlds.wording import service as wording
from worlds.wording.cache import RememberedTexts, WrittenText
from worlds.world import queries as worlds_sql
from worlds.world import service as worlds
from worlds.world.events import ThingPlaced
from worlds.world.models import LOBBY

ROOT: Final = Path(__file__).resolve().parents[2]
THINGS: Final = 1_000
AROUND: Final = 100 * METRE
EVENTS: Final = 10_000
TIMES: Final = 200
"""How often what is quick is measured; the median counts."""
SIZES: Final = {"medium": 60.0, "large": 300.0}
"""{size of a world: seconds that it may take}; a large one is as large as the earth."""


class Measured(Struct, frozen=True):
    """A target, and what was measured: all in `unit`.

    Attributes:
        quickest: of many times; it decides whether the target is met, since others may use the processors.
        usual: their median.
    """

    what: str
    most: float
    quickest: float
    usual: float
    unit: str

    @property
    def is_met(self) -> bool:
        return self.quickest < self.most

    def __str__(self) -> str:
        times = f"{self.usual:9.3f} {self.unit} (quickest {self.quickest:.3f})"
        return f"{self.what:<50} {times:<32} target {self.most:g} {self.unit}{'' if self.is_met else '  MISSED'}"


def main() -> int:
    """Measure, and print a row for each; return 1 if a target is missed."""
    busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    print(f"{os.cpu_count()} processors, {busy:.1f} processes for each")
    rows = list[Measured]()
    for each in _all():
        print(each, flush=True)
        rows.append(each)
    return int(not all(each.is_met for each in rows))


def _all() -> Iterator[Measured]:
    yield _token()
    yield _first_level()
    with tempfile.TemporaryDirectory(prefix="brandish-targets-") as folder:
        postgres = Postgres.start(Path(folder), durable=False)
        try:
            url = postgres.create_database("targets")
            migrate(url, ROOT / "migrations")
            with closing(connect(url)) as conn, transaction(conn, rng=Random(1)) as tx:
                prepare(tx)
                yield _second_level(tx)
                yield from _in_a_world(tx)
        finally:
            postgres.destroy()
    for size, most in SIZES.items():
        began = process_time()
        generate(Parameters(size), 42)
        took = process_time() - began
        yield Measured(f"a {size} world is made (processor time)", most, took, took, "s")


def _token() -> Measured:
    now = datetime.now(UTC)
    ring = (derive("k" * 40, tokens.ACCESS),)
    someone = Identity(UUID(int=1), UUID(int=2), "Ann", frozenset({"admin"}))
    token = tokens.issue_access(ring[0], someone, now)
    return Measured("a token is validated", 1, *_milliseconds(lambda: tokens.read_access(ring, token, now)), "ms")


def _first_level() -> Measured:
    now, texts = datetime.now(UTC), RememberedTexts()
    for number in range(texts.most):
        texts.put(f"area:{number}", WrittenText("Birches.", now + timedelta(minutes=15)))
    return Measured(
        "a text of the first level of the cache is read", 0.1, *_milliseconds(lambda: texts.find("area:500", now)), "ms"
    )


def _second_level(tx: Tx) -> Measured:
    keys = [wording.key_of("area", 1, {"place": number}) for number in range(THINGS)]
    for key in keys:
        wording.keep(tx, key, "Birches on a slope above a river.")
    return Measured(
        "a text of the second level of the cache is read",
        5,
        *_milliseconds(lambda: wording.ask(tx, keys[500]).fetchall()),
        "ms",
    )


def _in_a_world(tx: Tx) -> Iterator[Measured]:
    me = make_account(tx, 1)
    ghost = entering.ghost(tx, me).character
    play.come(tx, "targets", me, ghost.character_id)
    yield Measured("a command is done, without the network", 50, *_milliseconds(lambda: _look(tx)), "ms")
    [row] = worlds_sql.find(tx, LOBBY)
    lobby = worlds_sql.read(row)
    x, y, z = entrance_of(lobby)
    placed = [
        ThingPlaced(
            world_id=LOBBY,
            entity_id=uuid4(),
            kind="item",
            name="stone",
            item="stone",
            quantity=1,
            durability=100,
            quality=1,
            position=(x + number % 32 * 20, y + number // 32 * 20, z),
        )
        for number in range(THINGS)
    ]
    worlds.save(tx, lobby, LOBBY, placed)
    tx.execute("ANALYZE worlds.entities")
    seen = queries.list_things_near(tx, "targets", AROUND).fetchall()
    assert len(seen) >= THINGS
    yield Measured(
        f"{len(seen):,} things within 100 m are found and read",
        30,
        *_milliseconds(lambda: queries.list_things_near(tx, "targets", AROUND).fetchall(), TIMES // 4),
        "ms",
    )
    events = [PlayerTurned(character_id=ghost.character_id, facing=(number, 0, 0)) for number in range(EVENTS)]
    body = characters.ask(tx, ghost.character_id)()
    assert body is not None
    live = characters.save(tx, body, events)
    tx.execute("DELETE FROM worlds.snapshots")
    began = perf_counter()
    assert reading.replay(tx, history.STATES, ghost.character_id) == live
    took = perf_counter() - began
    yield Measured(f"{live.version:,} events of a character are replayed", 5, took, took, "s")


def _look(tx: Tx) -> None:
    tx.now += timedelta(seconds=1)  # no one is too fast
    [line, *_] = play.play(tx, "targets", ClientFrame("command", str(uuid4()), "look"))
    assert line["type"] == "game_message", line


def _milliseconds(do: Callable[[], object], times: int = TIMES) -> tuple[float, float]:
    """Return how long something takes: the quickest of many times, and their median."""
    taken = list[float]()
    for _ in range(times):
        began = perf_counter()
        do()
        taken.append(perf_counter() - began)
    return min(taken) * 1_000, median(taken) * 1_000


if __name__ == "__main__":
    sys.exit(main())
