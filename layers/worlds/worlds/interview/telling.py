"""How an interview is told over the socket. Source: worlds 4.2."""

from __future__ import annotations

from typing import Any

from worlds.interview.models import Interview
from worlds.world.models import World


def metadata_of(interview: Interview, world: World | None = None) -> dict[str, Any]:
    """Return what programs read of a line of an interview: how far it is, and the world that was just made of it."""
    metadata: dict[str, Any] = {
        "session_id": str(interview.interview_id),
        "progress": interview.progress,
        "topic": int(interview.topic),
        "completed": interview.is_completed,
    }
    if world is not None:
        metadata |= {"world_id": str(world.world_id), "world": world.name}
    return metadata
