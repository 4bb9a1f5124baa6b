"""How long to wait, and how it is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from community.cooldowns.models import OnCooldown
from community.cooldowns.rules import duration_of, lock_key, require_expired

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(("action", "minutes"), [("search", 30), ("slots", 10), ("expedition", 15), ("juggling", 5)])
def test_every_action_has_its_duration(action: str, minutes: int):
    assert duration_of(action) == timedelta(minutes=minutes)


@pytest.mark.parametrize("expires_at", [None, NOON, NOON - timedelta(microseconds=1)])
def test_a_cooldown_that_is_over_lets_everybody_through(expires_at: datetime | None):
    require_expired(expires_at, "search", NOON)


@pytest.mark.parametrize(
    ("remaining", "text", "retry_after"),
    [
        (timedelta(minutes=30), "30m 0s", 1800),
        (timedelta(minutes=5, seconds=3), "5m 3s", 303),
        (timedelta(seconds=59, microseconds=1), "1m 0s", 60),
        (timedelta(microseconds=1), "0m 1s", 1),
        (timedelta(hours=2), "120m 0s", 7200),
    ],
)
def test_a_running_cooldown_says_how_long(remaining: timedelta, text: str, retry_after: int):
    with pytest.raises(OnCooldown) as refusal:
        require_expired(NOON + remaining, "search", NOON)

    assert str(refusal.value) == f"Your search is on cooldown: {text} remaining"
    assert refusal.value.details["action"] == "search"
    assert refusal.value.details["seconds"] == retry_after


def test_the_lock_is_the_hash_without_its_sign():
    hashes = {
        action: int.from_bytes(sha256(f"everybody:{action}".encode()).digest()[:8], "big", signed=True)
        for action in ("expedition", "search", "slots", "raid", "feast", "storm")
    }

    assert min(hashes.values()) < 0 < max(hashes.values())
    for action, number in hashes.items():
        assert lock_key("everybody", action) == number % 2**63 >= 0
