"""Notifications: who gets one, and what repeats do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kernel.database import Connection, Tx, reading, transaction
from kernel.texts import speaking
from personas.happenings import service as happenings
from personas.mutes import service as mutes
from personas.notices import service as notices
from personas.notices.models import NoticeType
from tests.support.people import make_account
from tests.support.personas import make_persona
from tests.support.races import race_of
from tests.support.round_trips import counted

NOON = datetime(2026, 2, 18, 12, tzinfo=UTC)
SUBJECT = UUID(int=7)
FACTS: dict[NoticeType, dict[str, Any]] = {
    "template_used": {"template": "Two turns", "room": "cybersecurity"},
    "battle_remixed": {"room": "cybersecurity"},
    "persona_followed": {"name": "Ada", "followers": 2},
}


@pytest.fixture
def ann(tx: Tx) -> UUID:
    tx.now = NOON
    return make_account(tx)


@pytest.fixture
def bob(tx: Tx) -> UUID:
    return make_account(tx)


def notify(
    tx: Tx, to: UUID | None, by: UUID, type: NoticeType = "battle_remixed", subject: UUID | str = SUBJECT
) -> None:
    notices.notify(tx, to, by, type, subject, FACTS[type], {"battle_id": SUBJECT, "text": "words"})


WORDS = {
    "en": {
        "template_used": ("Your template was used for a battle", "“Two turns” runs a new battle in cybersecurity."),
        "battle_remixed": ("Your battle was remixed", "Its topic is debated again in cybersecurity."),
        "persona_followed": ("Ada has a new follower", "2 people follow Ada now."),
    },
    "de": {
        "template_used": (
            "Deine Vorlage wurde für ein Duell verwendet",
            "Mit „Two turns“ läuft ein neues Duell in cybersicherheit.",
        ),
        "battle_remixed": ("Dein Duell wurde remixt", "Sein Thema wird in cybersicherheit wieder debattiert."),
        "persona_followed": ("Ada hat einen neuen Follower", "2 Personen folgen Ada jetzt."),
    },
    "tr": {
        "template_used": (
            "Şablonun bir düelloda kullanıldı",
            "“Two turns” ile siber-güvenlik odasında yeni bir düello sürüyor.",
        ),
        "battle_remixed": ("Düellon remikslendi", "Konusu siber-güvenlik odasında yeniden tartışılıyor."),
        "persona_followed": ("Ada yeni bir takipçi kazandı", "Ada şimdi 2 kişi tarafından takip ediliyor."),
    },
}


def test_a_notice_is_read_in_the_readers_language_and_has_sanitised_metadata(tx: Tx, ann: UUID, bob: UUID):
    for type in FACTS:
        notify(tx, bob, ann, type)

    for language, words in WORDS.items():
        with speaking(language):
            read, _ = notices.list_of(tx, bob, 20)
        assert {each.type: (each.title, each.body) for each in read} == words
    found, unread = notices.list_of(tx, bob, 20)
    assert unread == 3
    assert {each.metadata["battle_id"] for each in found} == {str(SUBJECT)}
    assert all(each.metadata.keys() == {"battle_id"} and each.actor_id == ann for each in found)


def test_a_notice_that_was_stored_in_words_keeps_them(tx: Tx, bob: UUID):
    tx.execute(
        """
        INSERT INTO personas.notifications (account_id, type, subject, title, body)
        VALUES (%s, 'battle_remixed', 'it', 'Your battle was remixed', 'Someone took its topic up again in ai.')
        """,
        (bob,),
    )

    with speaking("de"):
        [notice], _ = notices.list_of(tx, bob, 20)

    assert (notice.title, notice.body) == ("Your battle was remixed", "Someone took its topic up again in ai.")


@pytest.mark.parametrize("by_whom", ["reader", "actor"])
def test_what_is_done_across_a_block_is_no_news(tx: Tx, ann: UUID, bob: UUID, by_whom: str):
    blocker, blocked = (bob, ann) if by_whom == "reader" else (ann, bob)
    mutes.mute_person_behind(tx, blocker, make_persona(tx, blocked).persona_id, block=True)

    notify(tx, bob, ann)

    assert notices.list_of(tx, bob, 20) == ([], 0)


def test_notices_are_read_page_by_page_and_the_unread_ones_alone(tx: Tx, ann: UUID, bob: UUID):
    for number in range(5):
        notify(tx, bob, ann, subject=str(number))  # all at the same time
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page, _ = notices.list_of(tx, bob, 2, cursor=cursor)
        seen += [each.notification_id for each in page]
        cursor = page.next_cursor or None

    assert (len(seen), seen) == (5, sorted(set(seen), reverse=True))
    notices.read_one(tx, bob, seen[0])
    unread, count = notices.list_of(tx, bob, 20, only_unread=True)
    assert ([each.notification_id for each in unread], count) == (seen[1:], 4)


def test_neither_oneself_nor_the_product_is_notified(tx: Tx, ann: UUID):
    notify(tx, ann, ann)
    notify(tx, None, ann)

    assert tx.execute("SELECT FROM personas.notifications").fetchall() == []


@pytest.mark.parametrize(
    ("type", "window"),
    [
        ("battle_remixed", timedelta(hours=1)),
        ("template_used", timedelta(hours=1)),
        ("persona_followed", timedelta(hours=24)),
    ],
)
def test_repeats_are_one_notice_within_their_window(tx: Tx, ann: UUID, bob: UUID, type: NoticeType, window: timedelta):
    notify(tx, bob, ann, type)
    notify(tx, bob, ann, type)
    tx.now = NOON + window - timedelta(seconds=1)
    notify(tx, bob, ann, type)
    assert notices.list_of(tx, bob, 20)[1] == 1

    tx.now = NOON + window
    notify(tx, bob, ann, type)
    assert notices.list_of(tx, bob, 20)[1] == 2


def test_another_actor_type_or_subject_is_no_repeat(tx: Tx, ann: UUID, bob: UUID):
    notify(tx, bob, ann)
    notify(tx, bob, make_account(tx))
    notify(tx, bob, ann, "template_used")
    notify(tx, bob, ann, subject=uuid4())

    assert notices.list_of(tx, bob, 20)[1] == 4


def test_the_newest_come_first_up_to_the_limit(tx: Tx, ann: UUID, bob: UUID):
    for number in range(3):
        tx.now = NOON + timedelta(minutes=number // 2)  # two of them at the same time
        notify(tx, bob, ann, subject=str(number))

    found, unread = notices.list_of(tx, bob, 2)

    rows = tx.execute("SELECT notification_id FROM personas.notifications ORDER BY subject DESC").fetchall()
    assert [each.notification_id for each in found] == [row["notification_id"] for row in rows][:2]
    assert unread == 3


def test_reading_one_and_reading_all(tx: Tx, ann: UUID, bob: UUID):
    for type in ("battle_remixed", "template_used", "persona_followed"):
        notify(tx, bob, ann, type)
    first = notices.list_of(tx, bob, 20)[0][0].notification_id

    assert notices.read_one(tx, bob, first) == (True, 2)
    assert notices.read_one(tx, bob, first) == (False, 2)
    assert notices.read_one(tx, bob, 2**70) == (False, 2)
    assert notices.read_all(tx, bob) == 2
    assert notices.list_of(tx, bob, 20)[1] == 0


def test_a_stranger_reads_nothing(tx: Tx, ann: UUID, bob: UUID):
    notify(tx, bob, ann)
    [notice], _ = notices.list_of(tx, bob, 20)

    assert notices.read_one(tx, ann, notice.notification_id) == (False, 0)
    assert notices.list_of(tx, bob, 20)[1] == 1


def test_the_same_notice_twice_at_once_is_one(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        to, by = make_account(tx), make_account(tx)

    with race_of(4, database_url) as race:
        race(*[lambda tx: notify(tx, to, by)] * 4)

    with transaction(conn) as tx:
        assert notices.list_of(tx, to, 20)[1] == 1


def test_reading_is_one_round_trip_and_marking_two(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        ann, bob = make_account(tx), make_account(tx)
        notify(tx, ann, bob)

    with counted(database_url) as (connection, wire):

        def trips(use_case: Callable[[Tx], object], *, acting: bool) -> int:
            before = wire.round_trips()
            with transaction(connection) if acting else reading(connection) as tx:
                use_case(tx)
            return wire.round_trips() - before

        assert trips(lambda tx: notices.list_of(tx, ann, 20), acting=False) == 1
        assert trips(lambda tx: notices.read_one(tx, ann, 1), acting=True) == 2
        assert trips(lambda tx: notices.read_all(tx, ann), acting=True) == 2
        assert trips(lambda tx: notify(tx, ann, bob, "template_used"), acting=True) == 1
        assert trips(lambda tx: happenings.record(tx, "battle_shared", ann, {}, SUBJECT), acting=True) == 1
        sent = {"source": "feed"}
        assert trips(lambda tx: happenings.record_of_client(tx, "follow_click", ann, sent, None), acting=True) == 1
