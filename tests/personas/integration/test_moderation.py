"""Muting, blocking, reporting, and what administrators decide."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from kernel.database import Tx
from personas.moderation import reporting
from personas.moderation import service as moderation
from personas.moderation.models import ReportNotFound
from personas.mutes import service as mutes
from personas.mutes.models import AuthorNotFound, MuteNotFound
from personas.people import service as people
from personas.people.models import Persona
from personas.posts import service as posts
from personas.posts.models import PostNotFound
from personas.profiles import service as profiles
from personas.profiles.models import ProfileHidden, ProfileNotFound
from personas.safety.models import InvalidField
from personas.templates import service as templates
from personas.templates.models import TemplateChanges, TemplateHidden, TemplateNotFound
from personas.threads import service as threads
from personas.threads.models import ReplyNotFound
from tests.support.battles import make_template
from tests.support.people import make_account
from tests.support.personas import make_persona, make_post, make_reply


@pytest.fixture
def ada(tx: Tx) -> Persona:
    return make_persona(tx, make_account(tx))


@pytest.fixture
def reader(tx: Tx) -> UUID:
    return make_account(tx)


def test_a_mute_of_a_persona_and_one_of_its_person_are_two(tx: Tx, ada: Persona, reader: UUID):
    persona = mutes.mute_persona(tx, reader, ada.persona_id)
    person = mutes.mute_person_behind(tx, reader, ada.persona_id, block=False)

    assert (persona.kind, persona.persona_id, persona.name) == ("persona", ada.persona_id, "Ada")
    assert (person.kind, person.persona_id, person.name, person.is_block) == ("person", None, "Ada", False)
    assert {each.mute_id for each in mutes.list_own(tx, reader)} == {persona.mute_id, person.mute_id}


def test_muting_again_is_the_same_mute_and_may_become_a_block(tx: Tx, ada: Persona, reader: UUID):
    first = mutes.mute_person_behind(tx, reader, ada.persona_id, block=False)

    again = mutes.mute_author(tx, reader, make_post(tx, ada).post_id, block=True)

    assert again.mute_id == first.mute_id
    assert again.is_block
    assert mutes.mute_persona(tx, reader, ada.persona_id) == mutes.mute_persona(tx, reader, ada.persona_id)


def test_who_opened_a_battle_can_be_muted_by_its_post(tx: Tx, ada: Persona, reader: UUID):
    battle = make_post(tx, ada, "Should we ship weekly?", kind="BATTLE", persona_id=None, authored_by="HUMAN")

    mute = mutes.mute_author(tx, reader, battle.post_id, block=False)

    assert (mute.kind, mute.name) == ("person", "Should we ship weekly?")
    assert posts.list_in_room(tx, battle.room_id, reader) == []


def test_no_one_mutes_themselves_or_what_they_may_not_know_of(tx: Tx, ada: Persona, reader: UUID):
    draft = make_post(tx, ada, status="DRAFT", authored_by="AI")

    for attempt in (
        lambda: mutes.mute_persona(tx, ada.account_id, ada.persona_id),
        lambda: mutes.mute_person_behind(tx, ada.account_id, ada.persona_id, block=True),
        lambda: mutes.mute_persona(tx, reader, uuid4()),
        lambda: mutes.mute_author(tx, reader, draft.post_id, block=False),
    ):
        with pytest.raises(AuthorNotFound):
            attempt()


def test_a_mute_ends_when_its_owner_says_so(tx: Tx, ada: Persona, reader: UUID):
    mute = mutes.mute_persona(tx, reader, ada.persona_id)
    with pytest.raises(MuteNotFound):
        mutes.unmute(tx, ada.account_id, mute.mute_id)

    mutes.unmute(tx, reader, mute.mute_id)

    assert mutes.list_own(tx, reader) == []


def test_a_reported_post_can_be_hidden_for_all_its_reports_and_put_back(tx: Tx, ada: Persona, reader: UUID):
    root, post = make_account(tx, roles=("admin",)), make_post(tx, ada)
    reporting.report_post(tx, reader, post.post_id, "")
    reporting.report_post(tx, reader, post.post_id, " Rude. ")  # counts once, with its reason
    reporting.report_post(tx, reader, post.post_id, " ")
    reporting.report_post(tx, make_account(tx), post.post_id, "Wrong.")
    [first] = moderation.list_reports(tx, decided=False)
    assert (first.post_id, first.reply_id, first.content, first.reports) == (post.post_id, None, post.content, 2)
    assert (first.kind, first.reason) == ("post", "Rude.\nWrong.")

    moderation.decide(tx, root, first.report_id, "hidden")

    assert moderation.list_reports(tx, decided=False) == []
    [decided] = moderation.list_reports(tx, decided=True)
    assert (decided.outcome, decided.reports) == ("hidden", 2)
    with pytest.raises(PostNotFound):
        threads.read_thread(tx, reader, post.post_id)
    assert threads.read_thread(tx, ada.account_id, post.post_id).post.hidden_at == tx.now

    moderation.decide(tx, root, first.report_id, "kept")

    assert threads.read_thread(tx, reader, post.post_id).post.hidden_at is None


def test_a_reported_reply_can_be_hidden(tx: Tx, ada: Persona, reader: UUID):
    post = make_post(tx, ada)
    reply_id = make_reply(tx, ada, post, "Rude.")
    reporting.report_reply(tx, reader, reply_id, "")
    reporting.report_reply(tx, reader, reply_id, "Rude, too.")
    [report] = moderation.list_reports(tx, decided=False)
    assert (report.post_id, report.reply_id, report.content) == (post.post_id, reply_id, "Rude.")
    assert (report.reason, report.reports) == ("Rude, too.", 1)

    moderation.decide(tx, reader, report.report_id, "hidden")

    thread = threads.read_thread(tx, reader, post.post_id)
    assert (thread.replies, thread.state.replies) == ([], 0)
    with pytest.raises(ReplyNotFound):
        reporting.report_reply(tx, ada.account_id, reply_id, "")


def test_what_cannot_be_seen_cannot_be_reported(tx: Tx, ada: Persona, reader: UUID):
    draft = make_post(tx, ada, status="DRAFT", authored_by="AI")

    for post_id in (draft.post_id, uuid4()):
        with pytest.raises(PostNotFound):
            reporting.report_post(tx, reader, post_id, "")
    with pytest.raises(ReplyNotFound):
        reporting.report_reply(tx, reader, uuid4(), "")
    with pytest.raises(InvalidField):
        reporting.report_post(tx, reader, make_post(tx, ada).post_id, "x" * 501)
    with pytest.raises(ReportNotFound):
        moderation.decide(tx, reader, 1, "kept")


def test_reports_and_mutes_are_read_page_by_page(tx: Tx, ada: Persona, reader: UUID):
    bob = make_persona(tx, ada.account_id, "Bob")
    for persona in (ada, bob):
        reporting.report_post(tx, reader, make_post(tx, persona).post_id, persona.name)
        mutes.mute_persona(tx, reader, persona.persona_id)

    reports = moderation.list_reports(tx, decided=False, limit=1)
    assert [each.reason for each in reports] == ["Ada"]
    rest = moderation.list_reports(tx, decided=False, cursor=reports.next_cursor)
    assert ([each.reason for each in rest], rest.next_cursor) == (["Bob"], "")
    for report in (*reports, *rest):
        moderation.decide(tx, reader, report.report_id, "kept")
    decided = moderation.list_reports(tx, decided=True, limit=1)
    assert len(moderation.list_reports(tx, decided=True, cursor=decided.next_cursor)) == 1
    muted = mutes.list_own(tx, reader, limit=1)
    assert [*muted, *mutes.list_own(tx, reader, cursor=muted.next_cursor)] == mutes.list_own(tx, reader)


def test_a_report_of_a_deleted_persona_still_shows_the_text(tx: Tx, ada: Persona, reader: UUID):
    post = make_post(tx, ada)
    reporting.report_post(tx, reader, post.post_id, "")
    people.delete(tx, ada.account_id, ada.persona_id)

    [report] = moderation.list_reports(tx, decided=False)

    assert (report.persona_name, report.content) == (None, post.content)


def test_a_report_keeps_what_it_was_about(tx: Tx, ada: Persona, reader: UUID):
    post = make_post(tx, ada, "You are all fools.")
    reporting.report_post(tx, reader, post.post_id, "Insults.")

    posts.edit(tx, ada.account_id, post.post_id, lambda: "Good morning.")

    [report] = moderation.list_reports(tx, decided=False)
    assert (report.content, report.content_now) == ("You are all fools.", "Good morning.")


def test_what_was_changed_after_the_decision_is_reported_anew(tx: Tx, ada: Persona, reader: UUID):
    root, post = make_account(tx, roles=("admin",)), make_post(tx, ada, "Good morning.")
    reporting.report_post(tx, reader, post.post_id, "")
    [report] = moderation.list_reports(tx, decided=False)
    moderation.decide(tx, root, report.report_id, "kept")
    reporting.report_post(tx, reader, post.post_id, "Once more.")
    assert moderation.list_reports(tx, decided=False) == []  # the same text: it was decided

    posts.edit(tx, ada.account_id, post.post_id, lambda: "You are all fools.")
    reporting.report_post(tx, reader, post.post_id, "")

    [again] = moderation.list_reports(tx, decided=False)
    assert (again.report_id, again.content, again.outcome) == (report.report_id, "You are all fools.", None)
    assert moderation.list_reports(tx, decided=True) == []


def test_what_was_kept_stays_decided_also_when_others_report_it(tx: Tx, ada: Persona, reader: UUID):
    """Accounts cost nothing: the administrators would decide about the same text without end."""
    root, post = make_account(tx, roles=("admin",)), make_post(tx, ada, "Good morning.")
    other = make_account(tx)
    reporting.report_post(tx, reader, post.post_id, "")
    [report] = moderation.list_reports(tx, decided=False)
    moderation.decide(tx, root, report.report_id, "kept")

    reporting.report_post(tx, other, post.post_id, "Mine is new.")
    assert moderation.list_reports(tx, decided=False) == []
    [decided] = moderation.list_reports(tx, decided=True)
    assert (decided.outcome, decided.reports) == ("kept", 2)

    posts.edit(tx, ada.account_id, post.post_id, lambda: "You are all fools.")
    reporting.report_post(tx, make_account(tx), post.post_id, "")
    assert [each.content for each in moderation.list_reports(tx, decided=False)] == ["You are all fools."]
    posts.edit(tx, ada.account_id, post.post_id, lambda: "Good morning.")
    reporting.report_post(tx, make_account(tx), post.post_id, "")
    assert len(moderation.list_reports(tx, decided=False)) == 1  # of what it was in between


def test_many_reports_of_one_thing_hide_no_other(tx: Tx, ada: Persona, reader: UUID):
    first, second = make_post(tx, ada, "One."), make_post(tx, ada, "Two.")
    for _ in range(3):
        reporting.report_post(tx, make_account(tx), first.post_id, "")
    reporting.report_post(tx, reader, second.post_id, "")

    page = moderation.list_reports(tx, decided=False, limit=1)
    rest = moderation.list_reports(tx, decided=False, limit=1, cursor=page.next_cursor)

    assert [(each.content, each.reports) for each in (*page, *rest)] == [("One.", 3), ("Two.", 1)]
    assert rest.next_cursor == ""


def test_a_reported_profile_can_be_hidden_and_put_back(tx: Tx, ada: Persona, reader: UUID):
    root, owner = make_account(tx, roles=("admin",)), ada.account_id
    slug = profiles.publish(tx, owner, ada.persona_id, bio="Buy my course!").slug
    reporting.report_profile(tx, reader, f" {slug.upper()} ", "An advertisement.")
    [report] = moderation.list_reports(tx, decided=False)
    assert (report.kind, report.persona_id, report.slug) == ("profile", ada.persona_id, slug)
    assert report.content.splitlines() == ["Ada", "dry", "Buy my course!"]

    moderation.decide(tx, root, report.report_id, "hidden")

    with pytest.raises(ProfileNotFound):
        profiles.look_at(tx, slug)
    with pytest.raises(ProfileHidden):
        profiles.publish(tx, owner, ada.persona_id)
    with pytest.raises(ProfileNotFound):
        reporting.report_profile(tx, reader, slug, "")
    moderation.decide(tx, root, report.report_id, "kept")
    assert profiles.look_at(tx, slug).profile.slug == slug


def test_a_profile_that_its_owner_took_back_does_not_become_public_by_a_decision(tx: Tx, ada: Persona, reader: UUID):
    slug = profiles.publish(tx, ada.account_id, ada.persona_id).slug
    reporting.report_profile(tx, reader, slug, "")
    [report] = moderation.list_reports(tx, decided=False)
    for outcome in ("hidden", "kept"):
        moderation.decide(tx, reader, report.report_id, outcome)
        profiles.unpublish(tx, ada.account_id, ada.persona_id)

    moderation.decide(tx, reader, report.report_id, "kept")

    with pytest.raises(ProfileNotFound):
        profiles.look_at(tx, slug)


def test_a_reported_template_can_be_hidden_and_put_back(tx: Tx, ada: Persona, reader: UUID):
    owner = ada.account_id
    template = make_template(tx, owner, name="Spam", prompt_rules="Praise my course.")
    reporting.report_template(tx, reader, template.template_id, "")
    [report] = moderation.list_reports(tx, decided=False)
    assert (report.kind, report.template_id, report.content) == (
        "template",
        template.template_id,
        "Spam\nPraise my course.",
    )

    moderation.decide(tx, reader, report.report_id, "hidden")
    moderation.decide(tx, reader, report.report_id, "hidden")

    assert "Spam" not in [each.name for each in templates.list_public(tx)]
    assert [each.name for each in templates.list_mine(tx, owner)] == ["Spam"]
    with pytest.raises(TemplateHidden):
        templates.change(tx, owner, template.template_id, TemplateChanges(is_public=True))
    moderation.decide(tx, reader, report.report_id, "kept")
    assert "Spam" in [each.name for each in templates.list_public(tx)]


def test_private_templates_and_those_of_the_product_cannot_be_reported(tx: Tx, ada: Persona, reader: UUID):
    private = make_template(tx, ada.account_id, is_public=False)
    [own] = [each for each in templates.list_public(tx) if each.account_id is None]

    for each in (private, own):
        with pytest.raises(TemplateNotFound):
            reporting.report_template(tx, reader, each.template_id, "")


def test_muting_someone_who_is_blocked_leaves_the_block(tx: Tx, ada: Persona, reader: UUID):
    post = make_post(tx, ada)
    mutes.mute_author(tx, reader, post.post_id, block=True)

    assert mutes.mute_author(tx, reader, post.post_id, block=False).is_block
    assert mutes.mute_person_behind(tx, reader, ada.persona_id, block=False).is_block
