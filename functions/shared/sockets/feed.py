"""Reading the log through a function that reaches the database."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from doors.aws import client
from functions.shared.sockets.connections import SocketConnection
from functions.shared.sockets.settings import settings
from kernel.events.frames import Frame

LIMIT = 500
MAX_READS = 20
"""The limit of backlog reads in a round; they run one after the other to save database connections."""
MAX_READS_OF_ONE = 4
"""The same for the connections of one key, and of all tickets: all others wait for the end of the round."""
MOST_FRAMES = 2000
"""No more connections of one key catch up in a round once these have been read for them."""


class FeedFailed(Exception):
    """The log could not be read."""


class FeedPage(Struct, frozen=True):
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
    return FeedPage.from_json(_ask({"after": str(after) if after else None, "limit": LIMIT}))


def find_revoked(holders: Iterable[str], listeners: int) -> set[str]:
    """Return those of the names of keys whose key has been revoked.

    Args:
        listeners: how many connections there are, for /metrics.

    Raises:
        FeedFailed
    """
    return set(_ask({"holders": sorted(holders), "listeners": listeners})["revoked"])


def _ask(question: Mapping[str, Any]) -> dict[str, Any]:
    from botocore.exceptions import BotoCoreError, ClientError

    functions: Any = client("lambda")
    try:
        answer = functions.invoke(FunctionName=settings.feed_function, Payload=json.dumps(question).encode())
        text = answer["Payload"].read()
    except (BotoCoreError, ClientError) as error:
        raise FeedFailed(str(error)) from error
    if "FunctionError" in answer:
        raise FeedFailed(text.decode(errors="replace")[:500])
    return json.loads(text)


def read_backlogs(behind: Sequence[SocketConnection]) -> dict[str, FeedPage]:
    """Return {connection id: what follows its position}, for as many connections as can be served now.

    Args:
        behind: each has a position.

    Raises:
        FeedFailed
    """
    asked = {each.position for each in behind}
    pages: dict[UUID | None, FeedPage] = {}
    served: dict[str, FeedPage] = {}
    reads: Counter[str] = Counter()
    frames: Counter[str] = Counter()
    # In random order, so that connections that cannot be reached do not always come before the others.
    for each in random.sample(behind, len(behind)):
        if frames[each.holder] >= MOST_FRAMES:
            continue
        if each.position not in pages:
            if reads[each.holder] == MAX_READS_OF_ONE or reads.total() == MAX_READS:
                continue
            reads[each.holder] += 1
            page = pages[each.position] = read(each.position)
            # Connections that were lost at the same time are a few events apart: one read serves all of them.
            for number, frame in enumerate(page.frames, 1):
                if frame.id in asked:
                    pages[frame.id] = replace(page, frames=page.frames[number:])
        served[each.id] = pages[each.position]
        frames[each.holder] += len(served[each.id].frames)
    return served
