"""SQL on personas.battles, battle_turns and remix_token_uses."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx, declare_race
from kernel.retention import delete_part
from personas.mutes.expressions import IS_POST_BLOCKED
from personas.paging import EARLIEST, FIRST_ID
from personas.posts.expressions import AUTHOR_SLUG, SIDES

if TYPE_CHECKING:  # the clock starts without pydantic
    from personas.battles.models import Battle, HaltReason, Status, Turn, Verdict

declare_race("remix_token_uses_pkey")

COLUMNS: LiteralString = """
    b.post_id AS battle_id, p.account_id, p.room_id, b.topic, b.pro_style, b.con_style, b.pro_persona_id,
    b.con_persona_id, b.pro_name, b.con_name, b.source_battle_id, b.template_name, b.prompt_rules, b.turn_count,
    b.word_limit, b.status, b.next_turn, b.halt_reason, b.audience, b.verdict, b.deadline_at, b.created_at,
    b.updated_at,
    (SELECT CASE WHEN bool_and(s.preferred_language = 'tr') THEN 'tr' ELSE 'en' END FROM personas.personas AS s
     WHERE s.persona_id IN (b.pro_persona_id, b.con_persona_id)) AS language,
    (SELECT jsonb_build_object('channel_id', c.channel_id, 'vote_seconds', c.vote_seconds)
     FROM personas.channel_battles AS c WHERE c.post_id = b.post_id) AS channel
"""
"""Of `b`, a battle, and `p`, its post. The language is Turkish if all its personas speak it."""

OVERDUE: LiteralString = """
    EXISTS (SELECT FROM personas.battles WHERE status IN ('SCHEDULED', 'RUNNING') AND deadline_at <= %s)
"""
"""SQL expression: whether a battle is open after its deadline. Its parameter is the current time."""


WINNER: LiteralString = """
    SELECT jsonb_build_object('account_id', account_id) FROM personas.personas WHERE persona_id = %s
"""
"""For `announce_if`."""

VIEWED: LiteralString = """
    SELECT jsonb_build_object('battle_id', post_id, 'room_id', room_id) AS metadata, post_id AS battle_id
    FROM personas.public_posts WHERE post_id = %s
"""
"""For `happenings.record_each`."""


BATTLE_OF_POST: LiteralString = "SELECT post_id, created_at FROM personas.battles WHERE post_id = %s"
BATTLES_OF_ACCOUNT: LiteralString = """
    SELECT post_id, b.created_at FROM personas.battles AS b JOIN personas.posts AS p USING (post_id)
    WHERE p.account_id = %s
"""
"""For `lock_battles`, and for `kernel.events.service.blank`."""


def lock_battles(tx: Tx, found: LiteralString, owner_id: UUID) -> None:
    """Lock the battles that a query finds, in the order of their ids."""
    tx.execute(
        "WITH found AS ("
        + found
        + """) SELECT FROM personas.battles WHERE post_id IN (SELECT post_id FROM found)
        ORDER BY post_id FOR NO KEY UPDATE
        """,
        (owner_id,),
    )


def insert_battle(tx: Tx, battle: Battle) -> None:
    tx.execute(
        """
        INSERT INTO personas.battles (
            post_id, topic, pro_style, con_style, pro_persona_id, con_persona_id, pro_name, con_name, source_battle_id,
            template_name, prompt_rules, turn_count, word_limit, audience, deadline_at, created_at, updated_at
        ) VALUES (
            %(battle_id)s, %(topic)s, %(pro_style)s, %(con_style)s, %(pro_id)s, %(con_id)s, %(pro_name)s, %(con_name)s,
            %(source)s, %(template_name)s, %(prompt_rules)s, %(turn_count)s, %(word_limit)s, %(audience)s, %(deadline)s,
            %(now)s, %(now)s
        )
        """,
        {
            "battle_id": battle.battle_id,
            "topic": battle.topic,
            "pro_style": battle.pro_style,
            "con_style": battle.con_style,
            "pro_id": battle.pro.persona_id,
            "con_id": battle.con.persona_id,
            "pro_name": battle.pro.name,
            "con_name": battle.con.name,
            "source": battle.source_battle_id,
            "template_name": battle.template_name,
            "prompt_rules": battle.prompt_rules,
            "turn_count": battle.turn_count,
            "word_limit": battle.word_limit,
            "audience": list(battle.audience),
            "deadline": battle.deadline_at,
            "now": battle.created_at,
        },
    )


def find_battle(tx: Tx, battle_id: UUID, *, lock: bool = False) -> Cursor:
    """Return the battle with `room_name` and `is_hidden`; no row if it is gone."""
    locking: LiteralString = " FOR NO KEY UPDATE OF b" if lock else ""
    return tx.execute(
        "SELECT "
        + COLUMNS
        + """,
            r.name AS room_name, p.hidden_at IS NOT NULL AS is_hidden
        FROM personas.battles AS b JOIN personas.posts AS p USING (post_id) JOIN personas.rooms AS r USING (room_id)
        WHERE b.post_id = %s
        """
        + locking,
        (battle_id,),
    )


def find_hidden(tx: Tx, battle_id: UUID) -> Cursor:
    """Return a row if the battle's post was taken down; behind a lock it knows what was decided in the meantime."""
    return tx.execute("SELECT FROM personas.posts WHERE post_id = %s AND hidden_at IS NOT NULL", (battle_id,))


def list_turns(tx: Tx, battle_id: UUID) -> Cursor:
    """Return the turns of a battle in their order."""
    return tx.execute(
        """
        SELECT turn_index, side, persona_id, speaker_name, phase, content, word_count, trimmed, created_at
        FROM personas.battle_turns WHERE post_id = %s ORDER BY turn_index
        """,
        (battle_id,),
    )


def count_open(tx: Tx, account_id: UUID) -> Cursor:
    """Return one row: `battles`, how many of an account's go on, those aside that a channel watches."""
    return tx.execute(
        """
        SELECT count(*) AS battles FROM personas.battles JOIN personas.posts AS p USING (post_id)
        WHERE battles.status IN ('SCHEDULED', 'RUNNING') AND p.account_id = %s
            AND NOT EXISTS (SELECT FROM personas.channel_battles AS c WHERE c.post_id = battles.post_id)
        """,
        (account_id,),
    )


def list_overdue(tx: Tx, limit: int) -> Cursor:
    """Lock battles that are open after their deadline, except those that someone is working on; return their ids."""
    return tx.execute(
        """
        SELECT post_id AS battle_id FROM personas.battles
        WHERE status IN ('SCHEDULED', 'RUNNING') AND deadline_at <= %s
        ORDER BY deadline_at, post_id LIMIT %s
        FOR NO KEY UPDATE SKIP LOCKED
        """,
        (tx.now, limit),
    )


def list_battles(tx: Tx, battle_ids: list[UUID]) -> Cursor:
    """Return battles with `is_hidden`."""
    return tx.execute(
        "SELECT "
        + COLUMNS
        + """, p.hidden_at IS NOT NULL AS is_hidden
        FROM personas.battles AS b JOIN personas.posts AS p USING (post_id)
        WHERE b.post_id = ANY(%s) ORDER BY b.post_id
        """,
        (battle_ids,),
    )


def list_turns_of(tx: Tx, battle_ids: list[UUID]) -> Cursor:
    """Return the turns of several battles with their `battle_id`, in their order."""
    return tx.execute(
        """
        SELECT post_id AS battle_id, turn_index, side, persona_id, speaker_name, phase, content, word_count, trimmed,
               created_at
        FROM personas.battle_turns WHERE post_id = ANY(%s) ORDER BY post_id, turn_index
        """,
        (battle_ids,),
    )


def insert_turn(tx: Tx, battle_id: UUID, turn: Turn) -> None:
    tx.execute(
        """
        INSERT INTO personas.battle_turns (
            post_id, turn_index, side, persona_id, speaker_name, phase, content, word_count, trimmed, created_at
        ) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            battle_id,
            turn.turn_index,
            turn.side,
            turn.persona_id,
            turn.speaker_name,
            turn.phase,
            turn.content,
            turn.word_count,
            turn.trimmed,
            turn.created_at,
        ),
    )


def update_battle(
    tx: Tx,
    battle_id: UUID,
    status: Status,
    next_turn: int,
    halt_reason: HaltReason | None = None,
    verdict: Verdict | None = None,
) -> None:
    tx.execute(
        """
        UPDATE personas.battles
        SET status = %s, next_turn = %s, halt_reason = %s, verdict = %s, updated_at = %s
        WHERE post_id = %s
        """,
        (status, next_turn, halt_reason, verdict and Jsonb(verdict.as_json()), tx.now, battle_id),
    )


def find_use(tx: Tx, jti: UUID) -> Cursor:
    """Return a row if the remix token has been used."""
    return tx.execute("SELECT FROM personas.remix_token_uses WHERE jti = %s", (jti,))


def insert_use(tx: Tx, jti: UUID, battle_id: UUID) -> None:
    tx.execute(
        "INSERT INTO personas.remix_token_uses (jti, battle_id, used_at) VALUES (%s, %s, %s)", (jti, battle_id, tx.now)
    )


def delete_uses_before(tx: Tx, moment: datetime) -> bool:
    return delete_part(tx, "personas.remix_token_uses", "used_at < %(moment)s", {"moment": moment})


def find_source(tx: Tx, battle_id: UUID, account_id: UUID) -> Cursor:
    """Return a published post's `account_id`, and whether a block stands between it and this account."""
    return tx.execute(
        "SELECT p.account_id, "
        + IS_POST_BLOCKED
        + """
        AS is_blocked FROM personas.public_posts AS p
        WHERE p.post_id = %(battle_id)s
        """,
        {"battle_id": battle_id, "me": account_id},
    )


def list_reply_usage_of_oldest(tx: Tx, account_id: UUID, personas: int, day: date) -> Cursor:
    """Return `scope, scope_id, used`: what an account and its oldest personas have used of their replies on a day."""
    return tx.execute(
        """
        SELECT scope, scope_id, used FROM personas.quota_usage
        WHERE quota_type = 'reply' AND day = %(day)s AND scope = 'account' AND scope_id = %(account_id)s
        UNION ALL
        SELECT scope, scope_id, used FROM personas.quota_usage
        WHERE quota_type = 'reply' AND day = %(day)s AND scope = 'persona' AND scope_id IN (
            SELECT persona_id FROM personas.personas WHERE account_id = %(account_id)s
            ORDER BY created_at, persona_id LIMIT %(personas)s
        )
        """,
        {"account_id": account_id, "personas": personas, "day": day},
    )


def find_public(tx: Tx, battle_id: UUID) -> Cursor:
    """Return a published post with its room, its author, its template if that is public, and the battle in it."""
    return tx.execute(
        """
        SELECT p.post_id AS battle_id, p.kind, p.account_id, p.room_id, r.name AS room_name, p.content, p.authored_by,
               coalesce(author.name, '') AS author_name, p.created_at, p.updated_at AS post_updated_at,
               t.template_id, t.name AS template_name,
               b.topic, b.pro_name, b.con_name, b.pro_style, b.con_style, b.status, b.halt_reason, b.turn_count,
               b.verdict, b.audience, b.deadline_at, b.updated_at AS battle_updated_at,
        """
        + AUTHOR_SLUG
        + " AS author_slug, "
        + SIDES
        + """ AS sides
        FROM personas.public_posts AS p
        JOIN personas.rooms AS r USING (room_id)
        LEFT JOIN personas.personas AS author ON author.persona_id = p.persona_id
        LEFT JOIN personas.templates AS t ON t.template_id = p.template_id AND t.is_public
        LEFT JOIN personas.battles AS b USING (post_id)
        WHERE p.post_id = %s
        """,
        (battle_id,),
    )


def list_public_replies(tx: Tx, battle_id: UUID, after: tuple[datetime | None, UUID | None], limit: int) -> Cursor:
    """Return replies to a post that are not hidden, oldest first, from behind the one that is named."""
    return tx.execute(
        """
        SELECT p.reply_id, coalesce(a.name, '') AS speaker_name, p.authored_by, p.content, p.created_at, p.updated_at,
        """
        + AUTHOR_SLUG
        + """ AS speaker_slug
        FROM personas.replies AS p LEFT JOIN personas.personas AS a USING (persona_id)
        WHERE p.post_id = %s AND p.hidden_at IS NULL AND (p.created_at, p.reply_id) > (%s, %s)
        ORDER BY p.created_at, p.reply_id LIMIT %s
        """,
        (battle_id, after[0] or EARLIEST, after[1] or FIRST_ID, limit),
    )


def find_progress(tx: Tx, battle_id: UUID) -> Cursor:
    """Return the battle in a published post, with `replies_done`: how many of its audience have replied."""
    return tx.execute(
        "SELECT "
        + COLUMNS
        + """,
            (SELECT count(*) FROM personas.replies AS r
             WHERE r.post_id = b.post_id AND r.persona_id = ANY(b.audience)) AS replies_done
        FROM personas.battles AS b JOIN personas.public_posts AS p USING (post_id)
        WHERE b.post_id = %s
        """,
        (battle_id,),
    )
