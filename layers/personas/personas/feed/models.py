"""The values of the home feed."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from personas.posts.models import Sides

Reason = Literal["followed_persona", "trending_battle", "new_template"]


class FeedBattle(Struct, frozen=True, kw_only=True):
    """A published post or battle in the feed.

    Attributes:
        persona_id: of a post; a battle has none.
        published_at: by which its age is reckoned.
        shares, remixes: of the last 14 days.
        template_id, template_name: None without a template.
        persona_slug: the address of the persona's profile; None if that is not public.
        sides: of a battle.
    """

    battle_id: UUID
    room_id: UUID
    room_name: str
    persona_id: UUID | None
    persona_name: str | None
    topic: str
    created_at: datetime
    published_at: datetime
    shares: int
    remixes: int
    template_id: UUID | None
    template_name: str | None
    persona_slug: str | None = None
    sides: Sides | None = None

    @property
    def key(self) -> str:
        return f"battle:{self.battle_id}"

    @property
    def moment(self) -> datetime:
        return self.published_at


class FeedTemplate(Struct, frozen=True, kw_only=True):
    """A public template in the feed.

    Attributes:
        usage_count: battles with it in the last 30 days.
        is_trending: no other new template is used more.
    """

    template_id: UUID
    name: str
    prompt_rules: str
    turn_count: int
    word_limit: int
    created_at: datetime
    usage_count: int
    is_trending: bool = False

    @property
    def key(self) -> str:
        return f"template:{self.template_id}"

    @property
    def moment(self) -> datetime:
        return self.created_at


Subject = FeedBattle | FeedTemplate


class FeedItem(Struct, frozen=True):
    """Something in the feed.

    Attributes:
        reason: the one that gives it its score.
        reasons: all of them.
    """

    subject: Subject
    reason: Reason
    reasons: tuple[Reason, ...]
    score: float


class Feed(Struct, frozen=True):
    """The home feed of an account, best first.

    Attributes:
        highlight: the most used of the new templates; None if there is none.
    """

    items: tuple[FeedItem, ...]
    highlight: FeedTemplate | None
