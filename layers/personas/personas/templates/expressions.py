"""SQL expressions on public templates."""

from __future__ import annotations

from typing import LiteralString

from personas.people.expressions import PERSON

_CANDIDATE: LiteralString = (
    """
    SELECT t.template_id, t.created_at, coalesce(t.account_id, t.template_id) AS author,
    """
    + "coalesce("
    + PERSON
    + """, t.template_id::text) AS person
    FROM personas.templates AS t LEFT JOIN kernel.accounts AS a USING (account_id)
    WHERE t.is_public AND """
)
_NEWEST_FIRST: LiteralString = " ORDER BY t.created_at DESC, t.template_id DESC LIMIT 1"


def fair(
    condition: LiteralString, per_author: LiteralString, per_person: LiteralString, most: LiteralString
) -> LiteralString:
    """Return a subquery for the newest public templates, with `template_id` and `created_at`.

    It goes from one to the next that there is room for, so that those of someone who has many hide no one's.

    Args:
        condition: on a template `t`.
        per_author: at most so many are by one account.
        per_person: at most so many are by all accounts that one address has signed up.
        most: at most so many there are.
    """
    return (
        """
    (WITH RECURSIVE walk AS (
        SELECT template_id, created_at, ARRAY[author] AS authors, ARRAY[person] AS people FROM (
        """
        + _CANDIDATE
        + condition
        + _NEWEST_FIRST
        + """
        ) AS first
        UNION ALL
        SELECT next.template_id, next.created_at, walk.authors || next.author, walk.people || next.person
        FROM walk CROSS JOIN LATERAL (
        """
        + _CANDIDATE
        + condition
        + " AND (t.created_at, t.template_id) < (walk.created_at, walk.template_id)"
        + " AND cardinality(array_positions(walk.authors, coalesce(t.account_id, t.template_id))) < "
        + per_author
        + " AND cardinality(array_positions(walk.people, coalesce("
        + PERSON
        + ", t.template_id::text))) < "
        + per_person
        + _NEWEST_FIRST
        + """
        ) AS next
        WHERE cardinality(walk.authors) < """
        + most
        + ") SELECT template_id, created_at FROM walk)"
    )
