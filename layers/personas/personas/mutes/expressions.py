"""SQL about mutes and blocks, for the queries of other features: the one place that says whom a reader does not see.

The parameter `me` is the reader's account. What it is made of are the views personas.unseen_accounts, unseen_personas
and blocks.
"""

from __future__ import annotations

from typing import Final, LiteralString

MUTED: Final[LiteralString] = """
    muted AS MATERIALIZED (
        SELECT
            ARRAY(SELECT persona_id FROM personas.unseen_personas WHERE reader_id = %(me)s) AS personas,
            ARRAY(SELECT account_id FROM personas.unseen_accounts WHERE reader_id = %(me)s) AS accounts
    )
"""
"""A part of a WITH: whom the reader has muted or blocked, and who has blocked the reader."""

IS_AUTHOR_NOT_MUTED: Final[LiteralString] = """
    (p.account_id = ANY(muted.accounts)) IS NOT TRUE AND (p.persona_id = ANY(muted.personas)) IS NOT TRUE
"""
"""SQL expression over `p`, a post or a reply, and `muted`."""

IS_NOT_MUTED: Final[LiteralString] = (
    IS_AUTHOR_NOT_MUTED
    + """
    AND (b.pro_persona_id = ANY(muted.personas)) IS NOT TRUE AND (b.con_persona_id = ANY(muted.personas)) IS NOT TRUE
"""
)
"""SQL expression over `p`, a post, `b`, its battle if it is one, and `muted`."""

IS_BLOCKED: Final[LiteralString] = """
    EXISTS (SELECT FROM personas.blocks k WHERE k.account_id = %(me)s AND k.other_id = p.account_id)
"""
"""SQL expression: whether a block stands between the reader and the person behind `p`."""

IS_POST_BLOCKED: Final[LiteralString] = """
    EXISTS (
        SELECT FROM personas.blocks k
        WHERE k.account_id = %(me)s AND (k.other_id = p.account_id OR EXISTS (
            SELECT FROM personas.battles b
            JOIN personas.personas s ON s.persona_id IN (b.pro_persona_id, b.con_persona_id)
            WHERE b.post_id = p.post_id AND s.account_id = k.other_id
        ))
    )
"""
"""SQL expression over `p`, a post: whether a block keeps the reader from who published it, or who debates in it."""
