"""SQL on worlds.memories and worlds.words_said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx
from worlds.log.models import Recorded
from worlds.memories import rules
from worlds.memories.events import MemoryFormed, MemoryRecalled
from worlds.memories.models import Feeling, MemoryKind, NpcMemory, Occurrence
from worlds.world.events import WorldDeleted, WorldWiped

COLUMNS: Final[LiteralString] = """
    m.memory_id, m.npc_id, m.world_id, m.version, m.kind, m.occurrence, m.formed_at, m.clarity, m.weight, m.profile,
    m.accesses, m.accessed_at, m.content, m.original, m.tags, m.about_id, m.told_by, m.source_id
"""

# The same formulas as in `rules`, which a test compares, so that Postgres finds the best of ten thousand.
_DAYS: Final[LiteralString] = "((%(now)s - m.formed_at)::double precision / %(day)s)"
_REHEARSAL: Final[LiteralString] = "least(m.accesses / 20.0::double precision, 0.5)"
_CLARITY: Final[LiteralString] = (
    "(SELECT greatest(least(0.1, o), o * (1 - 0.001 * (1 - 0.5 * m.weight) * d * (1 - "
    + _REHEARSAL
    + "))) FROM (SELECT CASE WHEN d >= 1 AND m.weight > 0.6 THEN least(1, m.clarity + 0.1 * m.weight)"
    + " ELSE m.clarity END AS o) AS slept)"
)
_RETENTION: Final[LiteralString] = (
    _CLARITY + " * m.weight * greatest(0, 1 - 0.001 * d) * (1 + " + _REHEARSAL + " * m.accesses)"
)
_RELEVANCE: Final[LiteralString] = """
    0.3 * greatest(0, 1 - d / 365) + 0.4 * m.weight + 0.1 * least(m.accesses / 10.0::double precision, 1)
    + 0.2 * (SELECT count(*) FROM unnest(%(tags)s::text[]) AS tag WHERE tag = ANY (m.tags))
      / greatest(cardinality(%(tags)s::text[]), 1)
"""


def list_relevant(
    tx: Tx, npc_id: UUID, now: int, day: int, tags: Sequence[str], most: int, about_id: UUID | None = None
) -> Cursor:
    """Return the memories of someone that have most to do with what is going on, without those that are forgotten.

    Args:
        now: milliseconds of the world's own time; `day`: those of a day.
        tags: of what is going on; each once.
        about_id: only memories of what this one has done.
    """
    return tx.execute(
        "SELECT "
        + COLUMNS
        + " FROM worlds.memories AS m, LATERAL (SELECT "
        + _DAYS
        + " AS d OFFSET 0) AS age WHERE m.npc_id = %(npc)s AND (%(about)s::uuid IS NULL OR m.about_id = %(about)s) AND "
        + _RETENTION
        + " >= %(least)s ORDER BY "
        + _RELEVANCE
        + " DESC, m.formed_at DESC, m.memory_id LIMIT %(most)s",
        {
            "npc": npc_id,
            "about": about_id,
            "now": now,
            "day": day,
            "tags": list(tags),
            "least": rules.FORGOTTEN,
            "most": most,
        },
    )


def list_of(
    tx: Tx,
    npc_id: UUID,
    *,
    kind: MemoryKind | None = None,
    since: int | None = None,
    until: int | None = None,
    about_id: UUID | None = None,
    least_weight: float = 0.0,
    all_tags: Sequence[str] = (),
    any_tags: Sequence[str] = (),
    most: int = 100,
) -> Cursor:
    """Return memories of someone that fit, the newest first.

    Args:
        since, until: milliseconds of the world's own time, both inclusive.
    """
    return tx.execute(
        "SELECT "
        + COLUMNS
        + """
        FROM worlds.memories AS m
        WHERE m.npc_id = %(npc)s AND m.weight >= %(weight)s
          AND m.formed_at BETWEEN coalesce(%(since)s, '-9223372036854775808'::bigint)
                              AND coalesce(%(until)s, 9223372036854775807)
          AND (%(kind)s::text IS NULL OR m.kind = %(kind)s)
          AND (%(about)s::uuid IS NULL OR m.about_id = %(about)s)
          AND m.tags @> %(all)s::text[] AND (cardinality(%(any)s::text[]) = 0 OR m.tags && %(any)s::text[])
        ORDER BY m.formed_at DESC, m.memory_id LIMIT %(most)s
        """,
        {
            "npc": npc_id,
            "kind": kind,
            "since": since,
            "until": until,
            "about": about_id,
            "weight": least_weight,
            "all": list(all_tags),
            "any": list(any_tags),
            "most": most,
        },
    )


def list_told(tx: Tx, npc_ids: Sequence[UUID], occurrences: Iterable[Occurrence], each: int) -> Cursor:
    """Return what some people could pass on: of each the memories about someone that move them most."""
    return tx.execute(
        "SELECT "
        + COLUMNS
        + """
        FROM unnest(%(npcs)s::uuid[]) AS who (npc_id),
        LATERAL (SELECT * FROM worlds.memories AS all_of
                 WHERE all_of.npc_id = who.npc_id AND all_of.about_id IS NOT NULL
                   AND all_of.occurrence = ANY (%(occurrences)s)
                 ORDER BY all_of.weight DESC, all_of.formed_at DESC, all_of.memory_id LIMIT %(each)s) AS m
        ORDER BY m.npc_id, m.memory_id
        """,
        {"npcs": list(npc_ids), "occurrences": list(occurrences), "each": each},
    )


def list_known(tx: Tx, memory_ids: Sequence[UUID]) -> Cursor:
    """Return the `memory_id` of those that there are."""
    return tx.execute("SELECT memory_id FROM worlds.memories WHERE memory_id = ANY (%s)", (list(memory_ids),))


def lock(tx: Tx, memory_id: UUID) -> Cursor:
    """Lock a memory, and return it."""
    return tx.execute(
        "SELECT " + COLUMNS + " FROM worlds.memories AS m WHERE m.memory_id = %s FOR NO KEY UPDATE", (memory_id,)
    )


def project(tx: Tx, recorded: Recorded) -> None:
    """Store what an event changes about memories."""
    match recorded.event:
        case MemoryFormed() as event:
            tx.execute(
                """
                INSERT INTO worlds.memories (
                    memory_id, npc_id, world_id, version, kind, occurrence, formed_at, clarity, weight, profile,
                    accesses, content, tags, about_id, told_by, source_id
                ) VALUES (
                    %(memory_id)s, %(npc_id)s, %(world_id)s, %(version)s, %(kind)s, %(occurrence)s, %(game_time)s,
                    %(clarity)s, %(weight)s, %(profile)s, 0, %(content)s, %(tags)s, %(about_id)s, %(told_by)s,
                    %(source_id)s
                )
                """,
                {
                    **event.model_dump(exclude={"profile", "content", "tags"}),
                    "version": recorded.version,
                    "profile": Jsonb(event.profile),
                    "content": Jsonb(event.content),
                    "tags": list(event.tags),
                },
            )
        case MemoryRecalled() as event:
            tx.execute(
                """
                UPDATE worlds.memories
                SET version = %(version)s, accesses = accesses + 1, accessed_at = %(at)s,
                    content = coalesce(%(content)s, content), original = coalesce(%(original)s, original),
                    weight = coalesce(%(weight)s, weight)
                WHERE memory_id = %(memory)s
                """,
                {
                    "memory": event.memory_id,
                    "version": recorded.version,
                    "at": event.game_time,
                    "content": None if event.content is None else Jsonb(event.content),
                    "original": None if event.original is None else Jsonb(event.original),
                    "weight": event.weight,
                },
            )
        case WorldDeleted() | WorldWiped() as event:
            tx.execute("DELETE FROM worlds.memories WHERE world_id = %s", (event.world_id,))
        case _:
            pass


def read(row: Mapping[str, Any]) -> NpcMemory:
    """Return the memory of a row with COLUMNS."""
    return NpcMemory(
        memory_id=row["memory_id"],
        npc_id=row["npc_id"],
        world_id=row["world_id"],
        version=row["version"],
        kind=MemoryKind(row["kind"]),
        occurrence=Occurrence(row["occurrence"]),
        formed_at=row["formed_at"],
        clarity=row["clarity"],
        weight=row["weight"],
        profile={Feeling(name): value for name, value in row["profile"].items()},
        accesses=row["accesses"],
        accessed_at=row["accessed_at"],
        content=row["content"],
        original=row["original"],
        tags=tuple(row["tags"]),
        about_id=row["about_id"],
        told_by=row["told_by"],
        source_id=row["source_id"],
    )


def insert_words(tx: Tx, memory_id: UUID, character_id: UUID, npc_id: UUID, said: str, answered: str) -> None:
    """Keep what was said in a conversation that is remembered."""
    tx.execute(
        """
        INSERT INTO worlds.words_said (memory_id, character_id, npc_id, said, answered, said_at)
        VALUES (%s, %s, %s, %s, %s, %s)
        """,
        (memory_id, character_id, npc_id, said, answered, tx.now),
    )


def list_words(tx: Tx, npc_id: UUID, character_id: UUID, most: int) -> Cursor:
    """Return what two have said to each other last: rows of `said` and `answered`, the newest first."""
    return tx.execute(
        """
        SELECT said, answered FROM worlds.words_said WHERE npc_id = %s AND character_id = %s
        ORDER BY said_at DESC, memory_id LIMIT %s
        """,
        (npc_id, character_id, most),
    )
