"""The log, as far as it is settled: read for us by a function that reaches the database."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from doors.aws import client
from functions.shared.sockets.settings import settings
from kernel.events.frames import Frame

LIMIT = 500
MAX_READS = 20
"""Of backlogs in one round, one after the other: the database has few connections to spare."""


class FeedFailed(Exception):
    """The log could not be read."""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """
    Attributes:
        place: where to go on.
        full: there may be more already.
        known: False: the log has never had, or has no more, what the reading was to begin after.
    """

    frames: tuple[Frame, ...]
    position: UUID
    full: bool
    known: bool

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FeedPage:
        frames = tuple(map(Frame.from_json, data["frames"]))
        return cls(frames, UUID(data["place"]), data["full"], data["known"])


def read(after: UUID | None) -> FeedPage:
    """What comes after a place or an event; after None, only where the log ends.

    Raises:
        FeedFailed
    """
    from botocore.exceptions import BotoCoreError, ClientError

    functions: Any = client("lambda")
    question = {"after": str(after) if after else None, "limit": LIMIT}
    try:
        answer = functions.invoke(FunctionName=settings.feed_function, Payload=json.dumps(question).encode())
        text = answer["Payload"].read()
    except (BotoCoreError, ClientError) as error:
        raise FeedFailed(str(error)) from error
    if "FunctionError" in answer:
        raise FeedFailed(text.decode(errors="replace")[:500])
    return FeedPage.from_json(json.loads(text))


def read_backlogs(positions: Iterable[UUID]) -> dict[UUID, FeedPage]:
    """What comes after each of the places, for as many as can be read now.

    Raises:
        FeedFailed
    """
    asked = set(positions)
    pages: dict[UUID, FeedPage] = {}
    reads = 0
    # In any order: who cannot be reached stays at a place, and must not stand before the others each time.
    for position in random.sample(list(asked), len(asked)):
        if position in pages:
            continue
        if reads == MAX_READS:
            break
        reads += 1
        page = pages[position] = read(position)
        # Who was lost at the same time is a few events apart: one reading does for all of them.
        for number, frame in enumerate(page.frames, 1):
            if frame.id in asked:
                pages[frame.id] = replace(page, frames=page.frames[number:])
    return pages
