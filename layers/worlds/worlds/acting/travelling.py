"""Commands that lead into another world, or make a character for one. Source: worlds 5 and 6.

A client plays one character over a connection. So a command that leads elsewhere answers with the character to connect
with: `metadata.connect_as`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from kernel.naming import key, quoted
from kernel.texts import translate
from worlds.acting.looking import too_far
from worlds.acting.models import (
    CommandOutcome,
    Destination,
    GameMessage,
    NoSuchWorlds,
    NowhereToGo,
    NoWorldsYet,
    OutOfThisWorld,
    PortalLeadsNowhere,
    Scene,
    WhichWorld,
)
from worlds.acting.needs import PORTAL, SIGHT, WORLDS_PER_PAGE, Needs, WorldSearch
from worlds.bodies import rules as bodies
from worlds.bodies.models import Role
from worlds.characters.models import CharacterExists
from worlds.characters.naming import unused
from worlds.commands.matching import find
from worlds.commands.models import IncompleteCommand, Parsed
from worlds.entering import making
from worlds.entering.models import CharacterWish, NoEntryToTheLobby
from worlds.entities.models import Entity
from worlds.world import rules as worlds
from worlds.world.models import LOBBY, PRIVATE

_WORDS: Final = re.compile(r'"([^"]*)"|(\S+)')


def enter(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Choose a world to enter: through a portal that is near, or by its name from the lobby."""
    destination = _destination(scene, parsed)
    if destination.world.world_id == scene.world.world_id:
        return CommandOutcome(messages=[GameMessage("system", translate("You are there already."))])
    if destination.world.is_lobby:
        return lobby(scene, parsed)
    worlds.admit(destination.world, scene.me.account_id, destination.admission, to_enter=True)
    return CommandOutcome(messages=[_options(destination)])


def lobby(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Go back to the lobby, where everyone arrives."""
    if scene.world.is_lobby:
        return CommandOutcome(messages=[GameMessage("system", translate("You are in the lobby already."))])
    found = next((each for each in scene.destinations if each.world.is_lobby), None)
    mine = found.mine if found else None
    made = None
    if found is not None and mine is None:
        body = scene.me if scene.me.attributes else None
        made = making.ghost(scene.me.account_id, body, found.free_names)
    character_id = mine.character_id if mine else made.character_id if made else None
    return CommandOutcome(
        messages=[GameMessage("system", translate("You leave for the lobby."), _connect(LOBBY, character_id))],
        made=made,
    )


def watcher(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Enter a world without a body."""
    destination = _named(scene, parsed.target)
    if destination.world.is_lobby:
        raise NoEntryToTheLobby
    worlds.admit(destination.world, scene.me.account_id, destination.admission, to_enter=True)
    mine, made = destination.mine, None
    if mine is not None and mine.role != Role.WATCHER:
        raise CharacterExists(name=mine.name)
    if mine is None:
        name = making.TRAVELER if making.is_nameless(scene.me) else scene.me.name
        made = making.watcher(scene.me.account_id, destination.world, unused(destination.free_names, name))
    character_id = mine.character_id if mine else made.character_id if made else None
    text = translate("You enter {world} as a watcher.", world=destination.world.name)
    return CommandOutcome(
        messages=[GameMessage("system", text, _connect(destination.world.world_id, character_id))], made=made
    )


def create_character(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Make a character for a world: the one that is named, or the one where one is."""
    name, role_name, species, world_name = _wish(parsed)
    if not world_name and scene.world.is_lobby:
        raise WhichWorld(name=name, role=role_name, species=species)
    destination = _named(scene, world_name) if world_name else scene.destinations[0]
    world = destination.world
    worlds.admit(world, scene.me.account_id, destination.admission)
    if destination.mine is not None:
        raise CharacterExists(name=destination.mine.name)
    worlds.require_ready(world)  # no one knows yet where people arrive
    role = bodies.choose_role(role_name, may_be_admin=destination.admission.is_admin)
    wish = CharacterWish(name=name, species=species)
    made = making.character(scene.me.account_id, world, wish, role, scene.rng, destination.free_names)
    text = translate("{name} is ready to enter {world}.", name=made.name, world=world.name)
    return CommandOutcome(
        messages=[GameMessage("system", text, _connect(world.world_id, made.character_id))], made=made
    )


def create_world(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Begin an interview about a new world, or hear its open question again; anywhere, not only before the statue."""
    return CommandOutcome(to_statue="")


def directory(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """List worlds, a page at a time; or search them by a part of their names."""
    search = _search(parsed)
    shown = scene.directory[:WORLDS_PER_PAGE]
    if not shown:
        raise NoSuchWorlds(typed=quoted(parsed.rest)) if parsed.rest else NoWorldsYet
    lines = [translate("{world} ({people} there)", world=each.world.name, people=each.players) for each in shown]
    if len(scene.directory) > WORLDS_PER_PAGE:
        lines.append(
            translate("More of them: {command}", command=f"worlds {search.part} {search.page + 1}".replace("  ", " "))
        )
    lines.append(translate("From the lobby: enter <world>"))
    about = [{"world_id": str(each.world.world_id), "name": each.world.name, "players": each.players} for each in shown]
    return CommandOutcome(messages=[GameMessage("info", "\n".join(lines), {"worlds": about, "page": search.page})])


def through_directory(parsed: Parsed) -> Needs:
    """Return the needs of a command that lists worlds."""
    return Needs(directory=_search(parsed))


def _search(parsed: Parsed) -> WorldSearch:
    """Return what is written after `worlds`: a part of a name, the number of a page, or both."""
    part, _, last = parsed.rest.rpartition(" ")
    if re.fullmatch(r"[1-9][0-9]{0,3}", last):
        return WorldSearch(part.strip(), int(last))
    return WorldSearch(parsed.rest)


def through_portals(parsed: Parsed) -> Needs:
    """Return the needs of a command that goes through a portal, or to a world that it names."""
    return Needs(things=SIGHT, worlds=(parsed.target, _behind(parsed.target)), portals=True)


def to_lobby(parsed: Parsed) -> Needs:
    """Return the needs of a command that leads to the lobby."""
    return Needs(worlds=(str(LOBBY),), names=(making.FIRST_NAME,))


def to_named_world(parsed: Parsed) -> Needs:
    """Return the needs of a command that makes a watcher in the world that it names."""
    return Needs(worlds=(parsed.target,), names=(making.TRAVELER,))


def to_last_word(parsed: Parsed) -> Needs:
    """Return the needs of a command that makes a character in the world at its end, or in the one where one is."""
    name, words = _words(parsed)[:1], _words(parsed)[3:]
    return Needs(worlds=(" ".join(words),), names=name) if words else Needs(here=True, names=name)


def _destination(scene: Scene, parsed: Parsed) -> Destination:
    """Return the world that is meant: by its own name, or by the name of a portal that leads there.

    Raises:
        NowhereToGo, PortalLeadsNowhere, OutOfThisWorld, TargetOutOfRange, TargetUnclear
    """
    by_id = {each.world.world_id: each for each in scene.destinations}
    meant = (parsed.target, _behind(parsed.target))
    named = next((each for name in meant for each in scene.destinations if _is_meant(scene, each, name)), None)
    if named is not None and (scene.world.is_lobby or named.world.is_lobby):
        return named
    portals = [each for each in scene.things if each.portal_to is not None or "portal" in each.name]

    def names_of(portal: Entity) -> Sequence[str]:
        behind = by_id.get(portal.portal_to) if portal.portal_to else None
        if behind is None:
            return (portal.name,)
        own = (behind.world.name,) if _is_known(scene, behind) else ()
        return (portal.name, *own, str(behind.world.world_id))

    if named is not None and all(portal.portal_to != named.world.world_id for portal in portals):
        worlds.require_known(named.world, scene.me.account_id, named.admission)
        raise OutOfThisWorld(name=named.world.name)
    portal = find(portals, parsed.target, names_of, NowhereToGo)
    if not scene.world.is_lobby and portal.squared_distance > PORTAL * PORTAL:
        raise too_far(portal.name, portal.squared_distance, PORTAL)
    if portal.portal_to is None or portal.portal_to not in by_id:
        raise PortalLeadsNowhere(name=portal.name)
    return by_id[portal.portal_to]


def _named(scene: Scene, typed: str) -> Destination:
    """Return the world of that name or id.

    Raises:
        NowhereToGo
    """
    found = next((each for each in scene.destinations if _is_meant(scene, each, typed)), None)
    if found is None:
        raise NowhereToGo(typed=quoted(typed))
    return found


def _is_meant(scene: Scene, destination: Destination, typed: str) -> bool:
    """Tell whether a world has this id, or this name. Who may not know of it cannot find it by its name."""
    world = destination.world
    return key(typed) == key(str(world.world_id)) or (key(typed) == key(world.name) and _is_known(scene, destination))


def _is_known(scene: Scene, destination: Destination) -> bool:
    return worlds.is_known(destination.world, scene.me.account_id, destination.admission)


def _behind(typed: str) -> str:
    """Return the name of the world to which a portal of this name leads."""
    return re.sub(r"^portal\s+to\s+", "", typed, flags=re.IGNORECASE)


def _wish(parsed: Parsed) -> tuple[str, str, str, str]:
    """Return the name, role, species and world that are written; names with blanks stand in quotation marks.

    Raises:
        IncompleteCommand
    """
    words = _words(parsed)
    if len(words) < 3:
        raise IncompleteCommand(syntax=parsed.command.syntax)
    return words[0], words[1], words[2], " ".join(words[3:])


def _words(parsed: Parsed) -> list[str]:
    return [marked or word for marked, word in _WORDS.findall(parsed.rest)]


def _options(destination: Destination) -> GameMessage:
    world, mine = destination.world, destination.mine
    may_watch = world.privacy != PRIVATE
    if mine is not None:
        text = translate("{world} is open to you: you are {name} there.", world=world.name, name=mine.name)
    elif may_watch:
        text = translate(
            'You can enter {world} without a body: watcher {world}. Or make a body: create character "Your Name" player'
            " human {world}",
            world=world.name,
        )
    else:
        text = translate(
            'Make a body to enter {world}: create character "Your Name" player human {world}', world=world.name
        )
    return GameMessage(
        "trigger_entry_options",
        text,
        {
            "world_id": str(world.world_id),
            "world_name": world.name,
            "character_id": str(mine.character_id) if mine else None,
            "can_enter_as_watcher": may_watch,
            "can_create_custom": mine is None,
        },
    )


def _connect(world_id: UUID, character_id: UUID | None) -> dict[str, Any]:
    return {"connect_as": str(character_id), "world_id": str(world_id)}
