"""Planning what each connection receives in a round. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from functions.shared.sockets.connections import SocketConnection
from functions.shared.sockets.feed import FeedPage
from functions.shared.sockets.posting import PackedMessage, pack
from kernel.events.frames import Filter, Frame, connected


class PushPlan(Struct, frozen=True):
    """What to push to a connection.

    Attributes:
        messages: empty when its filter excludes all new frames.
        start: its position before the round.
        end: its position afterwards; None: at the head.
    """

    connection: SocketConnection
    messages: Sequence[PackedMessage]
    start: UUID
    end: UUID | None = None


def plan_pushes(
    listeners: Iterable[SocketConnection], head: UUID, latest: FeedPage, backlogs: Mapping[str, FeedPage], now: float
) -> list[PushPlan]:
    """Return a plan for each connection that need not wait for the next round; those that are up to date come first.

    Args:
        listeners: each is at the head or has a position.
        latest: what follows the head. It is read after the backlogs, so it includes what they have beyond the head.
        backlogs: {connection id: what follows another position}.
        now: unix seconds.
    """
    packed: dict[Filter, Sequence[PackedMessage]] = {}
    latest_ids = {frame.id for frame in latest.frames}
    plans: list[PushPlan] = []
    for each in sorted(listeners, key=lambda each: not each.is_at_head):
        if each.is_at_head:
            if each.wanted not in packed:
                packed[each.wanted] = pack(_wanted(each, latest.frames))
            plans.append(PushPlan(each, packed[each.wanted], head))
            continue
        start, backlog = each.position or head, ()
        if start != head:
            page = backlogs.get(each.id)
            if page is None:
                continue
            if not page.known:
                start = head  # what it missed can no longer be determined
            elif page.full:
                frames = [*_greeting(each, start, now), *_wanted(each, page.frames)]
                plans.append(PushPlan(each, pack(frames), start, page.position))
                continue
            elif latest.full:
                continue  # the backlog may contain more than this page
            else:
                backlog = [frame for frame in page.frames if frame.id not in latest_ids]
        frames = [*_greeting(each, start, now), *_wanted(each, [*backlog, *latest.frames])]
        plans.append(PushPlan(each, pack(frames), start))
    return plans


def _greeting(connection: SocketConnection, start: UUID, now: float) -> list[Frame]:
    if connection.is_greeted:
        return []
    return [connected(start, int(now), connection.id, connection.wanted)]


def _wanted(connection: SocketConnection, frames: Iterable[Frame]) -> list[Frame]:
    return [mine for frame in frames if (mine := connection.wanted.frame(frame)) is not None]
