"""People in worlds, for tests: they come, and what they type is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from kernel.accounts.models import Identity
from kernel.database import Tx
from tests.support.people import make_someone
from tests.support.socket_contract import check_frames
from worlds.carrying.events import ItemReceived, Stack
from worlds.characters import service as characters
from worlds.characters.models import Character
from worlds.entering import service as entering
from worlds.entering.models import CharacterWish
from worlds.fixtures.content import fixtures
from worlds.items.content import items
from worlds.play import service as play
from worlds.play.frames import ClientFrame
from worlds.posts.envelopes import Envelope
from worlds.space.models import Position, Space
from worlds.world import service as worlds
from worlds.world.events import ThingPlaced, WorldCreated
from worlds.world.models import World

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Player:
    """Someone who plays a character over a connection."""

    me: Identity
    character_id: UUID
    connection_id: str

    def types(self, tx: Tx, text: str, command_id: str | None = None) -> list[Envelope]:
        """Send a command; return what comes back, which is as the contract says."""
        answer = play.play(tx, self.connection_id, ClientFrame("command", command_id, text))
        check_frames(answer)
        return answer

    def character(self, tx: Tx) -> Character:
        """Return the character as it is stored."""
        found = characters.ask(tx, self.character_id)()
        assert found is not None
        return found


def come_to_lobby(tx: Tx, name: str = "") -> Player:
    """Let someone new arrive in the lobby."""
    someone = make_someone(tx, name)
    ghost = entering.ghost(tx, someone.identity)
    return connect(tx, someone.identity, ghost.character.character_id)


def come_to(tx: Tx, world_id: UUID, name: str, role: str = "player", **wish: Any) -> Player:
    """Let someone new enter a world with a body of their own."""
    someone = make_someone(tx)
    made = entering.create(
        tx, someone.identity, world_id, CharacterWish(name=name, species="human", role=role, seed=1, **wish)
    )
    return connect(tx, someone.identity, made.character_id)


def connect(tx: Tx, me: Identity, character_id: UUID) -> Player:
    """Open a connection for a character."""
    connection_id = f"connection-{next(_numbers)}"
    play.come(tx, connection_id, me, character_id)
    return Player(me, character_id, connection_id)


def give_things(tx: Tx, to: Character, item: str, quantity: int, quality: int = 1) -> Character:
    """Let someone have things that come from nowhere; return who they are then."""
    durability = items.by_key[item].durability
    stack = Stack(holding_id=uuid4(), item=item, quantity=quantity, durability=durability, quality=quality)
    me = to.character_id
    got = ItemReceived(character_id=me, from_id=me, item=item, quantity=quantity, saved=(stack,))
    return characters.save(tx, to, [got])


def make_world(tx: Tx, name: str = "Aether", space: Space | None = None, **fields: Any) -> World:
    """Make a world."""
    place = space or Space("infinite")
    world_id = uuid4()
    created = WorldCreated(
        world_id=world_id,
        name=name,
        shape=place.shape,
        circumference=place.circumference or None,
        lowest=place.lowest if place.shape == "bounded_cube" else None,
        highest=place.highest if place.shape == "bounded_cube" else None,
        **fields,
    )
    return worlds.save(tx, None, world_id, [created])


def place_item(tx: Tx, world: World, item: str, at: Position, quantity: int = 1, **fields: Any) -> tuple[World, UUID]:
    """Let something lie in a world; return the world as it is then, and the id of what lies there."""
    placed = ThingPlaced(
        world_id=world.world_id,
        entity_id=uuid4(),
        kind="item",
        name=item,
        position=at,
        item=item,
        quantity=quantity,
        durability=100,
        quality=1,
        **fields,
    )
    return worlds.save(tx, world, world.world_id, [placed]), placed.entity_id


def place_fixture(tx: Tx, world: World, key: str, at: Position, **fields: Any) -> World:
    """Let something that no one can carry away stand in a world; return the world as it is then."""
    kind = fixtures.by_key.get(key)
    placed: dict[str, Any] = {
        "world_id": world.world_id,
        "entity_id": uuid4(),
        "kind": "static",
        "name": kind.written_name if kind else key,
        "position": at,
        "radius": kind.radius if kind else 5,
        "metadata": {"fixture": key},
    }
    return worlds.save(tx, world, world.world_id, [ThingPlaced(**{**placed, **fields})])


def texts(envelopes: list[Envelope]) -> list[str]:
    """Return the lines that a player reads."""
    return [each["data"]["text"] for each in envelopes if each["type"] == "game_message"]


def code(envelopes: list[Envelope]) -> str:
    """Return the code of a refusal."""
    [refusal] = envelopes
    assert refusal["type"] == "error", refusal
    return refusal["data"]["code"]


def told(tx: Tx, player: Player) -> list[Mapping[str, Any]]:
    """Return the lines that were posted to a player, oldest first; all posts are as the contract says."""
    rows = tx.execute(
        "SELECT envelope FROM worlds.posts WHERE character_id = %s ORDER BY post_id", (player.character_id,)
    ).fetchall()
    check_frames(row["envelope"] for row in rows)
    return [row["envelope"]["data"] for row in rows if row["envelope"]["type"] == "game_message"]
