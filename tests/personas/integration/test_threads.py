"""Threads, generated replies and summaries. Source: personas 7, 8."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kernel.database import Connection, Tx, connect, transaction
from kernel.outside import desk
from kernel.outside.models import Permanent, Prompt, Request
from kernel.outside.prompts import ProviderFailed, Reply, Task
from personas.battles import forgetting
from personas.mutes import service as mutes
from personas.mutes.models import Blocked
from personas.outside_kinds import KINDS
from personas.people import service as people
from personas.people.models import Persona
from personas.posts import service as posts
from personas.posts.models import NotPublished, PersonaUnknown, Post, PostNotFound
from personas.quotas import service as quotas
from personas.safety.models import InvalidField
from personas.threads import replying, rules
from personas.threads import service as threads
from personas.threads.models import NoPersonas, RepliesAsked, Thread
from tests.support.outside import offline, run_due
from tests.support.people import make_account
from tests.support.personas import make_persona, make_post, make_reply
from tests.support.races import race_of

NOON = datetime(2026, 2, 18, 12, tzinfo=UTC)
KNOWN = {kind.name: kind for kind in KINDS}


@pytest.fixture
def ada(tx: Tx) -> Persona:
    tx.now = NOON
    return make_persona(tx, make_account(tx))


@pytest.fixture
def post(tx: Tx, ada: Persona) -> Post:
    return make_post(tx, ada, "Measure first. What did you measure?")


def some(tx: Tx, number: int, account_id: UUID | None = None, **changes: Any) -> list[Persona]:
    """Personas of one account, oldest first."""
    account_id = account_id or make_account(tx)
    found: list[Persona] = []
    for index in range(number):
        tx.now += timedelta(seconds=1)
        found.append(make_persona(tx, account_id, f"Persona {index}", **changes))
    return found


def ask(tx: Tx, account_id: UUID, post: Post, named: Sequence[Persona] = ()) -> RepliesAsked:
    return threads.ask_replies(tx, account_id, post.post_id, lambda: [each.persona_id for each in named])


def ids_of(tx: Tx, post: Post) -> list[str | None]:
    return [each.persona_name for each in read(tx, post).replies]


def read(tx: Tx, post: Post) -> Thread:
    return threads.read_thread(tx, post.account_id, post.post_id)


def reply_now(tx: Tx, post: Post, persona: Persona, provider: Callable[[Task], Reply] = offline) -> None:
    """Have a persona reply, and leave the summary that is then due."""
    ask(tx, persona.account_id, post, [persona])
    replies = {replying.KIND: KNOWN[replying.KIND]}
    claimed = desk.claim(tx, replies, rules.reply_key(post.post_id, persona.persona_id))
    assert claimed.request is not None
    assert claimed.task is not None
    desk.finish(tx, KNOWN, claimed.request.request_id, claimed.request.claim_id, provider(claimed.task))


class Provider:
    """Answers what a test wants, and remembers what it was asked."""

    def __init__(self, *answers: str | Exception) -> None:
        self.asked: list[Prompt] = []
        self._answers = list(answers)

    def __call__(self, task: Task) -> Reply:
        assert isinstance(task, Prompt)
        self.asked.append(task)
        if task.operation != "reply" or not self._answers:
            return offline(task)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return Reply(answer)

    def count(self, operation: str) -> int:
        return sum(prompt.operation == operation for prompt in self.asked)


# ---------------------------------------------------------------- asking


def test_the_three_oldest_personas_reply_when_none_is_named(tx: Tx, post: Post):
    four = some(tx, 4)

    assert ask(tx, four[0].account_id, post) == RepliesAsked(3, 0)

    run_due(tx, KINDS)
    assert sorted(filter(None, ids_of(tx, post))) == ["Persona 0", "Persona 1", "Persona 2"]


def test_named_personas_reply_and_who_cannot_is_skipped(tx: Tx, post: Post):
    account_id = make_account(tx)
    one, two, three = some(tx, 3, account_id, daily_reply_quota=1)
    assert ask(tx, account_id, post, [one]) == RepliesAsked(1, 0)
    run_due(tx, KINDS)  # has replied
    assert ask(tx, account_id, post, [two]) == RepliesAsked(1, 0)  # is replying
    assert quotas.spend(tx, three.persona_id, account_id, "reply", 1)  # has none left

    assert ask(tx, account_id, post, [three, two, one]) == RepliesAsked(0, 3)


def test_what_is_wrong_is_said_in_the_order_of_the_contract(tx: Tx, ada: Persona, post: Post):
    draft = make_post(tx, ada, status="DRAFT", authored_by="AI")

    def unreadable() -> list[UUID]:
        raise InvalidField(field="persona_ids", problem="")

    for post_id, refusal in ((uuid4(), PostNotFound), (draft.post_id, NotPublished), (post.post_id, InvalidField)):
        with pytest.raises(refusal):
            threads.ask_replies(tx, ada.account_id, post_id, unreadable)
    with pytest.raises(NoPersonas):
        ask(tx, make_account(tx), post)
    with pytest.raises(PersonaUnknown):  # of the whole call
        ask(tx, make_account(tx), post, [ada])


def test_replies_are_read_page_by_page(tx: Tx, ada: Persona, post: Post):
    written = [make_reply(tx, make_persona(tx, ada.account_id, f"P{n}"), post) for n in range(5)]  # at the same time

    first = threads.read_thread(tx, ada.account_id, post.post_id, limit=3).replies
    rest = threads.read_thread(tx, ada.account_id, post.post_id, cursor=first.next_cursor).replies

    assert [each.reply_id for each in [*first, *rest]] == sorted(written)
    assert (len(first), rest.next_cursor) == (3, "")


def test_a_blocked_person_cannot_have_personas_reply(tx: Tx, ada: Persona, post: Post):
    [bob] = some(tx, 1)
    assert ask(tx, bob.account_id, post) == RepliesAsked(1, 0)
    mutes.mute_person_behind(tx, ada.account_id, bob.persona_id, block=True)

    assert [each.reason for each in run_due(tx, KINDS)] == ["blocked"]
    with pytest.raises(Blocked):
        ask(tx, bob.account_id, post)


def test_a_persona_that_is_asked_for_twice_at_once_replies_once(database_url: str):
    with connect(database_url) as conn, transaction(conn) as tx:
        ada = make_persona(tx, make_account(tx))
        post = make_post(tx, ada)
    with race_of(4, database_url) as race:
        asked = race(*[lambda tx: ask(tx, ada.account_id, post, [ada])] * 4)

    assert sorted(each.enqueued for each in asked if isinstance(each, RepliesAsked)) == [0, 0, 0, 1]
    with connect(database_url) as conn:
        run_due(conn, KINDS)
        assert len(conn.execute("SELECT FROM personas.replies").fetchall()) == 1


# ---------------------------------------------------------------- replying


def test_a_reply_is_stored_with_its_unit_and_what_the_persona_has_done(tx: Tx, ada: Persona, post: Post):
    ask(tx, ada.account_id, post)

    run_due(tx, KINDS, Provider("  Delete\n the cache. "))

    [reply] = read(tx, post).replies
    assert (reply.persona_name, reply.authored_by, reply.content) == ("Ada", "AI", "Delete the cache.")
    assert not quotas.available(tx, ada.persona_id, ada.account_id, "reply", 1)
    noted = tx.execute("SELECT type, metadata FROM personas.activity ORDER BY activity_id").fetchall()
    about = {
        "post_id": str(post.post_id),
        "room_id": str(post.room_id),
        "post_preview": post.content,
        "reply_preview": "Delete the cache.",
    }
    assert [(row["type"], row["metadata"]) for row in noted] == [
        ("reply_generated", about),
        ("thread_participated", about),
    ]


def test_a_message_that_comes_three_times_makes_one_reply(conn: Connection):
    with transaction(conn) as tx:
        ada = make_persona(tx, make_account(tx))
        post = make_post(tx, ada)
        ask(tx, ada.account_id, post)
    [row] = conn.execute("SELECT request_id FROM kernel.outside_requests").fetchall()
    provider = Provider()

    def deliver() -> None:
        with transaction(conn) as tx:
            claimed = desk.claim(tx, KNOWN, row["request_id"])
        if claimed.request is not None and claimed.task is not None:
            reply = provider(claimed.task)
            for _ in range(2):
                with transaction(conn) as tx:
                    desk.finish(tx, KNOWN, row["request_id"], claimed.request.claim_id, reply, operation="reply")

    for _ in range(3):
        deliver()

    assert provider.count("reply") == 1
    counts = {
        table: len(conn.execute(f"SELECT FROM personas.{table}").fetchall())
        for table in ("replies", "quota_events", "activity")
    }
    assert counts == {"replies": 1, "quota_events": 1, "activity": 2}


def test_of_two_queued_replies_with_one_unit_one_fails_for_its_quota(tx: Tx, ada: Persona):
    [bob] = some(tx, 1, daily_reply_quota=1)
    for content in ("One.", "Two."):
        ask(tx, bob.account_id, make_post(tx, ada, content))

    ended = run_due(tx, KINDS)

    replies = [each for each in ended if each.request and each.request.kind == "personas.reply"]
    assert sorted((each.status, each.reason) for each in replies) == [
        ("completed", ""),
        ("failed_permanently", "quota_reply"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("What the fuck.", "content_profanity"),
        ("http://www.a.com http://b.com", "content_links"),
        (" ", "content_empty"),
    ],
)
def test_an_unsafe_reply_fails_at_once_and_costs_nothing(tx: Tx, ada: Persona, post: Post, text: str, reason: str):
    ask(tx, ada.account_id, post)

    [ended] = run_due(tx, KINDS, Provider(text))

    assert (ended.status, ended.reason) == ("failed_permanently", reason)
    assert read(tx, post).replies == []
    assert quotas.available(tx, ada.persona_id, ada.account_id, "reply", 1)
    assert run_due(tx, KINDS, now=NOON + timedelta(days=1)) == []


def test_a_long_reply_is_cut_at_the_end_of_a_sentence(tx: Tx, ada: Persona, post: Post):
    ask(tx, ada.account_id, post)

    run_due(tx, KINDS, Provider("This is a sentence of forty letters now. " * 10))

    [reply] = read(tx, post).replies
    assert reply.content == " ".join(["This is a sentence of forty letters now."] * 6)


def test_a_banned_phrase_is_written_again_once(tx: Tx, ada: Persona, post: Post):
    ask(tx, ada.account_id, post)
    provider = Provider("Use the Synergy.", "Use the tools.")

    run_due(tx, KINDS, provider)

    first, second = (prompt for prompt in provider.asked if prompt.operation == "reply")
    assert "do_not_say" in second.system.removeprefix(first.system)
    assert second.user == first.user
    assert [reply.content for reply in read(tx, post).replies] == ["Use the tools."]


def test_a_banned_phrase_that_comes_back_fails(tx: Tx, ada: Persona, post: Post):
    ask(tx, ada.account_id, post)
    provider = Provider("More synergy!")

    [ended] = run_due(tx, KINDS, provider)

    assert (ended.status, ended.reason, provider.count("reply")) == ("failed_permanently", "do_not_say", 2)


def test_what_has_changed_since_it_was_asked_is_seen(tx: Tx, ada: Persona, post: Post):
    bob, cleo, dan = some(tx, 3)
    gone, hidden = make_post(tx, ada, "Gone."), make_post(tx, ada, "Hidden.")
    ask(tx, bob.account_id, gone, [bob])
    ask(tx, bob.account_id, hidden, [cleo])
    ask(tx, bob.account_id, post, [dan])
    forgetting.delete_post(tx, ada.account_id, gone.post_id)
    posts.hide(tx, hidden.post_id, hidden=True)
    people.delete(tx, bob.account_id, dan.persona_id)

    reasons = [each.reason for each in run_due(tx, KINDS)]

    assert sorted(reasons) == ["persona_gone", "post_gone", "post_not_published"]


def test_a_provider_that_fails_is_asked_again_later(tx: Tx, ada: Persona, post: Post):
    ask(tx, ada.account_id, post)
    provider = Provider(ProviderFailed("503", retryable=True))
    now = tx.now
    for shortest, longest in ((24, 36), (48, 72), (96, 144), (192, 288)):
        [ended] = run_due(tx, KINDS, provider, now=now)
        assert ended.retry_after is not None
        assert timedelta(seconds=shortest) <= ended.retry_after <= timedelta(seconds=longest)
        now += ended.retry_after

    [last] = run_due(tx, KINDS, provider, now=now)

    assert (last.status, last.request and last.request.attempts) == ("failed_permanently", 5)


def test_after_a_debate_the_audience_knows_what_was_said(tx: Tx, ada: Persona):
    battle = make_post(tx, ada, "Should we ship weekly?", kind="BATTLE", persona_id=None, authored_by="HUMAN")
    tx.execute(
        """
        INSERT INTO personas.battles (post_id, topic, pro_style, con_style, pro_name, con_name, template_name,
            prompt_rules, turn_count, word_limit, deadline_at)
        VALUES (%s, 'x', 'bold', 'dry', 'Pro', 'Con', 'Six', 'rules', 6, 120, now())
        """,
        (battle.post_id,),
    )
    for index in range(1, 8):
        tx.execute(
            """
            INSERT INTO personas.battle_turns (post_id, turn_index, side, speaker_name, phase, content, word_count)
            VALUES (%s, %s, 'PRO', 'Pro', 'OPENING', %s, 2)
            """,
            (battle.post_id, index, f"Turn {index}."),
        )
    provider = Provider()

    reply_now(tx, battle, ada, provider)

    assert [f"Turn {index}." in provider.asked[0].user for index in range(1, 8)] == [False] + [True] * 6


def test_without_an_account_there_is_no_reply(tx: Tx):
    request = Request(
        request_id=1,
        kind="personas.reply",
        input={"post_id": str(uuid4()), "persona_id": str(uuid4())},
        dedupe_key="",
        account_id=None,
        trace_id="",
        attempts=1,
        claim_id=uuid4(),
        claimed_at=NOON,
        created_at=NOON,
    )
    with pytest.raises(Permanent):
        replying.prepare(tx, request)


# ---------------------------------------------------------------- reading


def test_a_thread_shows_its_replies_oldest_first_without_the_muted_and_the_hidden(tx: Tx, ada: Persona, post: Post):
    bob, cleo, dan = some(tx, 3)
    for persona in (bob, cleo, dan):
        tx.now += timedelta(minutes=1)
        ask(tx, bob.account_id, post, [persona])
        run_due(tx, KINDS)
    replies = read(tx, post).replies
    assert [each.persona_name for each in replies] == ["Persona 0", "Persona 1", "Persona 2"]

    mutes.mute_persona(tx, ada.account_id, cleo.persona_id)
    threads.hide_reply(tx, post.post_id, replies[2].reply_id, hidden=True)

    assert ids_of(tx, post) == ["Persona 0"]
    assert len(threads.read_thread(tx, bob.account_id, post.post_id).replies) == 2


def test_what_is_not_public_is_its_authors_secret(tx: Tx, ada: Persona, post: Post):
    stranger = make_account(tx)
    draft = make_post(tx, ada, status="DRAFT", authored_by="AI")
    posts.hide(tx, post.post_id, hidden=True)

    for secret in (draft, post):
        assert read(tx, secret).post.content == secret.content
        with pytest.raises(PostNotFound):
            threads.read_thread(tx, stranger, secret.post_id)
    with pytest.raises(PostNotFound):
        threads.read_thread(tx, stranger, uuid4())


# ---------------------------------------------------------------- summaries


def summary_of(tx: Tx, post: Post) -> str:
    """What a reader gets, who asks for a summary if the thread lacks one."""
    thread = read(tx, post)
    if rules.lacks_summary(thread.state):
        threads.ask_summary(tx, thread, post.account_id)
    return rules.summary_text(thread.state)


def test_a_thread_without_replies_has_a_fixed_text_and_asks_no_one(tx: Tx, post: Post):
    assert summary_of(tx, post) == "There are no replies yet."
    assert run_due(tx, KINDS) == []


def test_many_readers_without_new_replies_make_one_call(tx: Tx, ada: Persona, post: Post):
    provider = Provider()
    reply_now(tx, post, ada, provider)
    tx.execute("DELETE FROM kernel.outside_requests")  # a reply of a time before summaries

    before = [summary_of(tx, post), summary_of(tx, post)]
    run_due(tx, KINDS, provider)
    after = [summary_of(tx, post), summary_of(tx, post)]

    assert before == ["There is no summary of this thread yet."] * 2
    assert after[0] == after[1] == provider.asked[-1].offline
    assert provider.count("thread_summary") == 1
    assert run_due(tx, KINDS, provider) == []


def test_new_replies_make_a_new_summary_and_the_old_one_is_shown_meanwhile(tx: Tx, ada: Persona, post: Post):
    bob, cleo = some(tx, 2)
    provider = Provider()
    ask(tx, ada.account_id, post)
    run_due(tx, KINDS, provider)
    old = summary_of(tx, post)

    for persona in (bob, cleo):
        reply_now(tx, post, persona, provider)
        tx.now += timedelta(seconds=1)
    assert summary_of(tx, post) == old
    run_due(tx, KINDS, provider)

    assert provider.count("thread_summary") == 2  # one for both
    assert summary_of(tx, post) == provider.asked[-1].offline != old


def test_a_summary_that_failed_is_not_asked_for_by_every_reader(tx: Tx, ada: Persona, post: Post):
    reply_now(tx, post, ada)
    calls: list[Task] = []

    def rubbish(task: Task) -> Reply:
        calls.append(task)
        return Reply("Shit happens.")

    [ended] = run_due(tx, KINDS, rubbish)

    assert ended.reason == "content_profanity"
    assert [summary_of(tx, post), summary_of(tx, post)] == ["There is no summary of this thread yet."] * 2
    assert run_due(tx, KINDS, rubbish) == []
    assert len(calls) == 1


def test_an_edited_post_and_a_hidden_reply_are_summarised_anew(tx: Tx, ada: Persona, post: Post):
    [bob] = some(tx, 1)
    ask(tx, ada.account_id, post)
    ask(tx, bob.account_id, post)
    run_due(tx, KINDS)
    posts.edit(tx, ada.account_id, post.post_id, lambda: "Something else entirely.")
    summary_of(tx, post)
    run_due(tx, KINDS)
    assert "Something else entirely" in summary_of(tx, post)

    threads.hide_reply(tx, post.post_id, read(tx, post).replies[-1].reply_id, hidden=True)

    assert summary_of(tx, post) == "There is no summary of this thread yet."


def test_an_older_answer_does_not_replace_a_newer_summary(tx: Tx, ada: Persona, post: Post):
    [bob] = some(tx, 1)
    reply_now(tx, post, ada)
    [row] = tx.execute("SELECT request_id FROM kernel.outside_requests WHERE kind = 'personas.summary'").fetchall()
    slow = desk.claim(tx, KNOWN, row["request_id"])
    assert slow.request is not None
    tx.now += timedelta(seconds=10)
    ask(tx, bob.account_id, post)
    run_due(tx, KINDS)
    newer = summary_of(tx, post)

    desk.finish(tx, KNOWN, slow.request.request_id, slow.request.claim_id, Reply("One reply."))

    assert summary_of(tx, post) == newer


def test_a_summary_costs_who_replies_or_reads_and_not_the_author_of_the_post(tx: Tx, ada: Persona, post: Post):
    [bob] = some(tx, 1)
    reader = make_account(tx)
    reply_now(tx, post, bob)
    run_due(tx, KINDS)
    posts.edit(tx, ada.account_id, post.post_id, lambda: "Something else.")
    thread = threads.read_thread(tx, reader, post.post_id)
    assert rules.lacks_summary(thread.state)
    threads.ask_summary(tx, thread, reader)
    run_due(tx, KINDS)

    rows = tx.execute("SELECT scope, operation, calls FROM kernel.outside_usage WHERE scope <> 'installation'")
    spent = {(row["scope"], row["operation"]): row["calls"] for row in rows}
    assert spent == {
        (str(bob.account_id), "reply"): 1,
        (str(bob.account_id), "thread_summary"): 1,
        (str(reader), "thread_summary"): 1,
    }
