"""Drafts and previews, and what they cost. Source: personas 6, 7."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from kernel.database import Tx, connect, transaction
from kernel.outside.consultations import Again, NoReply
from personas.drafting import service as drafting
from personas.drafting.models import Preview, Reservation
from personas.people.models import Persona, PersonaNotFound
from personas.posts import service as posts
from personas.posts.models import Post
from personas.quotas import service as quotas
from personas.quotas.models import DraftQuotaUsedUp, PreviewQuotaUsedUp
from personas.quotas.rules import LEASE
from personas.rooms.models import RoomNotFound
from tests.support.people import make_account
from tests.support.personas import make_persona, room_id
from tests.support.races import race_of


@pytest.fixture
def ada(tx: Tx) -> Persona:
    tx.now = datetime(2026, 2, 18, 12, tzinfo=UTC)
    return make_persona(tx, make_account(tx), daily_draft_quota=1)


def draft(tx: Tx, persona: Persona) -> Post:
    prompts, held = drafting.prepare_draft(tx, persona.account_id, room_id(tx), persona.persona_id)
    stored = drafting.finish_draft(tx, persona.account_id, held, [prompt.offline for prompt in prompts])
    assert isinstance(stored, Post)
    return stored


def preview(tx: Tx, persona: Persona) -> Preview:
    prompts, held = drafting.prepare_preview(tx, persona.account_id, room_id(tx), persona.persona_id)
    found = drafting.finish_preview(tx, persona.account_id, held, [prompt.offline for prompt in prompts])
    assert isinstance(found, Preview)
    return found


def spent(tx: Tx, persona: Persona) -> list[str]:
    rows = tx.execute("SELECT quota_type FROM personas.quota_events WHERE persona_id = %s", (persona.persona_id,))
    return [row["quota_type"] for row in rows]


def test_a_draft_is_stored_as_a_machines_and_costs_one_unit(tx: Tx, ada: Persona):
    post = draft(tx, ada)

    assert posts.ask(tx, post.post_id)() == post
    assert (post.authored_by, post.status, post.persona_name) == ("AI", "DRAFT", "Ada")
    assert spent(tx, ada) == ["draft"]
    with pytest.raises(DraftQuotaUsedUp) as refusal:
        draft(tx, ada)
    assert refusal.value.details == {"seconds": 12 * 3600}
    assert spent(tx, ada) == ["draft"]


def test_another_draft_of_a_day_takes_another_angle(tx: Tx):
    ada = make_persona(tx, make_account(tx), daily_draft_quota=2)

    assert draft(tx, ada).content != draft(tx, ada).content


def test_five_previews_a_day_and_no_draft_is_used(tx: Tx, ada: Persona):
    found = [preview(tx, ada) for _ in range(5)]

    assert [(each.used, each.limit) for each in found] == [(number, 5) for number in range(1, 6)]
    assert len({each.drafts for each in found}) == 1  # the same inputs, the same bytes
    assert len(set(found[0].drafts)) == 2
    assert spent(tx, ada) == ["preview"] * 5
    assert not tx.execute("SELECT FROM personas.posts").fetchall()
    with pytest.raises(PreviewQuotaUsedUp):
        preview(tx, ada)
    assert draft(tx, ada)


def test_what_is_wrong_is_said_in_the_order_of_the_contract(tx: Tx, ada: Persona):
    draft(tx, ada)
    stranger = make_account(tx)

    def refusal(account_id: UUID, room: UUID) -> type[Exception]:
        with pytest.raises((PersonaNotFound, RoomNotFound, DraftQuotaUsedUp)) as caught:
            drafting.prepare_draft(tx, account_id, room, ada.persona_id)
        return caught.type

    assert refusal(stranger, uuid4()) is PersonaNotFound
    assert refusal(ada.account_id, uuid4()) is RoomNotFound
    assert refusal(ada.account_id, room_id(tx)) is DraftQuotaUsedUp


def test_a_failure_costs_nothing(tx: Tx, ada: Persona):
    _, held = drafting.prepare_preview(tx, ada.account_id, room_id(tx), ada.persona_id)
    assert tx.execute("SELECT FROM personas.quota_leases").fetchall()

    drafting.give_up(tx, held)

    assert preview(tx, ada).used == 1
    assert not tx.execute("SELECT FROM personas.quota_leases").fetchall()


@pytest.mark.parametrize("text", ["", "x" * 501, "What the fuck.", "http://www.a.com http://b.com"])
def test_a_text_that_must_not_be_published_is_the_providers_fault_and_costs_nothing(tx: Tx, ada: Persona, text: str):
    _, held = drafting.prepare_draft(tx, ada.account_id, room_id(tx), ada.persona_id)

    with pytest.raises(NoReply):
        drafting.finish_draft(tx, ada.account_id, held, [text])
    drafting.give_up(tx, held)

    assert draft(tx, ada)  # there still is the one that the day has


def test_a_banned_phrase_is_written_again_once(tx: Tx, ada: Persona):
    [first], held = drafting.prepare_draft(tx, ada.account_id, room_id(tx), ada.persona_id)

    again = drafting.finish_draft(tx, ada.account_id, held, ["SYNERGY is key. Is it?"])

    assert isinstance(again, Again)
    [second] = again.prompts
    assert (second.user, second.system.startswith(first.system)) == (first.user, True)
    held = Reservation.from_json(again.state)
    stored = drafting.finish_draft(tx, ada.account_id, held, ["Tools are key. Are they?"])
    assert isinstance(stored, Post)
    assert spent(tx, ada) == ["draft"]


def test_a_banned_phrase_that_comes_back_fails(tx: Tx, ada: Persona):
    _, held = drafting.prepare_preview(tx, ada.account_id, room_id(tx), ada.persona_id)

    with pytest.raises(NoReply):
        drafting.finish_preview(tx, ada.account_id, replace(held, regenerated=True), ["Fine.", "synergy"])

    assert spent(tx, ada) == []


def test_who_comes_back_too_late_finds_the_unit_taken(tx: Tx, ada: Persona):
    _, held = drafting.prepare_draft(tx, ada.account_id, room_id(tx), ada.persona_id)
    tx.now += LEASE
    draft(tx, ada)

    with pytest.raises(DraftQuotaUsedUp):
        drafting.finish_draft(tx, ada.account_id, held, ["An idea. What is yours?"])


def test_a_unit_that_was_held_before_midnight_is_of_that_day(tx: Tx, ada: Persona):
    tx.now = datetime(2026, 2, 18, 23, 59, 50, tzinfo=UTC)
    _, held = drafting.prepare_draft(tx, ada.account_id, room_id(tx), ada.persona_id)
    tx.now += timedelta(seconds=20)

    assert drafting.finish_draft(tx, ada.account_id, held, ["An idea. What is yours?"])

    assert draft(tx, ada)  # today's


def test_what_is_held_survives_the_way_to_the_outer_ring(tx: Tx, ada: Persona):
    _, held = drafting.prepare_draft(tx, ada.account_id, room_id(tx), ada.persona_id)

    assert Reservation.from_json(held.as_json()) == held


def test_ten_parallel_drafts_with_five_units_left_are_five(database_url: str):
    with connect(database_url) as conn, transaction(conn) as tx:
        ada = make_persona(tx, make_account(tx), daily_draft_quota=5)
        room = room_id(tx)
    with race_of(10, database_url) as race:
        prepared = race(*[lambda tx: drafting.prepare_draft(tx, ada.account_id, room, ada.persona_id)] * 10)
        held = [each[1] for each in prepared if isinstance(each, tuple)]
        finish = partial(drafting.finish_draft, account_id=ada.account_id, texts=["A. B?"])
        stored = race(*[partial(finish, held=each) for each in held])

    assert [type(each) for each in prepared if not isinstance(each, tuple)] == [DraftQuotaUsedUp] * 5
    assert [type(each) for each in stored] == [Post] * 5
    with connect(database_url) as conn, transaction(conn) as tx:
        assert spent(tx, ada) == ["draft"] * 5
        assert not quotas.available(tx, ada.persona_id, ada.account_id, "draft", 5)
