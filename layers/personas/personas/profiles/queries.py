"""SQL on public_profiles and follows."""

from __future__ import annotations

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx, declare_race
from personas.hiding import HIDING
from personas.mutes.expressions import IS_BLOCKED
from personas.paging import LAST_ID, LATEST

declare_race("public_profiles_slug_key")


def find_profile(tx: Tx, slug: str) -> Cursor:
    """Return what anyone may see of a public profile."""
    return tx.execute(
        """
        SELECT persona_id, f.slug, p.name, f.bio, p.tone, p.preferred_language, p.formality, f.created_at,
            (SELECT count(*) FROM personas.follows WHERE persona_id = f.persona_id) AS followers,
            (
                SELECT count(*) FROM personas.public_posts WHERE persona_id = f.persona_id
            ) AS posts_count
        FROM personas.public_profiles f JOIN personas.personas p USING (persona_id)
        WHERE f.slug = %s AND f.is_public
        """,
        (slug,),
    )


def find_public(tx: Tx, slug: str) -> Cursor:
    """Return the persona's id if its profile is public."""
    return tx.execute("SELECT persona_id FROM personas.public_profiles WHERE slug = %s AND is_public", (slug,))


_PERSONA: LiteralString = """
    f.persona_id, f.slug, p.name, p.preferred_language,
    p.account_id, ARRAY(SELECT k.other_id FROM personas.blocks k WHERE k.account_id = p.account_id) AS blocks
"""
"""Of `f`, a profile, and `p`, its persona."""


def list_by_slug(tx: Tx, slugs: list[str]) -> Cursor:
    """Return the public personas with these slugs."""
    return tx.execute(
        "SELECT "
        + _PERSONA
        + """
        FROM personas.public_profiles f JOIN personas.personas p USING (persona_id)
        WHERE f.slug = ANY(%s) AND f.is_public
        """,
        (slugs,),
    )


def list_most_followed(tx: Tx, limit: int) -> Cursor:
    """Return the public personas with the most followers, best first; of several, those that were public first."""
    return tx.execute(
        "SELECT "
        + _PERSONA
        + """
        FROM (
            SELECT q.persona_id, q.slug, q.created_at, w.followers
            FROM personas.public_profiles q LEFT JOIN (
                SELECT persona_id, count(*) AS followers FROM personas.follows GROUP BY persona_id
            ) w USING (persona_id)
            WHERE q.is_public
            ORDER BY coalesce(w.followers, 0) DESC, q.created_at, q.persona_id LIMIT %s
        ) f JOIN personas.personas p USING (persona_id)
        ORDER BY coalesce(f.followers, 0) DESC, f.created_at, f.persona_id
        """,
        (limit,),
    )


def list_beginning(tx: Tx, slug: str, limit: int) -> Cursor:
    """Return public personas whose slugs begin like this, in the order of their slugs."""
    return tx.execute(
        "SELECT "
        + _PERSONA
        + """
        FROM personas.public_profiles f JOIN personas.personas p USING (persona_id)
        WHERE f.slug >= %(slug)s AND f.slug < %(slug)s || '~' AND f.is_public
        ORDER BY f.slug LIMIT %(limit)s
        """,
        {"slug": slug, "limit": limit},
    )


def list_posts(tx: Tx, slug: str, limit: int, after: tuple[datetime | None, UUID | None] = (None, None)) -> Cursor:
    """Return the posts of a public profile, newest first, from behind the one that is named."""
    return tx.execute(
        """
        SELECT post_id AS id, room_id, r.name AS room_name, p.authored_by, p.content, p.created_at, p.published_at
        FROM personas.public_posts p JOIN personas.rooms r USING (room_id)
        WHERE p.persona_id = (SELECT persona_id FROM personas.public_profiles WHERE slug = %s AND is_public)
            AND (p.published_at, p.post_id) < (
                coalesce(%s::timestamptz, 'infinity'),
                coalesce(%s::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
            )
        ORDER BY p.published_at DESC, p.post_id DESC LIMIT %s
        """,
        (slug, *after, limit),
    )


def list_top_rooms(tx: Tx, slug: str, limit: int) -> Cursor:
    return tx.execute(
        """
        SELECT room_id, r.name AS room_name, counted.post_count
        FROM (
            SELECT room_id, count(*) AS post_count FROM personas.public_posts
            WHERE persona_id = (SELECT persona_id FROM personas.public_profiles WHERE slug = %s AND is_public)
            GROUP BY room_id
        ) AS counted JOIN personas.rooms r USING (room_id)
        ORDER BY counted.post_count DESC, r.name LIMIT %s
        """,
        (slug, limit),
    )


def find_publication(tx: Tx, persona_id: UUID) -> Cursor:
    return tx.execute(
        """
        SELECT persona_id, slug, is_public, bio, created_at, hidden_at IS NOT NULL AS is_hidden
        FROM personas.public_profiles WHERE persona_id = %s
        """,
        (persona_id,),
    )


def set_hidden(tx: Tx, persona_id: UUID, *, hidden: bool) -> None:
    """Take a profile down, or put back one that was taken down."""
    tx.execute(
        "UPDATE personas.public_profiles SET " + HIDING + " WHERE persona_id = %(persona_id)s",
        {"persona_id": persona_id, "hidden": hidden, "now": tx.now},
    )


def list_similar_slugs(tx: Tx, persona_id: UUID, requested: str, fallback: str) -> Cursor:
    """Return one row: the `base` of the persona's slug, and what others have `taken` of the slugs that begin like it.

    Its present slug and its name are not known before this question is sent, so SQL makes the slug of them.

    Args:
        requested: the slug that it shall have; "" to keep the one it has, or to make one of its name.
        fallback: the base if its name makes no slug.
    """
    return tx.execute(
        r"""
        WITH wanted AS (
            SELECT coalesce(
                nullif(%(requested)s, ''),
                (SELECT slug FROM personas.public_profiles WHERE persona_id = %(persona_id)s),
                (
                    SELECT nullif(btrim(left(btrim(regexp_replace(regexp_replace(
                        lower(translate(name, 'çÇğĞıIİöÖşŞüÜ', 'ccggiiioossuu')),
                        '[^a-z0-9\s_-]', '', 'g'), '[\s_-]+', '-', 'g'), '-'), 64), '-'), '')
                    FROM personas.personas WHERE persona_id = %(persona_id)s
                ),
                %(fallback)s
            ) AS base
        )
        SELECT base, ARRAY(
            SELECT slug FROM personas.public_profiles
            WHERE slug >= left(base, 60) AND slug < left(base, 60) || '~' AND (slug = base OR slug ~ '-[0-9]{1,3}$')
                AND persona_id <> %(persona_id)s
        ) AS taken
        FROM wanted
        """,
        {"requested": requested, "persona_id": persona_id, "fallback": fallback},
    )


def upsert_publication(tx: Tx, persona_id: UUID, slug: str, bio: str) -> None:
    tx.execute(
        """
        INSERT INTO personas.public_profiles (persona_id, slug, is_public, bio, created_at)
        VALUES (%s, %s, true, %s, %s)
        ON CONFLICT (persona_id) DO UPDATE SET slug = excluded.slug, bio = excluded.bio,
            is_public = public_profiles.hidden_at IS NULL
        """,
        (persona_id, slug, bio, tx.now),
    )


def hide_profile(tx: Tx, persona_id: UUID) -> None:
    tx.execute(
        "UPDATE personas.public_profiles SET is_public = false, was_public = false WHERE persona_id = %s",
        (persona_id,),
    )


def find_to_follow(tx: Tx, slug: str, account_id: UUID) -> Cursor:
    """Return a public profile, whose it is, and whether one of the two has blocked the other."""
    return tx.execute(
        """
        SELECT persona_id, f.slug, p.name, p.account_id, """
        + IS_BLOCKED
        + """ AS is_blocked
        FROM personas.public_profiles f JOIN personas.personas p USING (persona_id)
        WHERE f.slug = %(slug)s AND f.is_public
        """,
        {"slug": slug, "me": account_id},
    )


def insert_follow(tx: Tx, slug: str, account_id: UUID) -> Cursor:
    """Follow a public persona of someone else; returns a row if the account did not yet."""
    return tx.execute(
        """
        INSERT INTO personas.follows (account_id, persona_id, created_at)
        SELECT %(me)s, persona_id, %(now)s
        FROM personas.public_profiles f JOIN personas.personas p USING (persona_id)
        WHERE f.slug = %(slug)s AND f.is_public AND p.account_id <> %(me)s
        ON CONFLICT DO NOTHING
        RETURNING persona_id
        """,
        {"slug": slug, "me": account_id, "now": tx.now},
    )


def delete_follow(tx: Tx, slug: str, account_id: UUID) -> Cursor:
    """Unfollow a persona, even if its profile is no longer public; returns a row if the account did follow it."""
    return tx.execute(
        """
        DELETE FROM personas.follows w USING personas.public_profiles f
        WHERE f.slug = %s AND w.persona_id = f.persona_id AND w.account_id = %s RETURNING w.persona_id
        """,
        (slug, account_id),
    )


def list_followed(tx: Tx, account_id: UUID, after: tuple[datetime | None, UUID | None], limit: int) -> Cursor:
    """Return the personas that an account follows, those that it followed last first."""
    return tx.execute(
        """
        SELECT w.persona_id, f.slug, p.name, f.is_public, w.created_at AS followed_at
        FROM personas.follows w JOIN personas.personas p USING (persona_id)
        JOIN personas.public_profiles f USING (persona_id)
        WHERE w.account_id = %s AND (w.created_at, w.persona_id) < (%s, %s)
        ORDER BY w.created_at DESC, w.persona_id DESC LIMIT %s
        """,
        (account_id, after[0] or LATEST, after[1] or LAST_ID, limit),
    )


def delete_follows_across_blocks(tx: Tx, account_id: UUID) -> None:
    """End what an account and those that a block keeps from it follow of one another."""
    tx.execute(
        """
        DELETE FROM personas.follows w USING personas.personas p, personas.blocks k
        WHERE p.persona_id = w.persona_id AND k.account_id = %s
            AND (w.account_id, p.account_id) IN ((k.account_id, k.other_id), (k.other_id, k.account_id))
        """,
        (account_id,),
    )


def count_followers(tx: Tx, slug: str) -> Cursor:
    """Return one row: the number of followers, and whether the profile is public; none for an unknown slug."""
    return tx.execute(
        """
        SELECT is_public, (SELECT count(*) FROM personas.follows w WHERE w.persona_id = f.persona_id) AS followers
        FROM personas.public_profiles f WHERE slug = %s
        """,
        (slug,),
    )


def find_relation(tx: Tx, slug: str, account_id: UUID) -> Cursor:
    return tx.execute(
        """
        SELECT EXISTS (
            SELECT FROM personas.follows f
            WHERE f.persona_id = p.persona_id AND f.account_id = %(account_id)s
        ) AS follows, p.account_id = %(account_id)s AS is_own
        FROM personas.public_profiles JOIN personas.personas p USING (persona_id)
        WHERE slug = %(slug)s
        """,
        {"slug": slug, "account_id": account_id},
    )
