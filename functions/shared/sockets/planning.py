"""Who gets what in a round. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from functions.shared.sockets.connections import Connection
from functions.shared.sockets.feed import Page
from functions.shared.sockets.posting import Message, pack
from kernel.events.frames import Filter, Frame, connected


@dataclass(frozen=True, slots=True)
class Part:
    """
    Attributes:
        messages: none when it wants nothing of what is new.
        start: where the connection was before.
        end: where it is afterwards; None: with those who keep up, at the head.
    """

    connection: Connection
    messages: Sequence[Message]
    start: UUID
    end: UUID | None = None


def plan(
    everybody: Iterable[Connection], head: UUID, news: Page, backlogs: Mapping[UUID, Page], now: float
) -> list[Part]:
    """A part for everybody who need not wait for the next round.

    Args:
        everybody: each with a place, or going along.
        news: what comes after the head. Read after the backlogs, so what a backlog has beyond the head is in it too.
        backlogs: what comes after each other place at which somebody is by himself.
        now: unix seconds.
    """
    packed: dict[Filter, Sequence[Message]] = {}
    news_ids = {frame.id for frame in news.frames}
    parts: list[Part] = []
    for each in everybody:
        if each.goes_along:
            if each.wanted not in packed:
                packed[each.wanted] = pack(_wanted(each, news.frames))
            parts.append(Part(each, packed[each.wanted], head))
            continue
        start, backlog = each.place or head, ()
        if start != head:
            page = backlogs.get(start)
            if page is None:
                continue
            if not page.known:
                start = head  # nobody knows any more what it has missed
            elif page.full:
                frames = [*_greeting(each, start, now), *_wanted(each, page.frames)]
                parts.append(Part(each, pack(frames), start, page.place))
                continue
            elif news.full:
                continue  # the backlog may reach beyond these news
            else:
                backlog = [frame for frame in page.frames if frame.id not in news_ids]
        frames = [*_greeting(each, start, now), *_wanted(each, [*backlog, *news.frames])]
        parts.append(Part(each, pack(frames), start))
    return parts


def _greeting(connection: Connection, start: UUID, now: float) -> list[Frame]:
    if connection.is_welcome:
        return []
    return [connected(start, int(now), connection.id, connection.wanted)]


def _wanted(connection: Connection, frames: Iterable[Frame]) -> list[Frame]:
    return [mine for frame in frames if (mine := connection.wanted.frame(frame)) is not None]
