"""Personas and their owners. Source: personas 6."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kernel.database import Connection, Tx, transaction
from personas.people import service as people
from personas.people.models import PersonaNotFound, TooManyPersonas
from personas.people.rules import MOST_PERSONAS
from personas.posts import service as posts
from personas.quotas import service as quotas
from personas.safety.models import InvalidField
from tests.support.people import make_account
from tests.support.personas import fields, make_persona, make_post
from tests.support.races import race_of


def test_a_new_persona_is_stored_with_the_default_quotas(tx: Tx):
    ann = make_account(tx)

    created = people.create(tx, ann, fields(daily_draft_quota=0, daily_reply_quota=-1))

    assert people.owned(tx, ann, created.persona_id) == created
    assert (created.daily_draft_quota, created.daily_reply_quota) == (5, 25)
    happened = tx.execute("SELECT event_name, metadata FROM personas.happenings WHERE account_id = %s", (ann,))
    assert [(row["event_name"], row["metadata"]) for row in happened] == [
        ("persona_created", {"persona_id": str(created.persona_id)})
    ]


def test_personas_are_listed_newest_first_and_the_oldest_reply_first(tx: Tx):
    tx.now = datetime(2026, 2, 18, tzinfo=UTC)
    ann = make_account(tx)
    for name in ("First", "Second", "Third"):
        make_persona(tx, ann, name)
        tx.now += timedelta(hours=1)
    make_persona(tx, make_account(tx), "Another")

    assert [each.name for each in people.list_own(tx, ann)] == ["Third", "Second", "First"]
    assert [each.name for each in people.oldest(tx, ann, 2)] == ["First", "Second"]


def test_replacing_a_persona_replaces_everything(tx: Tx):
    ann = make_account(tx)
    before = make_persona(tx, ann)
    tx.now += timedelta(hours=1)

    after = people.replace(tx, ann, before.persona_id, fields(name="Bea", bio="", catchphrases=(), formality=0))

    assert people.owned(tx, ann, before.persona_id) == after
    assert (after.name, after.bio, after.catchphrases, after.formality) == ("Bea", "", (), 0)
    assert (after.created_at, after.updated_at) == (before.created_at, tx.now)
    with pytest.raises(InvalidField):
        people.replace(tx, ann, before.persona_id, fields(daily_draft_quota=0))


def test_another_persons_persona_is_not_found(tx: Tx):
    ada, bob = make_persona(tx, make_account(tx)), make_account(tx)

    for attempt in (
        lambda: people.owned(tx, bob, ada.persona_id),
        lambda: people.replace(tx, bob, ada.persona_id, fields()),
        lambda: people.delete(tx, bob, ada.persona_id),
    ):
        with pytest.raises(PersonaNotFound):
            attempt()


def test_deleting_a_persona_keeps_its_posts_without_an_author(tx: Tx):
    ann = make_account(tx)
    ada = make_persona(tx, ann)
    post = make_post(tx, ada)
    assert quotas.spend(tx, ada.persona_id, ann, "draft", 5)

    people.delete(tx, ann, ada.persona_id)

    kept = posts.ask(tx, post.post_id)()
    assert kept is not None
    assert (kept.persona_id, kept.persona_name, kept.content) == (None, None, post.content)
    assert not tx.execute("SELECT FROM personas.quota_events").fetchall()


def test_an_account_has_a_hundred_personas_at_most(database_url: str, conn: Connection):
    with transaction(conn) as tx:
        ann, bob = make_account(tx), make_account(tx)
        made = [make_persona(tx, ann) for _ in range(MOST_PERSONAS - 1)]

    with race_of(3, database_url) as race:
        outcomes = race(*[lambda tx: make_persona(tx, ann)] * 3)

    assert sorted(type(each).__name__ for each in outcomes) == ["Persona"] + ["TooManyPersonas"] * 2
    with transaction(conn) as tx:
        make_persona(tx, bob)  # others are not concerned
        people.delete(tx, ann, made[0].persona_id)
        make_persona(tx, ann)
        with pytest.raises(TooManyPersonas, match="100 personas"):
            make_persona(tx, ann)
