"""SQL on worlds.researched_nodes, worlds.known_recipes and worlds.works."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, LiteralString
from uuid import UUID

from kernel.database import Tx
from worlds.characters.events import Coordinates
from worlds.crafting.events import ItemCrafted, LessonGiven, NodeResearched, RecipeDiscovered, WorkBegun
from worlds.crafting.models import Craftsmanship, Source, Work, WorkKind
from worlds.log.models import WorldEvent
from worlds.space.models import Position
from worlds.world.events import WorldDeleted, WorldWiped

KNOWN: Final[LiteralString] = """
    (SELECT array_agg(node) FROM worlds.researched_nodes AS n WHERE n.character_id = p.character_id) AS nodes,
    (SELECT jsonb_object_agg(recipe, jsonb_build_object('source', source, 'proficiency', proficiency))
     FROM worlds.known_recipes AS r WHERE r.character_id = p.character_id) AS recipes
"""
"""SQL: what the character of `p` knows about making things, for `read`."""


def read(row: Mapping[str, Any]) -> Craftsmanship:
    """Return what someone knows, of a row with `nodes`, `recipes` and `work`, each of them null for nothing."""
    recipes: Mapping[str, Mapping[str, Any]] = row["recipes"] or {}
    work = row["work"]
    return Craftsmanship(
        researched=frozenset(row["nodes"] or ()),
        learned={key: each["source"] for key, each in recipes.items() if each["source"]},
        proficiency={key: each["proficiency"] for key, each in recipes.items()},
        work=None
        if work is None
        else Work(
            WorkKind(work["kind"]),
            work["subject"],
            Position(work["x"], work["y"], work["z"]),
            work["begun_at"],
            work["ends_at"],
            work["is_left"],
        ),
    )


def project(tx: Tx, event: WorldEvent) -> None:
    """Store what an event changes about what characters know, and what they are busy with."""
    match event:
        case WorkBegun():
            _set_work(
                tx, event, event.kind, event.subject, event.position, event.version, event.begun_at, event.ends_at
            )
        case ItemCrafted():
            tx.execute(
                """
                INSERT INTO worlds.known_recipes (character_id, recipe, world_id, proficiency) VALUES (%s, %s, %s, %s)
                ON CONFLICT (character_id, recipe) DO UPDATE SET proficiency = excluded.proficiency
                """,
                (event.character_id, event.recipe, event.world_id, event.proficiency),
            )
            _set_done(tx, event, event.recipe)
        case NodeResearched():
            tx.execute(
                """
                INSERT INTO worlds.researched_nodes (character_id, node, world_id) VALUES (%s, %s, %s)
                ON CONFLICT DO NOTHING
                """,
                (event.character_id, event.node, event.world_id),
            )
            _set_done(tx, event, event.node)
        case RecipeDiscovered(source=Source.RESEARCH):
            pass  # who knows the node knows its recipes
        case RecipeDiscovered():
            tx.execute(
                """
                INSERT INTO worlds.known_recipes (character_id, recipe, world_id, source) VALUES (%s, %s, %s, %s)
                ON CONFLICT (character_id, recipe) DO UPDATE SET source = excluded.source
                """,
                (event.character_id, event.recipe, event.world_id, event.source),
            )
        case LessonGiven():
            _set_done(tx, event, event.recipe)
        case WorldDeleted() | WorldWiped():
            for table in ("known_recipes", "researched_nodes", "works"):
                tx.execute("DELETE FROM worlds." + table + " WHERE world_id = %s", (event.world_id,))
        case _:
            pass


def _set_done(tx: Tx, event: ItemCrafted | NodeResearched | LessonGiven, subject: str) -> None:
    _set_work(tx, event, WorkKind.DONE, subject, event.position, 0, event.begun_at, event.busy_until)


def _set_work(
    tx: Tx,
    event: WorkBegun | ItemCrafted | NodeResearched | LessonGiven,
    kind: str,
    subject: str,
    position: Coordinates,
    version: int,
    begun_at: int,
    ends_at: int,
) -> None:
    x, y, z = position
    character_id: UUID | None = event.character_id
    tx.execute(
        """
        INSERT INTO worlds.works (character_id, world_id, kind, subject, x, y, z, version, begun_at, ends_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (character_id) DO UPDATE SET
            kind = excluded.kind, subject = excluded.subject, x = excluded.x, y = excluded.y, z = excluded.z,
            version = excluded.version, begun_at = excluded.begun_at, ends_at = excluded.ends_at
        """,
        (character_id, event.world_id, kind, subject, x, y, z, version, begun_at, ends_at),
    )
