"""Choosing a world and a character. Source: worlds 2.2, 6 and 7.2."""

from __future__ import annotations

from uuid import UUID, uuid4

from kernel.accounts.models import Identity
from kernel.database import Tx
from worlds.bodies import rules as bodies
from worlds.bodies.content import backgrounds, species
from worlds.bodies.models import Role
from worlds.characters import queries as characters_sql
from worlds.characters import service as characters
from worlds.characters.events import CharacterCreated
from worlds.characters.models import GHOST, Character, CharacterExists, CharacterNotFound, CharacterNotOwned
from worlds.entering import queries
from worlds.entering.models import (
    ENTRANCE,
    LOBBY_SPAWN,
    Chosen,
    EntryOptions,
    NoEntryToTheLobby,
    Whereabouts,
    Wish,
)
from worlds.movement.models import PARTS
from worlds.world import queries as worlds_sql
from worlds.world import service as worlds
from worlds.world.models import LOBBY, PUBLIC, World


def where(tx: Tx, me: Identity) -> Whereabouts:
    """Return where someone is."""
    mine = characters_sql.list_of_account(tx, me.account_id)
    [row] = queries.find_choice(tx, me.account_id)
    own = [characters_sql.read(each) for each in mine]
    chosen = next((each for each in own if each.character_id == row["chosen_id"]), None)
    world = worlds_sql.read(row) if row["world_id"] is not None else None
    stage = "in_game" if row["connected"] else "lobby"
    if not row["connected"] and world is not None and not world.is_lobby:
        stage = "world_selected"
    return Whereabouts(world, chosen, stage, row["connected"], own)


def options(tx: Tx, me: Identity, world_id: UUID) -> EntryOptions:
    """Return how someone can enter a world.

    Raises:
        WorldNotFound, WorldPrivate, NoEntryToTheLobby
    """
    return options_of(worlds.admitted(tx, me, world_id))


def options_of(world: World) -> EntryOptions:
    """Return how someone can enter a world that lets them in.

    Raises:
        NoEntryToTheLobby
    """
    if world.is_lobby:
        raise NoEntryToTheLobby
    return EntryOptions(as_watcher=world.privacy == PUBLIC, as_someone_new=True)


def select_world(tx: Tx, me: Identity, world_id: UUID) -> World:
    """Choose a world to enter.

    Raises:
        WorldNotFound, WorldPrivate
    """
    world = worlds.admitted(tx, me, world_id)
    queries.save_choice(tx, me.account_id, world_id, None)
    return world


def create(tx: Tx, me: Identity, world_id: UUID, wish: Wish) -> Character:
    """Make a character in a world; a repeated wish to be a watcher returns the one that there is.

    Raises:
        WorldNotFound, WorldPrivate, CharacterExists, and what a body is refused for (worlds.bodies)
        WorldNotReady, WorldFailed: no one knows yet where people arrive there.
    """
    role = bodies.choose_role(wish.role, may_be_admin=me.is_admin)
    known = characters_sql.find_in_world(tx, me.account_id, world_id)
    world = worlds.admitted(tx, me, world_id)
    row = known.fetchone()
    if row is not None:
        there = characters_sql.read(row)
        if role is Role.WATCHER and there.is_watcher:
            return there
        raise CharacterExists(name=there.name)
    worlds.require_ready(world)
    event = _watcher(me, world, wish) if role is Role.WATCHER else _body(tx, me, world, wish, role)
    return characters.create(tx, event, event.character_id)


def select(tx: Tx, me: Identity, character_id: UUID) -> Chosen:
    """Choose a character to play.

    Raises:
        CharacterNotFound, CharacterNotOwned, WorldPrivate, WorldFull, WorldNotReady
    """
    character = characters.ask(tx, character_id)()
    if character is None:
        raise CharacterNotFound
    if character.account_id != me.account_id:
        raise CharacterNotOwned
    world = worlds.admitted(tx, me, character.world_id, to_enter=True)
    queries.save_choice(tx, me.account_id, world.world_id, character_id)
    return Chosen(character, world, worlds.welcome(world, character.name))


def ghost(tx: Tx, me: Identity) -> Chosen:
    """Choose one's body in the lobby, which is made at the first visit. Source: worlds 6."""
    known = characters_sql.find_in_world(tx, me.account_id, LOBBY)
    lobby = worlds.admitted(tx, me, LOBBY)
    row = known.fetchone()
    if row is not None:
        character = characters_sql.read(row)
    else:
        event = CharacterCreated(
            character_id=uuid4(),
            player_id=me.account_id,
            world_id=LOBBY,
            name="Ghost",
            role=GHOST,
            species=GHOST,
            position=LOBBY_SPAWN,
        )
        character = characters.create(tx, event, event.character_id)
    queries.save_choice(tx, me.account_id, LOBBY, character.character_id)
    return Chosen(character, lobby, worlds.welcome(lobby, character.name))


def _watcher(me: Identity, world: World, wish: Wish) -> CharacterCreated:
    return CharacterCreated(
        character_id=uuid4(),
        player_id=me.account_id,
        world_id=world.world_id,
        name=bodies.character_name(wish.name),
        role=Role.WATCHER,
        species=Role.WATCHER,
        description=bodies.description(wish.description),
        position=entrance_of(world),
    )


def _body(tx: Tx, me: Identity, world: World, wish: Wish, role: Role) -> CharacterCreated:
    kind = bodies.choose_species(species.by_key.values(), wish.species)
    body = bodies.generate(kind, wish.seed, wish.point_buy, tx.rng)
    derived = bodies.derived(body.attributes)
    return CharacterCreated(
        character_id=uuid4(),
        player_id=me.account_id,
        world_id=world.world_id,
        name=bodies.character_name(wish.name),
        role=role,
        species=kind.key,
        appearance=wish.appearance,
        description=bodies.description(wish.description),
        occupation=bodies.occupation(wish.occupation),
        attributes={str(each): value for each, value in body.attributes.items()},
        variance={str(each): value for each, value in body.variance.items()},
        point_buy_choices={str(each): value for each, value in body.bought.items()},
        skills={
            str(each): level
            for each, level in bodies.starting_skills(backgrounds.document.questions, wish.background_answers).items()
        },
        position=entrance_of(world),
        hp=derived.hp,
        stamina=derived.stamina * PARTS,
    )


def entrance_of(world: World) -> tuple[int, int, int]:
    """Return where one arrives in a world."""
    if world.is_lobby:
        return LOBBY_SPAWN
    entrance = world.generation.get("entrance")
    return (entrance[0], entrance[1], 0) if entrance else ENTRANCE
