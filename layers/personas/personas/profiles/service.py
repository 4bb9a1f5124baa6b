"""Publishing personas, looking at their profiles, and following them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx
from kernel.look_alikes import sounds_like_ours
from kernel.statements import Row
from kernel.texts import translate
from personas import paging
from personas.happenings import service as happenings
from personas.mutes.models import Blocked
from personas.notices import service as notices
from personas.paging import CursorPage, page_of
from personas.people import service as people
from personas.people.models import Persona
from personas.profiles import queries, rules
from personas.profiles.models import (
    FollowedPersona,
    Following,
    PostsPage,
    ProfileBundle,
    ProfileHidden,
    ProfileNotFound,
    Publication,
    PublicPersona,
    PublicPost,
    PublicProfile,
    RoomStat,
    SelfFollow,
    SlugEmpty,
)
from personas.rooms.texts import room_name
from personas.safety.models import InvalidField
from personas.safety.rules import check, cut

_VIEWED: LiteralString = """
    SELECT jsonb_build_object('slug', slug, 'persona_id', persona_id) AS metadata, NULL::uuid AS battle_id
    FROM personas.public_profiles WHERE slug = %s AND is_public
"""


def publish(tx: Tx, account_id: UUID, persona_id: UUID, slug: str = "", bio: str = "") -> Publication:
    """Make a persona public, under a slug of its own.

    Args:
        slug: what is wanted; "" for the one it has, or one made of its name.
        bio: for the profile; "" for the persona's own.

    Raises:
        PersonaNotFound: it is another person's. ProfileHidden: an administrator has taken it down.
        SlugEmpty: nothing of the slug may stand in an address. InvalidField: it sounds like the house's.
        ContentTooLong, ContentProfanity, ContentLinks
    """
    wanted = rules.slug_of(slug)
    asked = people.ask_owned(tx, account_id, persona_id)
    stored = queries.find_publication(tx, persona_id)
    similar = queries.list_similar_slugs(tx, persona_id, wanted, rules.FALLBACK_SLUG)
    persona = asked()
    if slug.strip() and not wanted:
        raise SlugEmpty
    before = stored.fetchone()
    if before and before["is_hidden"]:
        raise ProfileHidden
    base = wanted or (before["slug"] if before else rules.slug_of(persona.name)) or rules.FALLBACK_SLUG
    if sounds_like_ours(base.replace("-", " ")):  # also one made of a name, which loses points and other signs
        raise InvalidField(field="slug", problem=translate("Choose an address that does not sound like one of ours."))
    chosen = rules.free_slug(base, _taken(tx, persona, similar, base), tx.rng)
    shown = _bio_of(persona, bio)
    queries.upsert_publication(tx, persona_id, chosen, shown)
    created_at = before["created_at"] if before else tx.now
    return Publication(persona_id=persona_id, slug=chosen, is_public=True, bio=shown, created_at=created_at)


def _taken(tx: Tx, persona: Persona, similar: Cursor, base: str) -> list[str]:
    row = similar.fetchone()
    if row is None or row["base"] != base:
        # SQL has made another slug of the name: of a letter that only one of the two knows.
        row = queries.list_similar_slugs(tx, persona.persona_id, base, base).fetchone()
    assert row is not None
    return row["taken"]


def _bio_of(persona: Persona, bio: str) -> str:
    text = bio.strip() or cut(persona.bio, rules.MAX_BIO)
    return check(text, rules.MAX_BIO) if text else ""


def unpublish(tx: Tx, account_id: UUID, persona_id: UUID) -> Publication:
    """Hide the profile of a persona. Its slug and its followers stay.

    Raises:
        PersonaNotFound
    """
    asked = people.ask_owned(tx, account_id, persona_id)
    stored = queries.find_publication(tx, persona_id)
    asked()
    before = stored.fetchone()
    queries.hide_profile(tx, persona_id)
    return Publication(
        persona_id=persona_id, slug=before["slug"] if before else "", is_public=False, bio="", created_at=None
    )


def hide(tx: Tx, persona_id: UUID, *, hidden: bool) -> None:
    """Take a profile down, or put it back."""
    queries.set_hidden(tx, persona_id, hidden=hidden)


def publication_of(tx: Tx, account_id: UUID, persona_id: UUID) -> Publication | None:
    """Return where a persona of this account is or was public; None if it never was.

    Raises:
        PersonaNotFound
    """
    asked = people.ask_owned(tx, account_id, persona_id)
    stored = queries.find_publication(tx, persona_id)
    asked()
    row = stored.fetchone()
    return Publication(**row) if row else None


def look_at(tx: Tx, slug: str, viewer: UUID | None = None) -> ProfileBundle:
    """Return a public profile with its newest posts, and record that it was viewed: one round trip.

    Raises:
        ProfileNotFound
    """
    wanted = rules.slug_of(slug)
    found = queries.find_profile(tx, wanted)
    posts = queries.list_posts(tx, wanted, rules.PAGE + 1)
    rooms = queries.list_top_rooms(tx, wanted, rules.TOP_ROOMS)
    happenings.record_each(tx, "public_profile_viewed", viewer, _VIEWED, (wanted,))
    row = found.fetchone()
    if row is None:
        raise ProfileNotFound
    return ProfileBundle(PublicProfile(**row), _page(posts), tuple(RoomStat(**_named(each)) for each in rooms))


def ask_public(tx: Tx, slugs: Sequence[str]) -> Callable[[], list[PublicPersona]]:
    """Ask for the public personas with these slugs, as people type them; they come with the next round trip."""
    return _asked(queries.list_by_slug(tx, [rules.slug_of(each) for each in slugs]))


def ask_most_followed(tx: Tx, limit: int) -> Callable[[], list[PublicPersona]]:
    """Ask for the public personas with the most followers, best first; they come with the next round trip."""
    return _asked(queries.list_most_followed(tx, limit))


def suggest(tx: Tx, typed: str, limit: int) -> list[PublicPersona]:
    """Return the public personas that someone may mean who has begun to type; the most followed for nothing yet."""
    slug = rules.slug_of(typed)
    return _asked(queries.list_beginning(tx, slug, limit) if slug else queries.list_most_followed(tx, limit))()


def _asked(found: Cursor) -> Callable[[], list[PublicPersona]]:
    return lambda: [PublicPersona(**{**row, "blocks": frozenset(row["blocks"])}) for row in found]


def ask_relation(tx: Tx, slug: str, viewer: UUID) -> Callable[[], tuple[bool, bool]]:
    """Ask whether an account follows a persona, and whether it is theirs; it comes with the next round trip."""
    found = queries.find_relation(tx, rules.slug_of(slug), viewer)

    def relation() -> tuple[bool, bool]:
        row = found.fetchone()
        return (row["follows"], row["is_own"]) if row else (False, False)

    return relation


def list_posts(tx: Tx, slug: str, cursor: str = "") -> PostsPage:
    """Return a page of a public profile's posts, newest first.

    Args:
        cursor: from the page before; "" for the first one.

    Raises:
        InvalidCursor; ProfileNotFound
    """
    after = paging.after(cursor)
    wanted = rules.slug_of(slug)
    public, posts = queries.find_public(tx, wanted), queries.list_posts(tx, wanted, rules.PAGE + 1, after)
    if public.fetchone() is None:
        raise ProfileNotFound
    return _page(posts)


def _page(found: Cursor) -> PostsPage:
    rows = found.fetchall()  # one more than a page, to know whether there is another
    times = [row.pop("published_at") for row in rows]
    posts = tuple(PublicPost(**_named(row)) for row in rows[: rules.PAGE])
    more = len(rows) > rules.PAGE
    return PostsPage(posts, paging.cursor_after(times[rules.PAGE - 1], posts[-1].id) if more else "")


def _named(row: Row) -> Row:
    """Return a row with the name of its room in the reader's language."""
    return {**row, "room_name": room_name(row["room_name"])}


def require_public(tx: Tx, slug: str) -> None:
    """Check that there is a public profile.

    Raises:
        ProfileNotFound
    """
    if queries.find_public(tx, rules.slug_of(slug)).fetchone() is None:
        raise ProfileNotFound


def follow(tx: Tx, account_id: UUID, slug: str) -> Following:
    """Follow a public persona, and notify its owner the first time.

    Raises:
        ProfileNotFound, SelfFollow, Blocked
    """
    wanted = rules.slug_of(slug)
    found = queries.find_to_follow(tx, wanted, account_id)
    inserted = queries.insert_follow(tx, wanted, account_id)
    counted = queries.count_followers(tx, wanted)
    row, is_new, followers = found.fetchone(), inserted.fetchone() is not None, counted.fetchone()
    if row is None or followers is None:
        raise ProfileNotFound
    if row["account_id"] == account_id:
        raise SelfFollow
    if row["is_blocked"]:
        raise Blocked
    if is_new:
        notices.notify(
            tx,
            row["account_id"],
            account_id,
            "persona_followed",
            row["persona_id"],
            {"name": row["name"], "followers": followers["followers"]},
            {"persona_id": row["persona_id"], "slug": row["slug"]},
        )
    return Following(is_new, followers["followers"])


def list_followed(
    tx: Tx, account_id: UUID, *, cursor: str = "", limit: int = paging.MOST
) -> CursorPage[FollowedPersona]:
    """Return the personas that an account follows, those that it followed last first.

    Args:
        cursor: of the page before; "" for the first one.

    Raises:
        InvalidCursor
    """
    found = queries.list_followed(tx, account_id, paging.after(cursor), limit + 1)
    followed = [FollowedPersona(**row) for row in found]
    return page_of(followed, limit, lambda each: (each.followed_at, each.persona_id))


def end_follows_across_blocks(tx: Tx, account_id: UUID) -> None:
    """Let an account and those that a block keeps from it no longer follow one another's personas."""
    queries.delete_follows_across_blocks(tx, account_id)


def unfollow(tx: Tx, account_id: UUID, slug: str) -> Following:
    """Stop following a persona, even one that is no longer public.

    Raises:
        ProfileNotFound
    """
    wanted = rules.slug_of(slug)
    deleted, counted = queries.delete_follow(tx, wanted, account_id), queries.count_followers(tx, wanted)
    was_followed, row = deleted.fetchone() is not None, counted.fetchone()
    if row is None or not (row["is_public"] or was_followed):
        raise ProfileNotFound
    return Following(False, row["followers"])
