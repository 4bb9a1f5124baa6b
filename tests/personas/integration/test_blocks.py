"""What a block keeps two people from, in both directions; and what a mute does not."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from kernel.database import Tx
from personas import blocking
from personas.battles import service as battles
from personas.battles.models import BattleView
from personas.channels.models import NoDebate
from personas.channels.rules import cast
from personas.digests import service as digests
from personas.mutes import service as mutes
from personas.mutes.models import Blocked
from personas.people.models import Persona
from personas.posts import service as posts
from personas.posts.models import Post
from personas.profiles import service as profiles
from personas.profiles.models import PublicPersona
from personas.templates.models import TemplateNotFound
from personas.threads import service as threads
from tests.support.battles import begin, make_template
from tests.support.people import make_account
from tests.support.persona_rows import make_battle
from tests.support.personas import make_persona, make_post, make_reply, room_id

both = pytest.mark.parametrize("by_whom", ["author", "reader"])


@pytest.fixture
def ada(tx: Tx) -> Persona:
    return make_persona(tx, make_account(tx))


@pytest.fixture
def bob(tx: Tx) -> Persona:
    return make_persona(tx, make_account(tx), "Bob")


def block(tx: Tx, ada: Persona, bob: Persona, by_whom: str) -> None:
    """Let Ada's person, the author, or Bob's, the reader, block the other one."""
    blocker, blocked = (ada, bob) if by_whom == "author" else (bob, ada)
    blocking.mute_person_behind(tx, blocker.account_id, blocked.persona_id, block=True)


def seen_in_room(tx: Tx, reader: Persona, post: Post) -> list[UUID]:
    return [each.post_id for each in posts.list_in_room(tx, post.room_id, reader.account_id)]


@both
def test_neither_finds_the_others_posts_and_replies_in_rooms_and_threads(
    tx: Tx, ada: Persona, bob: Persona, by_whom: str
):
    cem = make_persona(tx, make_account(tx), "Cem")
    of_ada, of_bob, of_cem = (make_post(tx, each) for each in (ada, bob, cem))
    make_reply(tx, ada, of_cem)
    make_reply(tx, bob, of_cem)
    block(tx, ada, bob, by_whom)

    for reader, own, others in ((bob, of_bob, of_ada), (ada, of_ada, of_bob)):
        assert set(seen_in_room(tx, reader, own)) == {own.post_id, of_cem.post_id}
        thread = threads.read_thread(tx, reader.account_id, of_cem.post_id)
        assert [each.persona_id for each in thread.replies] == [reader.persona_id]
        with pytest.raises(Blocked):
            threads.read_thread(tx, reader.account_id, others.post_id)
    assert set(seen_in_room(tx, cem, of_cem)) == {of_ada.post_id, of_bob.post_id, of_cem.post_id}


@both
def test_what_anyone_may_see_stays_to_be_seen(tx: Tx, ada: Persona, bob: Persona, by_whom: str):
    post = make_post(tx, ada)
    block(tx, ada, bob, by_whom)

    assert isinstance(battles.view_public(tx, post.post_id, bob.account_id), BattleView)


@both
def test_a_block_ends_what_the_two_follow_of_each_other_and_nothing_else(
    tx: Tx, ada: Persona, bob: Persona, by_whom: str
):
    cem = make_persona(tx, make_account(tx), "Cem")
    for persona in (ada, bob, cem):
        profiles.publish(tx, persona.account_id, persona.persona_id, persona.name)
    for reader, slug in ((bob, "ada"), (ada, "bob"), (cem, "ada"), (bob, "cem")):
        profiles.follow(tx, reader.account_id, slug)
    mutes.mute_person_behind(tx, cem.account_id, ada.persona_id, block=False)

    block(tx, ada, bob, by_whom)

    follows = tx.execute("SELECT account_id, persona_id FROM personas.follows").fetchall()
    assert {(row["account_id"], row["persona_id"]) for row in follows} == {
        (cem.account_id, ada.persona_id),
        (bob.account_id, cem.persona_id),
    }


def test_a_mute_ends_no_following(tx: Tx, ada: Persona, bob: Persona):
    profiles.publish(tx, ada.account_id, ada.persona_id, "ada")
    profiles.follow(tx, bob.account_id, "ada")

    blocking.mute_author(tx, bob.account_id, make_post(tx, ada).post_id, block=False)

    assert tx.execute("SELECT FROM personas.follows").fetchall() == [{}]


@both
def test_neither_debates_by_the_others_rules(tx: Tx, ada: Persona, bob: Persona, by_whom: str):
    template = str(make_template(tx, ada.account_id).template_id)
    assert begin(tx, bob.account_id, template_id=template).template.name == "Short"
    block(tx, ada, bob, by_whom)

    with pytest.raises(TemplateNotFound):
        begin(tx, bob.account_id, template_id=template)
    assert begin(tx, ada.account_id, template_id=template)


@both
def test_a_debate_of_someones_persona_is_closed_to_those_whom_a_block_keeps_out(
    tx: Tx, ada: Persona, bob: Persona, by_whom: str
):
    starter = make_account(tx)  # of a battle in a channel, whose speakers are other people's
    battle = make_battle(tx, starter, room_id(tx), pro=ada.persona_id)
    block(tx, ada, bob, by_whom)

    post = posts.ask(tx, battle)()
    assert post is not None
    assert seen_in_room(tx, bob, post) == []
    for attempt in (
        lambda: threads.read_thread(tx, bob.account_id, battle),
        lambda: threads.ask_replies(tx, bob.account_id, battle, tuple),
        lambda: battles.intend_remix(tx, bob.account_id, battle),
    ):
        with pytest.raises(Blocked):
            attempt()


def test_a_digest_from_before_a_block_has_no_more_of_the_other(tx: Tx, ada: Persona, bob: Persona):
    make_post(tx, ada, "Ship it small. Why not?")
    digests.refresh_weekly(tx)
    assert [each.topic for each in digests.read_weekly(tx, bob.account_id).items] == ["Ship it small"]

    block(tx, ada, bob, "author")

    assert digests.read_weekly(tx, bob.account_id).items == ()


def test_personas_of_people_who_blocked_one_another_are_not_paired_by_a_third(tx: Tx):
    def public(number: int, *blocks: int) -> PublicPersona:
        return PublicPersona(uuid4(), str(number), "", "en", UUID(int=number), frozenset(UUID(int=n) for n in blocks))

    one, two, three = public(1, 2), public(2, 1), public(3)

    with pytest.raises(NoDebate):
        cast(one, two, [], tx.rng)
    assert cast(one, None, [two], tx.rng) == (one, None)
    assert cast(None, two, [one, three], tx.rng) == (three, two)
    drawn = {frozenset(each.slug for each in cast(None, None, [one, two], tx.rng) if each) for _ in range(20)}
    assert all(len(each) == 1 for each in drawn)
