"""The values and refusals of public profiles."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from kernel.errors import Conflict, NotAllowed, NotFound, Refused, Unauthenticated


class PublicProfile(Struct, frozen=True, kw_only=True):
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


class PublicPersona(Struct, frozen=True):
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


class PublicPost(Struct, frozen=True, kw_only=True):
    """A post as anyone may see it."""

    id: UUID
    room_id: UUID
    room_name: str
    authored_by: str
    content: str
    created_at: datetime


class RoomStat(Struct, frozen=True):
    """How much a persona writes in a room."""

    room_id: UUID
    room_name: str
    post_count: int


class PostsPage(Struct, frozen=True):
    """Some posts of a persona, newest first.

    Attributes:
        next_cursor: where the next page begins; "" after the last one.
    """

    posts: tuple[PublicPost, ...]
    next_cursor: str


class ProfileBundle(Struct, frozen=True):
    """All that a profile's page shows at first."""

    profile: PublicProfile
    page: PostsPage
    top_rooms: tuple[RoomStat, ...]


class Publication(Struct, frozen=True, kw_only=True):
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


class Following(Struct, frozen=True):
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


class FollowedPersona(Struct, frozen=True, kw_only=True):
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
