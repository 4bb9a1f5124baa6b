"""What the statue in the lobby answers to those who want a world. Source: worlds 5 and 10."""

from __future__ import annotations

from kernel.texts import translate
from worlds.acting.models import GameMessage
from worlds.interview.service import InterviewReply
from worlds.interview.telling import metadata_of
from worlds.world.models import World


def statue_message(reply: InterviewReply | World) -> GameMessage:
    """Return what the statue answers: of an interview, or about a world that was given up."""
    if isinstance(reply, World):
        text = translate("{world} will not be made, and its name is free again.", world=reply.name)
        return GameMessage("system", text, {"world_id": str(reply.world_id)})
    return GameMessage("start_interview", reply.text, metadata_of(reply.interview, reply.world))
