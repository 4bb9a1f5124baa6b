"""Posts: from draft to published, edited, deleted. Source: personas 7."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kernel.database import Tx, connect, transaction
from kernel.errors import DomainError
from personas.battles import forgetting
from personas.mutes import service as mutes
from personas.people.models import Persona
from personas.posts import service as posts
from personas.posts.models import BattleNotEditable, NotADraft, NotYourPost, Post, PostNotFound
from personas.rooms.models import RoomNotFound
from personas.safety.models import ContentEmpty, ContentLinks, ContentTooLong
from tests.support.people import make_account
from tests.support.personas import make_persona, make_post, room_id
from tests.support.races import race_of

NOON = datetime(2026, 2, 18, 12, tzinfo=UTC)


@pytest.fixture
def ada(tx: Tx) -> Persona:
    tx.now = NOON
    return make_persona(tx, make_account(tx))


def draft(tx: Tx, persona: Persona, content: str = "An idea. What is yours?") -> Post:
    return make_post(tx, persona, content, authored_by="AI", status="DRAFT")


def text(content: str) -> Callable[[], str]:
    return lambda: content


def stored(tx: Tx, post: Post) -> Post:
    found = posts.ask(tx, post.post_id)()
    assert found is not None
    return found


@pytest.mark.parametrize(("sent", "kept"), [("", "An idea. What is yours?"), ("  Edited.  ", "Edited.")])
def test_approving_publishes_the_draft_or_the_text_that_was_sent(tx: Tx, ada: Persona, sent: str, kept: str):
    post = draft(tx, ada)
    tx.now += timedelta(days=8)

    approved = posts.approve(tx, ada.account_id, post.post_id, text(sent))

    assert stored(tx, post) == approved
    assert (approved.status, approved.authored_by, approved.content) == ("PUBLISHED", "AI_DRAFT_APPROVED", kept)
    assert (approved.created_at, approved.published_at) == (NOON, NOON + timedelta(days=8))


def test_a_room_is_read_page_by_page_and_by_kind_and_status(tx: Tx, ada: Persona):
    published = [make_post(tx, ada) for _ in range(5)]  # all at the same time
    drafts = [draft(tx, ada) for _ in range(2)]
    battle = make_post(tx, ada, kind="BATTLE", persona_id=None, authored_by="HUMAN")
    room = battle.room_id

    seen: list[UUID] = []
    cursor: str | None = ""
    while cursor is not None:
        page = posts.list_in_room(tx, room, ada.account_id, limit=3, cursor=cursor)
        seen += [post.post_id for post in page]
        cursor = page.next_cursor or None

    assert sorted(seen) == sorted(each.post_id for each in [*published, *drafts, battle])
    assert [post.post_id for post in posts.list_in_room(tx, room, ada.account_id, kind="BATTLE")] == [battle.post_id]
    of_drafts = posts.list_in_room(tx, room, ada.account_id, status="DRAFT")
    assert {post.post_id for post in of_drafts} == {post.post_id for post in drafts}
    reader = make_account(tx)
    assert posts.list_in_room(tx, room, reader, status="DRAFT") == []
    own = make_post(tx, make_persona(tx, reader))
    assert [post.post_id for post in posts.list_in_room(tx, room, reader, mine=True)] == [own.post_id]


def test_an_approval_is_noted_and_announced_without_the_text(tx: Tx, ada: Persona):
    post = draft(tx, ada, "x" * 300)

    posts.approve(tx, ada.account_id, post.post_id, text(""))

    noted = tx.execute("SELECT type, metadata FROM personas.activity WHERE persona_id = %s", (ada.persona_id,))
    about = {"post_id": str(post.post_id), "room_id": str(post.room_id), "post_preview": "x" * 220}
    assert [(row["type"], row["metadata"]) for row in noted] == [
        ("post_created", about),
        ("thread_participated", about),
    ]
    event = tx.execute("SELECT payload FROM events WHERE event_type = 'persona.post_approved'").fetchone()
    assert event is not None
    assert event["payload"] == {
        "account_id": str(ada.account_id),
        "post_id": str(post.post_id),
        "room_id": str(post.room_id),
    }


def test_what_is_wrong_with_an_approval_is_said_in_the_order_of_the_contract(tx: Tx, ada: Persona):
    post, stranger = draft(tx, ada), make_account(tx)

    class BadForm(Exception):
        pass

    def unreadable() -> str:
        raise BadForm

    def refusal(account_id: UUID, post_id: UUID, read: Callable[[], str]) -> Any:
        with pytest.raises((DomainError, BadForm)) as caught:
            posts.approve(tx, account_id, post_id, read)
        return caught.type

    assert refusal(stranger, uuid4(), unreadable) is PostNotFound
    assert refusal(stranger, post.post_id, unreadable) is NotYourPost
    assert refusal(ada.account_id, post.post_id, unreadable) is BadForm
    assert refusal(ada.account_id, post.post_id, text("https://a.com http://www.b.com")) is ContentLinks
    assert refusal(ada.account_id, post.post_id, text("x" * 501)) is ContentTooLong
    assert stored(tx, post).status == "DRAFT"
    posts.approve(tx, ada.account_id, post.post_id, text(""))
    assert refusal(ada.account_id, post.post_id, unreadable) is NotADraft


def test_a_draft_can_be_rejected_and_a_published_post_cannot(tx: Tx, ada: Persona):
    post, published = draft(tx, ada), make_post(tx, ada)

    posts.reject(tx, ada.account_id, post.post_id)

    assert posts.ask(tx, post.post_id)() is None
    with pytest.raises(NotADraft):
        posts.reject(tx, ada.account_id, published.post_id)


def test_a_published_post_that_is_edited_says_so_and_keeps_its_label(tx: Tx, ada: Persona):
    post, unpublished = make_post(tx, ada), draft(tx, ada)
    tx.now += timedelta(hours=1)

    edited = posts.edit(tx, ada.account_id, post.post_id, text(" Better. "))
    redrafted = posts.edit(tx, ada.account_id, unpublished.post_id, text("Still a draft."))

    assert stored(tx, post) == edited
    assert (edited.content, edited.edited_at, edited.authored_by) == ("Better.", tx.now, "AI_DRAFT_APPROVED")
    assert stored(tx, unpublished) == redrafted
    assert (redrafted.status, redrafted.edited_at, redrafted.authored_by) == ("DRAFT", None, "AI")


def test_only_ones_own_posts_are_edited_and_battles_are_not(tx: Tx, ada: Persona):
    post = make_post(tx, ada)
    battle = make_post(tx, ada, "Should we ship weekly?", kind="BATTLE", persona_id=None, authored_by="HUMAN")

    with pytest.raises(NotYourPost):
        posts.edit(tx, make_account(tx), post.post_id, text("Mine."))
    with pytest.raises(ContentEmpty):
        posts.edit(tx, ada.account_id, post.post_id, text("  "))
    with pytest.raises(BattleNotEditable):
        posts.edit(tx, ada.account_id, battle.post_id, text("Another topic?"))


def test_a_post_of_ones_own_can_be_deleted(tx: Tx, ada: Persona):
    post = make_post(tx, ada)
    with pytest.raises(NotYourPost):
        forgetting.delete_post(tx, make_account(tx), post.post_id)

    forgetting.delete_post(tx, ada.account_id, post.post_id)

    assert posts.ask(tx, post.post_id)() is None


def test_a_room_shows_what_is_published_and_ones_own_drafts_newest_first(tx: Tx, ada: Persona):
    bob = make_persona(tx, make_account(tx), "Bob")
    old_draft = draft(tx, ada, "an old draft")
    for number, persona in enumerate((ada, bob)):
        tx.now = NOON + timedelta(hours=1 + number)
        make_post(tx, persona, persona.name)
    draft(tx, bob, "a secret draft")
    hidden = make_post(tx, bob, "hidden")
    posts.hide(tx, hidden.post_id, hidden=True)
    make_post(tx, bob, "in another room", room_id=room_id(tx, "game-dev"))

    def seen_by(account_id: UUID) -> list[str]:
        return [post.content for post in posts.list_in_room(tx, room_id(tx), account_id)]

    assert seen_by(ada.account_id) == ["Bob", "Ada", "an old draft"]
    assert sorted(seen_by(bob.account_id)) == ["Ada", "Bob", "a secret draft", "hidden"]
    tx.now += timedelta(minutes=1)
    posts.approve(tx, ada.account_id, old_draft.post_id, text(""))
    assert seen_by(ada.account_id)[0] == "an old draft"  # born when it was published


def test_a_room_shows_a_hundred_posts_and_nothing_that_is_muted(tx: Tx, ada: Persona):
    reader = make_account(tx)
    for number in range(101):
        make_post(tx, ada, f"{number}")
    assert len(posts.list_in_room(tx, room_id(tx), reader)) == 100

    mutes.mute_persona(tx, reader, ada.persona_id)

    assert posts.list_in_room(tx, room_id(tx), reader) == []
    assert len(posts.list_in_room(tx, room_id(tx), ada.account_id)) == 100


def test_an_unknown_room_is_not_found(tx: Tx, ada: Persona):
    with pytest.raises(RoomNotFound):
        posts.list_in_room(tx, uuid4(), ada.account_id)


def test_of_parallel_approvals_one_succeeds(database_url: str):
    with connect(database_url) as conn, transaction(conn) as tx:
        ada = make_persona(tx, make_account(tx))
        post = draft(tx, ada)
    with race_of(4, database_url) as race:
        outcomes = race(*[lambda tx: posts.approve(tx, ada.account_id, post.post_id, text(""))] * 4)

    assert sorted(type(each).__name__ for each in outcomes) == ["NotADraft"] * 3 + ["Post"]
    with connect(database_url) as conn:
        assert len(conn.execute("SELECT FROM personas.activity").fetchall()) == 2
