"""Weekly digests: what is chosen for whom, and what it costs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from kernel.database import Connection, Tx, reading, transaction
from personas.digests import service as digests
from personas.digests.clock import WEEKLY_DUE
from personas.digests.models import WeeklyItem
from personas.happenings import service as happenings
from personas.mutes import service as mutes
from personas.outside_kinds import KINDS
from tests.support.outside import run_due
from tests.support.people import make_account
from tests.support.persona_rows import make_battle, make_persona, make_post, make_room
from tests.support.races import race_of
from tests.support.round_trips import counted

WEDNESDAY = datetime(2026, 2, 18, 12, tzinfo=UTC)
MONDAY = date(2026, 2, 16)


@pytest.fixture
def me(tx: Tx) -> UUID:
    tx.now = WEDNESDAY
    return make_account(tx)


@pytest.fixture
def ann(tx: Tx) -> UUID:
    return make_account(tx)


@pytest.fixture
def room(tx: Tx) -> UUID:
    return make_room(tx, "games")


def refresh(tx: Tx) -> None:
    """Refresh all digests that are due, as the clock does in some runs."""
    while digests.refresh_weekly(tx):
        pass


def items_of(tx: Tx, account_id: UUID) -> list[WeeklyItem]:
    tx.execute("UPDATE personas.weekly_digests SET updated_at = updated_at - interval '7 hours'")
    refresh(tx)
    return [*digests.read_weekly(tx, account_id).items]


def ids_of(tx: Tx, account_id: UUID) -> list[UUID]:
    return [item.battle_id for item in items_of(tx, account_id)]


def is_due(tx: Tx) -> bool:
    row = tx.execute("SELECT " + WEEKLY_DUE + " AS due", [tx.now] * WEEKLY_DUE.count("%s")).fetchone()
    assert row is not None
    return row["due"]


def reply_to(tx: Tx, post_id: UUID, text: str = "I disagree.") -> None:
    tx.execute(
        "INSERT INTO personas.replies (reply_id, post_id, authored_by, content) VALUES (%s, %s, 'AI', %s)",
        (uuid4(), post_id, text),
    )


def test_following_engagement_and_age_make_the_score(tx: Tx, me: UUID, ann: UUID, room: UUID):
    persona = make_persona(tx, ann)
    tx.execute("INSERT INTO personas.follows (account_id, persona_id) VALUES (%s, %s)", (me, persona))
    post = make_post(tx, ann, room, persona, content="Ship it. Now.", at=WEDNESDAY - timedelta(hours=30))
    for event in ("battle_shared", "battle_shared", "remix_completed"):
        happenings.record(tx, event, make_account(tx), {}, None, post)

    [item] = items_of(tx, me)

    assert (item.battle_id, item.score, item.topic, item.room_name) == (post, 79, "Ship it", "games")
    assert item.summary == "Shared 2× and remixed 1× in two weeks."


@pytest.mark.parametrize("side", ["pro", "con"])
def test_a_battle_of_a_followed_speaker_counts_as_followed(tx: Tx, me: UUID, ann: UUID, room: UUID, side: str):
    persona = make_persona(tx, ann)
    tx.execute("INSERT INTO personas.follows (account_id, persona_id) VALUES (%s, %s)", (me, persona))
    at = WEDNESDAY - timedelta(hours=100)
    make_battle(tx, ann, room, at=at, pro=persona if side == "pro" else None, con=persona if side == "con" else None)
    make_battle(tx, ann, room, at=at)

    assert [item.score for item in items_of(tx, me)] == [6, 0]


def test_the_age_is_reckoned_from_publication(tx: Tx, me: UUID, ann: UUID, room: UUID):
    post = make_post(tx, ann, room)
    tx.execute("UPDATE personas.posts SET created_at = %s WHERE post_id = %s", (WEDNESDAY - timedelta(days=8), post))

    assert [(item.battle_id, item.score) for item in items_of(tx, me)] == [(post, 96)]


def test_the_best_three_are_found_among_many(tx: Tx, me: UUID, ann: UUID, room: UUID):
    fresh = [make_battle(tx, ann, room, at=WEDNESDAY - timedelta(hours=50 + number)) for number in range(6)]
    old = make_battle(tx, ann, room, at=WEDNESDAY - timedelta(hours=100))
    for _ in range(24):
        happenings.record(tx, "battle_shared", make_account(tx), {}, old)

    assert ids_of(tx, me) == [old, fresh[0], fresh[1]]  # 48, 46, 45


def test_what_was_viewed_is_gone_at_the_next_refresh(tx: Tx, me: UUID, ann: UUID, room: UUID):
    battle, other = make_battle(tx, ann, room), make_battle(tx, ann, room, at=WEDNESDAY - timedelta(hours=1))
    assert ids_of(tx, me) == [battle, other]

    happenings.record(tx, "public_battle_viewed", me, {}, battle)
    happenings.record(tx, "public_battle_viewed", ann, {}, other)
    happenings.record(tx, "remix_clicked", me, {}, other)  # only what shows the battle counts as seen

    assert ids_of(tx, me) == [other]
    tx.now = WEDNESDAY + timedelta(hours=7)
    happenings.record(tx, "remix_completed", me, {}, uuid4(), other)
    assert ids_of(tx, me) == []


def test_one_s_own_old_hidden_muted_and_draft_posts_never_appear(tx: Tx, me: UUID, ann: UUID, room: UUID):
    muted = make_persona(tx, ann)
    make_battle(tx, me, room)
    make_battle(tx, ann, room, at=WEDNESDAY - timedelta(days=8))
    make_post(tx, ann, room, draft=True)
    hidden = make_post(tx, ann, room)
    make_post(tx, ann, room, muted)
    make_battle(tx, ann, room, con=muted)
    tx.execute("UPDATE personas.posts SET hidden_at = now() WHERE post_id = %s", (hidden,))
    mutes.mute_persona(tx, me, muted)
    for row in tx.execute("SELECT post_id FROM personas.posts").fetchall():
        happenings.record(tx, "battle_shared", make_account(tx), {}, row["post_id"])

    assert ids_of(tx, me) == []


def test_a_digest_is_rebuilt_after_six_hours(tx: Tx, me: UUID, ann: UUID, room: UUID):
    refresh(tx)
    assert not is_due(tx)
    make_battle(tx, ann, room)

    tx.now = WEDNESDAY + timedelta(hours=5, minutes=59)
    assert not is_due(tx)
    assert digests.refresh_weekly(tx) == 0
    assert digests.read_weekly(tx, me).generated_at == WEDNESDAY

    tx.now = WEDNESDAY + timedelta(hours=6, minutes=1)
    assert is_due(tx)
    assert digests.refresh_weekly(tx) > 0
    assert len(digests.read_weekly(tx, me).items) == 1


def test_a_digest_names_its_week_and_last_week_s_stands_in(tx: Tx, me: UUID):
    empty = digests.read_weekly(tx, me)
    assert (empty.week_start, empty.exists, empty.items) == (MONDAY, False, ())

    refresh(tx)
    this = digests.read_weekly(tx, me)
    assert (this.week_start, this.exists, this.is_current_week) == (MONDAY, True, True)

    tx.now = WEDNESDAY + timedelta(days=7)
    last = digests.read_weekly(tx, me)
    assert (last.week_start, last.exists, last.is_current_week) == (MONDAY, True, False)


def test_a_thread_is_summarised_once_for_everyone(tx: Tx, me: UUID, ann: UUID, room: UUID):
    battle = make_battle(tx, ann, room)
    reply_to(tx, battle)
    for _ in range(20):
        make_account(tx)

    refresh(tx)
    outcomes = run_due(tx, KINDS)
    assert items_of(tx, me)[0].summary[-1] in ".!?"
    outcomes += run_due(tx, KINDS)

    assert len(outcomes) == 1
    [row] = tx.execute("SELECT summary FROM personas.thread_summaries").fetchall()
    assert items_of(tx, me)[0].summary in row["summary"]


def test_a_thread_without_replies_asks_no_model(tx: Tx, me: UUID, ann: UUID, room: UUID):
    make_battle(tx, ann, room)

    assert [item.summary for item in items_of(tx, me)] == ["A fresh thread in games."]
    assert run_due(tx, KINDS) == []


def test_a_battle_that_was_taken_down_vanishes_from_the_digest(tx: Tx, me: UUID, ann: UUID, room: UUID):
    battle = make_battle(tx, ann, room)
    assert ids_of(tx, me) == [battle]

    tx.execute("UPDATE personas.posts SET hidden_at = now() WHERE post_id = %s", (battle,))
    assert digests.read_weekly(tx, me).items == ()


def test_those_go_first_who_were_here_then_the_oldest_digests(tx: Tx, me: UUID, monkeypatch: pytest.MonkeyPatch):
    idle, active = make_account(tx), make_account(tx)
    refresh(tx)
    tx.now += timedelta(hours=7)
    happenings.record(tx, "daily_return", active, {})
    refresh(tx)
    tx.now += timedelta(hours=7)
    new = make_account(tx)
    monkeypatch.setattr(digests, "MOST_REFRESHED", 1)

    order: list[UUID] = []
    while digests.refresh_weekly(tx):
        rows = tx.execute("SELECT account_id FROM personas.weekly_digests WHERE updated_at = %s", (tx.now,))
        order += [row["account_id"] for row in rows if row["account_id"] not in order]

    assert order[:2] == [new, active]
    assert {me, idle} <= {*order[2:]}


def test_two_clocks_at_once_write_one_row(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        account = make_account(tx)

    with race_of(2, database_url) as race:
        race(*[digests.refresh_weekly] * 2)

    with transaction(conn) as tx:
        rows = tx.execute("SELECT account_id FROM personas.weekly_digests").fetchall()
    assert [row["account_id"] for row in rows] == [account]


def test_reading_digests_is_one_round_trip(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        account = make_account(tx)
        persona = make_persona(tx, account)

    with counted(database_url) as (connection, wire):
        for read in (
            lambda tx: digests.read_weekly(tx, account),
            lambda tx: digests.read_today(tx, account, persona),
            lambda tx: digests.read_latest(tx, account, persona),
        ):
            before = wire.round_trips()
            with reading(connection) as tx:
                read(tx)
            assert wire.round_trips() - before == 1
