"""A crowd of personas: 10,000 of them, a million posts, a million happenings, written by Postgres itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

_KINDS = {
    "account": "0000000a-",
    "persona": "0000000b-",
    "room": "0000000c-",
    "template": "0000000d-",
    "post": "0000000e-",
}


def id_of(kind: str, number: int) -> UUID:
    """The id of the thing with a number, such as the account 7."""
    return UUID(f"{_KINDS[kind]}0000-4000-8000-{number:012x}")


def _id(kind: str, number: str) -> str:
    return f"('{_KINDS[kind]}0000-4000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


def _statements(now: str) -> list[str]:
    """The statements that write the crowd. Posts are a year old at most; the newest have the highest numbers."""
    post_time = f"{now} - (1000000 - n) * interval '31.5 seconds'"
    return [
        f"""
        INSERT INTO kernel.accounts (account_id, email, password_hash, created_at)
        SELECT {_id("account", "n")}, 'p' || n || '@example.org', '-',
            {now} - interval '1 year' + n * interval '1 minute'
        FROM generate_series(0::bigint, 9999) AS n
        """,
        f"""
        INSERT INTO personas.personas (persona_id, account_id, name, created_at)
        SELECT {_id("persona", "n")}, {_id("account", "n")}, 'Persona ' || n, {now} - interval '1 year'
        FROM generate_series(0::bigint, 9999) AS n
        """,
        f"""
        INSERT INTO personas.public_profiles (persona_id, slug, is_public)
        SELECT {_id("persona", "n")}, 'persona-' || n, true FROM generate_series(0::bigint, 9999) AS n
        """,
        f"""
        INSERT INTO personas.rooms (room_id, slug, name)
        SELECT {_id("room", "n")}, 'crowd-' || n, 'Crowd ' || n FROM generate_series(0::bigint, 9) AS n
        """,
        f"""
        INSERT INTO personas.templates (template_id, account_id, name, prompt_rules, turn_count, word_limit, created_at)
        SELECT {_id("template", "n")}, {_id("account", "n")}, 'Template ' || n, 'Rules.', 6, 120,
            {now} - n * interval '1 day' FROM generate_series(0::bigint, 99) AS n
        """,
        # Persona 0 writes a hundredth of everything; the others write the same. Most battles use template 0.
        f"""
        INSERT INTO personas.posts (post_id, room_id, persona_id, account_id, kind, authored_by, status, content,
            template_id, published_at, created_at, updated_at)
        SELECT {_id("post", "n")}, {_id("room", "n / 7 % 10")},
            CASE WHEN n % 10 <> 0 THEN {_id("persona", "author")} END, {_id("account", "author")},
            CASE WHEN n % 10 = 0 THEN 'BATTLE' ELSE 'POST' END, 'HUMAN', 'PUBLISHED', 'Post number ' || n || '. More.',
            CASE WHEN n % 10 = 0 THEN {_id("template", "CASE WHEN n % 30 = 0 THEN n / 30 % 100 ELSE 0 END")} END,
            {post_time}, {post_time}, {post_time}
        FROM generate_series(0::bigint, 999999) AS n
        CROSS JOIN LATERAL (SELECT CASE WHEN n % 101 = 0 THEN 0 ELSE n * 7919 % 10000 END AS author) AS chosen
        """,
        f"""
        INSERT INTO personas.battles (post_id, topic, pro_style, con_style, pro_persona_id, con_persona_id, pro_name,
            con_name, template_name, prompt_rules, turn_count, word_limit, status, deadline_at, created_at)
        SELECT {_id("post", "n")}, 'Topic ' || n, '', '', {_id("persona", "n * 7919 % 10000")},
            {_id("persona", "n * 104729 % 10000")}, 'Pro', 'Con', 'T', 'Rules.', 6, 120, 'COMPLETED', {now}, {post_time}
        FROM generate_series(0::bigint, 999999, 10) AS n
        """,
        f"""
        INSERT INTO personas.battle_turns (post_id, turn_index, side, speaker_name, phase, content, word_count)
        SELECT {_id("post", "n")}, turn, CASE WHEN turn % 2 = 1 THEN 'PRO' ELSE 'CON' END, 'Name', 'REBUTTAL',
            repeat('word ', 50), 50
        FROM generate_series(800000::bigint, 999999, 10) AS n, generate_series(1::bigint, 6) AS turn
        """,
        f"""
        INSERT INTO personas.replies (reply_id, post_id, persona_id, account_id, authored_by, content, created_at)
        SELECT gen_random_uuid(), {_id("post", "n")}, {_id("persona", "(n + reply) % 10000")},
            {_id("account", "(n + reply) % 10000")}, 'AI', 'A reply.', {post_time} + reply * interval '1 minute'
        FROM generate_series(900000::bigint, 999999) AS n, generate_series(1::bigint, 3) AS reply
        """,
        # Everyone follows 20 personas, and persona 0; account 0 follows 500.
        f"""
        INSERT INTO personas.follows (account_id, persona_id)
        SELECT {_id("account", "n")}, {_id("persona", "(n * 31 + other * 487) % 10000")}
        FROM generate_series(0::bigint, 9999) AS n, generate_series(1::bigint, 20) AS other
        UNION SELECT {_id("account", "n")}, {_id("persona", "0")} FROM generate_series(1::bigint, 9999) AS n
        UNION SELECT {_id("account", "0")}, {_id("persona", "n")} FROM generate_series(1::bigint, 500) AS n
        """,
        # In the last 14 days: views, shares and remixes of posts of the last 20 days, most of them of the newest.
        f"""
        INSERT INTO personas.happenings (account_id, event_name, metadata, battle_id, created_at)
        SELECT {_id("account", "n * 7919 % 10000")},
            CASE n % 10 WHEN 0 THEN 'battle_shared' WHEN 1 THEN 'remix_completed' ELSE 'public_battle_viewed' END,
            '{{}}', {_id("post", "999999 - n * 7919 % 50000 * (n * 31 % 100) / 100")},
            {now} - n * interval '1.2 seconds'
        FROM generate_series(0::bigint, 999999) AS n
        """,
        """
        INSERT INTO personas.engagements (battle_id, kind, sharer, day, created_at)
        SELECT battle_id, CASE event_name WHEN 'battle_shared' THEN 'share' ELSE 'remix' END, account_id::text,
            (created_at AT TIME ZONE 'UTC')::date, min(created_at)
        FROM personas.happenings WHERE event_name IN ('battle_shared', 'remix_completed') GROUP BY 1, 2, 3, 4
        """,
        """
        INSERT INTO personas.engagement_totals (battle_id, shares, remixes, published_at)
        SELECT battle_id, count(*) FILTER (WHERE e.kind = 'share'), count(*) FILTER (WHERE e.kind = 'remix'),
            published_at
        FROM personas.engagements e JOIN personas.posts ON post_id = battle_id GROUP BY battle_id, published_at
        """,
        f"""
        INSERT INTO personas.activity (persona_id, type, metadata, created_at)
        SELECT persona_id, type, jsonb_build_object('post_id', post_id, 'room_id', room_id, 'post_preview', 'A post.'),
            created_at
        FROM personas.posts, unnest('{{post_created,thread_participated}}'::text[]) AS type
        WHERE persona_id IS NOT NULL AND created_at > {now} - interval '30 days'
        """,
        f"""
        INSERT INTO personas.daily_digests (persona_id, date, stats, created_at, updated_at)
        SELECT persona_id, (({now}) AT TIME ZONE 'UTC')::date - day::integer, '{{}}', {now}, {now}
        FROM personas.personas, generate_series(0::bigint, 30) AS day
        """,
        f"""
        INSERT INTO personas.weekly_digests (account_id, week_start, items, was_active, updated_at)
        SELECT {_id("account", "n")}, date_trunc('week', ({now}) AT TIME ZONE 'UTC')::date - 7 * week::integer, '[]',
            n % 3 = 0, {now} - n * interval '1 second' * week
        FROM generate_series(0::bigint, 9999) AS n, generate_series(0::bigint, 10) AS week
        """,
        # Everyone mutes five personas and five people; account 5 mutes 500 and 500.
        f"""
        INSERT INTO personas.mutes (mute_id, account_id, muted_persona_id, muted_account_id, name, is_block)
        SELECT gen_random_uuid(), {_id("account", "n")},
            CASE WHEN other % 2 = 0 THEN {_id("persona", "(n + other * 37) % 10000")} END,
            CASE WHEN other % 2 = 1 THEN {_id("account", "(n + other * 37) % 10000")} END, 'Name', other % 6 = 1
        FROM generate_series(0::bigint, 9999) AS n,
            generate_series(1::bigint, CASE WHEN n = 5 THEN 1000 ELSE 10 END) AS other
        """,
        # Ten thousand reports, a tenth of them open; of some posts there are many.
        f"""
        INSERT INTO personas.reports (account_id, post_id, reason, outcome, decided_at, created_at)
        SELECT {_id("account", "n")}, {_id("post", "999999 - n * n % 5000")}, 'Rude.',
            CASE WHEN n % 10 <> 0 THEN 'kept' END, CASE WHEN n % 10 <> 0 THEN {now} END, {now} - n * interval '1 minute'
        FROM generate_series(0::bigint, 9999) AS n
        """,
        # Account 7 has 2,000 drafts, too.
        f"""
        INSERT INTO personas.posts (post_id, room_id, persona_id, account_id, authored_by, content, created_at)
        SELECT gen_random_uuid(), {_id("room", "n % 10")}, {_id("persona", "7")}, {_id("account", "7")}, 'AI', 'A. B?',
            {now} - n * interval '1 hour'
        FROM generate_series(0::bigint, 1999) AS n
        """,
        f"""
        INSERT INTO personas.notifications (account_id, actor_id, type, subject, title, created_at)
        SELECT {_id("account", "n % 1000")}, {_id("account", "n / 1000")}, 'persona_followed', '', 'T',
            {now} - n * interval '1 minute' FROM generate_series(0::bigint, 99999) AS n
        """,
    ]


def fill(url: str, now: datetime) -> None:
    """Write the crowd. Indexes are made afterwards, and foreign keys are not checked."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("SET session_replication_role = replica")
        conn.execute("SET maintenance_work_mem = '512MB'")
        conn.execute("SET work_mem = '256MB'")
        indexes = conn.execute(
            """
            SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
            FROM pg_index JOIN pg_class ON pg_class.oid = indrelid JOIN pg_namespace n ON n.oid = relnamespace
            WHERE nspname = 'personas' AND NOT indisunique AND NOT indisprimary
            """
        ).fetchall()
        for name, _ in indexes:
            conn.execute(sql.SQL("DROP INDEX {}").format(sql.SQL(name)))
        for statement in _statements(f"timestamptz '{now.isoformat()}'"):
            conn.execute(_as_query(statement))
        for _, definition in indexes:
            conn.execute(_as_query(definition))
        conn.execute("VACUUM ANALYZE")


def _as_query(text: str) -> Any:
    return text
