"""The limits per day. Source: personas 3, 6, 7."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from personas.quotas.models import QuotaUse
from personas.quotas.rules import day_of, has_room, seconds_until_tomorrow

DAY = date(2026, 2, 18)


def test_a_day_is_one_of_utc():
    assert day_of(datetime(2026, 2, 19, 1, tzinfo=timezone(timedelta(hours=3)))) == DAY


@pytest.mark.parametrize(
    ("now", "seconds"),
    [(datetime(2026, 2, 18, 23, 59, 30, tzinfo=UTC), 30), (datetime(2026, 2, 18, tzinfo=UTC), 86400)],
)
def test_the_wait_ends_at_midnight(now: datetime, seconds: int):
    assert seconds_until_tomorrow(now) == seconds


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        (QuotaUse(DAY, 4, 4), True),
        (QuotaUse(DAY, 5, 5), False),
        (QuotaUse(DAY, 4, 4, held_by_persona=1, held_by_account=1), False),
        (QuotaUse(DAY, 0, 60), False),
        (QuotaUse(DAY, 0, 59, held_by_account=1), False),
    ],
)
def test_units_spent_and_held_count_for_the_persona_and_for_the_account(use: QuotaUse, expected: bool):
    assert has_room(use, "draft", 5) is expected


@pytest.mark.parametrize(("quota_type", "cap"), [("draft", 60), ("reply", 300), ("preview", 15)])
def test_an_account_has_a_cap_of_its_own(quota_type: str, cap: int):
    assert has_room(QuotaUse(DAY, 0, cap - 1), quota_type, 1000)  # pyright: ignore[reportArgumentType]
    assert not has_room(QuotaUse(DAY, 0, cap), quota_type, 1000)  # pyright: ignore[reportArgumentType]
