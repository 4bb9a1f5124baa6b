"""Spending and reserving units. Source: personas 3, 6, 7."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kernel.database import Tx, connect, transaction
from personas.activity import retention as activity_retention
from personas.activity import service as activity
from personas.people import service as people
from personas.quotas import retention
from personas.quotas import service as quotas
from personas.quotas.rules import LEASE
from tests.support.people import make_account
from tests.support.personas import make_persona
from tests.support.races import race_of


def test_a_persona_spends_up_to_its_limit_and_each_unit_is_logged(tx: Tx):
    ada = make_persona(tx, make_account(tx))

    spent = [quotas.spend(tx, ada.persona_id, ada.account_id, "reply", 2) for _ in range(3)]

    assert spent == [True, True, False]
    logged = tx.execute("SELECT quota_type FROM personas.quota_events WHERE persona_id = %s", (ada.persona_id,))
    assert [row["quota_type"] for row in logged] == ["reply", "reply"]


def test_deleting_a_persona_frees_nothing_of_its_account(tx: Tx):
    account_id = make_account(tx)
    for number in range(15):
        ada = make_persona(tx, account_id, f"Ada {number}")
        assert quotas.spend(tx, ada.persona_id, account_id, "preview", 5)
        people.delete(tx, account_id, ada.persona_id)

    fresh = make_persona(tx, account_id)

    assert not quotas.spend(tx, fresh.persona_id, account_id, "preview", 5)
    assert quotas.spend(tx, fresh.persona_id, account_id, "draft", 5)


def test_the_next_day_of_utc_begins_with_nothing_used(tx: Tx):
    tx.now = datetime(2026, 2, 18, 23, 59, tzinfo=UTC)
    ada = make_persona(tx, make_account(tx))
    assert quotas.spend(tx, ada.persona_id, ada.account_id, "draft", 1)
    assert not quotas.available(tx, ada.persona_id, ada.account_id, "draft", 1)

    tx.now += timedelta(minutes=1)

    assert quotas.available(tx, ada.persona_id, ada.account_id, "draft", 1)


def test_a_unit_that_is_held_counts_until_it_is_given_back_or_its_time_is_over(tx: Tx):
    ada = make_persona(tx, make_account(tx))
    key = (ada.persona_id, ada.account_id, "draft")
    lease = quotas.lock(tx, *key).reserve()
    assert not quotas.available(tx, *key, 1)

    quotas.release(tx, lease)
    assert quotas.available(tx, *key, 1)

    quotas.lock(tx, *key).reserve()
    tx.now += LEASE
    assert quotas.available(tx, *key, 1)


def test_what_is_long_past_is_deleted(tx: Tx):
    ada = make_persona(tx, make_account(tx))
    key = (ada.persona_id, ada.account_id, "draft")
    quotas.spend(tx, *key, 5)
    quotas.lock(tx, *key).reserve()
    activity.record(tx, ada.persona_id, "post_created", {})
    tables = ("quota_usage", "quota_events", "quota_leases", "activity")

    def rows() -> dict[str, int]:
        return {name: len(tx.execute(f"SELECT FROM personas.{name}").fetchall()) for name in tables}

    def delete() -> None:
        retention.delete_old(tx)
        activity_retention.delete_old(tx)

    delete()
    assert rows() == {"quota_usage": 2, "quota_events": 1, "quota_leases": 1, "activity": 1}
    tx.now += timedelta(days=91)
    delete()
    assert rows() == dict.fromkeys(tables, 0)


def test_parallel_calls_never_spend_more_than_there_is(database_url: str):
    with connect(database_url) as conn, transaction(conn) as tx:
        account_id = make_account(tx)
        ada, bob = make_persona(tx, account_id, "Ada"), make_persona(tx, account_id, "Bob")
    with race_of(8, database_url) as race:
        spent = race(
            *[
                lambda tx, each=each: quotas.spend(tx, each.persona_id, account_id, "preview", 10)
                for each in [ada, bob] * 4
            ]
        )
        again = race(*[lambda tx: quotas.spend(tx, ada.persona_id, account_id, "preview", 10)] * 8)

    assert spent == [True] * 8
    assert sorted(map(bool, again)) == [False] * 2 + [True] * 6
