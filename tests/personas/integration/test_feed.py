"""What the home feed finds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from kernel.database import Connection, Tx, reading, transaction
from personas.feed import service as feed
from personas.feed.models import FeedBattle, FeedItem, FeedTemplate
from personas.happenings import service as happenings
from personas.mutes import service as mutes
from tests.support.people import make_account
from tests.support.persona_rows import make_battle, make_persona, make_post, make_room, make_template
from tests.support.round_trips import counted

NOON = datetime(2026, 2, 18, 12, tzinfo=UTC)


@pytest.fixture
def me(tx: Tx) -> UUID:
    tx.now = NOON
    tx.execute("DELETE FROM personas.templates")
    return make_account(tx)


@pytest.fixture
def ann(tx: Tx) -> UUID:
    return make_account(tx)


def follow(tx: Tx, account_id: UUID, persona_id: UUID) -> None:
    tx.execute("INSERT INTO personas.follows (account_id, persona_id) VALUES (%s, %s)", (account_id, persona_id))


def engage(tx: Tx, battle_id: UUID, *, shares: int = 0, remixes: int = 0) -> None:
    for _ in range(shares):
        happenings.record(tx, "battle_shared", make_account(tx), {}, battle_id)
    for _ in range(remixes):
        happenings.record(tx, "remix_completed", make_account(tx), {}, None, battle_id)


def by_id(tx: Tx, account_id: UUID) -> dict[UUID, FeedItem]:
    items = feed.home(tx, account_id).items
    return {each.subject.battle_id: each for each in items if isinstance(each.subject, FeedBattle)}


def test_followed_and_trending_are_one_item(tx: Tx, me: UUID, ann: UUID):
    persona, room, template = make_persona(tx, ann), make_room(tx, "games"), make_template(tx)
    follow(tx, me, persona)
    post = make_post(
        tx, ann, room, persona, content="Ship it. Now.", at=NOON - timedelta(hours=10), template_id=template
    )
    engage(tx, post, shares=3, remixes=2)

    [item] = by_id(tx, me).values()

    assert (item.score, item.reason) == (105.5, "followed_persona")
    assert item.reasons == ("followed_persona", "trending_battle")
    found = item.subject
    assert isinstance(found, FeedBattle)
    assert (found.battle_id, found.room_name, found.persona_name, found.topic) == (post, "games", "Ada", "Ship it")
    assert (found.shares, found.remixes, found.template_name) == (3, 2, "Six turns")


def test_battles_of_a_followed_speaker_are_in_the_feed(tx: Tx, me: UUID, ann: UUID):
    pro, con, room = make_persona(tx, ann), make_persona(tx, ann), make_room(tx)
    follow(tx, me, pro)
    follow(tx, me, con)
    battles = {
        make_battle(tx, ann, room, pro=pro),
        make_battle(tx, ann, room, con=con),
        make_battle(tx, ann, room, pro=pro, con=con),
    }
    make_battle(tx, ann, room)

    found = by_id(tx, me)

    assert {*found} == battles
    assert {item.reasons for item in found.values()} == {("followed_persona",)}


def test_one_s_own_battle_does_not_trend_for_oneself(tx: Tx, me: UUID, ann: UUID):
    own = make_battle(tx, me, make_room(tx))
    engage(tx, own, shares=9)

    assert by_id(tx, me) == {}
    assert by_id(tx, ann)[own].score == 97


def test_shares_that_are_too_old_count_nothing(tx: Tx, me: UUID, ann: UUID):
    battle = make_battle(tx, ann, make_room(tx), at=NOON - timedelta(days=20))
    tx.now = NOON - timedelta(days=14)
    engage(tx, battle, shares=2)
    tx.now = NOON - timedelta(days=14) + timedelta(seconds=1)
    engage(tx, battle, shares=1)
    tx.now = NOON

    subject = by_id(tx, me)[battle].subject
    assert isinstance(subject, FeedBattle)
    assert subject.shares == 1  # although the clock has not forgotten the others yet
    tx.now = NOON + timedelta(seconds=1)
    assert by_id(tx, me) == {}


def test_the_20_with_most_engagement_trend(tx: Tx, me: UUID, ann: UUID):
    room = make_room(tx)
    battles = [make_battle(tx, ann, room, at=NOON - timedelta(hours=number)) for number in range(21)]
    for battle in battles:
        engage(tx, battle, shares=1)
    remixed = make_battle(tx, ann, room, at=NOON - timedelta(days=9))
    engage(tx, remixed, remixes=1)

    assert {*by_id(tx, me)} == {remixed, *battles[:19]}


def test_only_the_20_newest_posts_of_those_followed(tx: Tx, me: UUID, ann: UUID):
    personas, room = [make_persona(tx, ann) for _ in range(2)], make_room(tx)
    for persona in personas:
        follow(tx, me, persona)
    posts = [make_post(tx, ann, room, personas[n % 2], at=NOON - timedelta(hours=n)) for n in range(25)]
    make_post(tx, ann, room, personas[0], draft=True)

    assert {*by_id(tx, me)} == {*posts[:20]}


def test_what_was_taken_down_and_who_is_muted_or_blocked_is_left_out(tx: Tx, me: UUID, ann: UUID):
    room, eve = make_room(tx), make_account(tx)
    ada, bea = make_persona(tx, ann), make_persona(tx, ann)
    hers = make_persona(tx, eve)
    for persona in (ada, bea, hers):
        follow(tx, me, persona)
    visible = make_post(tx, ann, room, ada)
    hidden = make_post(tx, ann, room, ada)
    tx.execute("UPDATE personas.posts SET hidden_at = now() WHERE post_id = %s", (hidden,))
    of_muted = make_post(tx, ann, room, bea)
    battle_with_muted = make_battle(tx, ann, room, pro=ada, con=bea)
    of_blocker = make_post(tx, eve, room, hers)
    every = [visible, hidden, of_muted, battle_with_muted, of_blocker]
    for each in every:
        engage(tx, each, shares=1)
    assert {*by_id(tx, me)} == {*every} - {hidden}

    mutes.mute_persona(tx, me, bea)
    mutes.mute_person_behind(tx, eve, make_persona(tx, me), block=True)
    assert {*by_id(tx, me)} == {visible}

    mutes.mute_author(tx, me, visible, block=False)
    assert by_id(tx, me) == {}


def test_templates_count_their_battles_of_30_days(tx: Tx, me: UUID, ann: UUID):
    template, room = make_template(tx, ann, at=NOON - timedelta(hours=48)), make_room(tx)
    for days in (0, 1, 2, 3, 29, 31):
        make_battle(tx, ann, room, at=NOON - timedelta(days=days), template_id=template)

    found = feed.home(tx, me)

    [item] = found.items
    assert item.score == 64.24
    assert isinstance(item.subject, FeedTemplate)
    assert found.highlight == item.subject
    assert item.subject.usage_count == 5


def test_the_12_newest_public_templates_are_in_the_feed(tx: Tx, me: UUID):
    templates = [make_template(tx, make_account(tx), at=NOON - timedelta(hours=hours)) for hours in range(14)]
    tx.execute("UPDATE personas.templates SET is_public = false WHERE template_id = %s", (templates[0],))

    found = feed.home(tx, me)

    assert [item.subject.key for item in found.items] == [f"template:{each}" for each in templates[1:13]]


def test_one_author_has_three_templates_in_the_feed(tx: Tx, me: UUID, ann: UUID):
    anns = [make_template(tx, ann, at=NOON - timedelta(minutes=minutes)) for minutes in range(20)]
    products = [make_template(tx, None, f"No. {hours}", at=NOON - timedelta(hours=hours)) for hours in range(1, 5)]
    bobs = make_template(tx, make_account(tx), at=NOON - timedelta(hours=5))

    found = feed.home(tx, me)

    assert [item.subject.key for item in found.items] == [f"template:{each}" for each in (*anns[:3], *products, bobs)]


def test_without_anything_the_feed_is_empty(tx: Tx, me: UUID):
    assert feed.home(tx, me) == feed.Feed((), None)


def test_the_feed_is_one_round_trip(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        account = make_account(tx)
        make_battle(tx, account, make_room(tx))

    with counted(database_url) as (connection, wire):
        before = wire.round_trips()
        with reading(connection) as tx:
            feed.home(tx, account)
        assert wire.round_trips() - before == 1


def test_a_private_template_is_named_to_its_author_only(tx: Tx, me: UUID, ann: UUID):
    persona, room, secret = make_persona(tx, ann), make_room(tx), make_template(tx, ann, "Secret")
    tx.execute("UPDATE personas.templates SET is_public = false")
    follow(tx, me, persona)
    post = make_post(tx, ann, room, persona, template_id=secret)
    engage(tx, post, shares=1)

    found = by_id(tx, me)[post].subject
    assert isinstance(found, FeedBattle)
    assert (found.template_id, found.template_name) == (None, None)
    tx.execute("UPDATE personas.templates SET account_id = %s", (me,))
    found = by_id(tx, me)[post].subject
    assert isinstance(found, FeedBattle)
    assert (found.template_id, found.template_name) == (secret, "Secret")
