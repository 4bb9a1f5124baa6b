"""Reading the log through a function that reaches the database."""

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
"""The limit of backlog reads in a round; they run one after the other to save database connections."""


class FeedFailed(Exception):
    """The log could not be read."""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Part of the log.

    Attributes:
        position: where to continue.
        full: True if there may be more events already.
        known: False if the log does not contain the starting position, or not any more.
    """

    frames: tuple[Frame, ...]
    position: UUID
    full: bool
    known: bool

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FeedPage:
        """Return the page that the feed function answered."""
        frames = tuple(map(Frame.from_json, data["frames"]))
        return cls(frames, UUID(data["place"]), data["full"], data["known"])


def read(after: UUID | None) -> FeedPage:
    """Return what follows a position or an event; after None, only the end of the log.

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
    """Return what follows each position, for as many positions as can be read now.

    Raises:
        FeedFailed
    """
    asked = set(positions)
    pages: dict[UUID, FeedPage] = {}
    reads = 0
    # In random order, so that connections that cannot be reached do not always come before the others.
    for position in random.sample(list(asked), len(asked)):
        if position in pages:
            continue
        if reads == MAX_READS:
            break
        reads += 1
        page = pages[position] = read(position)
        # Connections that were lost at the same time are a few events apart: one read serves all of them.
        for number, frame in enumerate(page.frames, 1):
            if frame.id in asked:
                pages[frame.id] = replace(page, frames=page.frames[number:])
    return pages
