"""The values and refusals of public profiles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.errors import Conflict, NotAllowed, NotFound, Refused, Unauthenticated


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicProfile:
    """A profile as anyone may see it.

    Attributes:
        created_at: when it was first published.
    """

    persona_id: UUID
    slug: str
    name: str
    bio: str
    tone: str
    preferred_language: str
    formality: int
    followers: int
    posts_count: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PublicPersona:
    """A public persona, as one chooses it from a list.

    Attributes:
        account_id: its owner's.
        blocks: the accounts that its owner has blocked, and those that have blocked its owner.
    """

    persona_id: UUID
    slug: str
    name: str
    preferred_language: str
    account_id: UUID
    blocks: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPost:
    """A post as anyone may see it."""

    id: UUID
    room_id: UUID
    room_name: str
    authored_by: str
    content: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RoomStat:
    """How much a persona writes in a room."""

    room_id: UUID
    room_name: str
    post_count: int


@dataclass(frozen=True, slots=True)
class PostsPage:
    """Some posts of a persona, newest first.

    Attributes:
        next_cursor: where the next page begins; "" after the last one.
    """

    posts: tuple[PublicPost, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class ProfileBundle:
    """All that a profile's page shows at first."""

    profile: PublicProfile
    page: PostsPage
    top_rooms: tuple[RoomStat, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """Under which address a persona is public.

    Attributes:
        slug: "" if it has never been.
    """

    persona_id: UUID
    slug: str
    is_public: bool
    bio: str
    created_at: datetime | None
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Following:
    """What following or unfollowing has changed.

    Attributes:
        followed: whether it is a new follower.
    """

    followed: bool
    followers: int


class ProfileHidden(NotAllowed):
    """An administrator has taken the profile down."""

    code = "forbidden"
    message = "An administrator has hidden this profile. It cannot be published again."


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedPersona:
    """A persona that someone follows.

    Attributes:
        is_public: False while its profile is hidden; it can be unfollowed all the same.
    """

    persona_id: UUID
    slug: str
    name: str
    is_public: bool
    followed_at: datetime


class ProfileNotFound(NotFound):
    code = "not_found"
    message = "There is no public profile at this address."


class SlugEmpty(Refused):
    code = "invalid_field"
    message = "slug: use letters from a to z, or digits."


class SelfFollow(Conflict):
    code = "self_follow"
    message = "This is your own persona."


class SignupRequired(Unauthenticated):
    """Following needs an account. The wire contract has the code as the error's text as well."""

    code = "signup_required"
    message = "signup_required"
