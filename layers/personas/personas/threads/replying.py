"""Generated replies: kind personas.reply. Source: personas 8."""

from __future__ import annotations

from typing import Final
from uuid import UUID, uuid4

from msgspec.structs import replace

from kernel.database import Tx
from kernel.outside.models import Kind, Permanent, Request, Skip
from kernel.outside.prompts import Prompt, Reply
from personas.activity import service as activity
from personas.people import service as people
from personas.people.models import Persona
from personas.posts import service as posts
from personas.posts.models import Post
from personas.quotas import service as quotas
from personas.quotas.service import AskedQuota
from personas.safety.rules import check, clean_output, cut, cut_at_sentence, violates
from personas.threads import queries, rules, summarising
from personas.threads.models import PostReply, ThreadState
from personas.threads.prompts import REMEMBERED_TURNS, Said, reply_prompt

KIND: Final = "personas.reply"


class _Situation:
    """Everything that decides whether a persona may reply, asked for in one round trip.

    Args:
        locked: whether the post and the quota are locked: replies to a post are then stored one after another.
    """

    def __init__(self, tx: Tx, request: Request, *, locked: bool) -> None:
        self.post_id, self.persona_id = UUID(request.input["post_id"]), UUID(request.input["persona_id"])
        if request.account_id is None:
            raise Permanent("account_gone")
        account_id = request.account_id
        self._post = (posts.ask_locked if locked else posts.ask)(tx, self.post_id)
        self._persona = people.ask(tx, self.persona_id)
        self.quota: AskedQuota = (quotas.lock if locked else quotas.ask)(tx, self.persona_id, account_id, "reply")
        self._standing = queries.find_standing(tx, self.post_id, self.persona_id, account_id)
        self._state = queries.find_state(tx, self.post_id)
        self._turns = queries.list_turns(tx, self.post_id, REMEMBERED_TURNS)

    def check(self) -> tuple[Post, Persona, ThreadState, list[Said]]:
        """Return what the reply is made from.

        Raises:
            Permanent: there can be no reply. Skip: there is one.
        """
        persona, post = self._persona(), self._post()
        if persona is None:
            raise Permanent("persona_gone")
        standing, state = self._standing.fetchone(), self._state.fetchone()
        if post is None or standing is None or state is None:
            raise Permanent("post_gone")
        if standing["has_replied"]:
            raise Skip
        if not post.is_public:
            raise Permanent("post_not_published")
        if standing["is_blocked"]:
            raise Permanent("blocked")
        if not self.quota.has_room(persona.daily_reply_quota):
            raise Permanent("quota_reply")
        turns = [Said(row["speaker_name"], row["content"], row["side"]) for row in self._turns]
        return post, persona, ThreadState(**state), turns[::-1]


def prepare(tx: Tx, request: Request) -> Prompt:
    """Check again what was checked when the reply was asked for, and return what to ask.

    Raises:
        Permanent, Skip
    """
    post, persona, state, turns = _Situation(tx, request, locked=False).check()
    return reply_prompt(persona, post, state.replies, turns)


def finish(tx: Tx, request: Request, reply: Reply) -> Prompt | None:
    """Store a reply, one unit of the quota, what the persona has done, and ask for a new summary.

    Returns:
        A stricter prompt, if the first reply says what the persona never says.

    Raises:
        Permanent, Skip; UnsafeText
    """
    situation = _Situation(tx, request, locked=True)
    post, persona, state, turns = situation.check()
    text = check(cut_at_sentence(clean_output(reply.text), rules.MAX_REPLY), rules.MAX_REPLY)
    if violates(text, persona.do_not_say):
        if request.regenerated:
            raise Permanent("do_not_say")
        return reply_prompt(persona, post, state.replies, turns, stricter=True)
    stored = PostReply(
        reply_id=uuid4(),
        post_id=post.post_id,
        persona_id=persona.persona_id,
        persona_name=persona.name,
        account_id=persona.account_id,
        authored_by="AI",
        content=text,
        created_at=tx.now,
        updated_at=tx.now,
    )
    queries.insert_reply(tx, stored)
    assert isinstance(situation.quota, quotas.LockedQuota)
    situation.quota.spend()
    about = {
        "post_id": str(post.post_id),
        "room_id": str(post.room_id),
        "post_preview": cut(post.content, activity.REPLY_PREVIEW),
        "reply_preview": cut(text, activity.REPLY_PREVIEW),
    }
    activity.record(tx, persona.persona_id, "reply_generated", about)
    activity.record(tx, persona.persona_id, "thread_participated", about)
    after = replace(state, replies=state.replies + 1, newest=stored.reply_id, edited_at=post.edited_at)
    if rules.lacks_summary(after):
        summarising.ask_for(tx, post, rules.basis(after), persona.account_id)
    return None


def fail(tx: Tx, request: Request, reason: str) -> None:
    """Do nothing: a reply that cannot be written leaves no trace in its thread."""


REPLYING: Final = Kind(KIND, prepare, finish, fail)
