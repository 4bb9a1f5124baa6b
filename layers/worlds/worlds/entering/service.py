"""Choosing a world and a character. Source: worlds 2.2, 6 and 7.2."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kernel.accounts.models import Identity
from kernel.database import Tx
from worlds.bodies import rules as bodies
from worlds.bodies.models import Role
from worlds.characters import queries as characters_sql
from worlds.characters import service as characters
from worlds.characters.models import Character, CharacterExists
from worlds.entering import making, queries
from worlds.entering.models import CharacterWish, Chosen, EntryOptions, NoEntryToTheLobby, Whereabouts
from worlds.inhabiting import service as inhabiting
from worlds.inhabiting.models import ANYONE, NpcWish, OfferedNpc
from worlds.visiting import service as villages
from worlds.world import queries as worlds_sql
from worlds.world import service as worlds
from worlds.world.models import LOBBY, PRIVATE, World
from worlds.world.rules import require_ready


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


def options(tx: Tx, me: Identity, world_id: UUID, wish: NpcWish = ANYONE) -> EntryOptions:
    """Return how someone can enter a world.

    Args:
        wish: whom of its people they would like to be.

    Raises:
        WorldNotFound, WorldPrivate, NoEntryToTheLobby
    """
    offered = inhabiting.ask_offered(tx, world_id, wish)
    world = worlds.admitted(tx, me, world_id)
    return _options(world, offered(world))


def _options(world: World, people: Sequence[OfferedNpc]) -> EntryOptions:
    if world.is_lobby:
        raise NoEntryToTheLobby
    return EntryOptions(as_watcher=world.privacy != PRIVATE, as_someone_new=True, people=people)


def select_world(tx: Tx, me: Identity, world_id: UUID) -> tuple[World, EntryOptions]:
    """Choose a world to enter, and return how.

    Raises:
        WorldNotFound, WorldPrivate, NoEntryToTheLobby
    """
    settled = villages.ask_settled_entrance(tx, world_id)
    offered = inhabiting.ask_offered(tx, world_id)
    world = worlds.admitted(tx, me, world_id)
    queries.save_choice(tx, me.account_id, world_id, None)
    if settled(world):  # there is someone to be now
        offered = inhabiting.ask_offered(tx, world_id)
    return world, _options(world, offered(world))


def create(tx: Tx, me: Identity, world_id: UUID, wish: CharacterWish) -> Character:
    """Make a character in a world; a repeated wish to be a watcher returns the one that there is.

    Raises:
        WorldNotFound, WorldPrivate, CharacterExists, CharacterNameTaken, NoEntryToTheLobby, NoWatchers
        WorldNotReady, WorldFailed: no one knows yet where people arrive there.
        CharacterNotFound, NotToInhabit, AlreadyInhabited: of the one to inhabit.
        DomainError: what a body is refused for (worlds.bodies).
    """
    role = bodies.choose_role(wish.role, may_be_admin=me.is_admin)
    known = characters_sql.find_in_world(tx, me.account_id, world_id)
    free = characters.ask_free_names(tx, me.account_id, world_id, wish.name)
    world = worlds.admitted(tx, me, world_id)
    row = known.fetchone()
    if row is not None and not world.is_lobby:
        there = characters_sql.read(row)
        if role is Role.WATCHER and there.is_watcher:
            return there
        raise CharacterExists(name=there.name)
    require_ready(world)
    if wish.npc_id is not None:
        return inhabiting.inhabit(tx, me, world, wish.npc_id)
    event = making.character(me.account_id, world, wish, role, tx.rng, free())
    return characters.create(tx, event, event.character_id)


def select(tx: Tx, me: Identity, character_id: UUID) -> Chosen:
    """Choose a character to play.

    Raises:
        CharacterNotFound, CharacterNotOwned, WorldPrivate, WorldFull, WorldNotReady
    """
    asked = worlds.ask_entered(tx, me, character_id)
    character = characters.own(tx, me.account_id, character_id)
    world = asked(to_enter=True)
    queries.save_choice(tx, me.account_id, world.world_id, character_id)
    return Chosen(character, world, worlds.welcome(world, character.name))


def ghost(tx: Tx, me: Identity) -> Chosen:
    """Choose one's body in the lobby, which is made at the first visit. Source: worlds 6."""
    known = characters_sql.find_in_world(tx, me.account_id, LOBBY)
    latest = characters.ask_latest_body(tx, me.account_id)
    free = characters.ask_free_names(tx, me.account_id, LOBBY, making.FIRST_NAME)
    lobby = worlds.admitted(tx, me, LOBBY)
    row = known.fetchone()
    if row is None:
        event = making.ghost(me.account_id, latest(), free())
        character = characters.create(tx, event, event.character_id)
    else:
        character = characters_sql.read(row)
        if changed := making.resembling(character, latest(), free):
            character = characters.save(tx, character, changed)
    queries.save_choice(tx, me.account_id, LOBBY, character.character_id)
    return Chosen(character, lobby, worlds.welcome(lobby, character.name))
