"""What worlds and the ways into them cost in round trips: two per action and per command, one per look, on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from doors.pages.addresses import reader_cookie
from kernel import connections
from kernel.database import Connection, transaction
from local.tools.postgres_proxy import PostgresProxy
from tests.support.api import handler_of, proxy_event
from tests.support.people import Someone, make_someone
from tests.support.round_trips import counted
from tests.support.worlds import come_to, come_to_lobby, connect, make_world
from worlds.entering import service as entering
from worlds.entering.models import CharacterWish
from worlds.interview import service as interviews

TRIES = 3


class Stage:
    """Root, who owns a world; Ann, who has a body there and is in the lobby, as Bob is; and new worlds as needed."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self._numbers = count(1)
        with transaction(conn) as tx:
            self.root, self.ann = make_someone(tx, "Root", ("admin",)), make_someone(tx, "Ann")
        self.aether = self.world()
        with transaction(conn) as tx:
            ghost = entering.ghost(tx, self.ann.identity)
            self.player = connect(tx, self.ann.identity, ghost.character.character_id)
            body = entering.create(tx, self.ann.identity, self.aether, CharacterWish(name="Ana", species="elf"))
            self.body = str(body.character_id)
            self.guest = come_to(tx, self.aether, "Rude")
            self.other = come_to_lobby(tx)

    def world(self) -> Any:
        with transaction(self.conn) as tx:
            name = f"World {next(self._numbers)}"
            return make_world(tx, name, owner_id=self.root.account_id).world_id

    def report(self) -> Any:
        self.conn.execute("DELETE FROM worlds.reports")
        self.types("report rude shouts")
        [row] = self.conn.execute("SELECT report_id FROM worlds.reports").fetchall()
        return row["report_id"]

    def in_review(self) -> Any:
        """Return an interview of Ann's whose questions are all answered, about a world with a name of its own."""
        self.conn.execute("DELETE FROM kernel.rate_windows WHERE scope IN ('worlds_made', 'worlds_begun')")
        self.conn.execute("DELETE FROM worlds.interviews")
        with transaction(self.conn) as tx:
            said = ("ice", "elves", "frozen, small", "medieval", "none", "old", "one", "everything")
            interview_id = interviews.start(tx, self.ann.identity).interview.interview_id
            for each in (*said, f"the name is Öland {next(self._numbers)}"):
                interviews.respond(tx, self.ann.identity, interview_id, each)
            return str(interview_id)

    def types(self, text: str) -> None:
        with transaction(self.conn) as tx:
            [answer, *_] = self.player.types(tx, text)
        assert answer["type"] != "error", answer


@pytest.fixture
def wire(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Connection, PostgresProxy]]:
    """This thread is an environment whose database is at the other end of the wire."""
    with counted(database_url) as (conn, wire):
        monkeypatch.setattr(connections._environment, "connection", conn, raising=False)
        yield conn, wire


def request(someone: Someone, method: str, path: str, body: Any = None, **query: Any) -> Any:
    event = proxy_event(method, f"/api/{path}", body, headers=someone.headers, role=None, query=query)
    given = handler_of(f"/api/{path}")(event, None)
    assert given["statusCode"] < 300, given["body"]
    return json.loads(given["body"])


Step = Callable[[Stage, Any], object]
Before = Callable[[Stage], Any]


def nothing(_: Stage) -> None:
    """Prepare nothing."""


def invited(stage: Stage) -> str:
    request(stage.root, "POST", f"game/worlds/{stage.aether}/members", {"user": "ann"})
    return str(stage.ann.account_id)


def exported(stage: Stage) -> Any:
    stage.conn.execute("DELETE FROM kernel.rate_windows")
    return request(stage.root, "GET", f"game/worlds/{stage.aether}/export")


def page(someone: Someone, path: str) -> None:
    headers = {**someone.headers, "Accept": "text/html", "Cookie": reader_cookie(someone.identity.account_id)}
    assert handler_of(path)(proxy_event("GET", path, headers=headers, role=None), None)["statusCode"] == 200


ACTIONS: dict[str, tuple[Step, Before]] = {
    "make a world": (
        lambda s, name: request(s.root, "POST", "game/worlds", {"name": name}),
        lambda s: s.conn.execute("DELETE FROM kernel.rate_windows") and f"Made {next(s._numbers)}",
    ),
    "export a world": (
        lambda s, it: request(s.root, "GET", f"game/worlds/{s.aether}/export"),
        lambda s: s.conn.execute("DELETE FROM kernel.rate_windows"),
    ),
    "bring a world": (
        lambda s, it: request(s.root, "POST", "game/worlds/import", it),
        lambda s: {"file": exported(s), "name": f"Brought {next(s._numbers)}"},
    ),
    "change a world": (
        lambda s, it: request(s.root, "PATCH", f"game/worlds/{it}", {"name": f"Now {it}", "paused": True}),
        Stage.world,
    ),
    "delete a world": (lambda s, it: request(s.root, "DELETE", f"game/worlds/{it}"), Stage.world),
    "invite": (
        lambda s, _: invited(s),
        lambda s: s.conn.execute("DELETE FROM worlds.members WHERE account_id = %s", (s.ann.identity.account_id,)),
    ),
    "remove a member": (
        lambda s, it: request(s.root, "DELETE", f"game/worlds/{s.aether}/members/{it}"),
        invited,
    ),
    "read a notification": (lambda s, _: request(s.ann, "POST", "game/notifications/1/read", {}), nothing),
    "read all notifications": (lambda s, _: request(s.ann, "POST", "game/notifications/read-all", {}), nothing),
    "choose notifications": (
        lambda s, _: request(
            s.ann, "PUT", "game/notifications/preferences", {"new_world": "public", "user_signin": True}
        ),
        nothing,
    ),
    "register a device": (
        lambda s, _: request(s.ann, "POST", "game/notifications/devices", {"token": "mine"}),
        nothing,
    ),
    "decide a report": (
        lambda s, it: request(s.root, "POST", f"game/reports/{it}", {"outcome": "upheld"}),
        Stage.report,
    ),
    "select a world": (
        lambda s, _: request(s.ann, "POST", "session/world/select", {"world_id": str(s.aether)}),
        nothing,
    ),
    "make a character": (
        lambda s, it: request(
            s.ann, "POST", "session/character/create", {"world_id": str(it), "name": "Ana", "species": "elf"}
        ),
        Stage.world,
    ),
    "select a character": (
        lambda s, _: request(s.ann, "POST", "session/character/select", {"character_id": s.body}),
        nothing,
    ),
    "go to the lobby": (lambda s, _: request(s.ann, "POST", "session/lobby", {}), nothing),
    "begin an interview": (
        lambda s, _: request(s.ann, "POST", "interview/start", {}),
        lambda s: s.conn.execute("DELETE FROM worlds.interviews"),
    ),
    "answer a question": (
        lambda s, it: request(s.ann, "POST", "interview/respond", {"session_id": it, "message": "ice and snow"}),
        lambda s: request(s.ann, "POST", "interview/start", {})["session_id"],
    ),
    "tell the statue": (
        lambda s, _: s.types("tell statue ice and snow"),
        lambda s: request(s.ann, "POST", "interview/start", {}),
    ),
    "let the world of an interview be made": (
        lambda s, it: request(s.ann, "POST", "interview/finalize", {"session_id": it}),
        Stage.in_review,
    ),
    "confirm an interview": (
        lambda s, it: request(s.ann, "POST", "interview/respond", {"session_id": it, "message": "yes"}),
        Stage.in_review,
    ),
    "tell the statue yes": (lambda s, _: s.types("tell statue yes"), Stage.in_review),
    "tell the statue stop": (
        lambda s, _: s.types("tell statue stop"),
        lambda s: request(s.ann, "POST", "interview/finalize", {"session_id": s.in_review()}),
    ),
    "give up a world": (
        lambda s, it: request(s.ann, "POST", f"game/worlds/{it}/cancel", {}),
        lambda s: request(s.ann, "POST", "interview/finalize", {"session_id": s.in_review()})["world_id"],
    ),
    "enter": (lambda s, _: s.types('enter "World 1"'), nothing),
    "watcher": (
        lambda s, it: s.types(f"watcher {it}"),
        Stage.world,
    ),
    "create character": (lambda s, it: s.types(f"create character Ana player elf {it}"), Stage.world),
    "report": (lambda s, _: s.types("report rude shouts"), lambda s: s.conn.execute("DELETE FROM worlds.reports")),
    "score": (lambda s, _: s.types("score"), nothing),
    "world info": (lambda s, _: s.types("world info"), nothing),
}
LOOKS: dict[str, Callable[[Stage], object]] = {
    "state": lambda s: request(s.ann, "GET", "session/state"),
    "interview": lambda s: request(s.ann, "GET", "interview/active"),
    "worlds": lambda s: request(s.ann, "GET", "game/worlds"),
    "a world": lambda s: request(s.ann, "GET", f"game/worlds/{s.aether}"),
    "history": lambda s: page(s.ann, f"/worlds/{s.aether}/history"),
    "members": lambda s: request(s.root, "GET", f"game/worlds/{s.aether}/members"),
    "entry options": lambda s: request(s.ann, "GET", "game/entry-options", world_id=str(s.aether)),
    "characters": lambda s: request(s.ann, "GET", "game/characters"),
    "skills": lambda s: request(s.ann, "GET", "game/skills", character_id=s.body),
    "notifications": lambda s: request(s.ann, "GET", "game/notifications"),
    "preferences": lambda s: request(s.ann, "GET", "game/notifications/preferences"),
    "devices": lambda s: request(s.ann, "GET", "game/notifications/devices"),
    "reports": lambda s: request(s.root, "GET", "game/reports"),
}


def test_every_action_takes_two_round_trips_and_every_look_one(wire: tuple[Connection, PostgresProxy]):
    conn, proxy = wire
    stage = Stage(conn)
    taken: dict[str, list[int]] = {}
    for name, (action, before) in ACTIONS.items():
        for _ in range(TRIES):
            conn.execute("UPDATE worlds.connections SET commands = 0")  # or they were too many for a second
            prepared = before(stage)
            begun = proxy.round_trips()
            action(stage, prepared)
            taken.setdefault(name, []).append(proxy.round_trips() - begun)
    for name, look in LOOKS.items():
        for _ in range(TRIES):
            begun = proxy.round_trips()
            look(stage)
            taken.setdefault(name, []).append(proxy.round_trips() - begun)

    # The first times cost more, until statements are prepared.
    assert {name: min(trips) for name, trips in taken.items()} == {
        **dict.fromkeys(ACTIONS, 2),
        **dict.fromkeys(LOOKS, 1),
    }
