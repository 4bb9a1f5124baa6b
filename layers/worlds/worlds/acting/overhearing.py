"""What one hears people of the game say to one another. Pure. Source: worlds 18.3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kernel.texts import to_translate, translate
from worlds.acting.models import Scene
from worlds.acting.needs import HEARD
from worlds.conversing.facts import Known, memory_in_words
from worlds.npcs import talking
from worlds.space.rules import is_within
from worlds.villages.chatter import Chat, chats

MOST_HEARD: Final = 2
"""Talks that one follows at once."""
GREETINGS: Final[Mapping[str, str]] = {
    "warm": to_translate("{one} greets {other} warmly."),
    "polite": to_translate("{one} greets {other}."),
    "curt": to_translate("{one} nods to {other}."),
}
REPLIES: Final[Mapping[str, str]] = {
    talking.AGREES.name: to_translate("{other} agrees."),
    talking.DISAGREES.name: to_translate("{other} does not want to hear of it."),
    talking.NEUTRAL.name: to_translate("{other} listens."),
}


def overheard(scene: Scene) -> list[Chat]:
    """Return the talks that one can follow where one is."""
    going_on = chats(
        scene.world.generation.get("seed", 0),
        scene.talkers,
        scene.world.space,
        scene.world.time.at(scene.now),
        scene.world.time.hours_per_day,
    )
    return [each for each in going_on if _is_heard(scene, each)][:MOST_HEARD]


def _is_heard(scene: Scene, chat: Chat) -> bool:
    here, space = scene.me.position, scene.world.space
    return all(is_within(space, here, each.position, HEARD) for each in (chat.one, chat.other))


def in_words(scene: Scene, chat: Chat) -> str:
    """Return a talk of two, as one hears it."""
    one, other = chat.one, chat.other
    parts = [translate(GREETINGS[chat.greeting], one=one.name, other=other.name)]
    if chat.topic is None:
        parts.append(translate("They talk about this and that."))
        return " ".join(parts)
    known = Known(
        me_id=one.npc.character_id,
        speaker_id=other.npc.character_id,
        names=one.names,
        memories=[chat.topic],
        now=scene.world.time.at(scene.now),
        day=scene.world.time.day_length,
        occupation="",
        village="",
    )
    parts.append(translate('"{words}" says {one}.', words=memory_in_words(known, chat.topic), one=one.name))
    parts.append(translate(REPLIES[chat.reply.name], other=other.name))
    return " ".join(parts)


def as_json(heard: Sequence[Chat]) -> list[dict[str, Any]]:
    """Return talks as programs read them."""
    return [
        {
            "one_id": str(each.one.npc.character_id),
            "other_id": str(each.other.npc.character_id),
            "reply": each.reply.name,
        }
        for each in heard
    ]
