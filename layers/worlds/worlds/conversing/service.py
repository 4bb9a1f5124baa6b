"""Answers of people of the game: asked for by `talk`, then said, heard and remembered. Source: worlds 20."""

from __future__ import annotations

from hashlib import sha256
from typing import Final
from uuid import UUID, uuid4

from kernel import texts
from kernel.database import Tx
from kernel.outside import service as outside
from kernel.outside.models import Kind, Permanent, Prompt, Reply, Request, Skip
from worlds.characters import service as characters
from worlds.characters.models import Character
from worlds.conversing import context
from worlds.conversing.context import TalkContext
from worlds.conversing.models import Address
from worlds.conversing.rules import LineFeeling, feeling_of, topic_of
from worlds.memories import queries as memories
from worlds.memories.events import MemoryFormed, MemoryRecalled
from worlds.memories.feelings import Felt, felt, tempered
from worlds.memories.models import MemoryKind, NpcMemory, Occurrence
from worlds.memories.rules import accessed
from worlds.minds import rules as minds
from worlds.minds import service as minds_service
from worlds.minds.models import Impressions, Incident
from worlds.npcs import wellbeing
from worlds.npcs.dialogue import NotALine, dialogue_key, dialogue_prompt, fallback_line, manner_of, read_line
from worlds.npcs.events import NpcNeedsChanged
from worlds.posts import envelopes
from worlds.posts import service as posts
from worlds.relationships.models import SocialAction, strangers
from worlds.wording import service as wording
from worlds.wording import settings as wording_settings
from worlds.wording.models import DIALOGUE


def ask(tx: Tx, me: Character, address: Address) -> None:
    """Ask for an answer. As long as it is awaited, the same words are not said again."""
    # The key outlives the request, so what was said does not stand in it.
    topic = sha256(topic_of(address.said).encode()).hexdigest()
    key = "/".join(("talk", str(address.npc_id), str(address.speaker_id), topic))
    outside.ask(tx, DIALOGUE.name, address.as_json(), dedupe_key=key, account_id=me.account_id)


def prepare(tx: Tx, request: Request) -> Prompt:
    """Return the prompt for an answer.

    Raises:
        Skip: it is said already: no one is there, a model has written it within a quarter of an hour, or there is none.
    """
    address = Address.of(request.input)
    with texts.speaking(address.language):
        talk = context.read(tx, address)
        if talk is None:
            raise Skip
        if not wording_settings.settings.has_model:
            _say(tx, address, talk, fallback_line(talk.conversation))
            raise Skip
        row = wording.ask(tx, dialogue_key(talk.conversation)).fetchone()
        wording.count_lookup(tx, wording.L2, hit=row is not None)
        if row is not None:
            _say(tx, address, talk, row["text"])
            raise Skip
        return dialogue_prompt(talk.conversation)


def finish(tx: Tx, request: Request, reply: Reply) -> None:
    """Let someone say what a model has written.

    Raises:
        Permanent: it is nothing that they would say.
    """
    address = Address.of(request.input)
    try:
        line = read_line(reply.text)
    except NotALine:
        raise Permanent(wording.UNFIT) from None
    with texts.speaking(address.language):
        talk = context.read(tx, address)
        if talk is not None:
            wording.keep(tx, dialogue_key(talk.conversation), line)
            _say(tx, address, talk, line)


def fall_back(tx: Tx, request: Request, reason: str) -> None:
    """Let someone say what they say without a model."""
    address = Address.of(request.input)
    with texts.speaking(address.language):
        talk = context.read(tx, address)
        if talk is not None:
            _say(tx, address, talk, fallback_line(talk.conversation))


def _say(tx: Tx, address: Address, talk: TalkContext, line: str) -> None:
    """Let someone say a line: those near hear it, and both remember it."""
    feeling = feeling_of(line)
    memory_id = uuid4()
    before = talk.relationship or strangers(talk.npc.character_id, address.speaker_id, talk.world.world_id, talk.now)
    changes = minds.opinion_after(before, SocialAction.TALK, feeling.effect, talk.now, talk.day, talk.usual)
    formed = [_memory(address, talk, feeling, memory_id)]
    formed += [
        minds.change_noticed(_incident(address, talk, uuid4(), Occurrence.CHANGE), each, uuid4())
        for each in minds.remarks_of([(before, changes)])
    ]
    minds_service.save(tx, Impressions(formed, [(before, changes)]))
    memories.insert_words(tx, memory_id, address.speaker_id, talk.npc.character_id, address.said, line)
    if talk.fact.memory is not None:
        _recall(tx, talk, talk.fact.memory)
    characters.save(tx, talk.body, [_met(talk, feeling)])
    text = f"{talk.body.name} ({manner_of(talk.conversation)}): {line}"
    metadata = {
        "sender_id": str(talk.npc.character_id),
        "sender": talk.body.name,
        "to_id": str(address.speaker_id),
        "feeling": feeling.name,
    }
    said = envelopes.game_message("dialogue", text, tx.now, metadata)
    posts.post(tx, [(hearer, said) for hearer in talk.hearers])


def _met(talk: TalkContext, feeling: LineFeeling) -> NpcNeedsChanged:
    """Return what a talk does to the needs of who has answered."""
    things = ["talk", "friendly talk"] if feeling.is_friendly else ["talk"]
    return wellbeing.after(talk.npc, talk.body.species, things, talk.now, talk.world.time.hours_per_day)


def _memory(address: Address, talk: TalkContext, feeling: LineFeeling, memory_id: UUID) -> MemoryFormed:
    # Neighbours have met before, also where a player plays one of them.
    is_first = talk.relationship is None and talk.usual is None
    occurrence = Occurrence.FIRST_MEETING if is_first else Occurrence.TALK
    how = _stronger(felt(occurrence), feeling.felt)
    return minds.memory_of(
        _incident(address, talk, memory_id, occurrence),
        talk.npc.character_id,
        tempered(how, talk.npc.personality),
        memory_id,
        MemoryKind.CONVERSATION,
    )


def _incident(address: Address, talk: TalkContext, happening_id: UUID, occurrence: Occurrence) -> Incident:
    return Incident(
        happening_id=happening_id,
        occurrence=occurrence,
        actor_id=address.speaker_id,
        world_id=talk.world.world_id,
        target_id=talk.npc.character_id,
        at=talk.now,
        day=talk.day,
    )


def _stronger(one: Felt, other: Felt) -> Felt:
    return one if one.weight >= other.weight else other


def _recall(tx: Tx, talk: TalkContext, remembered: NpcMemory) -> None:
    """Let a memory be rehearsed by being mentioned."""
    row = memories.lock(tx, remembered.memory_id).fetchone()
    if row is None:
        return
    before = memories.read(row)
    after = accessed(before, talk.now, max(0, talk.now - before.formed_at) / talk.day, tx.rng)
    is_wrong = after.original is not None and before.original is None
    event = MemoryRecalled(
        memory_id=before.memory_id,
        npc_id=before.npc_id,
        world_id=before.world_id,
        game_time=talk.now,
        content=dict(after.content) if is_wrong else None,
        original=dict(after.original) if is_wrong and after.original is not None else None,
        weight=after.weight if is_wrong else None,
    )
    minds_service.save_memory(tx, before, event)


KINDS: Final[tuple[Kind, ...]] = (wording.answered(DIALOGUE, prepare, finish, fall_back),)
