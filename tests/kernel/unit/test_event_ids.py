"""The ids of events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

from kernel.events.service import new_event_id

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_event_ids_are_ordered_by_time_and_random_within_a_millisecond():
    moments = [NOON + timedelta(milliseconds=n) for n in range(300)]

    ids = [new_event_id(moment) for moment in moments]

    assert ids == sorted(ids)
    assert len({new_event_id(NOON) for _ in range(300)}) == 300
    assert all((each.version, each.variant) == (7, RFC_4122) for each in ids)
    assert int.from_bytes(ids[0].bytes[:6]) == NOON.timestamp() * 1000
