"""The home feed, notifications and digests, as their owner sees them. Source: personas 14."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from doors.fields import Timestamp
from personas.digests.models import ActiveThread, DailyDigest, WeeklyDigest, WeeklyItem
from personas.feed.models import Feed, FeedBattle, FeedItem, FeedTemplate
from personas.notices.models import Notice, NoticeType
from personas.paging import CursorPage


class TemplateNameShape(BaseModel):
    """A template, as far as a battle names it."""

    id: UUID
    name: str


class FeedBattleShape(BaseModel):
    """A battle or another published post in the feed. Shares and remixes are of the last 14 days."""

    battle_id: UUID
    room_id: UUID
    room_name: str
    persona_id: UUID | None = None
    persona_name: str | None = None
    topic: str
    pro_name: str | None = None
    con_name: str | None = None
    created_at: Timestamp
    shares: int
    remixes: int
    template: TemplateNameShape | None = None

    @classmethod
    def of(cls, battle: FeedBattle) -> FeedBattleShape:
        template = None
        if battle.template_id is not None and battle.template_name is not None:
            template = TemplateNameShape(id=battle.template_id, name=battle.template_name)
        return cls(
            battle_id=battle.battle_id,
            room_id=battle.room_id,
            room_name=battle.room_name,
            persona_id=battle.persona_id,
            persona_name=battle.persona_name,
            topic=battle.topic,
            pro_name=battle.sides.pro_name if battle.sides else None,
            con_name=battle.sides.con_name if battle.sides else None,
            created_at=battle.created_at,
            shares=battle.shares,
            remixes=battle.remixes,
            template=template,
        )


class FeedTemplateShape(BaseModel):
    """A public template in the feed, with how often it was used in the last 30 days."""

    template_id: UUID
    name: str
    prompt_rules: str
    turn_count: int
    word_limit: int
    created_at: Timestamp
    usage_count: int
    is_trending: bool

    @classmethod
    def of(cls, template: FeedTemplate) -> FeedTemplateShape:
        return cls(
            template_id=template.template_id,
            name=template.name,
            prompt_rules=template.prompt_rules,
            turn_count=template.turn_count,
            word_limit=template.word_limit,
            created_at=template.created_at,
            usage_count=template.usage_count,
            is_trending=template.is_trending,
        )


class FeedItemShape(BaseModel):
    """Something in the feed, why it is there, and its score."""

    id: str
    kind: Literal["battle", "template"]
    reason: str
    reasons: list[str]
    score: float
    battle: FeedBattleShape | None = None
    template: FeedTemplateShape | None = None

    @classmethod
    def of(cls, item: FeedItem) -> FeedItemShape:
        subject = item.subject
        is_battle = isinstance(subject, FeedBattle)
        return cls(
            id=subject.key,
            kind="battle" if is_battle else "template",
            reason=item.reason,
            reasons=[*item.reasons],
            score=item.score,
            battle=FeedBattleShape.of(subject) if isinstance(subject, FeedBattle) else None,
            template=FeedTemplateShape.of(subject) if isinstance(subject, FeedTemplate) else None,
        )


class FeedShape(BaseModel):
    """The home feed, best first."""

    items: list[FeedItemShape]
    highlight_template: FeedTemplateShape | None = None

    @classmethod
    def of(cls, feed: Feed) -> FeedShape:
        return cls(
            items=[FeedItemShape.of(item) for item in feed.items],
            highlight_template=FeedTemplateShape.of(feed.highlight) if feed.highlight else None,
        )


class NoticeShape(BaseModel):
    """A notification."""

    id: int
    actor_user_id: UUID | None = None
    type: NoticeType
    title: str
    body: str
    metadata: dict[str, Any]
    read_at: Timestamp | None = None
    created_at: Timestamp

    @classmethod
    def of(cls, notice: Notice) -> NoticeShape:
        return cls(
            id=notice.notification_id,
            actor_user_id=notice.actor_id,
            type=notice.type,
            title=notice.title,
            body=notice.body,
            metadata=dict(notice.metadata),
            read_at=notice.read_at,
            created_at=notice.created_at,
        )


class NoticesShape(BaseModel):
    """Notifications, newest first, and how many of all are unread. `next_cursor` is empty on the last page."""

    notifications: list[NoticeShape]
    unread_count: int
    next_cursor: str

    @classmethod
    def of(cls, page: CursorPage[Notice], unread: int) -> NoticesShape:
        return cls(
            notifications=[NoticeShape.of(notice) for notice in page],
            unread_count=unread,
            next_cursor=page.next_cursor,
        )


class NoticeReadShape(BaseModel):
    """Whether this notification was unread, and how many still are."""

    updated: bool
    unread_count: int


class NoticesReadShape(BaseModel):
    """How many notifications were unread."""

    updated: int
    unread_count: int = 0


class ActiveThreadShape(BaseModel):
    """A thread in which a persona was active."""

    post_id: UUID
    room_id: UUID | None = None
    room_name: str | None = None
    post_preview: str | None = None
    activity_count: int
    last_activity_at: Timestamp

    @classmethod
    def of(cls, thread: ActiveThread) -> ActiveThreadShape:
        return cls(
            post_id=thread.post_id,
            room_id=thread.room_id,
            room_name=thread.room_name,
            post_preview=thread.post_preview or None,
            activity_count=thread.activity_count,
            last_activity_at=thread.last_activity_at,
        )


class DailyStatsShape(BaseModel):
    """What a persona did in a day."""

    posts: int
    replies: int
    top_threads: list[ActiveThreadShape]


class DailyDigestShape(BaseModel):
    """The digest of a persona's day (UTC)."""

    persona_id: UUID
    date: date
    summary: str
    stats: DailyStatsShape
    has_activity: bool
    updated_at: Timestamp | None = None


class DailyShape(BaseModel):
    """A daily digest, or an empty one that does not exist yet."""

    digest: DailyDigestShape
    exists: bool

    @classmethod
    def of(cls, digest: DailyDigest) -> DailyShape:
        stats = digest.stats
        return cls(
            digest=DailyDigestShape(
                persona_id=digest.persona_id,
                date=digest.date,
                summary=digest.summary,
                stats=DailyStatsShape(
                    posts=stats.posts,
                    replies=stats.replies,
                    top_threads=[ActiveThreadShape.of(thread) for thread in stats.top_threads],
                ),
                has_activity=stats.has_activity,
                updated_at=digest.updated_at,
            ),
            exists=digest.exists,
        )


class WeeklyItemShape(BaseModel):
    """A battle that its reader has missed."""

    battle_id: UUID
    room_id: UUID
    room_name: str
    topic: str
    summary: str
    score: float
    created_at: Timestamp

    @classmethod
    def of(cls, item: WeeklyItem) -> WeeklyItemShape:
        return cls(
            battle_id=item.battle_id,
            room_id=item.room_id,
            room_name=item.room_name,
            topic=item.topic,
            summary=item.summary,
            score=item.score,
            created_at=item.created_at,
        )


class WeeklyDigestShape(BaseModel):
    """The best of a week."""

    week_start: date
    generated_at: Timestamp | None = None
    items: list[WeeklyItemShape]


class WeeklyShape(BaseModel):
    """The weekly digest of this week, else of the last week that has one, else an empty one."""

    digest: WeeklyDigestShape
    exists: bool
    is_current_week: bool

    @classmethod
    def of(cls, digest: WeeklyDigest) -> WeeklyShape:
        return cls(
            digest=WeeklyDigestShape(
                week_start=digest.week_start,
                generated_at=digest.generated_at,
                items=[WeeklyItemShape.of(item) for item in digest.items],
            ),
            exists=digest.exists,
            is_current_week=digest.is_current_week,
        )
