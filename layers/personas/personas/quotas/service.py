"""Spending, reserving and reading quotas: atomically, so that parallel calls never exceed a limit.

The rows of a persona and of its account are locked first, the account's first of all, and read in the same round trip;
rules decide; the unit is written with the COMMIT. A day ends at midnight UTC.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from kernel.database import Cursor, Tx
from personas.quotas import queries, rules
from personas.quotas.models import DraftQuotaUsedUp, PreviewQuotaUsedUp, QuotaType, QuotaUse

_Key = tuple[UUID | None, UUID, QuotaType, date]
"""Persona, account, quota, day. Without a persona, it is the account's alone."""


class AskedQuota:
    """A quota of a persona and its account. What is used of it comes with the next round trip."""

    def __init__(self, tx: Tx, key: _Key, used: Cursor, lease_id: UUID | None = None) -> None:
        self._tx = tx
        self._key = key
        self._used = used
        self._lease_id = lease_id
        self._held = queries.count_leases(tx, *key, lease_id)
        self._use: QuotaUse | None = None

    @property
    def use(self) -> QuotaUse:
        if self._use is None:
            used = {row["scope"]: row["used"] for row in self._used}
            held = self._held.fetchone() or {}
            self._use = QuotaUse(
                self._key[3],
                by_persona=used.get("persona", 0),
                by_account=used.get("account", 0),
                held_by_persona=held.get("by_persona", 0),
                held_by_account=held.get("by_account", 0),
            )
        return self._use

    def has_room(self, limit: int | None) -> bool:
        """Whether one more unit may be spent or reserved.

        Args:
            limit: the persona's; None for a unit of the account alone.
        """
        return rules.has_room(self.use, self._key[2], limit)


class LockedQuota(AskedQuota):
    """A quota that no one else changes until the transaction ends."""

    def spend(self) -> None:
        """Write that a unit is spent, and log it; it is no longer held. Call `has_room` first."""
        persona_id, _, quota_type, _ = self._key
        if self._lease_id is not None:
            release(self._tx, self._lease_id)
        queries.add_usage(self._tx, *self._key)
        assert persona_id is not None, "see spend_of_account"
        queries.insert_quota_event(self._tx, persona_id, quota_type)

    def spend_of_account(self) -> None:
        """Write that a unit of the account alone is spent. Call `has_room` first."""
        _, account_id, quota_type, day = self._key
        queries.add_usage(self._tx, None, account_id, quota_type, day)

    def reserve(self) -> UUID:
        """Hold a unit for 30 seconds; return the lease. Call `has_room` first."""
        lease_id = uuid4()
        persona_id, account_id, quota_type, day = self._key
        assert persona_id is not None, "only personas write drafts"
        queries.delete_expired_leases(self._tx, account_id)
        queries.insert_lease(self._tx, lease_id, persona_id, account_id, quota_type, day, self._tx.now + rules.LEASE)
        return lease_id


def lock(
    tx: Tx,
    persona_id: UUID | None,
    account_id: UUID,
    quota_type: QuotaType,
    day: date | None = None,
    lease_id: UUID | None = None,
) -> LockedQuota:
    """Lock a quota; what is used of it comes with the next round trip.

    Args:
        persona_id: None for the account's alone.
        day: in UTC; today by default.
        lease_id: a unit that is held for what is done now. It does not count as used: it is there to be spent.
    """
    key: _Key = (persona_id, account_id, quota_type, day or rules.day_of(tx.now))
    return LockedQuota(tx, key, queries.lock_usage(tx, *key), lease_id)


def spend(tx: Tx, persona_id: UUID, account_id: UUID, quota_type: QuotaType, limit: int) -> bool:
    """Spend one unit of a persona and of its account; return False if either has none left.

    A use case that reads other things, too, calls `lock` before its first fetch instead: that saves a round trip.

    Args:
        limit: the persona's.
    """
    quota = lock(tx, persona_id, account_id, quota_type)
    if not quota.has_room(limit):
        return False
    quota.spend()
    return True


def release(tx: Tx, lease_id: UUID) -> None:
    """Give back a unit that is held, if it still is."""
    queries.delete_lease(tx, lease_id)


def ask(tx: Tx, persona_id: UUID | None, account_id: UUID, quota_type: QuotaType) -> AskedQuota:
    """Ask for a quota without locking it.

    Args:
        persona_id: None for the account's alone.
    """
    key: _Key = (persona_id, account_id, quota_type, rules.day_of(tx.now))
    return AskedQuota(tx, key, queries.find_usage(tx, *key))


def available(tx: Tx, persona_id: UUID, account_id: UUID, quota_type: QuotaType, limit: int) -> bool:
    """Whether a persona and its account have a unit left."""
    return ask(tx, persona_id, account_id, quota_type).has_room(limit)


def draft_quota_used_up(tx: Tx) -> DraftQuotaUsedUp:
    return DraftQuotaUsedUp(seconds=rules.seconds_until_tomorrow(tx.now))


def preview_quota_used_up(tx: Tx) -> PreviewQuotaUsedUp:
    return PreviewQuotaUsedUp(seconds=rules.seconds_until_tomorrow(tx.now))
