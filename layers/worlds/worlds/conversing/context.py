"""Reading all that an answer depends on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from kernel.database import Tx
from kernel.texts import translate
from worlds.characters import queries as characters
from worlds.characters.models import Character
from worlds.conversing import queries
from worlds.conversing.facts import Known, KnownFact, chosen, facts_of, memory_in_words
from worlds.conversing.models import Address
from worlds.conversing.rules import mood_of, needs_after, topic_of, words_of
from worlds.crafting.rules import AFFECTION_TO_TEACH, lessons_of
from worlds.daytime.words import header
from worlds.gossip import service as gossip
from worlds.ground import service as terrain
from worlds.ground.models import Terrain
from worlds.memories import queries as memories
from worlds.memories.models import MemoryKind, NpcMemory
from worlds.memories.rules import unlinked
from worlds.minds.rules import settled
from worlds.npcs import queries as npcs
from worlds.npcs.dialogue import MOST_MEMORIES, Conversation
from worlds.npcs.models import Npc
from worlds.npcs.wellbeing import needs_of
from worlds.promises import queries as promises
from worlds.relationships import queries as relationships
from worlds.relationships.models import Opinion, Relationship
from worlds.relationships.rules import drift_of, mean_of
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


def read(tx: Tx, address: Address) -> TalkContext | None:
    """Return all that an answer depends on, after what has been due in the village; None if no one is there to answer.

    What was said is data.
    """
    characters.lock(tx, [address.npc_id])  # before all that is locked in a village
    row = queries.find_npc(tx, address.npc_id).fetchone()
    if row is None or row["hp"] <= 0:
        return None
    npc, body, world = npcs.read(row), characters.read(row), worlds_sql.read(row)
    village = row["village_name"] or ""
    gossip.settle(tx, world, npc.village)
    now, day = world.time.at(tx.now), world.time.day_length
    found = relationships.lock(tx, npc.character_id, address.speaker_id)
    relevant = memories.list_relevant(tx, npc.character_id, now, day, [str(address.speaker_id)], MOST_READ)
    today = memories.list_of(tx, npc.character_id, since=now - day)
    words = memories.list_words(tx, npc.character_id, address.speaker_id, MOST_WORDS)
    around = queries.list_around(tx, npc.character_id, address.speaker_id, EARSHOT).fetchall()
    open_promises = queries.list_promises(tx, npc.character_id, address.speaker_id)
    weather, last_storm = _weather(tx, world, body.position)
    known_to = found.fetchone()
    relationship = None if known_to is None else relationships.read(known_to)
    possible = [
        memory
        for memory in map(memories.read, relevant)
        if memory.kind is not MemoryKind.CONVERSATION or memory.about_id == address.speaker_id
    ]
    # First what concerns the one to whom they talk, however much there is to say of others.
    remembered = unlinked(sorted(possible, key=lambda each: each.about_id != address.speaker_id), MOST_MEMORIES)
    felt_today = [memories.read(each) for each in today]
    opinion = Opinion() if relationship is None else settled(relationship, now, day)
    named = {row["character_id"]: row["name"] for row in queries.list_names(tx, _ids(remembered))}
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
    )
    seed = "/".join((str(npc.character_id), str(address.speaker_id), topic_of(address.said)))
    fact = chosen(facts_of(known), words_of(address.said), seed, address.speaker_id)
    place = translate("This is {village}.", village=village) if village else ""
    situation = [*filter(None, [header(world.time.moment(tx.now)), place, weather])]
    conversation = Conversation(
        npc_id=str(npc.character_id),
        speaker_id=str(address.speaker_id),
        name=body.name,
        age=(now - npc.born) // (day * DAYS_PER_YEAR),
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
        earlier=[(each["said"], each["answered"]) for each in reversed(words.fetchall())],
        **_drift(relationship),
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
    )


def _drift(relationship: Relationship | None) -> dict[str, Any]:
    """Return what has changed about someone whom a player inhabits, as the one sees it to whom they talk."""
    if relationship is None or relationship.frozen is None:
        return {}
    recent = mean_of(relationship.history)
    drift = drift_of(relationship.frozen, recent)
    if drift.trait is None:
        return {}
    before, now = relationship.frozen[drift.trait], recent[drift.trait]
    return {
        "drift": round(drift.size, 2),
        "baseline": f"{drift.trait} {before:.1f}",
        "now": f"{drift.trait} {now:.1f}",
    }


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
