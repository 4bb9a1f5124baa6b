"""Who gets what in a round. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from functions.shared.sockets.connections import Connection
from functions.shared.sockets.feed import FeedPage
from functions.shared.sockets.posting import PackedMessage, pack
from kernel.events.frames import Filter, Frame, connected


@dataclass(frozen=True, slots=True)
class PushPlan:
    """
    Attributes:
        messages: none when it wants nothing of what is new.
        start: where the connection was before.
        end: where it is afterwards; None: with those who keep up, at the head.
    """

    connection: Connection
    messages: Sequence[PackedMessage]
    start: UUID
    end: UUID | None = None


def plan_pushes(
    listeners: Iterable[Connection], head: UUID, latest: FeedPage, backlogs: Mapping[UUID, FeedPage], now: float
) -> list[PushPlan]:
    """A part for everybody who need not wait for the next round.

    Args:
        everybody: each with a place, or going along.
        news: what comes after the head. Read after the backlogs, so what a backlog has beyond the head is in it too.
        backlogs: what comes after each other place at which somebody is by himself.
        now: unix seconds.
    """
    packed: dict[Filter, Sequence[PackedMessage]] = {}
    latest_ids = {frame.id for frame in latest.frames}
    plans: list[PushPlan] = []
    for each in listeners:
        if each.is_at_head:
            if each.wanted not in packed:
                packed[each.wanted] = pack(_wanted(each, latest.frames))
            plans.append(PushPlan(each, packed[each.wanted], head))
            continue
        start, backlog = each.position or head, ()
        if start != head:
            page = backlogs.get(start)
            if page is None:
                continue
            if not page.known:
                start = head  # nobody knows any more what it has missed
            elif page.full:
                frames = [*_greeting(each, start, now), *_wanted(each, page.frames)]
                plans.append(PushPlan(each, pack(frames), start, page.position))
                continue
            elif latest.full:
                continue  # the backlog may reach beyond these news
            else:
                backlog = [frame for frame in page.frames if frame.id not in latest_ids]
        frames = [*_greeting(each, start, now), *_wanted(each, [*backlog, *latest.frames])]
        plans.append(PushPlan(each, pack(frames), start))
    return plans


def _greeting(connection: Connection, start: UUID, now: float) -> list[Frame]:
    if connection.is_greeted:
        return []
    return [connected(start, int(now), connection.id, connection.wanted)]


def _wanted(connection: Connection, frames: Iterable[Frame]) -> list[Frame]:
    return [mine for frame in frames if (mine := connection.wanted.frame(frame)) is not None]
