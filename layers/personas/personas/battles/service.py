"""Creating battles, remixing them, and reading them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from msgspec import Struct

from kernel.database import Cursor, Tx
from kernel.events.service import announce
from kernel.outside.service import Asked, ask_all
from kernel.statements import Row
from kernel.switches.service import require_on
from kernel.texts import translate
from personas import paging
from personas.battles import queries, remixing, rules, turns
from personas.battles.models import (
    Battle,
    BattleCreated,
    BattleDraft,
    BattleNotFound,
    BattleView,
    Channel,
    CreatedBattle,
    InvalidId,
    Language,
    Progress,
    PublicReply,
    RemixOffer,
    RemixRoomMismatch,
    RemixTokenUsed,
    Speaker,
    TooManyRunning,
    Turn,
    Verdict,
)
from personas.battles.remixing import RemixIntent
from personas.battles.switches import BATTLES
from personas.happenings import service as happenings
from personas.mutes.models import Blocked
from personas.notices import service as notices
from personas.paging import page_of
from personas.people import service as people
from personas.people.models import Persona
from personas.posts import service as posts
from personas.posts.models import NewPost, PersonaUnknown, Post, Sides
from personas.posts.texts import speaker_name
from personas.quotas import rules as quota_rules
from personas.quotas.models import QuotaUse
from personas.rooms import service as rooms
from personas.rooms.models import Room
from personas.rooms.texts import room_name
from personas.safety import rules as safety
from personas.safety.models import InvalidField
from personas.templates import rules as template_rules
from personas.templates import service as templates
from personas.templates.models import Template, TemplateNotFound
from personas.templates.texts import template_name
from personas.threads import replying
from personas.threads.rules import reply_key

MOST_REPLIES: Final = 200
"""Replies that a public look shows."""

NO_ONE: Final = UUID(int=0)
"""The account of those who are not signed in."""


class _Plan(Struct, frozen=True):
    """What is left of a request after all checks that need no database."""

    topic: str
    pro_style: str
    con_style: str
    template_id: UUID | None
    pro_id: UUID | None
    con_id: UUID | None
    remix: RemixIntent | None


def create(tx: Tx, account_id: UUID, room_id: UUID, read_draft: Callable[[], BattleDraft]) -> CreatedBattle:
    """Create a battle, and ask for its first turn.

    Args:
        read_draft: returns what was sent, or raises what is wrong with its form: an unknown room comes before that.

    Raises:
        RoomNotFound, InvalidId, RemixTokenInvalid, RemixRoomMismatch, InvalidField, UnsafeText, RemixTokenUsed,
            Blocked, TemplateNotFound, ForbiddenRules, RulesWithLinks, PersonaUnknown, TooManyRunning: the first in this
            order.
        BattlesOff
    """
    require_on(tx, BATTLES)
    asked_room = rooms.ask_existing(tx, room_id)
    is_planned = False
    try:
        plan = _plan(read_draft(), room_id, tx.now)
        is_planned = True
    finally:
        if not is_planned:
            asked_room()  # an unknown room is refused before a wrong request
    running = queries.count_open(tx, account_id)
    asked_source = _ask_source(tx, account_id, plan.remix)
    asked_template = _ask_template(tx, account_id, plan)
    today = quota_rules.day_of(tx.now)
    usage = queries.list_reply_usage_of_oldest(tx, account_id, rules.POOL, today)
    asked_chosen = people.ask_many(tx, [each for each in (plan.pro_id, plan.con_id) if each])
    asked_oldest = people.ask_oldest(tx, account_id, rules.POOL)

    room = asked_room()
    source_owner = asked_source()
    template = asked_template()
    template_rules.check_rules(template.prompt_rules)
    oldest = asked_oldest()
    chosen = {key: each for key, each in asked_chosen().items() if each.account_id == account_id}
    pro, con = rules.cast(
        [_as_speaker(each) for each in oldest], _speaker(chosen, plan.pro_id), _speaker(chosen, plan.con_id)
    )
    [open_battles] = running
    if open_battles["battles"] >= rules.MOST_RUNNING:
        raise TooManyRunning(count=rules.MOST_RUNNING, seconds=rules.RUNNING_SECONDS)

    post, battle = _insert(
        tx,
        account_id,
        room_id,
        template,
        plan.topic,
        pro,
        con,
        pro_style=plan.pro_style,
        con_style=plan.con_style,
        source_battle_id=plan.remix.battle_id if plan.remix and source_owner else None,
        audience=_audience(oldest[: rules.audience_size(template.turn_count)], account_id, usage, today),
        language=_language([*oldest, *chosen.values()], pro, con),
    )
    if plan.remix is not None:
        queries.insert_use(tx, plan.remix.token_id, battle.battle_id)
    _ask_audience(tx, battle)
    _begin(tx, battle, room.name, template, source_owner)
    return CreatedBattle(post, battle, room.name, template, remix_used=plan.remix is not None)


def create_for_channel(
    tx: Tx,
    account_id: UUID,
    room: Room,
    template: Template,
    topic: str,
    pro: Speaker,
    con: Speaker,
    language: Language,
    channel: Channel,
) -> CreatedBattle:
    """Create a battle that a channel watches, and ask for its first turn.

    Its speakers may be other people's personas, and no audience replies. The caller stores the channel.

    Args:
        topic: as `checked_topic` has returned it.

    Raises:
        BattlesOff, ForbiddenRules, RulesWithLinks
    """
    require_on(tx, BATTLES)
    template_rules.check_rules(template.prompt_rules)
    post, battle = _insert(
        tx,
        account_id,
        room.room_id,
        template,
        topic,
        pro,
        con,
        pro_style=rules.PRO_STYLE,
        con_style=rules.CON_STYLE,
        language=language,
        channel=channel,
    )
    _begin(tx, battle, room.name, template, source_owner=None)
    return CreatedBattle(post, battle, room.name, template, remix_used=False)


def _insert(
    tx: Tx,
    account_id: UUID,
    room_id: UUID,
    template: Template,
    topic: str,
    pro: Speaker,
    con: Speaker,
    *,
    pro_style: str,
    con_style: str,
    language: Language,
    source_battle_id: UUID | None = None,
    audience: tuple[UUID, ...] = (),
    channel: Channel | None = None,
) -> tuple[Post, Battle]:
    post = posts.insert_post(
        tx,
        NewPost(
            room_id=room_id,
            account_id=account_id,
            persona_id=None,
            authored_by="HUMAN",
            status="PUBLISHED",
            content=topic,
            kind="BATTLE",
            template_id=template.template_id,
        ),
    )
    battle = Battle(
        battle_id=post.post_id,
        account_id=account_id,
        room_id=room_id,
        topic=topic,
        pro_style=pro_style,
        con_style=con_style,
        pro=pro,
        con=con,
        source_battle_id=source_battle_id,
        template_name=template.name,
        prompt_rules=template.prompt_rules,
        turn_count=template.turn_count,
        word_limit=template.word_limit,
        status="SCHEDULED",
        next_turn=1,
        halt_reason=None,
        audience=audience,
        language=language,
        verdict=None,
        deadline_at=tx.now + rules.DEADLINE,
        created_at=tx.now,
        updated_at=tx.now,
        channel=channel,
    )
    queries.insert_battle(tx, battle)
    return post, battle


def _begin(tx: Tx, battle: Battle, in_room: str, template: Template, source_owner: UUID | None) -> None:
    """Ask for the first turn, and tell everyone whom the battle concerns."""
    turns.ask_next(tx, battle)
    announce(
        tx,
        BattleCreated(
            battle_id=battle.battle_id,
            room_id=battle.room_id,
            room_name=in_room,
            topic=battle.topic,
            pro_name=battle.pro.name,
            con_name=battle.con.name,
            turn_count=battle.turn_count,
        ),
    )
    _tell(tx, battle, in_room, template, source_owner)


def checked_topic(text: str) -> str:
    """Return a topic without its label.

    Raises:
        InvalidField, UnsafeText
    """
    topic = rules.bare_topic(text)
    if not rules.MIN_TOPIC <= len(topic) <= rules.MAX_TOPIC:
        raise InvalidField(field="topic", problem=translate("Write 3 to 180 characters."))
    return safety.check(topic, rules.MAX_TOPIC)


def _plan(draft: BattleDraft, room_id: UUID, now: datetime) -> _Plan:
    """Check everything that needs no database, in the order of the contract."""
    template_id = _id_in(draft.template_id, "template_id")
    pro_id = _id_in(draft.pro_persona_id, "pro_persona_id")
    con_id = _id_in(draft.con_persona_id, "con_persona_id")
    if pro_id is not None and pro_id == con_id:
        raise InvalidField(field="con_persona_id", problem=translate("Choose another persona than for the other side."))
    remix = remixing.read(draft.remix_token, now) if draft.remix_token else None
    if remix is not None and remix.room_id != room_id:
        raise RemixRoomMismatch
    return _Plan(
        topic=checked_topic(rules.bare_topic(draft.topic) or (remix.topic if remix else "")),
        pro_style=_style(draft.pro_style, remix.pro_style if remix else "", rules.PRO_STYLE),
        con_style=_style(draft.con_style, remix.con_style if remix else "", rules.CON_STYLE),
        template_id=template_id,
        pro_id=pro_id,
        con_id=con_id,
        remix=remix,
    )


def _id_in(text: str | None, field: str) -> UUID | None:
    if not text:
        return None
    if not rules.is_id(text):
        raise InvalidId(field=field)
    return UUID(text)


def _style(asked: str | None, suggested: str, default: str) -> str:
    style = safety.cut(" ".join((asked or "").split()), rules.MAX_STYLE) or suggested or default
    return safety.check(style, rules.MAX_STYLE)


def _ask_source(tx: Tx, account_id: UUID, remix: RemixIntent | None) -> Callable[[], UUID | None]:
    """Ask for the owner of the battle that is remixed; None if it is gone, or nothing is remixed."""
    if remix is None:
        return lambda: None
    used = queries.find_use(tx, remix.token_id)
    source = queries.find_source(tx, remix.battle_id, account_id)

    def owner() -> UUID | None:
        if used.fetchone() is not None:
            raise RemixTokenUsed
        row = source.fetchone()
        if row is None:
            return None
        if row["is_blocked"]:
            raise Blocked
        return row["account_id"]

    return owner


def _ask_template(tx: Tx, account_id: UUID, plan: _Plan) -> Callable[[], Template]:
    """Ask for the template: the request's, else the token's, else the default one."""
    suggested = plan.remix.template_id if plan.remix else None
    wanted = plan.template_id or suggested
    asked = templates.ask_usable(tx, account_id, wanted) if wanted else None
    # A token's template may be gone by now; that is no fault of who remixes.
    default = templates.ask_default(tx) if plan.template_id is None else None

    def template() -> Template:
        found = (asked and asked()) or (default and default())
        if found is None:
            raise TemplateNotFound
        return found

    return template


def _speaker(chosen: Mapping[UUID, Persona], persona_id: UUID | None) -> Speaker | None:
    if persona_id is None:
        return None
    if persona_id not in chosen:
        raise PersonaUnknown
    return _as_speaker(chosen[persona_id])


def _as_speaker(persona: Persona) -> Speaker:
    return Speaker(persona.persona_id, persona.name)


def _language(personas: Iterable[Persona], pro: Speaker, con: Speaker) -> Language:
    """Return the language of a battle: Turkish if all its personas speak it."""
    speaking = {each.preferred_language for each in personas if each.persona_id in (pro.persona_id, con.persona_id)}
    return "tr" if speaking == {"tr"} else "en"


def _audience(oldest: Sequence[Persona], account_id: UUID, rows: Cursor, day: date) -> tuple[UUID, ...]:
    """Return those of the oldest personas that have a reply left today; no other takes their place."""
    used = {(row["scope"], row["scope_id"]): row["used"] for row in rows}
    by_account = used.get(("account", account_id), 0)
    left: list[UUID] = []
    for each in oldest:
        use = QuotaUse(day, used.get(("persona", each.persona_id), 0), by_account)
        if quota_rules.has_room(use, "reply", each.daily_reply_quota):
            left.append(each.persona_id)
    return tuple(left)


def _ask_audience(tx: Tx, battle: Battle) -> None:
    if battle.audience:
        ask_all(
            tx,
            replying.KIND,
            [
                Asked(
                    reply_key(battle.battle_id, persona_id),
                    {"post_id": str(battle.battle_id), "persona_id": str(persona_id)},
                    tx.now + rules.REPLIES_AFTER,
                    battle.account_id,
                )
                for persona_id in battle.audience
            ],
        )


def _tell(tx: Tx, battle: Battle, in_room: str, template: Template, source_owner: UUID | None) -> None:
    """Note what happened, and notify whose template or battle was used."""
    me, battle_id = battle.account_id, battle.battle_id
    about = {"battle_id": str(battle_id), "room_id": str(battle.room_id), "template_id": str(template.template_id)}
    happenings.record(tx, "battle_created", me, about, battle_id)
    notices.notify(
        tx,
        template.account_id,
        me,
        "template_used",
        template.template_id,
        {"template": template.name, "room": in_room},
        {"template_id": str(template.template_id), "battle_id": str(battle_id)},
    )
    source_id = battle.source_battle_id
    if source_id is None or source_owner is None or source_owner == me:
        return  # a remix of one's own battle counts for nothing
    happenings.record(
        tx, "remix_completed", me, about | {"source_battle_id": str(source_id)}, battle_id, source_id
    )  # fmt: skip
    notices.notify(
        tx,
        source_owner,
        me,
        "battle_remixed",
        source_id,
        {"room": in_room},
        {"source_battle_id": str(source_id), "battle_id": str(battle_id)},
    )


def intend_remix(tx: Tx, account_id: UUID | None, battle_id: UUID) -> RemixOffer:
    """Return what a remix of a published post would begin with.

    Args:
        account_id: who asks; None for someone who is not signed in.

    Raises:
        BattleNotFound; Blocked: a block stands between its owner and the account.
    """
    suggested = templates.ask_suggested(tx, battle_id)
    source = queries.find_source(tx, battle_id, account_id or NO_ONE)
    found = queries.find_public(tx, battle_id).fetchone()
    blocked = source.fetchone()
    if found is None or blocked is None:
        raise BattleNotFound
    if blocked["is_blocked"]:
        raise Blocked
    battle = _view(found)
    choice = suggested()
    intent = RemixIntent(
        uuid4(),
        battle_id,
        battle.room_id,
        battle.topic,
        translate(rules.SUGGESTED_PRO_STYLE),
        translate(rules.SUGGESTED_CON_STYLE),
        choice[0].template_id if choice else None,
    )
    about = {"battle_id": str(battle_id), "room_id": str(battle.room_id)}
    happenings.record(tx, "remix_started", account_id, about, battle_id)
    return RemixOffer(intent, battle.room_name, choice, remixing.sign(intent, tx.now), tx.now + remixing.LIFETIME)


def read_public(tx: Tx, battle_id: UUID, cursor: str = "") -> BattleView:
    """Return a published post and the battle in it, with its turns and replies: one round trip.

    Args:
        cursor: of the page of replies before; "" for the first one.

    Raises:
        InvalidCursor
        BattleNotFound: there is none, it is a draft, or it was taken down.
    """
    after = paging.after(cursor)
    found = queries.find_public(tx, battle_id)
    said = queries.list_turns(tx, battle_id)
    replies = queries.list_public_replies(tx, battle_id, after, MOST_REPLIES + 1)
    row = found.fetchone()
    if row is None:
        raise BattleNotFound
    return _view(row, said, replies)


def view_public(tx: Tx, battle_id: UUID, viewer_id: UUID | None) -> BattleView:
    """Return what `read_public` does, and note that someone has looked at it.

    Args:
        viewer_id: who looks; None for someone who is not signed in.

    Raises:
        BattleNotFound
    """
    happenings.record_each(tx, "public_battle_viewed", viewer_id, queries.VIEWED, (battle_id,))
    return read_public(tx, battle_id)


def read_progress(tx: Tx, battle_id: UUID) -> Progress:
    """Return how far a battle is.

    Raises:
        BattleNotFound
    """
    row = queries.find_progress(tx, battle_id).fetchone()
    if row is None:
        raise BattleNotFound
    battle = Battle.of(row)
    done = rules.is_over(battle.status, row["replies_done"], len(battle.audience), battle.updated_at, tx.now)
    return Progress(battle, row["replies_done"], done)


def _view(row: Mapping[str, Any], said: Iterable[Row] = (), replies: Iterable[Row] = ()) -> BattleView:
    turns_said = tuple(Turn(**{**each, "speaker_name": speaker_name(each["speaker_name"])}) for each in said)
    answers = list(replies)
    changes = [row["post_updated_at"], row["battle_updated_at"], *(each["updated_at"] for each in answers)]
    pro_name, con_name = (row[side] and speaker_name(row[side]) for side in ("pro_name", "con_name"))
    return BattleView(
        battle_id=row["battle_id"],
        kind=row["kind"],
        account_id=row["account_id"],
        room_id=row["room_id"],
        room_name=room_name(row["room_name"]),
        topic=row["topic"] or safety.first_sentence(rules.bare_topic(row["content"]), rules.MAX_TOPIC),
        content=row["content"],
        authored_by=row["authored_by"],
        author_name=row["author_name"],
        created_at=row["created_at"],
        changed_at=max(filter(None, changes)),
        template_id=row["template_id"],
        template_name=row["template_name"] and template_name(row["template_name"]),
        pro_name=pro_name,
        con_name=con_name,
        pro_style=row["pro_style"],
        con_style=row["con_style"],
        status=row["status"],
        halt_reason=row["halt_reason"],
        turn_count=row["turn_count"],
        verdict=Verdict.of(row["verdict"], pro_name, con_name),
        turns=turns_said,
        replies=page_of(
            [
                PublicReply(
                    each["reply_id"],
                    each["speaker_name"],
                    each["authored_by"],
                    each["content"],
                    each["created_at"],
                    each["speaker_slug"],
                )
                for each in answers
            ],
            MOST_REPLIES,
            lambda reply: (reply.created_at, reply.reply_id),
        ),
        replies_expected=len(row["audience"] or ()),
        deadline_at=row["deadline_at"],
        author_slug=row["author_slug"],
        sides=Sides.of(row["sides"]),
    )
