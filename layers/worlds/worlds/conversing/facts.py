"""What one of the game's own people knows, in words: each is true, and follows from what is stored. Pure.

Source: worlds 20, 27.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final
from uuid import UUID

from msgspec import Struct

from kernel.texts import listed, to_translate, translate, translate_n
from worlds.conversing.words import things_in_words, when_in_words
from worlds.memories.models import MemoryKind, NpcMemory, Occurrence
from worlds.npcs.dialogue import PEOPLE
from worlds.promises.models import Promise

MEMORY, WEATHER, WORK, PLACE, NEED, SELF, NEWS = "memory", "weather", "work", "place", "need", "self", "news"
KEYWORDS: Final[Mapping[str, frozenset[str]]] = {
    WEATHER: frozenset({"weather", "rain", "storm", "sun", "snow", "wind", "sky", "clouds", "cold", "warm"}),
    WORK: frozenset({"work", "job", "trade", "craft", "living", "teach"}),
    PLACE: frozenset({"village", "here", "place", "where", "home", "live"}),
    PEOPLE: frozenset({"who", "people", "neighbours", "neighbors", "family", "others", "folk"}),
    NEED: frozenset({"need", "want", "bring", "missing", "promise", "promised"}),
    MEMORY: frozenset({"remember", "know", "me", "think", "told", "heard", "gift"}),
    NEWS: frozenset({"news", "new", "happened", "happens", "missed", "since", "lately", "gone"}),
}
"""{what a fact is about: words of a player that ask for it}"""
MOST_NAMED: Final = 3

_TEMPLATES: Final[Mapping[Occurrence, str]] = {
    Occurrence.GIFT: to_translate("{who} gave {whom} {things} {when}"),
    Occurrence.HELP: to_translate("{who} helped {whom} {when}"),
    Occurrence.THREAT: to_translate("{who} threatened {whom} {when}"),
    Occurrence.VIOLENCE: to_translate("{who} attacked {whom} {when}"),
    Occurrence.DEATH: to_translate("{who} killed {whom} {when}"),
    Occurrence.BETRAYAL: to_translate("{who} betrayed {whom} {when}"),
    Occurrence.PROMISE: to_translate("{who} promised {whom} {things} {when}"),
    Occurrence.PROMISE_KEPT: to_translate("{who} kept a promise and brought {whom} {things} {when}"),
    Occurrence.PROMISE_BROKEN: to_translate("{who} promised {whom} {things} and never brought them"),
    Occurrence.TALK: to_translate("{who} talked with {whom} {when}"),
    Occurrence.FIRST_MEETING: to_translate("{who} met {whom} for the first time {when}"),
    Occurrence.CHANGE: to_translate("{who} seemed like someone else {when}"),
}
_TOLD: Final = to_translate("{teller} told me that {what}.")
_SEEN: Final = to_translate("I was there when {what}.")
_OWN: Final = to_translate("{what}.")


class KnownFact(Struct, frozen=True):
    """Something true.

    Attributes:
        about: one of the keys of `KEYWORDS`, or `self`.
        memory: that it comes from; None for none.
    """

    about: str
    text: str
    memory: NpcMemory | None = None


class Known(Struct, frozen=True, kw_only=True):
    """What someone knows, as far as it is stored.

    Attributes:
        me_id: who knows it.
        speaker_id: to whom they talk.
        names: {id: name} of all whom the memories are about; who is not among them is someone.
        memories: the most relevant first.
        now: milliseconds of the world's own time; `day`: those of a day.
        weather: what it is like, in a sentence; "" where there is none.
        last_storm: the days since the last storm; None for none lately.
        near: names of people around, besides the two.
        promises: open ones, of the one to whom they talk.
        years: of age, of a child; None for all others.
        news: what has happened in the village since the one to whom they talk was here, the latest first.
    """

    me_id: UUID
    speaker_id: UUID
    names: Mapping[UUID, str]
    memories: Sequence[NpcMemory]
    now: int
    day: int
    occupation: str
    village: str
    weather: str = ""
    last_storm: int | None = None
    near: Sequence[str] = ()
    promises: Sequence[Promise] = ()
    years: int | None = None
    news: Sequence[str] = ()


def memory_in_words(known: Known, memory: NpcMemory) -> str:
    """Return what someone says of a memory to the one to whom they talk."""
    is_own = memory.about_id == known.me_id
    who = _who(known, memory)
    to = memory.content.get("to", "")
    to_id = UUID(to) if to else None
    whom = translate("me") if to == "" or (to_id == known.me_id) else _name(known, to_id)
    if to_id is not None and to_id == known.speaker_id:
        whom = translate("you")
    if memory.told_by is not None and memory.told_by == to_id:
        whom = translate("them")
    what = translate(
        _TEMPLATES[memory.occurrence],
        who=who,
        whom=whom,
        things=things_in_words(memory.content.get("item"), memory.content.get("quantity", 1)),
        when=when_in_words((known.now - memory.content.get("happened", memory.formed_at)) // known.day),
    )
    if memory.told_by is not None:
        return translate(_TOLD, teller=_name(known, memory.told_by), what=what)
    if to != "" and not is_own:
        return translate(_SEEN, what=what)
    return translate(_OWN, what=what[:1].upper() + what[1:])


def _who(known: Known, memory: NpcMemory) -> str:
    """Return who did what is remembered, for the one to whom it is told."""
    if memory.about_id == known.speaker_id:
        return translate("you")
    if memory.about_id == known.me_id:
        return translate("I")
    if memory.told_by is not None and memory.told_by == memory.about_id:
        return translate("they")
    return _name(known, memory.about_id)


def facts_of(known: Known) -> list[KnownFact]:
    """Return all that someone could mention, memories first."""
    memories = [each for each in known.memories if not _is_this_talk(known, each)]
    facts = [KnownFact(MEMORY, memory_in_words(known, each), each) for each in memories]
    for promise in known.promises:
        things = things_in_words(promise.item, promise.quantity - promise.given)
        facts.append(KnownFact(NEED, translate("I am still waiting for what you promised: {things}.", things=things)))
    if known.last_storm is not None:
        when = when_in_words(known.last_storm)
        facts.append(KnownFact(WEATHER, translate("The last storm was here {when}.", when=when)))
    if known.weather:
        facts.append(KnownFact(WEATHER, known.weather))
    facts += [KnownFact(NEWS, each) for each in known.news]
    if known.years is not None:
        facts.append(KnownFact(SELF, translate_n("I am {n} year old.", "I am {n} years old.", known.years)))
    elif known.occupation:
        facts.append(KnownFact(WORK, translate("I work as a {occupation} here.", occupation=known.occupation)))
    if known.village:
        facts.append(KnownFact(PLACE, translate("This is {village}.", village=known.village)))
    if known.near:
        names = listed(list(known.near[:MOST_NAMED]))
        facts.append(KnownFact(PEOPLE, translate("I have company: {names}.", names=names)))
    return facts or [KnownFact(SELF, translate("I am here, as you see."))]


def chosen(
    facts: Sequence[KnownFact], words: frozenset[str], seed: str, speaker_id: UUID, answers: Sequence[str] = ()
) -> KnownFact:
    """Return the fact that someone mentions: what they were asked for; else a memory; else any.

    A memory of the one to whom they talk comes before those of others, and what was not said yet before what was.

    Args:
        facts: at least one.
        words: that they were asked with.
        answers: of theirs to the same one, the last ones.
    """

    def fresh(possible: Sequence[KnownFact]) -> list[KnownFact]:
        return [each for each in possible if not any(each.text in answer for answer in answers)]

    mine = [each for each in facts if each.memory is not None and each.memory.about_id == speaker_id]
    if mine:
        facts = [each for each in facts if each.memory is None or each in mine]
    about = {name for name, keywords in KEYWORDS.items() if keywords & words}
    named = next((each for each in facts if each.memory is not None and _words_of(each.memory) & words), None)
    if named is not None:
        return named
    possible = [each for each in facts if each.about in about]
    if not possible:
        memories = fresh([each for each in facts if each.memory is not None])
        possible = memories[: 1 if not words else MOST_NAMED] or fresh(facts) or [*facts]
    possible = fresh(possible) or possible
    return possible[sha256(seed.encode()).digest()[0] % len(possible)]


def _is_this_talk(known: Known, memory: NpcMemory) -> bool:
    """Tell whether a memory is of what the two are just doing: no one mentions that."""
    return memory.kind is MemoryKind.CONVERSATION and known.now - memory.formed_at < known.day


def _words_of(memory: NpcMemory) -> set[str]:
    """Return the words by which someone may ask for a memory."""
    return {word for tag in memory.tags for word in tag.split("_")}


def _name(known: Known, who: UUID | None) -> str:
    return translate("someone") if who is None else known.names.get(who, translate("someone"))
