"""The transcript of a first hour, played over the socket of a running stack: each line that comes back is stored state.

Source: worlds 27; and 17, 19 and 20 for who comes back after 30 days.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import count
from typing import Any, Final, LiteralString
from uuid import UUID, uuid4

import pytest

from kernel.database import Connection, Tx, connect, transaction
from local.stack.postgres import Postgres
from local.stack.process import StackProcess
from local.tools.verify.client import Client
from local.tools.verify.visitors import Visitor
from local.worlds.play_socket import Document, PlaySocket
from local.worlds.settling import settle_npc
from tests.support.beasts import put_wolf
from tests.support.grounds import make_ground
from tests.support.villages import pass_time, set_time
from tests.support.worlds import give_things, make_world, place_fixture, place_item
from tests.worlds.unit.test_resources import all_grounds
from worlds.bodies.models import Attribute
from worlds.bodies.rules import variance
from worlds.characters import service as characters
from worlds.characters.events import PlayerMoved
from worlds.characters.models import Character
from worlds.daytime.words import header
from worlds.generation.biomes import Biome
from worlds.ground import service as terrain
from worlds.memories.models import Occurrence
from worlds.movement.models import PARTS
from worlds.resources.events import ResourceGathered
from worlds.resources.models import ResourceGround
from worlds.skills.events import SkillIncreased
from worlds.skills.rules import cost
from worlds.space.models import METRE, Position
from worlds.weather.local import sky_over, slot_at
from worlds.weather.models import CYCLE, PER_DAY, WeatherState
from worlds.weather.words import near_state
from worlds.world import queries as worlds_sql
from worlds.world.models import World

pytestmark = pytest.mark.slow

DAWN: Final = 6.4
RAINY_DAY: Final = 4 * 360 + 11
"""In early spring. At dawn, rain is near by the birches, and a storm was there two days before: of this seed."""
CALM: Final = {"openness": 50, "conscientiousness": 50, "extraversion": 50, "agreeableness": 50, "neuroticism": 50}
LOGGED: Final = 86
"""Points of experience that Mara has when she begins to cut."""
STAND: Final = 50
"""Logs that can be cut."""


@pytest.fixture(scope="module")
def stack(postgres: Postgres, template_database: str) -> Iterator[tuple[StackProcess, str]]:
    name = f"first_hour_{uuid4().hex}"
    url = postgres.create_database(name, template_database)
    with StackProcess(url) as running:
        yield running, url
    postgres.drop_database(name)


@pytest.fixture
def conn(stack: tuple[StackProcess, str]) -> Iterator[Connection]:
    with closing(connect(stack[1])) as opened:
        yield opened


@pytest.fixture
def client(stack: tuple[StackProcess, str]) -> Iterator[Client]:
    with closing(Client(stack[0].url)) as opened:
        yield opened


class Guest:
    """Someone with an account and a body, who plays over the socket."""

    def __init__(self, client: Client, world: World, name: str, seed: int = 1) -> None:
        self.visitor = Visitor(client)
        self.visitor.register()
        wish = {"world_id": str(world.world_id), "name": name, "species": "human", "seed": seed}
        made = client.expect(201, "POST", "/api/session/character/create", wish, token=self.visitor.token).body
        self.character_id = UUID(made["character"]["character_id"])

    @contextmanager
    def connected(self) -> Iterator[PlaySocket]:
        address, ticket = self.visitor.ticket()
        with closing(PlaySocket.open(address, {"ticket": ticket, "character_id": str(self.character_id)})) as socket:
            socket.wait_for(lambda each: each["type"] == "state_update", "the first state_update")
            yield socket


def texts(answer: Sequence[Document]) -> list[str]:
    """Return the lines that a player reads, refusals among them."""
    said = (each["data"] for each in answer if each["type"] in ("game_message", "error"))
    return [each.get("text") or each["message"] for each in said]


def state(answer: Sequence[Document]) -> dict[str, Any]:
    [found] = [each["data"] for each in answer if each["type"] == "state_update"]
    return found


def rows(conn: Connection, statement: LiteralString, *values: Any) -> list[dict[str, Any]]:
    with transaction(conn) as tx:
        return tx.execute(statement, values).fetchall()


def one(conn: Connection, statement: LiteralString, *values: Any) -> dict[str, Any]:
    [row] = rows(conn, statement, *values)
    return row


def latest(conn: Connection, event: str, character_id: UUID) -> dict[str, Any]:
    """Return what the log says last of someone, of events of a type."""
    found = rows(
        conn,
        "SELECT payload FROM worlds.events WHERE event_type = %s AND aggregate_id = %s ORDER BY number DESC LIMIT 1",
        event,
        character_id,
    )
    assert found, event
    return found[0]["payload"]


def stored(tx: Tx, character_id: UUID) -> Character:
    found = characters.ask(tx, character_id)()
    assert found is not None
    return found


def stored_world(tx: Tx, world_id: UUID) -> World:
    [row] = worlds_sql.find(tx, world_id)
    return worlds_sql.read(row)


def put(tx: Tx, character_id: UUID, at: Position) -> None:
    """Let someone be somewhere else."""
    me = stored(tx, character_id)
    fields: dict[str, Any] = {"mode": "walk", "facing": me.facing, "stamina_cost": 0, "stamina": me.stamina}
    characters.save(tx, me, [PlayerMoved(character_id=character_id, start=me.position, to=at, **fields)])


def average_body() -> int:
    """Return a seed with which chance leaves a human as strong, fast and lasting as the average."""
    wanted = (Attribute.MIGHT, Attribute.AGILITY, Attribute.ENDURANCE)
    return next(seed for seed in count(1) if not any(variance(seed)[each] for each in wanted))


def birches() -> ResourceGround:
    return next(each for each in all_grounds() if each.kind.key == "birch" and each.key == "1.-11.0")


def thinned(me: Character, stand: ResourceGround) -> ResourceGathered:
    """Return the event after which a stand has only so much."""
    where: dict[str, Any] = {"ground": stand.key, "resource": stand.kind.key, "position": stand.position}
    return ResourceGathered(
        character_id=me.character_id,
        world_id=me.world_id,
        quantity=0,
        left=STAND,
        game_time=0,
        rests_until=2**40,
        **where,
    )


def test_the_transcript_of_the_first_hour_line_by_line(client: Client, conn: Connection):
    stand = birches()
    here = stand.position._replace(x=stand.position.x - 2 * METRE)
    with transaction(conn) as tx:
        world = make_ground(tx, f"Gaia {uuid4().hex[:6]}")
        set_time(tx, world, RAINY_DAY, DAWN)
    mara = Guest(client, world, "Mara", average_body())
    ana = Guest(client, world, "Ana")
    with transaction(conn) as tx:
        near = here._replace(y=here.y + METRE)
        maren = settle_npc(tx, world, "Maren", near, occupation="potter", village="Kilnford", personality=CALM)
        world = place_fixture(tx, stored_world(tx, world.world_id), "kiln", here._replace(y=here.y - 2 * METRE))
        world, _ = place_item(tx, world, "clay", here, 2)
        me = give_things(tx, stored(tx, mara.character_id), "longsword", 1)
        learned = {"skill": "Logging", "old": 0, "new": stand.level, "xp_gained": 0, "xp": LOGGED * 100}
        characters.save(tx, me, [SkillIncreased(character_id=me.character_id, **learned), thinned(me, stand)])
        put(tx, mara.character_id, here)

    with mara.connected() as socket, ana.connected() as other:
        look_around(conn, world, mara, socket.ask("look"))
        step_east(conn, mara, socket.ask("e"))
        cut_birches(conn, mara, stand, socket.ask("gather birch"))
        take_clay(conn, mara, socket.ask("get clay 2"))
        fail_at_a_pot(conn, mara, socket.ask("craft clay pot"))
        speak_of_pottery(conn, world, mara, maren, socket)
        fight_a_wolf(conn, mara, socket)
        call_ana(conn, ana, socket, other)


def test_who_comes_back_after_30_days_is_remembered_by_those_who_saw_or_heard_of_it(client: Client, conn: Connection):
    with transaction(conn) as tx:
        world = make_world(tx, f"Aether {uuid4().hex[:6]}")
        set_time(tx, world, 3, 12)
    mara = Guest(client, world, "Mara")
    with transaction(conn) as tx:
        here = stored(tx, mara.character_id).position
        how: dict[str, Any] = {"village": "Kilnford", "personality": CALM}
        ida = [settle_npc(tx, world, name, here, **how) for name in ("Maren", "Torben", "Ida")][-1]
        away = here._replace(x=here.x + 200 * METRE)
        for name in ("Jens", "Kai", "Lena", "Mona"):  # who see nothing of it
            settle_npc(tx, world, name, away, **how)
        give_things(tx, stored(tx, mara.character_id), "lamp", 1)

    with mara.connected() as socket:
        assert texts(socket.ask("give lamp to maren"))[0] == "You give lamp to Maren."
        assert texts(socket.ask("threaten torben Your coins!"))[0] == "You threaten Torben: Your coins!"
        assert texts(socket.ask("promise 3 clay to ida"))[0] == "You promise Ida 3 × clay, within 7 days."
    with transaction(conn) as tx:
        pass_time(tx, world, 30)
    with mara.connected() as socket:
        assert "You gave me a lamp 30 days ago." in answered(socket, "talk maren Do you remember my gift?")
        assert "You threatened me 30 days ago." in answered(socket, "talk torben Was that a threat?")
        assert "You promised me 3 × clay and never brought them." in answered(socket, "talk ida About that promise")
        assert "I was there when you threatened Torben 30 days ago." in answered(socket, "talk maren Any threat?")
        with transaction(conn) as tx:
            put(tx, mara.character_id, away)
        heard = " ".join(answered(socket, f"talk {name} {what}") for name in ("Jens", "Kai") for what in ("", "hm"))
    told = rows(
        conn,
        """
        SELECT m.occurrence, t.name AS teller, m.clarity FROM worlds.memories AS m
        JOIN worlds.characters AS t ON t.character_id = m.told_by
        JOIN worlds.characters AS c ON c.character_id = m.npc_id
        WHERE m.about_id = %s AND c.name IN ('Jens', 'Kai', 'Lena', 'Mona')
        """,
        mara.character_id,
    )
    assert {each["occurrence"] for each in told} >= {Occurrence.THREAT, Occurrence.PROMISE_BROKEN, Occurrence.GIFT}
    tellers = re.findall(r"(\w+) told me that you (?:threatened|promised|gave) ", heard)
    assert tellers
    assert {*tellers} <= {each["teller"] for each in told}
    kept = one(conn, "SELECT status FROM worlds.promises WHERE character_id = %s", mara.character_id)
    assert kept["status"] == "broken"
    trust = one(
        conn,
        "SELECT trust FROM worlds.relationships WHERE npc_id = %s AND other_id = %s",
        ida.character_id,
        mara.character_id,
    )["trust"]
    assert trust < -20


def answered(socket: PlaySocket, line: str) -> str:
    """Talk with someone, and return what they say."""
    assert " thinks." in texts(socket.ask(line))[1]
    return socket.wait_for(lambda each: each["data"].get("type") == "dialogue", f"an answer to {line}")["data"]["text"]


def look_around(conn: Connection, world: World, mara: Guest, answer: list[Document]) -> None:
    """[Dawn, early Spring] Birch slopes above a slow river. Rain is near. You see: Maren (human), a birch stand, ..."""
    [line] = texts(answer)
    with transaction(conn) as tx:
        world, me = stored_world(tx, world.world_id), stored(tx, mara.character_id)
        ground = terrain.read(tx, world, [me.position])
        assert ground is not None
        sky = sky_over(world, ground, me.position)
        assert line.startswith(header(world.time.moment(tx.now)) + " ")
        assert near_state(sky, slot_at(world, tx.now)) is WeatherState.RAIN
        assert ground.cover(me.position).biome is Biome.TAIGA
    assert line.startswith("[Dawn, early Spring] ")
    assert re.search(r"[Rr]ain is near|near[^.]*\brain\b|\brain\b[^.]*near", line), line
    assert re.search("spruce|larch", line, re.IGNORECASE), line
    around = rows(
        conn,
        """
        SELECT name, species, 'person' AS kind FROM worlds.characters
        WHERE world_id = %s AND is_present AND character_id <> %s AND (x - %s)^2 + (y - %s)^2 <= 200 * 200
        UNION ALL SELECT name, item, kind FROM worlds.entities
        WHERE world_id = %s AND (x - %s)^2 + (y - %s)^2 <= 200 * 200
        """,
        *(world.world_id, mara.character_id, me.position.x, me.position.y),
        *(world.world_id, me.position.x, me.position.y),
    )
    seen = line.partition("You see: ")[2]
    assert "Maren (human)" in seen
    assert {"birch stand", "kiln"} <= {*re.split(r", | and |\.", seen)}
    [metadata] = [each["data"]["metadata"] for each in answer if each["type"] == "game_message"]
    assert sorted(each["name"] for each in around) == sorted(each["name"] for each in metadata["entities"])
    assert birches().key in {each["key"] for each in metadata["offers"]}


def step_east(conn: Connection, mara: Guest, answer: list[Document]) -> None:
    """You walk east one metre. Stamina 499/500."""
    moved = latest(conn, "PlayerMoved", mara.character_id)
    assert (moved["to"][0] - moved["start"][0], moved["stamina_cost"]) == (METRE, 1)
    points = moved["stamina"] // PARTS
    assert texts(answer) == [f"You go east. Stamina {points}/500."] == ["You go east. Stamina 499/500."]
    assert state(answer)["maxStamina"] == 500


def cut_birches(conn: Connection, mara: Guest, stand: ResourceGround, answer: list[Document]) -> None:
    """You cut 24 logs. Logging +10 XP (96 of 100). The stand looks thinner."""
    gathered = latest(conn, "ResourceGathered", mara.character_id)
    left = one(conn, "SELECT quantity FROM worlds.stocks WHERE ground = %s", stand.key)["quantity"]
    learned = latest(conn, "SkillIncreased", mara.character_id)
    logs, needed = gathered["quantity"], f"{cost(stand.level + 1) / 100:,.2f}"
    assert texts(answer) == [
        f"You cut {logs} logs. Logging +10 XP ({LOGGED + 10} of {needed}). The stand looks thinner."
    ]
    assert logs > 0
    assert left == STAND - logs
    assert (learned["xp_gained"], learned["xp"]) == (1_000, (LOGGED + 10) * 100)
    assert held(conn, mara)["log"] == logs


def take_clay(conn: Connection, mara: Guest, answer: list[Document]) -> None:
    """Taken: clay x2 (4.0 kg). You carry 52.0 of 250 kg."""
    carried = sum(each["weight"] for each in state(answer)["inventory"])
    assert texts(answer) == [f"Taken: clay × 2 (4.0 kg). You carry {carried:.1f} of 250.0 kg."]
    assert held(conn, mara)["clay"] == 2
    assert rows(conn, "SELECT FROM worlds.entities WHERE item = 'clay'") == []


def fail_at_a_pot(conn: Connection, mara: Guest, answer: list[Document]) -> None:
    """You have clay and a kiln, but this needs Carpentry 10; yours is 4."""
    skills = one(conn, "SELECT skills FROM worlds.characters WHERE character_id = %s", mara.character_id)["skills"]
    assert texts(answer) == [
        f"You have clay and a kiln, but this needs Carpentry 10; yours is {skills.get('Carpentry', 0)}."
    ]
    assert held(conn, mara)["clay"] == 2


def speak_of_pottery(conn: Connection, world: World, mara: Guest, maren: Character, socket: PlaySocket) -> None:
    """Maren (wary): For a friend, maybe. Bring dry wood first. My kiln has been cold since the storm."""
    said = texts(socket.ask("talk maren Do you teach pottery?"))
    assert said == ["You say to Maren: Do you teach pottery?", "Maren thinks. Persuasion +5 XP (5 of 100)."]
    line = socket.wait_for(lambda each: each["data"].get("type") == "dialogue", "Maren's answer")["data"]["text"]
    opinion = one(
        conn,
        "SELECT affection, trust FROM worlds.relationships WHERE npc_id = %s AND other_id = %s",
        maren.character_id,
        mara.character_id,
    )
    assert opinion["affection"] < 20
    assert opinion["trust"] < 5
    days = days_since_the_storm(conn, world, maren)
    assert line.startswith("Maren (wary): ")
    assert f"For a friend, maybe. I have had my hands full since the storm {days} days ago." in line
    words = one(conn, "SELECT said, answered FROM worlds.words_said WHERE npc_id = %s", maren.character_id)
    assert words == {"said": "Do you teach pottery?", "answered": line.removeprefix("Maren (wary): ")}


def fight_a_wolf(conn: Connection, mara: Guest, socket: PlaySocket) -> None:
    """Heavy swing ready in 1.28 s ... critical! 36 damage, and the wolf bleeds. Wolf 24/60."""
    with transaction(conn) as tx:
        me = stored(tx, mara.character_id)
        beside = me.position._replace(x=me.position.x + METRE)
        wolf = put_wolf(tx, stored_world(tx, me.world_id), beside, hungry=True)
    assert texts(socket.ask("equip longsword")) == ["You equip longsword: main hand."]
    assert texts(socket.ask(f"attack {wolf} heavy"))[0] == "Heavy swing ready in 1.28 s ..."
    lines, is_over = list[str](), f"{wolf} is dead."
    while is_over not in lines:
        heard = socket.wait_for(lambda each: each["data"].get("type") == "combat", "what comes of a blow")["data"]
        lines.append(heard["text"])
        socket.ask("attack")  # refused as long as one is busy, or stunned, and when it is dead
    assert_wounds_are_those_of_the_log(conn, mara, wolf, lines)


def assert_wounds_are_those_of_the_log(conn: Connection, mara: Guest, wolf: str, lines: Sequence[str]) -> None:
    struck = [
        row["payload"]
        for row in rows(
            conn,
            "SELECT payload FROM worlds.events WHERE event_type = 'CombatActionExecuted' ORDER BY payload ->> 'at'",
        )
    ]
    mine = [each for each in struck if each["source_id"] == str(mara.character_id)]
    told = [line for line in lines if line.startswith(f"You hit {wolf}: ")]
    hits = [each for each in mine if each["result"] == "hit"]
    assert [int(re.findall(r"(\d+) damage", line)[0]) for line in told] == [each["damage"] for each in hits]
    assert [line.startswith(f"You hit {wolf}: critical!") for line in told] == [each["critical"] for each in hits]
    assert [f"{wolf} bleeds" in line for line in told] == ["bleed" in each["effects"] for each in hits]
    assert {int(each) for line in told for each in re.findall(rf"{wolf} \d+/(\d+)\.", line)} == {60}
    bitten = [each for each in struck if each["target_id"] == str(mara.character_id) and each["result"] == "hit"]
    bites = [line for line in lines if line.startswith(f"{wolf} hits you: ")]
    assert [int(re.findall(r"(\d+) damage", line)[0]) for line in bites] == [each["damage"] for each in bitten]
    assert len(rows(conn, "SELECT FROM worlds.events WHERE event_type = 'CreatureSlain'")) == 1


def call_ana(conn: Connection, ana: Guest, socket: PlaySocket, other: PlaySocket) -> None:
    """Tell Ana wolf down, come east."""
    assert texts(socket.ask("tell Ana wolf down, come east")) == ["You tell Ana: wolf down, come east"]
    assert other.wait_for_line("wolf down")["data"]["text"] == "Mara tells you: wolf down, come east"
    assert one(conn, "SELECT name FROM worlds.characters WHERE character_id = %s", ana.character_id)["name"] == "Ana"


def held(conn: Connection, guest: Guest) -> dict[str, int]:
    found = rows(conn, "SELECT item, quantity FROM worlds.holdings WHERE character_id = %s", guest.character_id)
    return {each["item"]: sum(row["quantity"] for row in found if row["item"] == each["item"]) for each in found}


def days_since_the_storm(conn: Connection, world: World, npc: Character) -> int:
    """Return what the weather of the place says."""
    with transaction(conn) as tx:
        found = stored_world(tx, world.world_id)
        ground = terrain.read(tx, found, [npc.position])
        assert ground is not None
        sky, now = sky_over(found, ground, npc.position), slot_at(found, tx.now)
    storms = (slot for slot in range(now - CYCLE, 0, -CYCLE) if sky.at(slot).state is WeatherState.STORM)
    return (now - next(storms)) // PER_DAY
