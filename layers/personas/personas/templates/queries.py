"""SQL on personas.templates."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx
from kernel.locks import lock_name
from personas.hiding import HIDING
from personas.paging import LAST_ID, LATEST
from personas.templates.expressions import fair
from personas.templates.rules import OFFERED_PER_AUTHOR, OFFERED_PER_PERSON

if TYPE_CHECKING:
    from personas.templates.models import Template

COLUMNS: LiteralString = (
    "t.template_id, t.account_id, t.name, t.prompt_rules, t.turn_count, t.word_limit, t.is_public, t.created_at,"
    " t.hidden_at IS NOT NULL AS is_hidden"
)

_USAGE: LiteralString = """
    (SELECT count(*) FROM (SELECT FROM personas.posts AS p WHERE p.template_id = t.template_id LIMIT 1000) AS used)
    AS usage_count
"""
"""Only battles name a template. From a thousand on, no one counts."""


def insert(tx: Tx, template: Template) -> None:
    tx.execute(
        """
        INSERT INTO personas.templates
            (template_id, account_id, name, prompt_rules, turn_count, word_limit, is_public, created_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            template.template_id,
            template.account_id,
            template.name,
            template.prompt_rules,
            template.turn_count,
            template.word_limit,
            template.is_public,
            template.created_at,
        ),
    )


def insert_seed(tx: Tx, template: Template) -> None:
    """Insert a template of the product, unless it has one of that name."""
    tx.execute(
        """
        INSERT INTO personas.templates
            (template_id, account_id, name, prompt_rules, turn_count, word_limit, is_public, created_at)
        VALUES (%s, NULL, %s, %s, %s, %s, true, %s)
        ON CONFLICT (lower(name)) WHERE account_id IS NULL DO NOTHING
        """,
        (
            template.template_id,
            template.name,
            template.prompt_rules,
            template.turn_count,
            template.word_limit,
            template.created_at,
        ),
    )


def list_public(tx: Tx, after: tuple[datetime | None, UUID | None], limit: int) -> Cursor:
    """Return public templates, newest first, with how often each was used, from behind the one that is named."""
    return tx.execute(
        "SELECT "
        + COLUMNS
        + ", "
        + _USAGE
        + """
        FROM (
            SELECT * FROM personas.templates WHERE is_public AND (created_at, template_id) < (%s, %s)
            ORDER BY created_at DESC, template_id DESC LIMIT %s
        ) AS t
        ORDER BY t.created_at DESC, t.template_id DESC
        """,
        (after[0] or LATEST, after[1] or LAST_ID, limit),
    )


def list_offered(tx: Tx, account_id: UUID | None, named_id: UUID | None, limit: int) -> Cursor:
    """Return what an account may choose from: its own, the one it names, a few of each author, and the product's.

    Its own and the others' are at most `limit` each, newest first.
    """
    return tx.execute(
        "SELECT "
        + COLUMNS
        + ", "
        + _USAGE
        + """
        FROM (
            (SELECT 0 AS rank, template_id FROM personas.templates WHERE account_id = %(me)s
             ORDER BY created_at DESC, template_id DESC LIMIT %(limit)s)
            UNION ALL
            (SELECT 1, template_id FROM personas.templates
             WHERE template_id = %(named)s AND is_public AND account_id IS NOT NULL
               AND account_id IS DISTINCT FROM %(me)s)
            UNION ALL
            (SELECT 2, template_id FROM """
        + fair(
            """t.account_id IS NOT NULL AND t.account_id IS DISTINCT FROM %(me)s
               AND t.template_id IS DISTINCT FROM %(named)s""",
            per_author="%(per_author)s",
            per_person="%(per_person)s",
            most="%(limit)s",
        )
        + """ AS newest)
            UNION ALL
            (SELECT 3, template_id FROM personas.templates WHERE account_id IS NULL AND is_public)
        ) AS offered
        JOIN personas.templates AS t USING (template_id)
        WHERE NOT EXISTS (SELECT FROM personas.blocks k WHERE k.account_id = %(me)s AND k.other_id = t.account_id)
        ORDER BY rank, t.created_at DESC, t.template_id DESC
        """,
        {
            "me": account_id,
            "named": named_id,
            "limit": limit,
            "per_author": OFFERED_PER_AUTHOR,
            "per_person": OFFERED_PER_PERSON,
        },
    )


def lock_and_count(tx: Tx, account_id: UUID) -> Cursor:
    """Return one row: how many `templates` an account has, and how many `public` ones.

    No one adds one until the transaction ends.
    """
    lock_name(tx, f"templates of {account_id}")
    return tx.execute(
        """
        SELECT count(*) AS templates, count(*) FILTER (WHERE is_public) AS public
        FROM personas.templates WHERE account_id = %s
        """,
        (account_id,),
    )


def list_of_account(tx: Tx, account_id: UUID, after: tuple[datetime | None, UUID | None], limit: int) -> Cursor:
    """Return an account's own templates, newest first, with how often each was used, from behind the one named."""
    return tx.execute(
        "SELECT "
        + COLUMNS
        + ", "
        + _USAGE
        + """
        FROM personas.templates AS t
        WHERE t.account_id = %s AND (t.created_at, t.template_id) < (%s, %s)
        ORDER BY t.created_at DESC, t.template_id DESC
        LIMIT %s
        """,
        (account_id, after[0] or LATEST, after[1] or LAST_ID, limit),
    )


def lock(tx: Tx, template_id: UUID, account_id: UUID) -> Cursor:
    """Lock a template; return it, with `is_administrator`: whether the account is one's."""
    return tx.execute(
        "SELECT "
        + COLUMNS
        + ", "
        + _USAGE
        + """
        , EXISTS (SELECT FROM kernel.accounts WHERE account_id = %s AND 'admin' = ANY(roles)) AS is_administrator
        FROM personas.templates AS t WHERE t.template_id = %s FOR NO KEY UPDATE
        """,
        (account_id, template_id),
    )


def update(tx: Tx, template: Template) -> None:
    tx.execute(
        """
        UPDATE personas.templates
        SET name = %s, prompt_rules = %s, turn_count = %s, word_limit = %s, is_public = %s WHERE template_id = %s
        """,
        (
            template.name,
            template.prompt_rules,
            template.turn_count,
            template.word_limit,
            template.is_public,
            template.template_id,
        ),
    )


def set_hidden(tx: Tx, template_id: UUID, *, hidden: bool) -> None:
    """Take a template out of the public ones, or put back one that was taken out."""
    tx.execute(
        "UPDATE personas.templates SET " + HIDING + " WHERE template_id = %(template_id)s",
        {"template_id": template_id, "hidden": hidden, "now": tx.now},
    )


def delete(tx: Tx, template_id: UUID) -> None:
    tx.execute("DELETE FROM personas.templates WHERE template_id = %s", (template_id,))


def find_usable(tx: Tx, account_id: UUID, template_id: UUID) -> Cursor:
    """Return a template that is public or one's own, unless a block stands between its author and the account."""
    return tx.execute(
        "SELECT "
        + COLUMNS
        + """
        FROM personas.templates AS t
        WHERE template_id = %(template_id)s AND (is_public OR account_id = %(me)s)
            AND NOT EXISTS (SELECT FROM personas.blocks k WHERE k.account_id = %(me)s AND k.other_id = t.account_id)
        """,
        {"template_id": template_id, "me": account_id},
    )


def find_default(tx: Tx, seed_name: str) -> Cursor:
    """Return the product's template of that name, else the oldest public one."""
    return tx.execute(
        "SELECT "
        + COLUMNS
        + """
        FROM (
            (SELECT 0 AS rank, s.* FROM personas.templates AS s
             WHERE s.account_id IS NULL AND lower(s.name) = lower(%s::text))
            UNION ALL
            (SELECT 1 AS rank, o.* FROM personas.templates AS o WHERE o.is_public
             ORDER BY o.created_at, o.template_id LIMIT 1)
        ) AS t
        ORDER BY rank
        LIMIT 1
        """,
        (seed_name,),
    )


def list_suggested(tx: Tx, post_id: UUID, seed_name: str, limit: int) -> Cursor:
    """Return distinct public templates: a battle's own, the product's of that name, and then each author's newest."""
    return tx.execute(
        "SELECT "
        + COLUMNS
        + """
        FROM (SELECT (SELECT template_id FROM personas.posts WHERE post_id = %(post_id)s) AS template_id) AS own
        CROSS JOIN LATERAL (
            (SELECT 0 AS rank, a.template_id FROM personas.templates AS a
             WHERE a.template_id = own.template_id AND a.is_public)
            UNION ALL
            (SELECT 1, s.template_id FROM personas.templates AS s
             WHERE s.account_id IS NULL AND lower(s.name) = lower(%(seed)s::text) AND s.is_public
               AND s.template_id IS DISTINCT FROM own.template_id)
            UNION ALL
            (SELECT 2, n.template_id FROM """
        + fair(
            "t.account_id IS NOT NULL AND t.template_id IS DISTINCT FROM own.template_id",
            per_author="1",
            per_person="2",
            most="%(limit)s",
        )
        + """ AS n)
        ) AS suggested
        JOIN personas.templates AS t ON t.template_id = suggested.template_id
        ORDER BY rank, t.created_at DESC, t.template_id DESC
        LIMIT %(limit)s
        """,
        {"post_id": post_id, "seed": seed_name, "limit": limit},
    )
