"""What a notification says, in the reader's language, made of the facts that are stored with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.texts import translate, translate_n
from personas.rooms.texts import room_name
from personas.templates.texts import template_name


def words_of(type: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """Return the title and the body of a notification.

    Args:
        type: a `NoticeType`.
    """
    match type:
        case "persona_followed":
            return _followed(facts["name"], facts["followers"])
        case "template_used":
            title = translate("Your template was used for a battle")
            name, room = template_name(facts["template"]), room_name(facts["room"])
            return title, translate("“{template}” runs a new battle in {room}.", template=name, room=room)
        case "battle_remixed":
            title = translate("Your battle was remixed")
            return title, translate("Its topic is debated again in {room}.", room=room_name(facts["room"]))
        case _:
            raise ValueError(type)


def _followed(name: str, followers: int) -> tuple[str, str]:
    return (
        translate("{name} has a new follower", name=name),
        translate_n("{name} has its first follower.", "{n} people follow {name} now.", followers, name=name),
    )
