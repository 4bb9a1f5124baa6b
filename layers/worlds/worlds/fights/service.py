"""Fights: read and locked with whom they are about, settled, and told to who sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, LiteralString
from uuid import UUID, uuid4

from msgspec import Struct, field
from msgspec.structs import replace

from kernel.database import Cursor, Tx
from kernel.errors import DomainError, TryAgain
from worlds.acting import fight_lines
from worlds.acting.looking import the_games_language
from worlds.acting.remarking import remarks
from worlds.acting.sheet import state_update
from worlds.characters import queries as characters_sql
from worlds.characters import service as characters
from worlds.characters.models import NO_ONE, Character
from worlds.combat.bodies import body_of, body_of_creature, nature_after
from worlds.combat.content import combat
from worlds.combat.events import FighterDefeated
from worlds.combat.models import AGGREGATE, Fight, Fighter, moment
from worlds.combat.queueing import queued
from worlds.combat.settling import FightHappening, FightSurroundings, due_at, settle
from worlds.ecosystem import creature_queries as creatures
from worlds.entering.making import entrance_of
from worlds.entities import queries as entities
from worlds.feats import service as feats
from worlds.feats.models import Accomplishment, FeatKind
from worlds.fights import queries
from worlds.fights.outcomes import outcome_of, practice_of
from worlds.fights.waking import ensure_awake
from worlds.fights.witnessing import FightWitness, noticed
from worlds.log import service as log
from worlds.log.models import WorldEvent
from worlds.minds import service as minds
from worlds.minds.models import NOTHING as NO_IMPRESSIONS
from worlds.minds.models import Impressions
from worlds.minds.rules import opinions_after
from worlds.posts import envelopes
from worlds.posts import service as posts
from worlds.posts.envelopes import Envelope
from worlds.relationships.models import Relationship
from worlds.space.models import Position
from worlds.time.models import milliseconds
from worlds.time.rules import MINUTE
from worlds.world import queries as worlds_sql
from worlds.world.models import World

SLOWEST: Final = 0.1
"""The dilation below which, and in a paused world, a body lies as long as at this pace."""


class SeenFights(Struct, frozen=True):
    """Fights as they are stored, and who is in them.

    Attributes:
        characters: of their fighters, by id.
        tempers: {one of the game's own people: their personality}.
        onlookers: {fight: others who see it, and whether they are the game's own people}.
        witnesses: {fight: the game's own people whom it concerns}.
    """

    fights: Sequence[Fight] = ()
    characters: Mapping[UUID, Character] = field(default_factory=dict)
    tempers: Mapping[UUID, Mapping[str, float]] = field(default_factory=dict)
    onlookers: Mapping[UUID, Sequence[tuple[UUID, bool]]] = field(default_factory=dict)
    witnesses: Mapping[UUID, Sequence[FightWitness]] = field(default_factory=dict)


class SettledFights(Struct, frozen=True):
    """Fights as they are now, and what has changed by that.

    Attributes:
        characters: of their fighters, by id.
        opinions: {(who thinks, of whom): what they think now}.
    """

    fights: Sequence[Fight] = ()
    characters: Mapping[UUID, Character] = field(default_factory=dict)
    opinions: Mapping[tuple[UUID, UUID], Relationship] = field(default_factory=dict)


def ask(tx: Tx, locked: Cursor, which: LiteralString, **parameters: Any) -> Callable[[], SeenFights]:
    """Ask for fights that are locked, with their fighters; the answer comes with the next round trip.

    Args:
        locked: what `queries.lock` has returned.
        which: the query for their ids that it had.

    Raises:
        TryAgain: someone came into another fight while this waited for its turn; from what is returned.
    """
    rows = queries.list_fighters(tx, which, **parameters)
    seen = queries.list_onlookers(tx, which, combat.document.defeat.witnesses, **parameters)
    minded = queries.list_witnesses(tx, which, combat.document.defeat.witnesses, **parameters)
    return partial(_read, locked, rows, seen, minded)


def _read(locked: Cursor, rows: Cursor, seen: Cursor, minded: Cursor) -> SeenFights:
    held = {row["fight_id"] for row in locked}
    fights: dict[UUID, Fight] = {}
    people: dict[UUID, Character] = {}
    tempers: dict[UUID, Mapping[str, float]] = {}
    for row in rows:
        key = row["fight_id"]
        if key not in held:
            raise TryAgain
        fight = fights.get(key) or Fight(key, row["fought_in"], row["fight_version"], row["next_number"])
        fighter = queries.read(row)
        if fighter.nature is None:
            person = characters_sql.read(row)
            people[fighter.fighter_id] = person
            tempers[fighter.fighter_id] = row["personality"] or {}
            fighter = _as_now(fighter, person, is_connected=row["connected"])
        fights[key] = fight.having(fighter)
    onlookers: dict[UUID, list[tuple[UUID, bool]]] = {}
    for row in seen:
        onlookers.setdefault(row["fight_id"], []).append((row["character_id"], row["is_npc"]))
    witnesses = queries.read_witnesses(minded)
    return SeenFights([*fights.values()], people, tempers, onlookers, witnesses)


def _as_now(fighter: Fighter, person: Character, *, is_connected: bool) -> Fighter:
    """Return a fighter whose player may have come back, or who may be played by someone or no one since."""
    leaving = None if is_connected or person.is_npc else fighter.leaving
    return replace(fighter, decides=person.is_npc, leaving=leaving)


def settle_all(tx: Tx, seen: SeenFights, world: World) -> SettledFights:
    """Let happen what is due in fights, and tell those who see it."""
    settled: list[Fight] = []
    changed: dict[UUID, Character] = {}
    opinions: dict[tuple[UUID, UUID], Relationship] = {}
    for fight in seen.fights:
        after, people, impressions = _settle(tx, fight, seen, world)
        changed |= people
        opinions |= opinions_after(impressions)
        if after.fighters:
            settled.append(after)
    return SettledFights(settled, {**seen.characters, **changed}, opinions)


def _settle(tx: Tx, fight: Fight, seen: SeenFights, world: World) -> tuple[Fight, dict[UUID, Character], Impressions]:
    people = {key: seen.characters[key] for key in fight.fighters if key in seen.characters}
    bodies = {
        key: body_of_creature(each.nature) if each.nature else body_of(people[key], seen.tempers.get(key))
        for key, each in fight.fighters.items()
    }
    done = settle(fight, bodies, surroundings_of(world), milliseconds(tx.now))
    if done.fight == fight:
        return fight, {}, NO_IMPRESSIONS
    onlookers = seen.onlookers.get(fight.fight_id, ())
    watching = [key for key, is_npc in onlookers if is_npc]
    witnesses = [*watching, *(key for key, each in people.items() if each.is_npc)]
    with the_games_language():
        outcome = outcome_of(fight, done, people, world, witnesses)
    natures = {
        key: replace(each, nature=nature_after(each.nature, done.bodies[key]))
        for key, each in done.fight.fighters.items()
        if each.nature is not None
    }
    after = save(tx, fight, done.fight.having(*natures.values()), outcome.of_fight)
    with the_games_language():
        learned, lessons = practice_of(done.happenings, people)
    happened = {
        key: [*outcome.of_characters.get(key, ()), *learned.get(key, ())] for key in {*outcome.of_characters, *learned}
    }
    changed = {
        key: characters.save(tx, people[key], events, {"fight_id": str(fight.fight_id)})
        for key, events in sorted(happened.items())
        if events
    }
    _note_victories(tx, fight, outcome.of_fight, people)
    readers = [key for key, each in people.items() if not each.is_npc and each.is_present]
    readers += [key for key, is_npc in onlookers if not is_npc]
    names = fight_lines.names_in(fight, {key: each.name for key, each in people.items()})
    posts.post(tx, [*_told(tx, done.happenings, names, readers, lessons)])
    states = [(key, state_update(each, tx.now)) for key, each in changed.items() if not each.is_npc]
    posts.post(tx, states)
    concerned = seen.witnesses.get(fight.fight_id, ())
    impressions = noticed(done.happenings, people, concerned, world, uuid4)
    minds.save(tx, impressions)
    with the_games_language():
        said = remarks(impressions, {**names, **{each.mind.npc_id: each.mind.name for each in concerned}})
    lines = [envelopes.game_message(each.kind, each.text, tx.now, each.metadata) for each in said]
    posts.post(tx, [(reader, line) for line in lines for reader in readers])
    return after, changed, impressions


def _note_victories(tx: Tx, fight: Fight, events: Iterable[WorldEvent], people: Mapping[UUID, Character]) -> None:
    """Note whom players have beaten, creatures or other players: to beat villagers, or oneself, is no feat."""
    for event in events:
        if not isinstance(event, FighterDefeated) or event.by is None or event.by not in people:
            continue
        winner, loser = people[event.by].account_id, people.get(event.fighter_id)
        if winner == NO_ONE:
            continue
        if fight.fighters[event.fighter_id].nature is not None:
            feats.note(tx, winner, [Accomplishment(FeatKind.BEAT_CREATURE)])
        elif loser is not None and loser.account_id not in (NO_ONE, winner):
            feats.note(tx, winner, [Accomplishment(FeatKind.BEAT_PLAYER)])


def _told(
    tx: Tx,
    happenings: Iterable[FightHappening],
    names: Mapping[UUID, str],
    readers: Iterable[UUID],
    lessons: Mapping[tuple[int, UUID], str],
) -> Iterable[tuple[UUID, Envelope]]:
    readers = list(readers)
    with the_games_language():
        for place, each in enumerate(happenings):
            event = fight_lines.combat_event(each)
            for reader in readers:
                text = " ".join(filter(None, [fight_lines.line(each, names, reader), lessons.get((place, reader))]))
                if text:
                    yield reader, envelopes.game_message("combat", text, tx.now)
                    yield reader, event


def save(
    tx: Tx,
    before: Fight | None,
    after: Fight,
    events: Sequence[WorldEvent] = (),
    *,
    joined: Fight | None = None,
) -> Fight:
    """Store a fight that is locked, or new, with what has happened in it; look after it from now on.

    Args:
        joined: another fight that it has taken over.
    """
    recorded = log.record(tx, AGGREGATE, after.fight_id, after.version, events)
    for each in recorded:
        creatures.project(tx, each.event)
        entities.project(tx, each.event)
    stored = replace(after, version=after.version + len(recorded))
    due = due_at(stored)
    known = {*(before.fighters if before else ()), *(joined.fighters if joined else ())}
    queries.save(tx, known, before, stored, None if due is None else moment(due))
    if joined is not None:
        queries.delete(tx, joined.fight_id)
    if due is not None:
        ensure_awake(tx)
    return stored


def surroundings_of(world: World) -> FightSurroundings:
    """Return where a world's fights take place."""
    time = world.time
    pace = max(SLOWEST, 0.0 if time.is_paused else float(time.dilation))
    lies = round(combat.document.defeat.body * MINUTE / pace)
    return FightSurroundings(world.space, Position(*entrance_of(world)), lies)


def settle_one(tx: Tx, fight_id: UUID) -> None:
    """Let happen what is due in a fight; nothing if it is over."""
    locked = queries.lock(tx, queries.ONE, fight=fight_id)
    queries.lock_fighters(tx, queries.ONE, fight=fight_id)
    seen = ask(tx, locked, queries.ONE, fight=fight_id)
    found = queries.find_world(tx, fight_id).fetchone()
    if found is not None:
        settle_all(tx, seen(), worlds_sql.read(found))


def list_due(tx: Tx) -> list[UUID]:
    """Return some of the fights in which something is due; the caller looks after fights for some seconds."""
    queries.set_awake(tx)
    return [row["fight_id"] for row in queries.list_due(tx)]


def find_next(tx: Tx) -> datetime | None:
    """Return when something is due next in any fight; None if not soon."""
    [row] = queries.find_next(tx)
    return row["is"]


def fall_asleep(tx: Tx) -> None:
    """Let the next one who acts in a fight wake someone. After the commit, look once more: `find_next`."""
    queries.set_asleep(tx)


def lock_of_character(tx: Tx, character_id: UUID) -> Cursor:
    """Lock the fight of a character and all in it, before the character itself is locked."""
    locked = queries.lock(tx, queries.OF_CHARACTER, character=character_id)
    queries.lock_fighters(tx, queries.OF_CHARACTER, character=character_id)
    return locked


def ask_of_character(tx: Tx, locked: Cursor, character_id: UUID) -> Callable[[], SeenFights]:
    """Ask for the fight of a character that `lock_of_character` has locked."""
    return ask(tx, locked, queries.OF_CHARACTER, character=character_id)


def stays(tx: Tx, settled: SettledFights, character: Character, reason: str) -> bool:
    """Tell whether someone whose player has gone stays, because of a fight: they defend, and leave when it is safe."""
    key = character.character_id
    for fight in settled.fights:
        fighter = fight.fighters.get(key)
        if fighter is None or not fighter.is_busy(milliseconds(tx.now)):
            continue
        after = fight.having(replace(fighter, leaving=reason))
        if fighter.is_fighting and fighter.action is None:
            after = _defending(after, character, milliseconds(tx.now))
        save(tx, fight, after)
        return True
    return False


def _defending(fight: Fight, character: Character, now: int) -> Fight:
    try:
        return queued(fight, fight.fighters[character.character_id], body_of(character), "defend", now)
    except DomainError:
        return fight  # out of breath, or stunned: nothing can be done
