"""How a character begins: what happens when one is made. Pure, but for chance. Source: worlds 6, 7.2."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final
from uuid import UUID, uuid4

from worlds.bodies import rules as bodies
from worlds.bodies.content import backgrounds, species
from worlds.bodies.models import Role
from worlds.characters.events import CharacterCreated, LookChanged
from worlds.characters.models import GHOST, Character, CharacterNameTaken
from worlds.characters.naming import FreeNames, is_called_after, is_free, unused
from worlds.entering.models import ENTRANCE, LOBBY_SPAWN, CharacterWish, NoEntryToTheLobby, NoWatchers
from worlds.movement.models import PARTS
from worlds.world.models import LOBBY, PRIVATE, World

FIRST_NAME: Final = "Ghost"
TRAVELER: Final = "Traveler"
"""A watcher who has no other name."""


def character(
    account_id: UUID, world: World, wish: CharacterWish, role: Role, rng: Random, free: FreeNames
) -> CharacterCreated:
    """Return what happens when someone makes the character that they wish for.

    Args:
        free: of the name that they wish for, in this world.

    Raises:
        NoEntryToTheLobby, NoWatchers
        CharacterNameTaken
        DomainError: what a body is refused for (worlds.bodies).
    """
    if world.is_lobby:
        raise NoEntryToTheLobby
    if role is Role.WATCHER:
        made = watcher(account_id, world, wish.name, wish.description)
    else:
        made = _body(account_id, world, wish, role, rng)
    if not is_free(free, made.name):
        raise CharacterNameTaken(world=world.name, name=made.name)
    return made


def watcher(account_id: UUID, world: World, name: str, description: str = "") -> CharacterCreated:
    """Return what happens when someone enters a world without a body.

    Raises:
        NoWatchers, NoEntryToTheLobby, CharacterNameInvalid, DescriptionTooLong
    """
    if world.is_lobby:
        raise NoEntryToTheLobby
    if world.privacy == PRIVATE:
        raise NoWatchers(name=world.name)
    return CharacterCreated(
        character_id=uuid4(),
        player_id=account_id,
        world_id=world.world_id,
        name=bodies.character_name(name),
        role=Role.WATCHER,
        species=Role.WATCHER,
        description=bodies.description(description),
        position=entrance_of(world),
    )


def ghost(account_id: UUID, latest: Character | None, free: FreeNames) -> CharacterCreated:
    """Return what happens when someone is in the lobby for the first time.

    Args:
        latest: the body that they played last; None for no body yet.
        free: in the lobby, of that body's name, or of FIRST_NAME.
    """
    return CharacterCreated(
        character_id=uuid4(),
        player_id=account_id,
        world_id=LOBBY,
        name=unused(free, latest.name if latest else FIRST_NAME),
        role=GHOST,
        species=GHOST,
        appearance=latest.appearance if latest else "",
        description=latest.description if latest else "",
        position=LOBBY_SPAWN,
    )


def resembling(before: Character, latest: Character | None, free: Callable[[], FreeNames]) -> list[LookChanged]:
    """Return what happens to someone's body in the lobby so that it looks like the one that they played last.

    Args:
        free: asks what they may be called in the lobby; it is asked only if they need another name.
    """
    if before.role != GHOST or latest is None:
        return []
    has_name = is_called_after(before.name, latest.name)
    name = before.name if has_name else unused(free(), latest.name)
    look = {"name": name, "appearance": latest.appearance, "description": latest.description}
    if all(getattr(before, name) == value for name, value in look.items()):
        return []
    return [LookChanged(character_id=before.character_id, **look)]


def is_nameless(character: Character) -> bool:
    """Tell whether this is a newcomer, who was given a name."""
    return character.role == GHOST and is_called_after(character.name, FIRST_NAME)


def entrance_of(world: World) -> tuple[int, int, int]:
    """Return where one arrives in a world."""
    if world.is_lobby:
        return LOBBY_SPAWN
    entrance = world.generation.get("entrance")
    return (entrance[0], entrance[1], 0) if entrance else ENTRANCE


def _body(account_id: UUID, world: World, wish: CharacterWish, role: Role, rng: Random) -> CharacterCreated:
    kind = bodies.choose_species(species.by_key.values(), wish.species)
    body = bodies.generate(kind, wish.seed, wish.point_buy, rng)
    derived = bodies.derived(body.attributes)
    return CharacterCreated(
        character_id=uuid4(),
        player_id=account_id,
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
