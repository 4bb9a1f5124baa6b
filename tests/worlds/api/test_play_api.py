"""Playing over the WebSocket: who gets in, what a frame is answered, and who hears of it. Source: worlds 3 and 4."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from functions.worlds.play import app
from functions.worlds.post_desk.app import handler as post_desk
from kernel.database import Connection, Tx, transaction
from tests.support.people import Someone
from tests.support.worlds import make_world, place_item
from worlds.characters.models import Character
from worlds.entering import service as entering
from worlds.entering.models import CharacterWish
from worlds.space.models import Position
from worlds.tickets import service as tickets
from worlds.world.models import World

_numbers = count(1)
OWN = "https://localhost"


def send(kind: str, connection_id: str, body: str | None = None, **event: Any) -> dict[str, Any]:
    """Handle an event as API Gateway sends it."""
    about = {"eventType": kind, "connectionId": connection_id, "requestId": "request", "domainName": "localhost"}
    return app.handler({"requestContext": about, "body": body, **event}, None)


@dataclass(frozen=True, slots=True)
class Client:
    """Someone's connection."""

    connection_id: str

    def says(self, **frame: Any) -> list[dict[str, Any]]:
        """Send a frame; return the documents that it is answered with."""
        answer = send("MESSAGE", self.connection_id, json.dumps(frame))
        assert answer["statusCode"] == 200
        return [json.loads(line) for line in answer["body"].splitlines()]

    def types(self, text: str) -> list[dict[str, Any]]:
        return self.says(type="command", data={"text": text})


def open_connection(character: Character, someone: Someone) -> Client:
    client = Client(f"client-{next(_numbers)}")
    answer = send("CONNECT", client.connection_id, **asking(character, headers=someone.headers))
    assert answer["statusCode"] == 200, answer
    return client


def asking(character: Character, headers: dict[str, str] | None = None, **query: str) -> dict[str, Any]:
    return {"queryStringParameters": {"character_id": str(character.character_id), **query}, "headers": headers or {}}


def refused(answer: dict[str, Any]) -> tuple[int, str]:
    return answer["statusCode"], json.loads(answer["body"])["error"]["code"]


def codes(documents: list[dict[str, Any]]) -> list[str]:
    return [each["data"]["code"] for each in documents if each["type"] == "error"]


def body_of(tx: Tx, someone: Someone, world: World, name: str) -> Character:
    return entering.create(
        tx, someone.identity, world.world_id, CharacterWish(name=name, species="human", role="player", seed=1)
    )


def handed_out() -> tuple[dict[str, list[dict[str, Any]]], dict[str, list[str]]]:
    """Return what the pusher tells each connection until nothing waits, and the codes with which it closes others."""
    told: dict[str, list[dict[str, Any]]] = {}
    closed: dict[str, list[str]] = {}
    event: dict[str, Any] = {"op": "claim"}
    while (answer := post_desk(event, None))["more"]:
        for each in answer["deliveries"]:
            lines = (json.loads(line) for frame in each["frames"] for line in frame.splitlines())
            told.setdefault(each["connection_id"], []).extend(lines)
        closed |= {each["connection_id"]: codes([*map(json.loads, each["frames"])]) for each in answer["closing"]}
        delivered = [{"character_id": each["character_id"], "seq": each["last_seq"]} for each in answer["deliveries"]]
        event = {"op": "claim", "delivered": delivered}
    return told, closed


@pytest.fixture
def world(environment: Connection) -> World:
    with transaction(environment) as tx:
        return make_world(tx)


@pytest.fixture
def anna(environment: Connection, world: World, ann: Someone) -> Character:
    with transaction(environment) as tx:
        return body_of(tx, ann, world, "Anna")


@pytest.fixture
def robert(environment: Connection, world: World, bob: Someone) -> Character:
    with transaction(environment) as tx:
        return body_of(tx, bob, world, "Robert")


def connections(conn: Connection) -> int:
    with transaction(conn) as tx:
        [row] = tx.execute("SELECT count(*) AS n FROM worlds.connections")
        return row["n"]


def test_without_a_token_nothing_opens(environment: Connection, anna: Character):
    """Source: worlds 4, acceptance 1."""
    for query in ({}, {"token": "x.y.z"}, {"ticket": "none"}):
        status, code = refused(send("CONNECT", "stranger", **asking(anna, None, **query)))
        assert status == 401
        assert code in ("UNAUTHORIZED", "AUTH_TOKEN_INVALID")
    assert connections(environment) == 0


def test_a_token_opens_a_connection_from_the_cookie_the_header_or_the_query(anna: Character, ann: Someone):
    token = ann.headers["Authorization"].removeprefix("Bearer ")
    cookie = {"Cookie": f"brandish_session={token}"}

    assert send("CONNECT", "one", **asking(anna, headers=ann.headers)) == app.OK
    assert send("CONNECT", "two", **asking(anna, token=token)) == app.OK
    assert send("CONNECT", "three", **asking(anna, headers={**cookie, "Origin": OWN})) == app.OK
    assert refused(send("CONNECT", "four", **asking(anna, headers={**cookie, "Origin": "https://evil.example"}))) == (
        403,
        "FORBIDDEN",
    )
    assert refused(send("CONNECT", "five", **asking(anna, headers=cookie))) == (403, "FORBIDDEN")


def test_a_ticket_opens_one_connection_within_a_minute(environment: Connection, anna: Character, ann: Someone):
    with transaction(environment) as tx:
        first = tickets.issue(tx, ann.identity)
        tx.now -= timedelta(seconds=61)
        late = tickets.issue(tx, ann.identity)

    assert send("CONNECT", "one", **asking(anna, ticket=first)) == app.OK
    for used in (first, late):
        assert refused(send("CONNECT", "two", **asking(anna, ticket=used))) == (401, "AUTH_TOKEN_INVALID")


def test_one_plays_ones_own_characters_only(anna: Character, ann: Someone, bob: Someone):
    assert refused(send("CONNECT", "one", **asking(anna, headers=bob.headers))) == (403, "CHARACTER_NOT_OWNED")
    unknown: dict[str, Any] = {"queryStringParameters": {"character_id": str(uuid4())}, "headers": ann.headers}
    assert refused(send("CONNECT", "two", **unknown)) == (404, "CHARACTER_NOT_FOUND")
    for query in (None, {}, {"character_id": "Anna"}):
        broken: dict[str, Any] = {"queryStringParameters": query, "headers": ann.headers}
        assert refused(send("CONNECT", "three", **broken)) == (400, "INVALID_COMMAND")


def test_the_statue_speaks_the_language_of_each_connection(
    environment: Connection, ann: Someone, bob: Someone, root: Someone
):
    asked: dict[str, str] = {}
    with transaction(environment) as tx:
        ghosts = [entering.ghost(tx, each.identity).character for each in (ann, bob, root)]
    opened = {
        "by the browser": asking(ghosts[0], {**ann.headers, "accept-language": "de-AT,en;q=0.5"}),
        "by the page": asking(ghosts[1], {**bob.headers, "accept-language": "de"}, language="tr"),
        "in neither": asking(ghosts[2], root.headers),
    }
    for name, event in opened.items():
        assert send("CONNECT", name, **event)["statusCode"] == 200

    for name in opened:
        [said] = [each for each in Client(name).types("tell statue hi") if each["type"] == "game_message"]
        asked[name] = said["data"]["text"]

    assert asked["by the browser"].startswith("Worum geht es in deiner Welt?")
    assert asked["by the page"].startswith("Dünyan ne hakkında?")
    assert asked["in neither"].startswith("What is your world about?")


def test_both_forms_of_a_command_move_the_same(anna: Character, ann: Someone):
    """Source: worlds 4, acceptance 2."""
    client = open_connection(anna, ann)

    places = [
        next(
            each["data"]["position"]
            for each in client.says(type="command", data=data)
            if each["type"] == "state_update"
        )
        for data in ({"text": "n"}, {"action": "north"})
    ]

    assert [place["y"] for place in places] == [6.0, 7.0]


def test_of_two_connections_of_a_character_the_newer_one_hears_and_the_older_is_told_and_closed(
    anna: Character, robert: Character, ann: Someone, bob: Someone
):
    """Source: worlds 4, acceptance 3."""
    older, newer = open_connection(anna, ann), open_connection(anna, ann)
    speaker = open_connection(robert, bob)

    speaker.types("say hello")

    told, closed = handed_out()
    assert closed == {older.connection_id: ["ALREADY_IN_GAME"]}
    assert older.connection_id not in told
    assert "Robert says: hello" in [each["data"].get("text") for each in told[newer.connection_id]]
    assert codes(older.types("look")) == ["NOT_IN_GAME"]


def test_the_state_has_ten_hit_points_for_each_point_of_vitality(anna: Character, ann: Someone):
    """Source: worlds 4, acceptance 4."""
    client = open_connection(anna, ann)

    states = [each["data"] for each in handed_out()[0][client.connection_id] if each["type"] == "state_update"]

    assert [state["maxHP"] for state in states] == [10 * anna.attributes["Vitality"]]


def test_an_unknown_type_is_an_error_and_the_connection_stays(anna: Character, ann: Someone):
    """Source: worlds 4, acceptance 5."""
    client = open_connection(anna, ann)

    assert codes(client.says(type="dance", data={})) == ["INVALID_COMMAND"]
    assert [each["type"] for each in client.types("look")] == ["game_message"]


def test_a_command_has_1024_characters_at_most(anna: Character, ann: Someone):
    """Source: worlds 2, acceptance 5."""
    client = open_connection(anna, ann)

    assert codes(client.types("say " + "x" * 1020)) == []
    assert codes(client.types("say " + "x" * 1021)) == ["INVALID_COMMAND"]


def test_the_21st_command_of_a_second_waits(environment: Connection, anna: Character, ann: Someone):
    """Source: worlds 3, acceptance 5."""
    client = open_connection(anna, ann)
    with transaction(environment) as tx:  # however long the test takes, it is one second
        tx.execute("UPDATE worlds.connections SET window_began = %s, commands = 0", (tx.now + timedelta(hours=1),))
    begun: list[list[str]] = []
    for _ in range(21):
        begun.append(codes(client.types("look")))
        with transaction(environment) as tx:
            tx.execute("UPDATE worlds.connections SET window_began = clock_timestamp()")

    assert begun == [[]] * 20 + [["ACTION_COOLDOWN"]]
    with transaction(environment) as tx:
        tx.execute("UPDATE worlds.connections SET window_began = clock_timestamp() - interval '2 seconds'")
    assert codes(client.types("look")) == []


def test_a_log_out_ends_the_connection(environment: Connection, anna: Character, ann: Someone):
    """Source: worlds 3, Logout."""
    client = open_connection(anna, ann)
    with transaction(environment) as tx:
        tx.execute("UPDATE kernel.sessions SET ended_at = now()")

    assert client.types("n") == []

    assert handed_out()[1] == {client.connection_id: ["SESSION_EXPIRED"]}
    with transaction(environment) as tx:
        [row] = tx.execute("SELECT y, is_present FROM worlds.characters WHERE name = 'Anna'")
    assert (row["y"], row["is_present"]) == (50, False)


def test_a_ping_is_answered_with_the_state_and_several_documents_each_in_its_turn(anna: Character, ann: Someone):
    client = open_connection(anna, ann)

    assert [each["type"] for each in client.says(type="ping", data={})] == ["pong", "state_update"]
    both = (
        '{"type": "command", "id": "a", "data": {"text": "n"}}\n{"type": "command", "id": "b", "data": {"text": "s"}}'
    )
    lines = [json.loads(line) for line in send("MESSAGE", client.connection_id, both)["body"].splitlines()]
    assert list(dict.fromkeys(each["command_id"] for each in lines)) == ["a", "b"]


def test_who_disconnects_leaves_the_world(environment: Connection, anna: Character, ann: Someone):
    client = open_connection(anna, ann)

    assert send("DISCONNECT", client.connection_id) == app.OK

    assert connections(environment) == 0
    with transaction(environment) as tx:
        [row] = tx.execute("SELECT is_present FROM worlds.characters WHERE name = 'Anna'")
    assert not row["is_present"]


def test_the_older_form_gives_things(
    environment: Connection, world: World, anna: Character, robert: Character, ann: Someone, bob: Someone
):
    with transaction(environment) as tx:
        place_item(tx, world, "arrow", Position(50, 50), 20)
    client = open_connection(anna, ann)
    open_connection(robert, bob)
    client.types("get arrows")

    data = {"action": "give", "target": "arrows", "quantity": 5, "recipient": "Robert"}
    [said, *_] = client.says(type="command", data=data)

    assert said["data"]["text"] == "You give arrows × 5 to Robert."


def test_what_the_pusher_reports_twice_is_noted_once(anna: Character, robert: Character, ann: Someone, bob: Someone):
    """Source: worlds 28, acceptance 2."""
    open_connection(anna, ann)
    speaker = open_connection(robert, bob)
    handed_out()
    speaker.types("say one")
    [first] = post_desk({"op": "claim"}, None)["deliveries"]
    report = {"op": "claim", "delivered": [{"character_id": first["character_id"], "seq": first["last_seq"]}]}

    assert post_desk(report, None)["deliveries"] == []
    speaker.types("say two")
    [second] = post_desk(report, None)["deliveries"]  # the same report, late
    told, _ = handed_out()

    assert ["two" in frame for frame in second["frames"]] == [True]
    assert second["last_seq"] == first["last_seq"] + 1
    assert told == {}
