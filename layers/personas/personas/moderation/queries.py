"""SQL on personas.reports."""

from __future__ import annotations

from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx
from personas.paging import EARLIEST, LATEST

_MAX_ID: Final = 2**63 - 1

# What of a profile and of a template someone may want to report; of `s` and `f`, and of `t`.
_PROFILE: Final[LiteralString] = "concat_ws(E'\\n', s.name, nullif(s.tone, 'neutral'), nullif(f.bio, ''))"
_TEMPLATE: Final[LiteralString] = "concat_ws(E'\\n', t.name, t.prompt_rules)"


def insert_post_report(tx: Tx, account_id: UUID, post_id: UUID, reason: str) -> Cursor:
    """Report a public post, once per account; return a row if there is such a post."""
    found: LiteralString = """
        SELECT post_id AS thing_id, content FROM personas.public_posts WHERE post_id = %(thing)s
    """
    return _insert(tx, "post_id", found, post_id, account_id, reason)


def insert_reply_report(tx: Tx, account_id: UUID, reply_id: UUID, reason: str) -> Cursor:
    """Report a reply that can be seen, as posts are; return a row if there is such a reply."""
    found: LiteralString = """
        SELECT r.reply_id AS thing_id, r.content FROM personas.replies r JOIN personas.posts p ON p.post_id = r.post_id
        WHERE r.reply_id = %(thing)s AND r.hidden_at IS NULL AND p.hidden_at IS NULL
    """
    return _insert(tx, "reply_id", found, reply_id, account_id, reason)


def insert_profile_report(tx: Tx, account_id: UUID, slug: str, reason: str) -> Cursor:
    """Report a public profile, likewise."""
    found: LiteralString = (
        "SELECT persona_id AS thing_id, "
        + _PROFILE
        + """ AS content FROM personas.public_profiles f JOIN personas.personas s USING (persona_id)
        WHERE f.slug = %(thing)s AND f.is_public
        """
    )
    return _insert(tx, "persona_id", found, slug, account_id, reason)


def insert_template_report(tx: Tx, account_id: UUID, template_id: UUID, reason: str) -> Cursor:
    """Report a public template that someone has written, likewise."""
    found: LiteralString = (
        "SELECT t.template_id AS thing_id, "
        + _TEMPLATE
        + """ AS content FROM personas.templates t
        WHERE t.template_id = %(thing)s AND t.is_public AND t.account_id IS NOT NULL
        """
    )
    return _insert(tx, "template_id", found, template_id, account_id, reason)


def _insert(
    tx: Tx, column: LiteralString, found: LiteralString, thing: UUID | str, account_id: UUID, reason: str
) -> Cursor:
    """Insert a report, or add its reason to the account's earlier one; return a row if there is such a thing.

    What was changed since an administrator has decided is reported anew; what was kept as it is stays decided, also
    when others report it.
    """
    return tx.execute(
        "WITH reported AS ("
        + found
        + "), added AS (INSERT INTO personas.reports AS known (account_id, "
        + column
        + ", content, reason, created_at, outcome, decided_by, decided_at)"
        + """
            SELECT %(account_id)s, reported.thing_id, reported.content, %(reason)s, %(now)s,
                   kept.outcome, kept.decided_by, kept.decided_at
            FROM reported LEFT JOIN LATERAL (
                SELECT x.outcome, x.decided_by, x.decided_at FROM personas.reports x
                WHERE x.thing_id = reported.thing_id AND x.outcome = 'kept' AND x.content = reported.content
                LIMIT 1
            ) AS kept ON true
            ON CONFLICT (account_id, """
        + column
        + ") WHERE "
        + column
        + """ IS NOT NULL DO UPDATE SET
                reason = CASE WHEN excluded.reason <> '' THEN excluded.reason ELSE known.reason END,
                (content, created_at, outcome, decided_by, decided_at) = (
                    SELECT CASE WHEN is_new THEN excluded.content ELSE known.content END,
                           CASE WHEN is_new THEN excluded.created_at ELSE known.created_at END,
                           CASE WHEN is_new THEN excluded.outcome ELSE known.outcome END,
                           CASE WHEN is_new THEN excluded.decided_by ELSE known.decided_by END,
                           CASE WHEN is_new THEN excluded.decided_at ELSE known.decided_at END
                    FROM (SELECT known.decided_at IS NOT NULL
                              AND known.content IS DISTINCT FROM excluded.content AS is_new) AS changed)
        )
        SELECT thing_id FROM reported
        """,
        {"thing": thing, "account_id": account_id, "reason": reason, "now": tx.now},
    )


# One row for a thing, however many have reported it: the first of its reports.
_REPORTS: Final[LiteralString] = (
    """
    SELECT o.report_id,
        CASE WHEN o.reply_id IS NOT NULL THEN 'reply' WHEN o.persona_id IS NOT NULL THEN 'profile'
             WHEN o.template_id IS NOT NULL THEN 'template' ELSE 'post' END AS kind,
        coalesce(o.post_id, r.post_id) AS post_id, o.reply_id, o.persona_id, o.template_id, f.slug,
        s.name AS persona_name, coalesce(r.authored_by, p.authored_by, 'HUMAN') AS authored_by,
        coalesce(o.content, present.content) AS content,
        CASE WHEN present.content <> o.content THEN present.content END AS content_now,
        coalesce((
            SELECT string_agg(DISTINCT given.reason, E'\\n') FROM (
                SELECT x.reason FROM personas.reports x
                WHERE x.thing_id = o.thing_id AND x.reason <> '' AND (x.decided_at IS NULL) = (o.decided_at IS NULL)
                ORDER BY x.created_at, x.report_id LIMIT 20
            ) AS given
        ), '') AS reason,
        o.outcome, o.decided_at, o.created_at,
        (SELECT count(*) FROM personas.reports x WHERE x.thing_id = o.thing_id) AS reports
    FROM personas.reports o
    LEFT JOIN personas.posts p ON p.post_id = o.post_id
    LEFT JOIN personas.replies r ON r.reply_id = o.reply_id
    LEFT JOIN personas.templates t ON t.template_id = o.template_id
    LEFT JOIN personas.personas s ON s.persona_id = coalesce(o.persona_id, r.persona_id, p.persona_id)
    LEFT JOIN personas.public_profiles f ON f.persona_id = o.persona_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN o.persona_id IS NOT NULL THEN """
    + _PROFILE
    + " WHEN o.template_id IS NOT NULL THEN "
    + _TEMPLATE
    + """ ELSE coalesce(r.content, p.content) END AS content
    ) AS present
"""
)


def list_open(tx: Tx, after: tuple[datetime | None, int | None], limit: int) -> Cursor:
    """Return the things that no one has decided about, reported first first, from behind the one that is named."""
    return tx.execute(
        _REPORTS
        + """
        WHERE o.decided_at IS NULL AND (o.created_at, o.report_id) > (%s, %s) AND NOT EXISTS (
            SELECT FROM personas.reports x
            WHERE x.thing_id = o.thing_id AND x.decided_at IS NULL
                AND (x.created_at, x.report_id) < (o.created_at, o.report_id)
        )
        ORDER BY o.created_at, o.report_id LIMIT %s
        """,
        (after[0] or EARLIEST, after[1] or 0, limit),
    )


def list_decided(tx: Tx, after: tuple[datetime | None, int | None], limit: int) -> Cursor:
    """Return the things that were decided about, last decided first, from behind the one that is named."""
    return tx.execute(
        _REPORTS
        + """
        WHERE o.decided_at IS NOT NULL AND (o.decided_at, o.report_id) < (%s, %s) AND NOT EXISTS (
            SELECT FROM personas.reports x
            WHERE x.thing_id = o.thing_id AND x.decided_at IS NOT NULL
                AND (x.decided_at, x.report_id) > (o.decided_at, o.report_id)
        )
        ORDER BY o.decided_at DESC, o.report_id DESC LIMIT %s
        """,
        (after[0] or LATEST, after[1] or _MAX_ID, limit),
    )


def lock_report(tx: Tx, report_id: int) -> Cursor:
    """Return what is reported: its `thing_id`, its columns, and the post that a reply answers as `thread_id`."""
    return tx.execute(
        """
        SELECT o.thing_id, o.post_id, o.reply_id, o.persona_id, o.template_id, r.post_id AS thread_id
        FROM personas.reports o LEFT JOIN personas.replies r ON r.reply_id = o.reply_id
        WHERE o.report_id = %s FOR UPDATE OF o
        """,
        (report_id,),
    )


def decide(tx: Tx, thing_id: UUID, outcome: str, decided_by: UUID) -> None:
    """Decide all reports of a thing."""
    tx.execute(
        "UPDATE personas.reports SET outcome = %s, decided_by = %s, decided_at = %s WHERE thing_id = %s",
        (outcome, str(decided_by), tx.now, thing_id),
    )
