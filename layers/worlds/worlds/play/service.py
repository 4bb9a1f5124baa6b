"""Playing over a socket: a player comes, sends commands, and goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from msgspec.structs import replace

from kernel.accounts import sessions
from kernel.accounts.models import Identity
from kernel.database import Cursor, Tx
from kernel.errors import DomainError
from kernel.naming import person_key
from kernel.rate_limits import limited
from kernel.texts import speak, speaking, spoken
from worlds.acting import table
from worlds.acting.arriving import greeting
from worlds.acting.looking import the_games_language
from worlds.acting.models import CommandOutcome, NotInGame, PlayerPost, Scene, TooManyCommands
from worlds.acting.needs import EARSHOT, MOST_LISTED, MOST_SEEN, NOTHING, REACH, SIGHT, WORLDS_PER_PAGE, Needs
from worlds.acting.offering import FAR, offered
from worlds.acting.sheet import state_update
from worlds.acting.statue import statue_message
from worlds.acting.surroundings import around
from worlds.acting.wildlife import with_creatures
from worlds.characters import queries as characters_sql
from worlds.characters import service as characters
from worlds.characters.events import CharacterEntered
from worlds.characters.models import Character
from worlds.commands.models import Parsed, Who
from worlds.conversing import service as conversing
from worlds.crafting import queries as crafting
from worlds.crafting.models import UNSKILLED
from worlds.deep_time import chat
from worlds.deep_time import service as deep_time
from worlds.describing import service as describing
from worlds.economy import queries as economy
from worlds.ecosystem import creature_queries as creatures
from worlds.entering import making
from worlds.entering import queries as entering
from worlds.entities import queries as entities
from worlds.feats import service as feats
from worlds.feats.models import Accomplishment, FeatKind
from worlds.feats.rules import came_to_village
from worlds.fights import queries as fights_sql
from worlds.fights import service as fights
from worlds.following import service as following
from worlds.following.rules import is_due
from worlds.ground import mapping
from worlds.ground import queries as terrain_sql
from worlds.ground import service as terrain
from worlds.ground.models import Terrain, land_of
from worlds.interview import service as interviews
from worlds.log.models import WorldEvent
from worlds.maps.models import PORTAL, MapEntity
from worlds.maps.rules import SHORT_SIDE, extent
from worlds.minds import queries as minds_sql
from worlds.minds import service as minds
from worlds.minds.models import Mind
from worlds.play import connections, limits, queries
from worlds.play.frames import ClientFrame
from worlds.play.limits import CONNECTS, CONNECTS_OF_ADDRESS
from worlds.posts import envelopes
from worlds.posts import service as posts
from worlds.posts.envelopes import Envelope
from worlds.prospecting import queries as prospecting
from worlds.space.models import METRE
from worlds.trading import queries as trading
from worlds.trading.models import Trade
from worlds.villages import talker_queries as talkers_sql
from worlds.visiting import service as villages
from worlds.weather.local import sky_over, slot_at
from worlds.weather.sky import NEAREST_SIGHT
from worlds.world import queries as worlds_sql
from worlds.world import service as worlds
from worlds.world.events import CreaturesChanged, DeepTimeStarted, TurningPointPut
from worlds.world.models import LOBBY

SCROLLBACK: Final = 200
"""Lines that are sent again to who comes back."""
MOST_DRAWN: Final = 100
"""Things on a map, the nearest: it has to fit into a message wherever someone has emptied their bags."""


EVENTS_OF_A_TALK: Final = 4
"""What an answer leaves behind when it comes: a memory, what someone thinks, what comes back to them, and the words."""
MARKET: Final = 1_000 * METRE
"""Within which people buy and sell what decides about prices. Source: worlds 23.3."""
PROSPECTED: Final = 200 * METRE
"""How far around one known veins are read, and what is left where someone has gathered: as far as they are seen."""


def play(tx: Tx, connection_id: str, frame: ClientFrame, room: int = envelopes.ROOM) -> list[Envelope]:
    """Do what a player has typed, and return what they read; a repeat of its id gets the same answer again.

    Args:
        room: bytes that the answer may have. What is beyond them is posted.

    Raises:
        NotInGame: the connection has no character, or is about to be closed.
        TooManyCommands, RateLimited
    """
    with speaking():  # the language of the connection, as soon as that is known
        return _play(tx, connection_id, frame, room)


def _play(tx: Tx, connection_id: str, frame: ClientFrame, room: int) -> list[Envelope]:
    with the_games_language():
        parsed = table.read(frame.text)
    administered = _lock_world(tx, connection_id, parsed)
    locked = queries.lock_connection(tx, connection_id)
    trades = _lock_trades(tx, connection_id, parsed)  # before anyone is locked: both sides of a trade lock it first
    around = _needs(parsed).fights
    which = queries.FIGHTS_NEAR if around else fights_sql.OF_CONNECTION
    meant = {"connection": connection_id, "radius": around}
    locked_fights = fights_sql.lock(tx, which, **meant)
    if _needs(parsed).locks_trader:
        queries.lock_player_and_trader(tx, connection_id)
    elif _needs(parsed).locks_partners:
        queries.lock_player_and_partners(tx, connection_id, REACH)
    else:
        queries.lock_player(tx, connection_id, which, around)
    if fixtures := _needs(parsed).fixtures:
        queries.lock_fixtures_near(tx, connection_id, fixtures)
    if grounds := _needs(parsed).grounds:
        queries.lock_grounds_near(tx, connection_id, grounds)
    if near := _needs(parsed).minds:
        minds_sql.lock_near(tx, connection_id, near)
    found = queries.find_player(tx, connection_id)
    earlier = queries.find_answer(tx, connection_id, frame.command_id) if frame.command_id else None
    check_limits = limits.ask(tx, connection_id)
    fought = fights.ask(tx, locked_fights, which, **meant)
    seen = _ask(tx, connection_id, parsed)
    said = _needs(parsed).interview
    interview = None if said is None else interviews.ask_of_connection(tx, connection_id, said)
    ground = terrain.ask(tx, connection_id) if _needs(parsed).ground else None
    smoke = villages.ask_near(tx, connection_id) if _needs(parsed).ground else None
    written = describing.ask(tx, connection_id) if _needs(parsed).written else None
    atlas = terrain_sql.find_map_around(tx, connection_id, SHORT_SIDE) if _needs(parsed).atlas else None
    connection, row = locked.fetchone(), found.fetchone()
    if connection is None or row is None or connection["closing"]:
        raise NotInGame
    speak(connection["language"])
    if connection["commands"] > queries.COMMANDS_PER_SECOND:
        raise TooManyCommands(seconds=1)
    if not row["has_session"]:
        return _sign_out(tx, connection_id)
    me = characters_sql.read(row)
    tx.about = me.account_id
    world = worlds_sql.read(row)
    shown_at = row["shown_at"]
    scene = Scene(
        me=me,
        world=world,
        now=tx.now,
        rng=tx.rng,
        trade=trades(),
        is_admin=administered(),
        is_followed=shown_at is not None,
        **seen(),
    )
    marks = {"command_id": frame.command_id, "posts": row["last_seq"] or 0}
    if earlier is not None and (stored := earlier.fetchone()) is not None:
        again = stored["body"]
        if any(each["type"] == "state_update" for each in again):  # they may have moved
            scene = with_creatures(scene)
            if ground is not None:
                check_limits()  # a map costs each time what it costs
                drawn = _map(tx, replace(scene, ground=ground(world)), me, marks)
                limits.leave_behind(tx, connection_id, drawn.posted // limits.PASSING)
                again = [*again, *drawn.answer]
            again = [*again, *_surroundings(scene, me, (), _needs(parsed), marks)]
        return _fitting(tx, me, again, room)
    check_limits()
    scene = _after_fights(scene, fights.settle_all(tx, fought(), world))
    me = scene.me
    if atlas is not None and land_of(world) is not None:
        scene = replace(scene, atlas=terrain.map_of(tx, world, stored=atlas))
    if ground is not None:
        scene = replace(scene, ground=ground(world))
    if written is not None:
        scene = replace(scene, written=written())
    if smoke is not None:
        scene = replace(scene, villages=villages.read_near(smoke))
        if villages.settle_near(tx, world, me.position, scene.ground, scene.villages):
            # Once more, as they are there now.
            smoke = villages.ask_near(tx, connection_id)
            scene = replace(scene, **_ask(tx, connection_id, parsed)(), villages=villages.read_near(smoke))
    outcome, error, scene = terrain.with_ground(
        tx, world, scene.ground, lambda read: _decided(replace(scene, ground=read), parsed)
    )
    if outcome.to_statue is not None and interview is not None:
        reply = interviews.talk(tx, me.account_id, interview, outcome.to_statue)
        outcome = replace(outcome, messages=[statue_message(reply)])
    if outcome.wanted is not None and scene.written is not None:
        describing.follow_up(tx, me, connection_id, outcome.wanted, scene.written)
    metadata = {"command_id": frame.command_id}
    after, states = _save(tx, scene, outcome, metadata)
    answer = _answer(tx, scene, after, outcome, error)
    if after.position != me.position:
        centres = [each.site.centre for each in scene.villages]
        if came_to_village(world.space, me.position, after.position, centres):
            feats.note(tx, me.account_id, [Accomplishment(FeatKind.VISITED_VILLAGE)])
        terrain.note_tiles(tx, connection_id, world, after.position, connection["tiles"])
    for envelope in answer:
        envelope |= marks
    # Of a refused line no text is kept: it may be anything.
    kept = "" if error else frame.text
    queries.insert_answer(tx, me.character_id, frame.command_id, kept, answer)
    # Neither the map nor what is around is stored: it is drawn again for a repeat.
    if after.position != me.position or _needs(parsed).surroundings:
        scene = with_creatures(scene, after.position)
    drawn = NOT_DRAWN if after.position == me.position else _map(tx, scene, after, marks)
    _let_follow(tx, scene, after, outcome, shown_at, looked=_needs(parsed).people >= SIGHT)
    seen_now = [] if error else _surroundings(scene, after, outcome.events, _needs(parsed), marks)
    fitting = _fitting(tx, me, [*answer, *drawn.answer, *seen_now], room)
    stored = _left_behind(outcome, kept, [*answer, *states])
    limits.leave_behind(tx, connection_id, stored + drawn.posted // limits.PASSING)
    return fitting


def _let_follow(
    tx: Tx, scene: Scene, me: Character, outcome: CommandOutcome, shown_at: datetime | None, *, looked: bool
) -> None:
    """Tell the community of what a hero has done, if they let it follow them."""
    if outcome.followed is not None:
        following.choose(tx, me.account_id, followed=outcome.followed)
    begins = outcome.followed is True and shown_at is None
    if begins or (outcome.followed is not False and is_due(shown_at, tx.now)):
        with the_games_language():
            following.show(tx, scene, me, outcome, looked=looked)


def _after_fights(scene: Scene, settled: fights.SettledFights) -> Scene:
    """Return a scene with fights as they are by now, and with what they have done to those who are in it."""
    people = settled.characters

    def after(mind: Mind) -> Mind:
        body = people.get(mind.npc_id)
        return replace(
            mind,
            is_alive=mind.is_alive and (body is None or body.hp > 0),
            relationship=settled.opinions.get((mind.npc_id, scene.me.character_id), mind.relationship),
        )

    return replace(
        scene,
        me=people.get(scene.me.character_id, scene.me),
        partners=[people.get(each.character_id, each) for each in scene.partners],
        fights=settled.fights,
        minds=[after(each) for each in scene.minds],
    )


def _fitting(tx: Tx, me: Character, answer: Sequence[Envelope], room: int) -> list[Envelope]:
    """Return what fits into a message; the pusher sends the rest."""
    fitting, rest = envelopes.split(answer, room)
    posts.post(tx, [(me.character_id, each) for each in rest])
    return fitting


def _left_behind(outcome: CommandOutcome, text: str, stored: Sequence[Envelope]) -> int:
    """Return how many bytes of the database a command costs, for `limits`.

    Args:
        stored: the answer, and the states of others.
    """
    heard = _heard(outcome) + limits.POST * len(outcome.others)
    events = (
        len(outcome.events)
        + len(outcome.world_events)
        + len(outcome.fight_events)
        + len(outcome.impressions)
        + (outcome.address is not None) * EVENTS_OF_A_TALK
        + sum(len(each) for _, each in outcome.others)
        + sum(len(each.saved) for each in outcome.world_events if isinstance(each, CreaturesChanged))
        + (outcome.made is not None)
        + (outcome.wanted is not None and outcome.wanted.written is None)
    )
    return envelopes.size(stored) + len(text.encode()) + heard + events * limits.EVENT


def _heard(outcome: CommandOutcome) -> int:
    """Return how many bytes others hear of it, a copy for each."""
    return sum(limits.POST + len(each.message.text.encode()) for each in outcome.posts)


def ping(tx: Tx, connection_id: str, room: int = envelopes.ROOM) -> list[Envelope]:
    """Return a pong with the state of the character, as far as it can be known without a command.

    What is due in its fight happens: a client asks at the moment that it was told.

    Raises:
        NotInGame: the connection has no character, or is about to be closed.
        TooManyCommands
    """
    counted = queries.lock_connection(tx, connection_id)
    locked_fights = fights_sql.lock(tx, fights_sql.OF_CONNECTION, connection=connection_id)
    queries.lock_player(tx, connection_id, fights_sql.OF_CONNECTION, 0)
    fought = fights.ask(tx, locked_fights, fights_sql.OF_CONNECTION, connection=connection_id)
    row = queries.find_player(tx, connection_id).fetchone()
    connection = counted.fetchone()
    if connection is None or row is None or connection["closing"]:
        raise NotInGame
    if connection["commands"] > queries.COMMANDS_PER_SECOND:
        raise TooManyCommands(seconds=1)
    if not row["has_session"]:
        return _sign_out(tx, connection_id)
    me = characters_sql.read(row)
    me = fights.settle_all(tx, fought(), worlds_sql.read(row)).characters.get(me.character_id, me)
    seen = {"posts": row["last_seq"] or 0}
    answer = [{**envelopes.other("pong", {}, tx.now), **seen}, {**state_update(me, tx.now), **seen}]
    return _fitting(tx, me, answer, room)


def _sign_out(tx: Tx, connection_id: str) -> list[Envelope]:
    """Let a connection be closed whose session has ended."""
    connections.close(tx, connection_id, "session_ended")
    posts.ensure_awake(tx)
    return []


def come(tx: Tx, connection_id: str, me: Identity, character_id: UUID) -> Character:
    """Let a player's client be connected as one of their characters; an earlier connection of it is closed.

    The language that is spoken now is the connection's.

    What they read first waits until the connection is open.

    Raises:
        SessionEnded, CharacterNotFound, CharacterNotOwned, WorldPrivate, WorldNotReady, WorldFull, RateLimited
    """
    minute, day = CONNECTS
    account = str(me.account_id)
    with (
        sessions.signed_in(tx, me, held=True),
        limited(tx, minute, account),
        limited(tx, day, account),
        limited(tx, CONNECTS_OF_ADDRESS, account, key_of=queries.SIGNED_UP_FROM),
    ):
        return _come(tx, connection_id, me, character_id)


def _come(tx: Tx, connection_id: str, me: Identity, character_id: UUID) -> Character:
    asked = worlds.ask_entered(tx, me, character_id)
    latest = characters.ask_latest_body(tx, me.account_id)
    asked_shown_at = following.ask_shown_at(tx, me.account_id)
    connections.lock_connections_of(tx, character_id)
    character = characters.owned(tx, me.account_id, character_id)
    world = asked(to_enter=not character.is_present)
    lines = queries.list_scrollback(tx, character_id, SCROLLBACK)
    queries.delete_repeats(tx, character_id)
    connections.replace_connection(tx, connection_id, character_id, me.account_id, me.session_id, spoken())
    near = queries.list_people_near(tx, connection_id, EARSHOT, MOST_SEEN)
    things = queries.list_things_near(tx, connection_id, SIGHT, MOST_SEEN)
    living = creatures.list_of_connection(tx, connection_id, living=True)
    smoke = villages.ask_near(tx, connection_id)
    entering.save_choice(tx, me.account_id, character.world_id, character_id)
    changed = making.resembling(character, latest(), lambda: characters.ask_free_names(tx, me.account_id, LOBBY)())
    if changed:
        character = characters.save(tx, character, changed)
    scene = Scene(
        me=character,
        world=world,
        now=tx.now,
        rng=tx.rng,
        people=[queries.read_person(each) for each in near],
        things=[entities.read(each) for each in things],
        creatures=[creatures.read(each) for each in living],
        villages=villages.read_near(smoke),
    )
    scene = with_creatures(scene)
    after = character
    if not character.is_present:
        after = characters.save(tx, character, [CharacterEntered(character_id=character_id)])
        if not world.is_lobby:
            feats.note(tx, me.account_id, [Accomplishment(FeatKind.ENTERED)])
    shown_at = asked_shown_at()
    told = [{**line["envelope"], "again": True} for line in reversed(lines.fetchall())]
    scene = replace(scene, ground=terrain.read(tx, scene.world, [character.position]))
    if villages.settle_near(tx, world, character.position, scene.ground, scene.villages):
        near = queries.list_people_near(tx, connection_id, EARSHOT, MOST_SEEN)
        smoke = villages.ask_near(tx, connection_id)
        scene = replace(scene, people=[queries.read_person(each) for each in near], villages=villages.read_near(smoke))
    terrain.note_tiles(tx, connection_id, scene.world, character.position, ())
    with the_games_language():
        outcome, scene = terrain.with_ground(
            tx,
            scene.world,
            scene.ground,
            lambda read: (greeting(replace(scene, ground=read)), replace(scene, ground=read)),
        )
    _let_follow(tx, scene, after, outcome, shown_at, looked=True)
    welcome = [*told, *_map(tx, scene, after, {}).answer, *_messages(tx, outcome), state_update(after, tx.now)]
    posts.post(tx, [(character_id, envelope) for envelope in welcome])
    if not character.is_present:
        _post(tx, outcome.posts)
        # They hear of the way out as well.
        limits.leave_behind(tx, connection_id, 2 * (_heard(outcome) + limits.EVENT))
    return after


def _decided(scene: Scene, parsed: Parsed | DomainError) -> tuple[CommandOutcome, DomainError | None, Scene]:
    """Return what the command sets off, why it is refused if it is, and what was seen for it."""
    if isinstance(parsed, DomainError):
        return CommandOutcome(), parsed, scene
    language = spoken()
    try:
        with the_games_language():
            outcome = table.decide(replace(scene, language=language), parsed)
            return outcome, outcome.refusal, scene
    except DomainError as error:
        return CommandOutcome(), error, scene


def _needs(parsed: Parsed | DomainError) -> Needs:
    return NOTHING if isinstance(parsed, DomainError) else table.needs_of(parsed)


class DrawnMap(NamedTuple):
    """A map as a part of the answer; or, where it is too large for a message, the bytes of its parts as posts."""

    answer: Sequence[Envelope] = ()
    posted: int = 0


NOT_DRAWN: Final = DrawnMap()


def _map(tx: Tx, scene: Scene, me: Character, marks: Mapping[str, Any]) -> DrawnMap:
    """Draw the map of what is around a character, who may have moved since the scene."""
    reach, stride = extent(me.position)
    offers_within = min(FAR, 3 * (reach + 1) * stride * METRE // 2)  # to the corners
    entities = [
        *(
            MapEntity(each.name, each.kind if each.portal_to is None else PORTAL, each.position)
            for each in scene.things[:MOST_DRAWN]
        ),
        *(MapEntity(each.name, "character", each.position) for each in scene.people),
    ]
    world = scene.world

    def drawn(read: Terrain | None) -> list[dict[str, Any]]:
        offers = offered(replace(scene, ground=read), me.position, offers_within)[:MOST_DRAWN]
        shown = [*entities, *(MapEntity(each.name, each.kind, each.position) for each in offers)]
        return mapping.around(world.world_id, world.space, me.position, me.skills, read, shown, _sight(scene, me, read))

    data = terrain.with_ground(tx, world, scene.ground, drawn)
    shown = [envelopes.other("map_update", each, tx.now) for each in data]
    if len(shown) > 1:
        posts.post_map(tx, me.character_id, shown)
        return DrawnMap(posted=envelopes.size(shown))
    return DrawnMap([{**each, **marks} for each in shown])


def _surroundings(
    scene: Scene, me: Character, events: Sequence[WorldEvent], needs: Needs, marks: Mapping[str, Any]
) -> list[Envelope]:
    """Return who and what is around a character after a command that may have changed it."""
    if not needs.surroundings:
        return []
    return [{**envelopes.other("around_update", around(scene, me, events, needs), scene.now), **marks}]


def _sight(scene: Scene, me: Character, ground: Terrain | None) -> int | None:
    """Return how many metres one sees in the weather of a place; None where that is more than a map shows."""
    reach, stride = extent(me.position)
    if ground is None or reach * stride < NEAREST_SIGHT:
        return None
    return sky_over(scene.world, ground, me.position).at(slot_at(scene.world, scene.now)).sight


def _lock_world(tx: Tx, connection_id: str, parsed: Parsed | DomainError) -> Callable[[], bool]:
    """Lock the world of a player for a command that changes it; whether they may comes with the next round trip."""
    if isinstance(parsed, DomainError) or parsed.who != Who.OWNER:
        return lambda: False
    locked = queries.lock_administered_world(tx, connection_id)
    return lambda: locked.fetchone() is not None


def _lock_trades(tx: Tx, connection_id: str, parsed: Parsed | DomainError) -> Callable[[], Trade | None]:
    """Lock the trades of a player if the command is about one; the most advanced comes with the next round trip."""
    if isinstance(parsed, DomainError) or not table.needs_of(parsed).trade:
        return lambda: None
    locked = trading.lock_of(tx, connection_id)

    def trade() -> Trade | None:
        row = locked.fetchone()
        return None if row is None else trading.read(row)

    return trade


def _ask(tx: Tx, connection_id: str, parsed: Parsed | DomainError) -> Callable[[], dict[str, Any]]:
    """Ask for what a command needs to see; the answers come with the next round trip."""
    if isinstance(parsed, DomainError):
        return dict
    needs = table.needs_of(parsed)
    things = queries.list_things_near(tx, connection_id, needs.things, MOST_SEEN) if needs.things else None
    people: Cursor | None = None
    if needs.everyone is not None:
        people = queries.list_people_in_world(tx, connection_id, person_key(needs.everyone), MOST_LISTED + 1)
    elif needs.world:
        people = queries.list_people_in_world(tx, connection_id)
    elif needs.hearers:
        people = queries.list_people_near(tx, connection_id, needs.hearers)
    elif needs.people:
        people = queries.list_people_near(tx, connection_id, needs.people, MOST_SEEN)
    named: Cursor | None = None
    if needs.last_teller:
        named = queries.list_last_tellers(tx, connection_id)
    elif needs.named:
        named = queries.list_people_named(tx, connection_id, list(needs.named))
    ways: Cursor | None = None
    if needs.worlds or needs.portals or needs.here:
        within = SIGHT if needs.portals else 0
        ways = queries.list_destinations(tx, connection_id, needs.worlds, within, here=needs.here, names=needs.names)
    listed: Cursor | None = None
    if needs.directory is not None:
        listed = queries.list_directory(tx, connection_id, needs.directory, WORLDS_PER_PAGE + 1)
    partners = queries.list_partners(tx, connection_id, REACH) if needs.partners else None
    searches = queries.find_search(tx, connection_id) if needs.prospect else None
    veins = queries.list_found_veins_near(tx, connection_id, PROSPECTED) if needs.prospect else None
    stocks = queries.list_stocks_near(tx, connection_id, PROSPECTED) if needs.prospect else None
    living: Cursor | None = None
    if needs.creatures or needs.living:
        living = creatures.list_of_connection(tx, connection_id, living=not needs.creatures)
    fighting = creatures.list_fighting(tx, connection_id) if living is not None else None
    bystanders = queries.list_bystanders(tx, connection_id, needs.bystanders) if needs.bystanders else None
    crafts = queries.find_crafts(tx, connection_id, REACH) if needs.crafting else None
    pupils = queries.list_pupils(tx, connection_id, REACH) if needs.pupils else None
    minded = minds_sql.list_near(tx, connection_id, needs.minds) if needs.minds else None
    market = _ask_market(tx, connection_id) if needs.market else dict
    talkers = talkers_sql.list_talkers_near(tx, connection_id, needs.talkers) if needs.talkers else None
    return lambda: {
        "things": [entities.read(row) for row in things or ()],
        "people": [queries.read_person(row) for row in people or ()],
        "named": [queries.read_person(row) for row in named or ()],
        "destinations": [queries.read_destination(row) for row in ways or ()],
        "directory": [queries.read_listed(row) for row in listed or ()],
        "partners": [characters_sql.read(row) for row in partners or ()],
        "prospect": prospecting.read_prospect(searches or (), veins or ()),
        "stocks": queries.read_stocks(stocks or ()),
        "crafts": next((crafting.read(row) for row in crafts or ()), UNSKILLED),
        "pupils": {row["character_id"]: crafting.read(row) for row in pupils or ()},
        "creatures": [creatures.read(row) for row in living or ()],
        "fighting": frozenset(row["number"] for row in fighting or ()),
        "bystanders": [queries.read_bystander(row) for row in bystanders or ()],
        "minds": [minds_sql.read(row) for row in minded or ()],
        "talkers": [talkers_sql.read_talker(row) for row in talkers or ()],
        **market(),
    }


def _ask_market(tx: Tx, connection_id: str) -> Callable[[], dict[str, Any]]:
    wanted = queries.list_demand_near(tx, connection_id, MARKET)
    supply = queries.list_supply_near(tx, connection_id, MARKET)
    sellers = queries.list_sellers_near(tx, connection_id, REACH)
    counter = queries.find_counter(tx, connection_id)
    return lambda: {"market": economy.read_market(wanted, supply, sellers, counter)}


def _save(
    tx: Tx, scene: Scene, outcome: CommandOutcome, metadata: Mapping[str, Any]
) -> tuple[Character, list[Envelope]]:
    """Let all of an outcome happen; return the player, and the states that others are told."""
    me = scene.me
    if outcome.world_events:
        about = {"actor": str(me.account_id), **metadata}
        changed = worlds.save(tx, scene.world, scene.world.world_id, outcome.world_events, about)
        if any(isinstance(each, DeepTimeStarted) for each in outcome.world_events):
            deep_time.ask(tx, changed)
        for each in outcome.world_events:
            if isinstance(each, TurningPointPut):
                chat.ask(tx, changed, me.account_id, each)
    after = characters.save(tx, me, outcome.events, metadata) if outcome.events else me
    if outcome.made is not None:
        characters.create(tx, outcome.made, outcome.made.character_id, metadata)
    changed = [characters.save(tx, other, events, metadata) for other, events in outcome.others]
    if outcome.fight is not None:
        before = next((each for each in scene.fights if each.fight_id == outcome.fight.fight_id), None)
        fights.save(tx, before, outcome.fight, outcome.fight_events, joined=outcome.taken_over)
    changed = [each for each in changed if not each.is_npc]  # no one reads what they are told
    if outcome.trade is not None:
        trading.save(tx, outcome.trade)
    if outcome.ended is not None:
        trading.delete(tx, outcome.ended)
    minds.save(tx, outcome.impressions)
    if outcome.address is not None:
        conversing.ask(tx, me, outcome.address)
    if outcome.counter is not None:
        economy.save_counter(tx, me.character_id, outcome.counter)
    if outcome.bartered:
        economy.delete_counter(tx, me.character_id)
    _post(tx, outcome.posts)
    states = [state_update(each, tx.now) for each in changed]
    posts.post(tx, [(each.character_id, state) for each, state in zip(changed, states, strict=True)])
    return after, states


def _post(tx: Tx, told: Sequence[PlayerPost]) -> None:
    posts.post(
        tx,
        [
            (each.to, envelopes.game_message(each.message.kind, each.message.text, tx.now, each.message.metadata))
            for each in told
        ],
    )


def _messages(tx: Tx, outcome: CommandOutcome) -> list[Envelope]:
    return [envelopes.game_message(each.kind, each.text, tx.now, each.metadata) for each in outcome.messages]


def _answer(
    tx: Tx, scene: Scene, after: Character, outcome: CommandOutcome, error: DomainError | None
) -> list[Envelope]:
    if error is not None:
        return [envelopes.refusal(error, tx.now)]
    answer = _messages(tx, outcome)
    if after != scene.me:
        answer.append(state_update(after, tx.now))
    return answer
