"""Who of a village talks with whom at a moment, and about what: it follows from the time alone. Pure.

Each looks around for someone to talk to once per cooldown, on an absolute grid of the world's time with a random stream
for (seed, village, person, check). So it is the same no matter who listens, and costs nothing while no one does. A talk
that has begun goes on: someone who would interrupt it waits.

Source: worlds 18.3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct, field

from worlds.generation.randomness import Stream, stream_key
from worlds.memories.models import NpcMemory
from worlds.npcs import talking
from worlds.npcs.models import Npc
from worlds.npcs.needs import Need
from worlds.npcs.personality import AGREEABLENESS, EXTRAVERSION
from worlds.npcs.rounds import DAY, Habit
from worlds.npcs.talking import TalkReply
from worlds.npcs.wellbeing import needs_of, usual_day, usual_habit
from worlds.space.models import METRE, Position, Space
from worlds.space.rules import is_within
from worlds.time.rules import HOUR
from worlds.villages.living import liking

NEAR: Final = 5 * METRE
"""Within which someone begins to talk. Source: worlds 18.3."""
MATTERS: Final = 3 * NEAR
"""How far away someone may be who has an influence on a talk: they talk with the one to whom one of the two would."""
LASTS: Final = 2 * 60_000
"""Milliseconds of the world's time that a talk of two goes on for. Ours."""
MINUTE: Final = 60_000
COMPANY: Final = frozenset({Habit.MEETS, Habit.EATS, Habit.RESTS, Habit.PLAYS})
"""What people do among others, and with an ear for them."""


class Talker(Struct, frozen=True, kw_only=True):
    """One of the game's own people who may be in a talk.

    Attributes:
        liking: {another: affection}, of those whom players have inhabited; of all others it follows from who they are.
        memories: of what is worth telling.
        names: {id: name} of all whom these are about.
    """

    npc: Npc
    name: str
    species: str
    position: Position
    liking: Mapping[UUID, float] = field(default_factory=dict)
    memories: Sequence[NpcMemory] = ()
    names: Mapping[UUID, str] = field(default_factory=dict)


class Chat(Struct, frozen=True):
    """A talk of two that goes on: who has begun it greets the other, and speaks of something.

    Attributes:
        greeting: warm, polite or curt.
        topic: what is spoken about; None for this and that.
        began: milliseconds of the world's time.
    """

    one: Talker
    other: Talker
    greeting: str
    topic: NpcMemory | None
    reply: TalkReply
    began: int


def chats(seed: int, talkers: Sequence[Talker], space: Space, now: int, hours_per_day: int) -> list[Chat]:
    """Return the talks that go on among those who are near one another, the longest ones first; no one is in two.

    Whether two talk depends on no one who is more than `MATTERS` away from them.

    Args:
        now: milliseconds of the world's own time.
    """
    awake = [each for each in talkers if _is_in_company(each, now, hours_per_day)]
    begun: list[Chat] = []
    for one in awake:
        others = [each for each in awake if each is not one and is_within(space, one.position, each.position, NEAR)]
        chat = _begun(seed, one, others, now, hours_per_day)
        if chat is not None:
            begun.append(chat)
    begun.sort(key=_rank)
    return [each for at, each in enumerate(begun) if not any(_share_someone(each, first) for first in begun[:at])]


def _rank(chat: Chat) -> tuple[int, UUID]:
    return chat.began, chat.one.npc.character_id


def _share_someone(chat: Chat, other: Chat) -> bool:
    ids = {chat.one.npc.character_id, chat.other.npc.character_id}
    return not ids.isdisjoint((other.one.npc.character_id, other.other.npc.character_id))


def _begun(seed: int, one: Talker, others: Sequence[Talker], now: int, hours_per_day: int) -> Chat | None:
    extraversion = one.npc.personality.get(EXTRAVERSION, 50)
    pause = round(talking.cooldown(extraversion) * MINUTE)
    check = now // pause
    began = check * pause
    if not others or now - began >= LASTS:
        return None
    stage = f"chat/{one.npc.village}/{one.npc.character_id}/{check}"
    # Each has a number of their own, so that it makes no difference who else is there, unless they are chosen.
    other = max(others, key=lambda each: stream_key(seed, f"{stage}/{each.npc.character_id}"))
    fond = fondness(seed, one, other)
    need = needs_of(one.npc, one.species, began, hours_per_day)[Need.CONVERSATION]
    if Stream(seed, stage).unit() >= talking.chance(extraversion, fond, need):
        return None
    return Chat(
        one,
        other,
        talking.greeting(fond),
        topic_of(one, other, began),
        talking.reply(other.npc.personality.get(AGREEABLENESS, 50), fondness(seed, other, one)),
        began,
    )


def topic_of(one: Talker, other: Talker, now: int) -> NpcMemory | None:
    """Return what is most worth talking about for one to another; None for nothing in particular."""
    known = {each.source_id for each in other.memories}

    def score(memory: NpcMemory) -> float:
        hours = max(0, now - memory.formed_at) / HOUR
        return talking.topic_score(memory.weight, hours, 1.0 if memory.source_id in known else 0.0)

    told = [each for each in one.memories if each.formed_at <= now]
    return max(told, key=lambda each: (score(each), each.memory_id.int), default=None)


def fondness(seed: int, one: Talker, other: Talker) -> float:
    """Return how much one likes another of their village: as kin or as a neighbour, or by what has happened since."""
    stored = one.liking.get(other.npc.character_id)
    return usual_fondness(seed, one.npc, other.npc) if stored is None else stored


def usual_fondness(seed: int, one: Npc, other: Npc) -> float:
    """Return how much two of a village like each other to begin with."""
    mine, theirs = (one.mother_id, one.father_id), (other.mother_id, other.father_id)
    return liking(
        seed,
        one.village,
        (one.number, other.number),
        are_wed=other.character_id == one.spouse_id,
        is_parent=one.character_id in theirs or other.character_id in mine,
        are_siblings=not {*mine}.isdisjoint({*theirs} - {None}),
    )


def checks_a_day(npc: Npc, species: str, now: int, hours_per_day: int) -> int:
    """Return how often a day someone looks around for someone to talk to: as often as the cooldown lets them while
    they are at the well or at play.
    """
    day = usual_day(npc, species, now, hours_per_day)
    ends = [*(each.minute for each in day[1:]), DAY]
    minutes = sum(
        end - slot.minute for slot, end in zip(day, ends, strict=True) if slot.activity in (Habit.MEETS, Habit.PLAYS)
    )
    return int(minutes / talking.cooldown(npc.personality.get(EXTRAVERSION, 50)))


def _is_in_company(talker: Talker, now: int, hours_per_day: int) -> bool:
    is_asleep = talker.npc.doing == Habit.SLEEPS
    return not is_asleep and usual_habit(talker.npc, talker.species, now, hours_per_day) in COMPANY
