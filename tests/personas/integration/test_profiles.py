"""Publishing personas, looking at them, and following them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from kernel.database import Connection, Tx, reading, transaction
from personas.mutes import service as mutes
from personas.mutes.models import Blocked
from personas.notices import service as notices
from personas.people.models import PersonaNotFound
from personas.profiles import queries, rules
from personas.profiles import service as profiles
from personas.profiles.models import (
    Following,
    ProfileNotFound,
    Publication,
    SelfFollow,
    SlugEmpty,
)
from personas.safety.models import ContentLinks, ContentTooLong, InvalidField
from tests.support.people import make_account
from tests.support.persona_rows import make_persona, make_post, make_room
from tests.support.races import race_of
from tests.support.round_trips import counted

NOON = datetime(2026, 2, 18, 12, tzinfo=UTC)


@pytest.fixture
def ann(tx: Tx) -> UUID:
    tx.now = NOON
    return make_account(tx)


@pytest.fixture
def bob(tx: Tx) -> UUID:
    return make_account(tx)


def published(tx: Tx, account_id: UUID, name: str = "Ada", **columns: Any) -> Publication:
    return profiles.publish(tx, account_id, make_persona(tx, account_id, name, **columns))


def test_a_slug_is_made_of_the_name_and_a_number(tx: Tx, ann: UUID, bob: UUID):
    slugs = [published(tx, account, name).slug for account in (ann, bob) for name in ("Ada", "Çağrı Bot", "!!!")]

    assert slugs == ["ada", "cagri-bot", "persona", "ada-2", "cagri-bot-2", "persona-2"]


def test_a_requested_slug_is_normalised_and_kept(tx: Tx, ann: UUID):
    persona = make_persona(tx, ann, bio="My own bio")

    first = profiles.publish(tx, ann, persona, "  Ada_Lovelace  #1 ", " Hello. ")
    tx.now += timedelta(days=1)
    again = profiles.publish(tx, ann, persona)

    assert (first.slug, first.bio, first.is_public) == ("ada-lovelace-1", "Hello.", True)
    assert (again.slug, again.bio, again.created_at) == ("ada-lovelace-1", "My own bio", first.created_at)
    assert profiles.publish(tx, ann, persona, "other").slug == "other"
    assert published(tx, ann, "Ada Lovelace 1").slug == "ada-lovelace-1"  # free again


@pytest.mark.parametrize("slug", ["brandish", "Admin", "house-pro", "the-m0derator", "br-andish-help"])
def test_the_address_of_a_profile_does_not_sound_like_the_house_s(tx: Tx, ann: UUID, slug: str):
    persona = make_persona(tx, ann)

    with pytest.raises(InvalidField):
        profiles.publish(tx, ann, persona, slug)
    assert profiles.publish(tx, ann, persona, "administration").slug == "administration"


def test_a_slug_of_nothing_and_what_may_not_be_published_are_refused(tx: Tx, ann: UUID, bob: UUID):
    persona = make_persona(tx, ann)

    with pytest.raises(SlugEmpty):
        profiles.publish(tx, ann, persona, "!!!")
    with pytest.raises(PersonaNotFound):
        profiles.publish(tx, bob, persona, "!!!")
    with pytest.raises(ContentTooLong):
        profiles.publish(tx, ann, persona, bio="b" * 401)
    with pytest.raises(ContentLinks):
        profiles.publish(tx, ann, persona, bio="https://a.com http://www.b.com")
    assert profiles.publication_of(tx, ann, persona) is None


def test_someone_who_takes_all_numbers_of_a_name_keeps_no_one_from_publishing(tx: Tx, ann: UUID, bob: UUID):
    for number in range(1, 201):
        queries.upsert_publication(tx, make_persona(tx, bob), "ada" if number == 1 else f"ada-{number}", "")

    first, second = published(tx, ann), published(tx, ann)

    assert first.slug.startswith("ada-")
    assert first.slug != second.slug
    assert profiles.publish(tx, ann, first.persona_id).slug == first.slug


@pytest.mark.parametrize("name", ["Ada", "  Çağrı__Bot #2 ", "İIıi Şü-Ö", "!!!", "a" * 70, "x - ! - y"])
def test_sql_makes_the_same_slug_of_a_name(tx: Tx, ann: UUID, name: str):
    row = queries.list_similar_slugs(tx, make_persona(tx, ann, name), "", "persona").fetchone()

    assert row
    assert row["base"] == (rules.slug_of(name) or "persona")


def test_a_letter_that_sql_does_not_know_makes_no_double_slug(tx: Tx, ann: UUID):
    kelvin = "Zoe \u212a"  # lower-case K for Python, no letter for the database

    assert [published(tx, ann, name).slug for name in ("Zoe K", kelvin, kelvin)] == ["zoe-k", "zoe-k-2", "zoe-k-3"]


def test_unpublishing_keeps_slug_and_followers(tx: Tx, ann: UUID, bob: UUID):
    publication = published(tx, ann)
    profiles.follow(tx, bob, "ada")

    hidden = profiles.unpublish(tx, ann, publication.persona_id)

    assert (hidden.slug, hidden.is_public) == ("ada", False)
    with pytest.raises(ProfileNotFound):
        profiles.look_at(tx, "ada")
    with pytest.raises(ProfileNotFound):
        profiles.list_posts(tx, "ada")
    assert profiles.publish(tx, ann, publication.persona_id).slug == "ada"
    assert profiles.look_at(tx, "ada").profile.followers == 1


def test_what_was_never_public_has_no_slug(tx: Tx, ann: UUID, bob: UUID):
    persona = make_persona(tx, ann)

    assert profiles.unpublish(tx, ann, persona).slug == ""
    with pytest.raises(PersonaNotFound):
        profiles.unpublish(tx, bob, persona)


def test_a_profile_shows_what_is_published_and_its_busiest_rooms(tx: Tx, ann: UUID, bob: UUID):
    persona = published(tx, ann, tone="dry").persona_id
    rooms = [make_room(tx, name) for name in ("a", "b", "c", "d")]
    for room, number in zip(rooms, (2, 3, 2, 1), strict=True):
        for _ in range(number):
            make_post(tx, ann, room, persona)
    make_post(tx, ann, rooms[0], persona, draft=True)
    tx.execute(
        "UPDATE personas.posts SET hidden_at = now() WHERE post_id = %s", (make_post(tx, ann, rooms[0], persona),)
    )
    profiles.follow(tx, bob, "ADA ")

    bundle = profiles.look_at(tx, " Ada", bob)

    assert (bundle.profile.posts_count, bundle.profile.followers) == (8, 1)
    assert [(room.room_name, room.post_count) for room in bundle.top_rooms] == [("b", 3), ("a", 2), ("c", 2)]
    assert (len(bundle.page.posts), bundle.page.next_cursor) == (8, "")
    [viewed] = tx.execute("SELECT account_id, event_name, metadata FROM personas.happenings").fetchall()
    assert viewed == {
        "account_id": bob,
        "event_name": "public_profile_viewed",
        "metadata": {"slug": "ada", "persona_id": str(persona)},
    }


def test_a_view_of_no_profile_is_not_recorded(tx: Tx):
    for slug in ("nowhere", "!!!"):
        with pytest.raises(ProfileNotFound):
            profiles.look_at(tx, slug)

    assert tx.execute("SELECT FROM personas.happenings").fetchall() == []


@pytest.mark.parametrize("step", [timedelta(0), timedelta(microseconds=1)])
def test_23_posts_are_pages_of_10_10_and_3(tx: Tx, ann: UUID, step: timedelta):
    persona, room = published(tx, ann).persona_id, make_room(tx)
    for number in range(23):
        make_post(tx, ann, room, persona, content=f"{number}", at=NOON + number * step)

    first = profiles.look_at(tx, "ada").page
    second = profiles.list_posts(tx, "ada", first.next_cursor)
    third = profiles.list_posts(tx, "ada", second.next_cursor)

    assert first == profiles.list_posts(tx, "ada")
    assert [len(page.posts) for page in (first, second, third)] == [10, 10, 3]
    assert third.next_cursor == ""
    contents = [post.content for page in (first, second, third) for post in page.posts]
    assert sorted(contents, key=int, reverse=True) == (contents if step else sorted(contents, key=int, reverse=True))
    assert len(set(contents)) == 23


def test_a_full_last_page_has_no_cursor(tx: Tx, ann: UUID):
    persona, room = published(tx, ann).persona_id, make_room(tx)
    for _ in range(10):
        make_post(tx, ann, room, persona)

    assert profiles.look_at(tx, "ada").page.next_cursor == ""


def test_pages_are_in_the_order_of_publication(tx: Tx, ann: UUID):
    persona, room = published(tx, ann).persona_id, make_room(tx)
    old_draft = make_post(tx, ann, room, persona, at=NOON)
    tx.execute("UPDATE personas.posts SET created_at = %s WHERE post_id = %s", (NOON - timedelta(days=8), old_draft))
    make_post(tx, ann, room, persona, at=NOON - timedelta(hours=1))

    assert profiles.look_at(tx, "ada").page.posts[0].id == old_draft


def test_following_counts_and_notifies_once(tx: Tx, ann: UUID, bob: UUID):
    persona = published(tx, ann).persona_id

    assert profiles.follow(tx, bob, "ada") == Following(True, 1)
    assert profiles.follow(tx, bob, "ada") == Following(False, 1)
    [notice], unread = notices.list_of(tx, ann, 20)
    assert (notice.type, notice.actor_id, unread) == ("persona_followed", bob, 1)
    assert notice.metadata == {"persona_id": str(persona), "slug": "ada"}
    assert notice.title == "Ada has a new follower"


def test_following_again_is_no_news_within_24_hours(tx: Tx, ann: UUID, bob: UUID):
    published(tx, ann)
    profiles.follow(tx, bob, "ada")

    assert profiles.unfollow(tx, bob, "ada") == Following(False, 0)
    assert profiles.follow(tx, bob, "ada") == Following(True, 1)
    assert notices.list_of(tx, ann, 20)[1] == 1

    profiles.unfollow(tx, bob, "ada")
    tx.now += timedelta(hours=24)
    profiles.follow(tx, bob, "ada")
    assert notices.list_of(tx, ann, 20)[1] == 2


def test_no_one_follows_what_is_theirs_hidden_or_unknown(tx: Tx, ann: UUID, bob: UUID):
    published(tx, ann)
    profiles.unpublish(tx, ann, published(tx, ann, "Eve").persona_id)

    with pytest.raises(SelfFollow):
        profiles.follow(tx, ann, "ada")
    for slug in ("eve", "nowhere"):
        with pytest.raises(ProfileNotFound):
            profiles.follow(tx, bob, slug)
        with pytest.raises(ProfileNotFound):
            profiles.unfollow(tx, bob, slug)


def test_a_persona_that_went_private_can_be_unfollowed(tx: Tx, ann: UUID, bob: UUID):
    persona = published(tx, ann).persona_id
    profiles.follow(tx, bob, "ada")
    profiles.unpublish(tx, ann, persona)

    assert profiles.unfollow(tx, bob, "ada") == Following(False, 0)


@pytest.mark.parametrize("by_owner", [True, False])
def test_a_block_holds_in_both_directions(tx: Tx, ann: UUID, bob: UUID, by_owner: bool):
    persona = published(tx, ann).persona_id
    blocker, behind = (ann, make_persona(tx, bob)) if by_owner else (bob, persona)
    mutes.mute_person_behind(tx, blocker, behind, block=True)

    with pytest.raises(Blocked):
        profiles.follow(tx, bob, "ada")


def test_two_follows_at_once_notify_once(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        owner, follower = make_account(tx), make_account(tx)
        published(tx, owner)

    with race_of(3, database_url) as race:
        found = race(*[lambda tx: profiles.follow(tx, follower, "ada")] * 3)

    assert found.count(Following(True, 1)) == 1
    assert found.count(Following(False, 1)) == 2
    with transaction(conn) as tx:
        assert notices.list_of(tx, owner, 20)[1] == 1


def test_two_personas_published_at_once_get_different_slugs(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        owner = make_account(tx)
        personas = [make_persona(tx, owner) for _ in range(3)]

    with race_of(3, database_url) as race:
        found = race(*[lambda tx, persona=persona: profiles.publish(tx, owner, persona) for persona in personas])

    assert {each.slug for each in found if isinstance(each, Publication)} == {"ada", "ada-2", "ada-3"}


def test_actions_take_two_round_trips_and_looks_one(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        owner, follower = make_account(tx), make_account(tx)
        persona = make_persona(tx, owner)

    with counted(database_url) as (connection, wire):

        def trips(use_case: Any, *, acting: bool) -> int:
            before = wire.round_trips()
            with transaction(connection) if acting else reading(connection) as tx:
                use_case(tx)
            return wire.round_trips() - before

        assert trips(lambda tx: profiles.publish(tx, owner, persona), acting=True) == 2
        assert trips(lambda tx: profiles.follow(tx, follower, "ada"), acting=True) == 2
        assert trips(lambda tx: profiles.look_at(tx, "ada", follower), acting=False) == 1
        assert trips(lambda tx: profiles.list_posts(tx, "ada"), acting=False) == 1
        assert trips(lambda tx: profiles.unfollow(tx, follower, "ada"), acting=True) == 2
        assert trips(lambda tx: profiles.unpublish(tx, owner, persona), acting=True) == 2


def test_whom_someone_follows_is_listed_page_by_page_with_hidden_profiles(tx: Tx, ann: UUID, bob: UUID):
    made = [published(tx, ann, name) for name in ("Ada", "Bea", "Cem")]
    for each in made:  # all at the same time
        profiles.follow(tx, bob, each.slug)
    profiles.unpublish(tx, ann, made[0].persona_id)

    first = profiles.list_followed(tx, bob, limit=2)
    rest = profiles.list_followed(tx, bob, cursor=first.next_cursor)

    listed = {each.persona_id: (each.slug, each.is_public) for each in [*first, *rest]}
    assert (len(first), len(rest), rest.next_cursor) == (2, 1, "")
    assert listed == {each.persona_id: (each.slug, each.persona_id != made[0].persona_id) for each in made}
    assert profiles.list_followed(tx, ann) == []
