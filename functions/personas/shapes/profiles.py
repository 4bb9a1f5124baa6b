"""Public profiles as anyone may see them: each answer has the fields of its list only. Source: personas 11."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel

from doors.bodies import StrictBody, Text
from doors.fields import Timestamp
from personas.paging import CursorPage
from personas.profiles.models import (
    FollowedPersona,
    Following,
    PostsPage,
    ProfileBundle,
    Publication,
    PublicPost,
    PublicProfile,
    RoomStat,
)
from personas.profiles.rules import badges_of


class ProfileShape(BaseModel):
    """A public profile. `created_at` is when it was first published."""

    persona_id: UUID
    slug: str
    name: str
    bio: str
    tone: str
    preferred_language: str
    formality: int
    is_public: bool
    followers: int
    posts_count: int
    badges: list[str]
    created_at: Timestamp

    @classmethod
    def of(cls, profile: PublicProfile) -> ProfileShape:
        return cls(
            persona_id=profile.persona_id,
            slug=profile.slug,
            name=profile.name,
            bio=profile.bio,
            tone=profile.tone,
            preferred_language=profile.preferred_language,
            formality=profile.formality,
            is_public=True,
            followers=profile.followers,
            posts_count=profile.posts_count,
            badges=badges_of(profile.preferred_language, profile.tone, profile.formality),
            created_at=profile.created_at,
        )


class PublicPostShape(BaseModel):
    """A published post. `authored_by` says whether a machine wrote it."""

    id: UUID
    room_id: UUID
    room_name: str
    authored_by: str
    content: str
    created_at: Timestamp

    @classmethod
    def of(cls, post: PublicPost) -> PublicPostShape:
        return cls(
            id=post.id,
            room_id=post.room_id,
            room_name=post.room_name,
            authored_by=post.authored_by,
            content=post.content,
            created_at=post.created_at,
        )


class RoomStatShape(BaseModel):
    """How many posts a persona has in a room."""

    room_id: UUID
    room_name: str
    post_count: int

    @classmethod
    def of(cls, stat: RoomStat) -> RoomStatShape:
        return cls(room_id=stat.room_id, room_name=stat.room_name, post_count=stat.post_count)


class ProfileBundleShape(BaseModel):
    """A profile with its newest posts. `next_cursor` is empty when there are no more."""

    profile: ProfileShape
    latest_posts: list[PublicPostShape]
    top_rooms: list[RoomStatShape]
    next_cursor: str

    @classmethod
    def of(cls, bundle: ProfileBundle) -> ProfileBundleShape:
        return cls(
            profile=ProfileShape.of(bundle.profile),
            latest_posts=[PublicPostShape.of(post) for post in bundle.page.posts],
            top_rooms=[RoomStatShape.of(stat) for stat in bundle.top_rooms],
            next_cursor=bundle.page.next_cursor,
        )


class PostsPageShape(BaseModel):
    """A page of posts. `next_cursor` is empty on the last one."""

    posts: list[PublicPostShape]
    next_cursor: str

    @classmethod
    def of(cls, page: PostsPage) -> PostsPageShape:
        return cls(posts=[PublicPostShape.of(post) for post in page.posts], next_cursor=page.next_cursor)


class FollowingShape(BaseModel):
    """`followed` is true for a new follower only."""

    followed: bool
    followers: int

    @classmethod
    def of(cls, following: Following) -> FollowingShape:
        return cls(followed=following.followed, followers=following.followers)


class FollowedPersonaShape(BaseModel):
    """A persona that you follow. While its profile is hidden, it can only be unfollowed."""

    persona_id: UUID
    slug: str
    name: str
    is_public: bool
    followed_at: Timestamp

    @classmethod
    def of(cls, followed: FollowedPersona) -> FollowedPersonaShape:
        return cls(
            persona_id=followed.persona_id,
            slug=followed.slug,
            name=followed.name,
            is_public=followed.is_public,
            followed_at=followed.followed_at,
        )


class FollowsShape(BaseModel):
    """The personas that you follow, the last one first. `next_cursor` is empty on the last page."""

    follows: list[FollowedPersonaShape]
    next_cursor: str

    @classmethod
    def of(cls, page: CursorPage[FollowedPersona]) -> FollowsShape:
        return cls(follows=[FollowedPersonaShape.of(each) for each in page], next_cursor=page.next_cursor)


class PublishBody(StrictBody):
    """Both may be left out: the persona keeps its slug or gets one of its name, and the bio is its own."""

    slug: Text | None = None
    bio: Text | None = None


class HiddenProfileShape(BaseModel):
    """Where a persona is or was public. Slug and address are empty if it never was."""

    persona_id: UUID
    slug: str
    is_public: bool
    share_url: str

    @classmethod
    def of(cls, publication: Publication, origin: str) -> HiddenProfileShape:
        return cls(
            persona_id=publication.persona_id,
            slug=publication.slug,
            is_public=publication.is_public,
            share_url=share_url(publication, origin),
        )


class OwnProfileShape(HiddenProfileShape):
    """Whether a persona of yours is public, and where."""

    bio: str

    @classmethod
    def of_own(cls, persona_id: UUID, publication: Publication | None, origin: str) -> OwnProfileShape:
        """Return the profile of a persona; None for one that has never been public."""
        if publication is None:
            return cls(persona_id=persona_id, slug="", is_public=False, share_url="", bio="")
        return cls(
            persona_id=persona_id,
            slug=publication.slug,
            is_public=publication.is_public,
            share_url=share_url(publication, origin),
            bio=publication.bio,
        )


class PublishedProfileShape(HiddenProfileShape):
    """A profile that is public."""

    bio: str
    created_at: Timestamp

    @classmethod
    def of(cls, publication: Publication, origin: str) -> PublishedProfileShape:
        assert publication.created_at is not None
        return cls(
            persona_id=publication.persona_id,
            slug=publication.slug,
            is_public=publication.is_public,
            share_url=share_url(publication, origin),
            bio=publication.bio,
            created_at=publication.created_at,
        )


def share_url(publication: Publication, origin: str) -> str:
    """Return the address of a profile's page; "" if it was never public."""
    return f"{origin}/p/{publication.slug}" if publication.slug else ""
