"""Reading all that an answer depends on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from kernel.database import Tx
from kernel.texts import translate
from worlds.characters import queries as characters
from worlds.characters.models import Character
from worlds.conversing import news, queries
from worlds.conversing.facts import Known, KnownFact, chosen, facts_of, memory_in_words
from worlds.conversing.models import Address
from worlds.conversing.rules import mood_of, needs_after, topic_of, words_of
from worlds.conversing.words import LONG_AGO
from worlds.crafting.rules import AFFECTION_TO_TEACH, lessons_of
from worlds.daytime.words import header
from worlds.gossip import service as gossip
from worlds.ground import service as terrain
from worlds.ground.models import Terrain
from worlds.memories import queries as memories
from worlds.memories.models import MemoryKind, NpcMemory, Occurrence
from worlds.memories.rules import importance_of, unlinked
from worlds.minds.rules import settled
from worlds.npcs import queries as npcs
from worlds.npcs.appearance import LifeStage, stage_at
from worlds.npcs.dialogue import MOST_MEMORIES, Conversation, remark
from worlds.npcs.models import Npc
from worlds.npcs.wellbeing import needs_of
from worlds.promises import queries as promises
from worlds.relationships import queries as relationships
from worlds.relationships.models import Opinion, Relationship, Trait
from worlds.relationships.rules import drift_of, mean_of, reaction_to
from worlds.space.models import Position
from worlds.technology.models import technology_of
from worlds.time.rules import DAYS_PER_YEAR
from worlds.weather import words as weather_words
from worlds.weather.local import sky_over
from worlds.weather.models import CYCLE, PER_DAY, SLOT, WeatherState
from worlds.world import queries as worlds_sql
from worlds.world.models import World

EARSHOT: Final = 500
"""Decimetres within which others hear a talk."""
SIGHT: Final = 200
"""Within which someone has company."""
MOST_READ: Final = 15
"""Memories, of which linked ones are left out."""
MOST_WORDS: Final = 3
"""Earlier exchanges."""
NEWS_DAYS: Final = 30
"""How far back strangers are told what has happened."""
MOST_NEWS: Final = 5
FIGHTS: Final = frozenset({Occurrence.VIOLENCE, Occurrence.DEATH, Occurrence.THREAT})
"""What others have done that is news."""
STORM_DAYS: Final = 5
"""How far back someone remembers a storm."""


class TalkContext(Struct, frozen=True, kw_only=True):
    """A talk, and those in it.

    Attributes:
        body: that of who answers, which is locked.
        now: milliseconds of the world's own time; `day`: those of a day.
        relationship: to the player, which is locked; None if they have never met.
        fact: that a line without a model mentions.
        hearers: players within earshot, who is spoken to among them.
        usual: {trait: 0 to 1}, what the player was like for a neighbour, if they inhabit one; None for all others.
    """

    world: World
    npc: Npc
    body: Character
    now: int
    day: int
    relationship: Relationship | None
    fact: KnownFact
    conversation: Conversation
    hearers: Sequence[UUID]
    usual: Mapping[Trait, float] | None = None


def read(tx: Tx, address: Address) -> TalkContext | None:
    """Return all that an answer depends on, after what has been due in the village; None if no one is there to answer.

    What was said is data.
    """
    characters.lock(tx, [address.npc_id])  # before all that is locked in a village
    row = queries.find_npc(tx, address.npc_id, address.speaker_id).fetchone()
    if row is None or row["hp"] <= 0:
        return None
    npc, body, world = npcs.read(row), characters.read(row), worlds_sql.read(row)
    village = row["village_name"] or ""
    gossip.settle(tx, world, npc.village)
    now, day = world.time.at(tx.now), world.time.day_length
    found = relationships.lock(tx, npc.character_id, address.speaker_id)
    about_them = [str(address.speaker_id)]
    own = memories.list_relevant(tx, npc.character_id, now, day, about_them, MOST_READ, address.speaker_id)
    relevant = memories.list_relevant(tx, npc.character_id, now, day, about_them, MOST_READ)
    today = memories.list_of(tx, npc.character_id, since=now - day)
    words = memories.list_words(tx, npc.character_id, address.speaker_id, MOST_WORDS)
    around = queries.list_around(tx, npc.character_id, address.speaker_id, EARSHOT).fetchall()
    open_promises = queries.list_promises(tx, npc.character_id, address.speaker_id)
    weather, last_storm = _weather(tx, world, body.position)
    known_to = found.fetchone()
    earlier = words.fetchall()
    age = (now - npc.born) // (day * DAYS_PER_YEAR)
    is_child = stage_at(npc.born, now, world.time.hours_per_day, body.species) is LifeStage.CHILD
    relationship = None if known_to is None else relationships.read(known_to)
    # First what concerns the one to whom they talk, the most important first, however much there is to say of others.
    of_speaker = sorted(map(memories.read, own), key=lambda each: -importance_of(each, (now - each.formed_at) / day))
    of_others = [
        memory
        for memory in map(memories.read, relevant)
        if memory.kind is not MemoryKind.CONVERSATION and memory.about_id != address.speaker_id
    ]
    remembered = unlinked([*of_speaker, *of_others], MOST_MEMORIES)
    # One of the village was there when it happened, even if a player plays them.
    since = now // day if row["is_neighbour"] else _since(relationship, now, day)
    # One more round trip only for who was away for a day: nothing has happened since for all others.
    villagers = _neighbours(tx, npc, since, day) if since < now // day else ([], {})
    felt_today = [memories.read(each) for each in today]
    opinion = Opinion() if relationship is None else settled(relationship, now, day)
    seen_fights = [each for each in of_others if each.occurrence in FIGHTS and each.formed_at // day > since]
    named = {row["character_id"]: row["name"] for row in queries.list_names(tx, _ids([*remembered, *seen_fights]))}
    known = Known(
        me_id=npc.character_id,
        speaker_id=address.speaker_id,
        names=named,
        memories=remembered,
        now=now,
        day=day,
        occupation=body.occupation,
        village=village,
        weather=weather,
        last_storm=last_storm,
        near=[
            each["name"]
            for each in around
            if each["squared"] <= SIGHT * SIGHT and each["character_id"] != address.speaker_id
        ],
        promises=[promises.read(each) for each in open_promises],
        lessons=lessons_of(body.occupation, technology_of(world.generation)),
        is_friend=opinion.affection >= AFFECTION_TO_TEACH,
        years=age if is_child else None,
    )
    known = replace(known, news=_news(known, npc, villagers, seen_fights, since))
    answers = [each["answered"] for each in earlier]
    seed = "/".join((str(npc.character_id), str(address.speaker_id), topic_of(address.said)))
    fact = chosen(facts_of(known), words_of(address.said), seed, address.speaker_id, answers)
    place = translate("This is {village}.", village=village) if village else ""
    situation = [*filter(None, [header(world.time.moment(tx.now)), place, weather])]
    conversation = Conversation(
        npc_id=str(npc.character_id),
        speaker_id=str(address.speaker_id),
        name=body.name,
        age=age,
        species=body.species,
        occupation=body.occupation,
        traits=npc.personality,
        mood=mood_of(felt_today),
        needs=needs_after(needs_of(npc, body.species, now, world.time.hours_per_day), felt_today),
        affection=round(opinion.affection),
        trust=round(opinion.trust),
        fear=round(opinion.fear),
        memories=[memory_in_words(known, each) for each in remembered],
        situation=situation,
        topic=topic_of(address.said),
        said=address.said,
        fact=fact.text,
        about=fact.about,
        news=next((each for each in known.news if not any(each in said for said in [fact.text, *answers])), ""),
        is_child=is_child,
        earlier=[(each["said"], each["answered"]) for each in reversed(earlier)],
        **_drift(relationship, row["speaker_name"] or ""),
    )
    hearers = [each["character_id"] for each in around if each["hears"]]
    return TalkContext(
        world=world,
        npc=npc,
        body=body,
        now=now,
        day=day,
        relationship=relationship,
        fact=fact,
        conversation=conversation,
        hearers=hearers,
        usual=relationships.read_usual(row["usual"]) if row["is_neighbour"] else None,
    )


def _drift(relationship: Relationship | None, name: str) -> dict[str, Any]:
    """Return what has changed about someone whom a player inhabits, as the one sees it to whom they talk."""
    if relationship is None or relationship.frozen is None:
        return {}
    recent = mean_of(relationship.history)
    drift = drift_of(relationship.frozen, recent)
    if drift.trait is None:
        return {}
    before, now = relationship.frozen[drift.trait], recent[drift.trait]
    level = reaction_to(drift)
    return {
        "remark": "" if level is None else remark(level.name, name, is_better=drift.is_better),
        "drift": round(drift.size, 2),
        "baseline": f"{drift.trait} {before:.1f}",
        "now": f"{drift.trait} {now:.1f}",
    }


def _since(relationship: Relationship | None, now: int, day: int) -> int:
    """Return the day before this one on which the two have dealt with each other; for strangers, a while ago."""
    met = [] if relationship is None else [each.at // day for each in relationship.history]
    last = max((each for each in met if each < now // day), default=now // day - NEWS_DAYS)
    return max(last, now // day - LONG_AGO)


def _neighbours(tx: Tx, npc: Npc, since: int, day: int) -> tuple[list[Npc], dict[UUID, str]]:
    rows = queries.list_neighbours(tx, npc.character_id, since, day).fetchall()
    return [npcs.read(row) for row in rows], {row["character_id"]: row["called"] for row in rows}


def _news(
    known: Known,
    npc: Npc,
    villagers: tuple[Sequence[Npc], Mapping[UUID, str]],
    seen_fights: Sequence[NpcMemory],
    since: int,
) -> list[str]:
    """Return what has happened in a village since someone was there, as one of it tells it: the latest first."""
    people, names = villagers
    today = known.now // known.day
    happened = [
        (each.day, news.told(each, npc, names, today))
        for each in news.events_of(people, known.day, since, today)
        if each.day * known.day > npc.born
    ]
    happened += [(each.formed_at // known.day, memory_in_words(known, each)) for each in seen_fights]
    return [text for _, text in sorted(happened, key=lambda each: -each[0])][:MOST_NEWS]


def _ids(remembered: Sequence[NpcMemory]) -> set[UUID]:
    ids: set[UUID | None] = set()
    for memory in remembered:
        to = memory.content.get("to")
        ids |= {memory.about_id, memory.told_by, UUID(to) if to else None}
    return {each for each in ids if each is not None}


def _weather(tx: Tx, world: World, position: Position) -> tuple[str, int | None]:
    """Return what the weather is like, and how many days ago the last storm was; nothing in a world without weather."""

    def seen(ground: Terrain | None) -> tuple[str, int | None]:
        if ground is None:
            return "", None
        sky, now = sky_over(world, ground, position), world.time.at(tx.now) // SLOT
        # A look at each large cycle: between two of them the weather changes gently.
        slots = range(now - CYCLE, max(-1, now - STORM_DAYS * PER_DAY), -CYCLE)
        storm = next((slot for slot in slots if sky.at(slot).state is WeatherState.STORM), None)
        days = None if storm is None else (now - storm) * SLOT // world.time.day_length
        return weather_words.summary(sky.at(now)), days

    return terrain.with_ground(tx, world, terrain.read(tx, world, [position]), seen)
