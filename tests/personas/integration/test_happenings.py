"""Recording happenings, and counting engagement once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kernel.database import Connection, Tx, transaction
from personas.happenings import retention
from personas.happenings import service as happenings
from personas.happenings.clock import forget_expired
from personas.happenings.models import NoPublishedBattle, UnsupportedEvent
from personas.happenings.retention import delete_old
from tests.support.people import make_account
from tests.support.persona_rows import make_battle, make_post, make_room
from tests.support.races import race_of

NOON = datetime(2026, 2, 18, 12, tzinfo=UTC)


@pytest.fixture
def battle(tx: Tx) -> UUID:
    tx.now = NOON
    return make_battle(tx, make_account(tx), make_room(tx))


def totals(tx: Tx, battle_id: UUID) -> tuple[int, int]:
    """Its shares and remixes."""
    row = tx.execute(
        "SELECT shares, remixes FROM personas.engagement_totals WHERE battle_id = %s", (battle_id,)
    ).fetchone()
    return (row["shares"], row["remixes"]) if row else (0, 0)


def recorded(tx: Tx) -> list[dict[str, Any]]:
    return tx.execute(
        "SELECT event_name, account_id, metadata FROM personas.happenings ORDER BY happening_id"
    ).fetchall()


def test_what_is_recorded_is_sanitised(tx: Tx):
    account = make_account(tx)

    happenings.record(tx, "post_approved", account, {"post_id": uuid4(), "content": "my words", "room_id": "r"})

    [row] = recorded(tx)
    assert (row["event_name"], row["account_id"], [*row["metadata"]]) == (
        "post_approved",
        account,
        ["post_id", "room_id"],
    )


def test_a_share_counts_once_per_sharer_and_utc_day(tx: Tx, battle: UUID):
    reader = make_account(tx)

    for moment in (NOON, NOON + timedelta(hours=11), NOON + timedelta(hours=12)):
        tx.now = moment
        happenings.record(tx, "battle_shared", reader, {}, battle)
    happenings.record(tx, "battle_shared", None, {}, battle, sharer="hash")
    happenings.record(tx, "battle_shared", None, {}, battle, sharer="hash")
    happenings.record(tx, "battle_shared", None, {}, battle)  # no one knows by whom

    assert totals(tx, battle) == (3, 0)
    assert len(recorded(tx)) == 6


def test_what_counts_a_share_names_no_one(tx: Tx, battle: UUID):
    reader = make_account(tx)
    happenings.record(tx, "battle_shared", reader, {}, battle)

    [row] = tx.execute("SELECT sharer FROM personas.engagements").fetchall()
    assert str(reader) not in row["sharer"]


def test_a_remix_credits_its_source(tx: Tx, battle: UUID):
    remixer = make_account(tx)
    remix = make_battle(tx, remixer, make_room(tx))

    happenings.record(tx, "remix_completed", remixer, {}, remix, battle)

    assert totals(tx, battle) == (0, 1)
    assert totals(tx, remix) == (0, 0)


def test_one_s_own_battle_and_a_draft_do_not_count(tx: Tx):
    author, room = make_account(tx), make_room(tx)
    own, draft = make_battle(tx, author, room), make_post(tx, author, room, draft=True)

    happenings.record(tx, "battle_shared", author, {}, own)
    happenings.record(tx, "remix_completed", author, {}, uuid4(), own)
    happenings.record(tx, "battle_shared", make_account(tx), {}, draft)

    assert totals(tx, own) == totals(tx, draft) == (0, 0)


def test_engagement_is_forgotten_after_14_days(tx: Tx, battle: UUID):
    for days in (0, 1):
        tx.now = NOON + timedelta(days=days)
        happenings.record(tx, "battle_shared", make_account(tx), {}, battle)
    tx.now = NOON + timedelta(days=14)

    assert forget_expired(tx) == 1
    assert totals(tx, battle) == (1, 0)
    tx.now = NOON + timedelta(days=15)
    assert forget_expired(tx) == 1
    assert forget_expired(tx) == 0
    assert tx.execute("SELECT FROM personas.engagement_totals").fetchall() == []


@pytest.mark.parametrize("name", ["remix_completed", "made_up", ""])
def test_pages_send_only_their_own_events(tx: Tx, name: str):
    with pytest.raises(UnsupportedEvent):
        happenings.record_of_client(tx, name, None, {}, None)


def test_a_page_s_event_is_stored_with_its_account(tx: Tx, battle: UUID):
    reader = make_account(tx)

    happenings.record_of_client(tx, "  Battle_Shared ", reader, {"battle_id": str(battle), "source": "card"}, None)

    [row] = recorded(tx)
    assert (row["event_name"], row["account_id"]) == ("battle_shared", reader)
    assert row["metadata"] == {"battle_id": str(battle), "source": "card"}
    assert totals(tx, battle) == (1, 0)


@pytest.mark.parametrize("key", ["battle_id", "source_battle_id"])
def test_a_page_s_battle_must_be_a_published_one(tx: Tx, key: str):
    draft = make_post(tx, make_account(tx), make_room(tx), draft=True)

    for battle_id in ("x", str(uuid4()), str(draft), {"a": 1}):
        with pytest.raises(NoPublishedBattle):
            happenings.record_of_client(tx, "battle_shared", None, {key: battle_id}, "hash")


def test_the_summary_counts_a_day_and_a_week(tx: Tx):
    for hours in (1, 25, 24 * 7 - 1, 24 * 7 + 1):
        tx.now = NOON - timedelta(hours=hours)
        happenings.record(tx, "persona_created", None, {})
    tx.now = NOON

    found = happenings.summarise(tx)

    assert found["last_24h"]["persona_created"] == 1
    assert found["last_7d"]["persona_created"] == found["funnel_7d"]["persona"] == 3


def test_what_is_older_than_90_days_is_deleted_and_than_14_if_it_is_no_one_s(tx: Tx):
    ann = make_account(tx)
    for account_id, days in ((ann, 89), (ann, 91), (None, 13), (None, 15)):
        tx.now = NOON - timedelta(days=days)
        happenings.record(tx, "daily_return", account_id, {})
    tx.now = NOON

    delete_old(tx)

    assert {row["account_id"] for row in recorded(tx)} == {ann, None}
    assert len(recorded(tx)) == 2


def test_what_someone_did_who_leaves_is_deleted_part_by_part(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(retention, "MOST_AT_ONCE", 2)
    ann, bob = make_account(tx), make_account(tx)
    for account_id in (ann, ann, ann, ann, ann, bob):
        happenings.record(tx, "daily_return", account_id, {})

    parts = 0
    while retention.forget_part(tx, ann):
        parts += 1

    assert (parts, [row["account_id"] for row in recorded(tx)]) == (2, [bob])


def test_what_a_look_finds_is_recorded(tx: Tx, battle: UUID):
    found = """
        SELECT jsonb_build_object('battle_id', post_id) AS metadata, post_id AS battle_id
        FROM personas.battles WHERE post_id = %s
    """

    happenings.record_each(tx, "public_battle_viewed", None, found, (battle,))
    happenings.record_each(tx, "public_battle_viewed", None, found, (uuid4(),))

    assert [row["metadata"] for row in recorded(tx)] == [{"battle_id": str(battle)}]


def test_many_shares_at_once_are_each_counted_once(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        battle_id = make_battle(tx, make_account(tx), make_room(tx))
        readers = [make_account(tx) for _ in range(2)]

    with race_of(4, database_url) as race:
        race(
            *(
                lambda tx, reader=reader: happenings.record(tx, "battle_shared", reader, {}, battle_id)
                for reader in readers * 2
            )
        )

    with transaction(conn) as tx:
        assert totals(tx, battle_id) == (2, 0)
